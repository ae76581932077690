// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {Witness} from "../../trie/Witness.sol";
import {Heap} from "./Heap.sol";
import {WITNESS, load, store} from "./Machine.sol";

/// @title Page tree
/// @notice What a paused machine knows of its pages: the root of a crit-bit tree of their hashes.
/// @dev A leaf is `page ‖ hash of its content`, a fork `1 + the highest bit in which the pages below it differ ‖ the bits
/// above, which they share ‖ left ‖ right`, of a word each; a node is found by its hash in the witness. A tree without
/// pages has the root zero. Nodes that change are in memory, a leaf with a word of zero in front; a place in memory stands
/// where a hash would.
library PageTree {
    uint256 private constant PREFIX = 0x20;
    uint256 private constant HASH = 0x40;
    uint256 private constant LEFT = 0x40;
    uint256 private constant RIGHT = 0x60;
    uint256 private constant FORK_SIZE = 0x80;
    uint256 private constant LEAF_SIZE = 0x40;

    /// @notice The hash of a page's content; zero where the tree does not have the page.
    function find(bytes32 root, uint256 page) internal pure returns (bytes32 hash) {
        while (root != 0) {
            (uint256 position, uint256 size) = Witness.wrap(load(WITNESS)).find(root);
            assembly ("memory-safe") {
                root := 0
                let first := calldataload(position)
                let second := calldataload(add(position, 0x20))
                switch eq(size, FORK_SIZE)
                case 1 {
                    if iszero(shr(first, xor(page, second))) {
                        root := calldataload(add(add(position, LEFT), shl(5, and(shr(sub(first, 1), page), 1))))
                    }
                }
                default {
                    if eq(first, page) {
                        hash := second
                    }
                }
            }
        }
    }

    /// @notice Puts a page into the tree.
    /// @param root The root, or where it lies.
    /// @return Where the root lies.
    function put(uint256 root, uint256 page, bytes32 hash) internal pure returns (uint256) {
        uint256 link = 0;
        uint256 next = root;
        while (next != 0) {
            uint256 node = _open(next);
            if (link == 0) root = node;
            else store(link, node);
            uint256 bits = load(node);
            uint256 difference = load(node + PREFIX) ^ page;
            if (difference >> bits != 0) {
                next = _fork(node, page, hash, difference);
                if (link == 0) return next;
                store(link, next);
                return root;
            }
            if (bits == 0) {
                store(node + HASH, uint256(hash));
                return root;
            }
            link = _side(node, page);
            next = load(link);
        }
        return _leaf(page, hash);
    }

    /// @notice The hash of a tree, whose nodes are written behind one another as a witness has them.
    /// @return hash Its root.
    /// @return end Where the last of the nodes ends.
    function seal(uint256 node, uint256 cursor) internal pure returns (uint256 hash, uint256 end) {
        if (node >> 32 != 0 || node == 0) return (node, cursor);
        uint256 start = node + PREFIX;
        uint256 size = LEAF_SIZE;
        if (load(node) != 0) {
            (hash, cursor) = seal(load(node + LEFT), cursor);
            store(node + LEFT, hash);
            (hash, cursor) = seal(load(node + RIGHT), cursor);
            store(node + RIGHT, hash);
            (start, size) = (node, FORK_SIZE);
        }
        assembly ("memory-safe") {
            hash := keccak256(start, size)
            // A byte string of more than 55 bytes.
            mstore8(cursor, 0xb8)
            mstore8(add(cursor, 1), size)
            mcopy(add(cursor, 2), start, size)
            end := add(add(cursor, 2), size)
        }
    }

    /// @dev A fork with a new leaf and a node from which it parts.
    function _fork(uint256 node, uint256 page, bytes32 hash, uint256 difference) private pure returns (uint256 fork) {
        uint256 leaf = _leaf(page, hash);
        fork = Heap.allocate(FORK_SIZE);
        assembly ("memory-safe") {
            let bits := sub(256, clz(difference))
            mstore(fork, bits)
            mstore(add(fork, PREFIX), shl(bits, shr(bits, page)))
        }
        store(fork + LEFT, node);
        store(fork + RIGHT, node);
        store(_side(fork, page), leaf);
    }

    function _leaf(uint256 page, bytes32 hash) private pure returns (uint256 node) {
        node = Heap.allocate(FORK_SIZE);
        store(node, 0);
        store(node + PREFIX, page);
        store(node + HASH, uint256(hash));
    }

    /// @dev Where a fork has the side on which a page is.
    function _side(uint256 node, uint256 page) private pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := add(add(node, LEFT), shl(5, and(shr(sub(mload(node), 1), page), 1)))
        }
    }

    /// @dev Where a node lies in memory, to which it is copied where necessary.
    function _open(uint256 node) private pure returns (uint256 place) {
        if (node >> 32 == 0) return node;
        (uint256 position, uint256 size) = Witness.wrap(load(WITNESS)).find(bytes32(node));
        place = Heap.allocate(FORK_SIZE);
        assembly ("memory-safe") {
            mstore(place, 0)
            calldatacopy(add(place, shl(5, lt(size, FORK_SIZE))), position, size)
        }
    }
}
