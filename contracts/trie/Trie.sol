// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BRANCH, EXTENSION, LEAF, MalformedNode, NONE, Node, NodeLayout} from "./Node.sol";
import {NodeChildren} from "./NodeChildren.sol";
import {NodeDecoder} from "./NodeDecoder.sol";
import {NodeSealer} from "./NodeSealer.sol";
import {Witness} from "./Witness.sol";

/// @dev The root of the empty trie, keccak256(0x80).
bytes32 constant EMPTY_ROOT = 0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421;

/// @dev A Merkle-Patricia trie, of which only the visited nodes are in memory.
/// @param witness The source of nodes that are visited for the first time.
/// @param node The root node; `NONE` if it is not in memory yet, or the trie is empty.
/// @param hash The hash of the root, as long as the root node is not in memory.
struct Trie {
    Witness witness;
    Node node;
    bytes32 hash;
}

using TrieAlgorithms for Trie global;

/// @title Merkle-Patricia trie
/// @notice Reads, writes and deletes keys of any trie of Ethereum, given a witness: of accounts and storage, whose keys
/// are hashed, or with plain keys of up to 32 bytes.
/// @dev A key is a word with its nibbles, left-aligned, and their number. A value is `length` bytes at a place in
/// memory, and never empty. Every function reverts with `MissingWitness` when it gets to a node that the witness lacks.
/// So a key counts as absent only if its path ends at an empty child, or at a leaf or extension that diverges from it.
library TrieAlgorithms {
    using NodeChildren for Node;
    using NodeSealer for Node;

    /// @notice A trie with the given root, over a witness.
    function open(Witness witness, bytes32 hash) internal pure returns (Trie memory trie) {
        trie.witness = witness;
        trie.hash = hash;
    }

    /// @notice The root.
    function root(Trie memory trie) internal pure returns (bytes32 hash) {
        if (trie.node == NONE) return trie.hash;
        (uint256 word, uint256 length) = trie.node.seal();
        if (length == 32) return bytes32(word);
        // The root is hashed even if it is shorter than 32 bytes.
        assembly ("memory-safe") {
            // In scratch space, which one word fits.
            mstore(0, word)
            hash := keccak256(0, length)
        }
    }

    /// @notice The leaf or branch that holds the value of a key; `NONE` if the key is absent.
    function find(Trie memory trie, uint256 key, uint256 nibbles) internal pure returns (Node) {
        return _find(trie, key, nibbles, 0);
    }

    /// @notice Does the same for a key that the caller is about to change: it calls `setValue` on the returned node, if
    /// there is one, before it uses the trie again.
    function findToChange(Trie memory trie, uint256 key, uint256 nibbles) internal pure returns (Node) {
        return _find(trie, key, nibbles, 1);
    }

    /// @dev Walks to a key, and marks the children on its path as stale if `stale` is one.
    function _find(Trie memory trie, uint256 key, uint256 nibbles, uint256 stale) private pure returns (Node node) {
        node = _root(trie);
        while (node != NONE) {
            (node, key, nibbles) = node.descend(key, nibbles, stale);
            if (node.kind() == BRANCH) {
                if (nibbles == 0) return node.hasValue() ? node : NONE;
                node = node.fetch(key >> 252, trie.witness, stale);
                key <<= 4;
                unchecked {
                    // Not zero: that case has returned.
                    nibbles -= 1;
                }
            } else {
                (uint256 path, uint256 size) = node.pathOf();
                if (_commonPrefix(key, nibbles, path, size) != size) return NONE;
                if (node.kind() == LEAF) return size == nibbles ? node : NONE;
                Node branch = node.onlyChild(trie.witness);
                if (stale != 0) node.touch(0);
                node = branch;
                key <<= 4 * size;
                nibbles -= size;
            }
        }
    }

    /// @notice Sets the value of a key to a copy of the `length` bytes at `value`, which lie in allocated memory.
    function put(Trie memory trie, uint256 key, uint256 nibbles, uint256 value, uint256 length) internal pure {
        trie.insert(key, nibbles).setValue(value, length);
    }

    /// @notice The leaf or branch that holds the value of a key; a new leaf if the key is absent. The caller calls
    /// `setValue` on it before it uses the trie again.
    function insert(Trie memory trie, uint256 key, uint256 nibbles) internal pure returns (Node node) {
        node = _root(trie);
        Node parent;
        uint256 index;
        while (true) {
            if (node == NONE) {
                node = NodeLayout.newLeaf(key, nibbles);
                _link(trie, parent, index, node);
                return node;
            }
            if (node.kind() == BRANCH) {
                if (nibbles == 0) return node;
                (parent, index) = (node, key >> 252);
                node = node.child(index, trie.witness);
                if (node != NONE) parent.touch(index);
                key <<= 4;
                nibbles -= 1;
            } else {
                (uint256 path, uint256 size) = node.pathOf();
                uint256 common = _commonPrefix(key, nibbles, path, size);
                if (node.kind() == LEAF ? common != size || common != nibbles : common != size) {
                    // The next turns go through the new branch to an empty child.
                    node = _split(node, common);
                    _link(trie, parent, index, node);
                    continue;
                }
                if (node.kind() == LEAF) return node;
                (parent, index) = (node, 0);
                node = node.onlyChild(trie.witness);
                parent.touch(0);
                key <<= 4 * size;
                nibbles -= size;
            }
        }
    }

    /// @notice Deletes a key; does nothing if it is absent. A branch that is left with one child merges with it, so the
    /// witness must contain that child as well.
    function remove(Trie memory trie, uint256 key, uint256 nibbles) internal pure {
        Node node = _remove(trie.witness, _root(trie), key, nibbles);
        _setRoot(trie, node);
    }

    /// @dev Deletes a key below a node, and returns the node that replaces it; `NONE` if nothing is left.
    function _remove(Witness witness, Node node, uint256 key, uint256 nibbles) private pure returns (Node) {
        if (node == NONE) return node;
        if (node.kind() == BRANCH) {
            if (nibbles == 0) {
                (, uint256 length) = node.valueOf();
                if (length == 0) return node;
                node.setValue(0, 0);
                return _collapse(witness, node);
            }
            uint256 index = key >> 252;
            Node before = node.child(index, witness);
            if (before == NONE) return node;
            Node below = _remove(witness, before, key << 4, nibbles - 1);
            if (below != NONE) {
                node.setChild(index, below);
                return node;
            }
            node.clearChild(index);
            return _collapse(witness, node);
        }
        (uint256 path, uint256 size) = node.pathOf();
        if (_commonPrefix(key, nibbles, path, size) != size) return node;
        if (node.kind() == LEAF) return size == nibbles ? NONE : node;
        Node branch = _remove(witness, node.onlyChild(witness), key << (4 * size), nibbles - size);
        if (branch.kind() == BRANCH) {
            node.setOnlyChild(branch);
            return node;
        }
        branch.prependPath(path, size);
        return branch;
    }

    /// @dev Returns the node that replaces a branch which lost a child or its value.
    function _collapse(Witness witness, Node branch) private pure returns (Node) {
        (uint256 count, uint256 last) = branch.countChildren();
        (uint256 place, uint256 length) = branch.valueOf();
        if (count > 1 || (count == 1 && length != 0)) return branch;
        if (length != 0) {
            Node leaf = NodeLayout.newLeaf(0, 0);
            leaf.setValue(place, length);
            return leaf;
        }
        // A branch has two children, or one and a value. No trie has a branch with less.
        if (count == 0) revert MalformedNode();
        Node only = branch.child(last, witness);
        if (only.kind() == BRANCH) return NodeLayout.newExtension(last << 252, 1, only);
        only.prependPath(last << 252, 1);
        return only;
    }

    /// @dev Splits a leaf or an extension after the first `common` nibbles of its path. Returns the new branch, or an
    /// extension that leads to it if `common` is not zero.
    function _split(Node node, uint256 common) private pure returns (Node) {
        Node branch = NodeLayout.newBranch();
        (uint256 path, uint256 size) = node.pathOf();
        if (common == size) {
            (uint256 place, uint256 length) = node.valueOf();
            branch.setValue(place, length);
        } else {
            uint256 index = (path << (4 * common)) >> 252;
            if (node.kind() == EXTENSION && size == common + 1) {
                node.moveOnlyChild(branch, index);
            } else {
                node.dropPath(common + 1);
                branch.setChild(index, node);
            }
        }
        return common == 0 ? branch : NodeLayout.newExtension(path, common, branch);
    }

    /// @dev The root node, from memory or from the witness; `NONE` if the trie is empty.
    function _root(Trie memory trie) private pure returns (Node node) {
        node = trie.node;
        if (node == NONE && trie.hash != EMPTY_ROOT) {
            node = NodeDecoder.load(trie.witness, trie.hash);
            trie.node = node;
        }
    }

    /// @dev Makes a node child `index` of a branch; or the root, if `branch` is `NONE`.
    function _link(Trie memory trie, Node branch, uint256 index, Node node) private pure {
        if (branch == NONE) _setRoot(trie, node);
        else branch.setChild(index, node);
    }

    /// @dev Makes a node the root.
    function _setRoot(Trie memory trie, Node node) private pure {
        trie.node = node;
        if (node == NONE) trie.hash = EMPTY_ROOT;
    }

    /// @dev The number of leading nibbles that a key and a path share.
    function _commonPrefix(
        uint256 key,
        uint256 nibbles,
        uint256 path,
        uint256 size
    ) private pure returns (uint256 common) {
        assembly ("memory-safe") {
            // No memory.
            common := shr(2, clz(xor(key, path)))
            if gt(common, nibbles) {
                common := nibbles
            }
            if gt(common, size) {
                common := size
            }
        }
    }
}
