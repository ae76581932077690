// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {Witness} from "../trie/Witness.sol";
import {Heap} from "./evm/Heap.sol";
import {load, store} from "./evm/Machine.sol";
import {FORK_LEFT, FORK_SIZE, LEAF_SIZE} from "./evm/PageTree.sol";

/// @title Page commitment
/// @notice Commits a machine that pauses to its pages: puts those that the interpreter had in memory into the tree of all
/// pages (PageTree), and lets the machine know the new root.
/// @dev A node that changes is copied to memory, a leaf with a word of zero in front, and its place stands where its hash
/// stood: a word below 2^32 is a place.
///
/// Assembly here is memory-safe: it reads calldata and what the interpreter returned, and writes to nodes, which are
/// allocated blocks, or to a buffer that starts at the free memory pointer and is allocated at the end.
library PageCommitment {
    uint256 private constant PREFIX = 0x20;
    uint256 private constant HASH = 0x40;
    uint256 private constant LEFT = FORK_LEFT;
    uint256 private constant RIGHT = 0x60;
    /// @dev Where a machine has the root of the tree.
    uint256 private constant ROOT_AT = 0x40;
    /// @dev A page that the interpreter returns: its number in a word, then its content.
    uint256 private constant ENTRY = 0x420;
    uint256 private constant PAGE = 0x400;

    /// @notice Commits a machine to its pages. The interpreter must have been called last, and have paused
    /// (IInterpreter).
    /// @param witness The witness, which has the nodes of the tree that change.
    /// @param machine The machine, which gets the new root.
    /// @return items What the next call may need, as items of a witness: nodes that changed, pages, and new code.
    function commit(Witness witness, bytes memory machine) internal pure returns (bytes memory items) {
        uint256 place;
        assembly ("memory-safe") {
            // No memory.
            place := add(add(machine, 0x20), ROOT_AT)
        }
        (uint256 pages, uint256 end) = _range(3);
        uint256 root = load(place);
        unchecked {
            // Places in what was returned: below 2^32.
            for (uint256 entry = pages; entry < end; entry += ENTRY) {
                (uint256 page, bytes32 hash) = _read(entry);
                root = put(witness, root, page, hash);
            }
        }
        uint256 cursor;
        assembly ("memory-safe") {
            // Reads the free memory pointer.
            items := mload(0x40)
            cursor := add(items, 0x20)
        }
        (root, cursor) = seal(root, cursor);
        store(place, root);
        (uint256 codes, uint256 codesEnd) = _range(4);
        assembly ("memory-safe") {
            // Writes to the buffer behind the nodes, and allocates it. A page becomes a byte string of 1024 bytes, with a
            // prefix of three; the codes are items already.
            for {} lt(pages, end) {
                pages := add(pages, ENTRY)
            } {
                mstore(cursor, shl(232, 0xb90400))
                returndatacopy(add(cursor, 3), add(pages, 0x20), PAGE)
                cursor := add(cursor, 0x403)
            }
            returndatacopy(cursor, codes, sub(codesEnd, codes))
            cursor := add(cursor, sub(codesEnd, codes))
            mstore(items, sub(cursor, add(items, 0x20)))
            // Behind the items, up to a whole word, the ABI wants zeroes.
            mstore(cursor, 0)
            mstore(0x40, and(add(cursor, 0x1f), not(0x1f)))
        }
    }

    /// @dev Where an array starts and ends in what the interpreter returned.
    /// @param place Which of the values it is, counted from zero.
    function _range(uint256 place) private pure returns (uint256 start, uint256 end) {
        assembly ("memory-safe") {
            // In scratch space: the place of the array, then its length.
            returndatacopy(0, shl(5, place), 0x20)
            start := mload(0)
            returndatacopy(0, start, 0x20)
            start := add(start, 0x20)
            end := add(start, mload(0))
        }
    }

    /// @dev The number of a page that the interpreter returned, and the hash of its content.
    function _read(uint256 entry) private pure returns (uint256 page, bytes32 hash) {
        assembly ("memory-safe") {
            // Copies the page to where memory is free.
            let free := mload(0x40)
            returndatacopy(free, entry, ENTRY)
            page := mload(free)
            hash := keccak256(add(free, 0x20), PAGE)
        }
    }

    /// @notice Puts a page into the tree, or replaces its hash.
    /// @param root The hash of the root, or its place; zero for a tree without pages.
    /// @return The place of the root.
    function put(Witness witness, uint256 root, uint256 page, bytes32 hash) internal pure returns (uint256) {
        uint256 link = 0;
        uint256 next = root;
        while (next != 0) {
            uint256 node = _open(witness, next);
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
    function _open(Witness witness, uint256 node) private pure returns (uint256 place) {
        if (node >> 32 == 0) return node;
        (uint256 position, uint256 size) = witness.find(bytes32(node));
        place = Heap.allocate(FORK_SIZE);
        assembly ("memory-safe") {
            // Fills the new block, a leaf after a word of zero. A node has one of two sizes, which its hash fixes.
            mstore(place, 0)
            calldatacopy(add(place, shl(5, lt(size, FORK_SIZE))), position, size)
        }
    }
}
