// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {BRANCH, CHILDREN, DATA, LANES, MalformedNode, NONE, Node, NodeLayout} from "./Node.sol";
import {NodeDecoder} from "./NodeDecoder.sol";
import {Witness} from "./Witness.sol";

/// @title Node children
/// @notice Follows the links from a node to its children, and changes them.
/// @dev A child has two links: its encoding (a hash, or the node itself if it is inlined) and, as soon as it is in
/// memory, its place. The stale mask tells where both may differ, until `NodeSealer` encodes the child again.
///
/// Why the assembly is memory-safe: it reads and writes nodes that have been allocated, within their size, and trusts
/// that each is of the kind that the function is for.
library NodeChildren {
    using NodeChildren for Node;

    /// @dev An empty byte string, left-aligned.
    uint256 private constant EMPTY_ITEM = 0x80 << 248;

    /// @notice Follows a key down the branches that are in memory, as long as the key has nibbles.
    /// @param stale One if the value of the key is about to change: each child on its path is then stale. Else zero.
    /// @return last The node where the descent ends.
    /// @return restOfKey The nibbles of the key that are left, left-aligned.
    /// @return rest Their number.
    function descend(
        Node node,
        uint256 key,
        uint256 nibbles,
        uint256 stale
    ) internal pure returns (Node last, uint256 restOfKey, uint256 rest) {
        assembly ("memory-safe") {
            // Reads the headers of branches, and marks children in them.
            stale := shl(16, stale)
            for {} 1 {} {
                let meta := mload(node)
                if iszero(and(eq(and(meta, 0xff), BRANCH), gt(nibbles, 0))) {
                    break
                }
                let i := shr(252, key)
                let below := shl(6, and(shr(shl(4, i), mload(add(node, 0x40))), 0xffff))
                if iszero(below) {
                    break
                }
                mstore(node, or(meta, shl(i, stale)))
                node := below
                key := shl(4, key)
                nibbles := sub(nibbles, 1)
            }
            last := node
            restOfKey := key
            rest := nibbles
        }
    }

    /// @notice Child `i` of a branch, from memory or from the witness; `NONE` if the branch has none.
    function child(Node branch, uint256 i, Witness witness) internal pure returns (Node node) {
        assembly ("memory-safe") {
            // Reads the header.
            node := shl(6, and(shr(shl(4, i), mload(add(branch, 0x40))), 0xffff))
        }
        return node == NONE ? branch.fetch(i, witness, 0) : node;
    }

    /// @notice Copies child `i` of a branch, which is not in memory yet, and links it; `NONE` if the branch has none.
    /// @param stale One if the child is about to change, else zero.
    function fetch(Node branch, uint256 i, Witness witness, uint256 stale) internal pure returns (Node node) {
        uint256 item;
        assembly ("memory-safe") {
            // Reads the header: the place of the encoded child.
            item := add(add(branch, CHILDREN), and(shr(shl(4, i), mload(add(branch, 0x20))), 0xffff))
        }
        node = _resolve(item, witness);
        assembly ("memory-safe") {
            // Writes the header: the lane was zero.
            let children := add(branch, 0x40)
            mstore(children, or(mload(children), shl(shl(4, i), shr(6, node))))
            mstore(branch, or(mload(branch), shl(add(16, i), and(stale, gt(node, 0)))))
        }
    }

    /// @notice The child of an extension, from memory or from the witness. Reverts with `MalformedNode` if it is no
    /// branch.
    function onlyChild(Node extension, Witness witness) internal pure returns (Node node) {
        assembly ("memory-safe") {
            // Reads the header.
            node := mload(add(extension, 0x40))
        }
        if (node != NONE) return node;
        node = _resolve(Node.unwrap(extension) + DATA, witness);
        if (node.kind() != BRANCH) revert MalformedNode();
        assembly ("memory-safe") {
            // Writes the header.
            mstore(add(extension, 0x40), node)
        }
    }

    /// @dev Copies the node that an encoded child stands for; `NONE` for an empty string.
    function _resolve(uint256 item, Witness witness) private pure returns (Node) {
        uint256 first;
        bytes32 hash;
        assembly ("memory-safe") {
            // Only reads.
            first := byte(0, mload(item))
            hash := mload(add(item, 1))
        }
        if (first == 0xa0) return NodeDecoder.load(witness, hash);
        return first == 0x80 ? NONE : NodeDecoder.loadInline(item);
    }

    /// @notice How many children a branch has, counted up to two, and the index of the last one that was counted.
    function countChildren(Node branch) internal pure returns (uint256 count, uint256 last) {
        assembly ("memory-safe") {
            // Only reads. A child that is new in memory has no encoding yet.
            for {
                let i := 0
            } and(lt(i, 16), lt(count, 2)) {
                i := add(i, 1)
            } {
                let lane := shl(4, i)
                let inMemory := and(shr(lane, mload(add(branch, 0x40))), 0xffff)
                let item := add(add(branch, CHILDREN), and(shr(lane, mload(add(branch, 0x20))), 0xffff))
                if or(inMemory, xor(byte(0, mload(item)), 0x80)) {
                    count := add(count, 1)
                    last := i
                }
            }
        }
    }

    /// @notice Marks child `i` of a branch, or the child of an extension (`i` is zero), as about to change.
    function touch(Node node, uint256 i) internal pure {
        assembly ("memory-safe") {
            // Writes the header.
            mstore(node, or(mload(node), shl(add(16, i), 1)))
        }
    }

    /// @notice Makes a node child `i` of a branch, in place of the one there, if any.
    function setChild(Node branch, uint256 i, Node node) internal pure {
        assembly ("memory-safe") {
            // Writes the header. The node is 64-byte aligned and starts below 2^22 (`allocate`).
            let lane := shl(4, i)
            let children := add(branch, 0x40)
            mstore(children, or(and(mload(children), not(shl(lane, 0xffff))), shl(lane, shr(6, node))))
        }
        branch.touch(i);
    }

    /// @notice Removes child `i` of a branch.
    function clearChild(Node branch, uint256 i) internal pure {
        assembly ("memory-safe") {
            // Writes the header.
            let children := add(branch, 0x40)
            mstore(children, and(mload(children), not(shl(shl(4, i), 0xffff))))
            mstore(branch, and(mload(branch), not(shl(add(16, i), 1))))
        }
        setEncodedChild(branch, i, EMPTY_ITEM, 1);
    }

    /// @notice Makes a branch the child of an extension.
    function setOnlyChild(Node extension, Node branch) internal pure {
        assembly ("memory-safe") {
            // Writes the header.
            mstore(add(extension, 0x40), branch)
        }
        extension.touch(0);
    }

    /// @notice Makes the child of an extension child `i` of a branch. The extension must not be used afterwards.
    function moveOnlyChild(Node extension, Node branch, uint256 i) internal pure {
        Node node;
        assembly ("memory-safe") {
            // Reads the header.
            node := mload(add(extension, 0x40))
        }
        if (node != NONE) return branch.setChild(i, node);
        // The encoding is enough: the child need not be in the witness.
        uint256 item = Node.unwrap(extension) + DATA;
        uint256 first = NodeLayout.wordAt(item) >> 248;
        if (first == 0xa0) setEncodedChild(branch, i, NodeLayout.wordAt(item + 1), 32);
        else setEncodedChild(branch, i, NodeLayout.wordAt(item), first - 0xbf);
    }

    /// @notice Writes encoded child `i` of a branch, in place of the one there.
    /// @param word A hash, or an item, left-aligned.
    /// @param length 32 for a hash; the length of an item is less.
    function setEncodedChild(Node branch, uint256 i, uint256 word, uint256 length) internal pure {
        bool resized;
        assembly ("memory-safe") {
            // `BRANCH_SIZE` has room for 16 hashes, the longest that children can be. The children after `i` move.
            let offsets := mload(add(branch, 0x20))
            let lane := shl(4, i)
            let offset := and(shr(lane, offsets), 0xffff)
            let place := add(add(branch, CHILDREN), offset)
            let size := add(length, eq(length, 32))
            let first := byte(0, mload(place))
            let oldSize := add(1, and(first, 0x20))
            if gt(first, 0xa0) {
                oldSize := sub(first, 0xbf)
            }
            if iszero(eq(size, oldSize)) {
                resized := 1
                let meta := mload(branch)
                let total := and(shr(32, meta), 0xffff)
                let grown := sub(size, oldSize)
                mcopy(add(place, size), add(place, oldSize), sub(total, add(offset, oldSize)))
                // `grown` may be negative: the sums are in two's complement. No lane falls below zero or exceeds 528.
                mstore(add(branch, 0x20), add(offsets, mul(shl(add(lane, 16), LANES), grown)))
                mstore(branch, add(meta, shl(32, grown)))
            }
            switch length
            case 32 {
                mstore8(place, 0xa0)
                mstore(add(place, 1), word)
            }
            default {
                // Writes whole words: the bytes after the item stay what they are, even past the end of the branch.
                let rest := shr(shl(3, length), not(0))
                mstore(place, or(and(word, not(rest)), and(mload(place), rest)))
            }
        }
        if (resized) branch.frame();
    }
}
