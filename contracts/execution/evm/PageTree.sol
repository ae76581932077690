// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {Witness} from "../../trie/Witness.sol";
import {Heap} from "./Heap.sol";
import {WITNESS, load, store} from "./Machine.sol";

/// @title Page tree
/// @notice Commits to the pages of a paused machine: a crit-bit tree, of whose root the machine knows the hash.
/// @dev A node is found in the witness by its hash, and has, in a word each:
///
///     a leaf    number of a page, hash of its content
///     a fork    1 + the highest bit in which the pages below it differ, the bits above, which they share, left, right
///
/// The root of a tree without pages is zero. A node that changes is copied to memory, a leaf with a word of zero in
/// front, and its place stands where its hash stood: a word below 2^32 is a place.
///
/// Assembly here is memory-safe: it reads calldata, and writes to nodes, which are blocks on the heap, or to the buffer
/// of a caller.
library PageTree {
    uint256 private constant PREFIX = 0x20;
    uint256 private constant HASH = 0x40;
    uint256 private constant LEFT = 0x40;
    uint256 private constant RIGHT = 0x60;
    uint256 private constant FORK_SIZE = 0x80;
    uint256 private constant LEAF_SIZE = 0x40;

    /// @notice The hash of a page's content; zero if the tree does not have the page.
    function find(bytes32 root, uint256 page) internal pure returns (bytes32 hash) {
        while (root != 0) {
            (uint256 position, uint256 size) = Witness.wrap(load(WITNESS)).find(root);
            assembly ("memory-safe") {
                // Reads the node in calldata: a fork leads on by the page's bit, if the page shares the bits above.
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

    /// @notice Puts a page into the tree, or replaces its hash.
    /// @param root The hash of the root, or its place.
    /// @return The place of the root.
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

    /// @notice Hashes a tree, and writes its nodes that are in memory as RLP items of a witness.
    /// @param node The hash of the root, or its place.
    /// @param cursor Where to write: at or after the free memory pointer.
    /// @return hash The hash of the root.
    /// @return end Where the last item ends.
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
            // Writes to the caller's buffer. An item is a byte string of more than 55 bytes, with a prefix of two.
            hash := keccak256(start, size)
            mstore8(cursor, 0xb8)
            mstore8(add(cursor, 1), size)
            mcopy(add(cursor, 2), start, size)
            end := add(add(cursor, 2), size)
        }
    }

    /// @dev Makes a fork with a new leaf on one side and a node on the other.
    /// @param difference The page's number xor the number of the leaf, or the shared bits of the fork.
    function _fork(uint256 node, uint256 page, bytes32 hash, uint256 difference) private pure returns (uint256 fork) {
        uint256 leaf = _leaf(page, hash);
        fork = Heap.allocate(FORK_SIZE);
        assembly ("memory-safe") {
            // Writes to the new fork.
            let bits := sub(256, clz(difference))
            mstore(fork, bits)
            mstore(add(fork, PREFIX), shl(bits, shr(bits, page)))
        }
        store(fork + LEFT, node);
        store(fork + RIGHT, node);
        store(_side(fork, page), leaf);
    }

    /// @dev Makes a leaf.
    function _leaf(uint256 page, bytes32 hash) private pure returns (uint256 node) {
        node = Heap.allocate(FORK_SIZE);
        store(node, 0);
        store(node + PREFIX, page);
        store(node + HASH, uint256(hash));
    }

    /// @dev The place of the word of a fork that leads to a page.
    function _side(uint256 node, uint256 page) private pure returns (uint256 place) {
        assembly ("memory-safe") {
            // Reads the fork.
            place := add(add(node, LEFT), shl(5, and(shr(sub(mload(node), 1), page), 1)))
        }
    }

    /// @dev The place of a node in memory; copies it there if necessary.
    /// @param node Its hash, or its place.
    function _open(uint256 node) private pure returns (uint256 place) {
        if (node >> 32 == 0) return node;
        (uint256 position, uint256 size) = Witness.wrap(load(WITNESS)).find(bytes32(node));
        place = Heap.allocate(FORK_SIZE);
        assembly ("memory-safe") {
            // Fills the new block, a leaf after a word of zero. A node has one of two sizes, which its hash fixes.
            mstore(place, 0)
            calldatacopy(add(place, shl(5, lt(size, FORK_SIZE))), position, size)
        }
    }
}
