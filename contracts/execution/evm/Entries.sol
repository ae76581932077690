// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {HEADS, KEPT_END, load, store} from "./Machine.sol";
import {Pages} from "./Pages.sol";

/// @dev A word of each entry: its own address. A constant of the file, because assembly elsewhere reads it.
uint256 constant PLACE = 0x20;

/// @title Entries
/// @notice Finds what the transaction has met, accounts (World) and storage slots (Slots), by hash. An entry never
/// moves.
/// @dev Entries fill the region `Pages.KEPT` in the order in which they were added. 64 binary trees lead to them: the
/// lowest 6 bits of a hash choose the tree, and each further bit a side. The first three words of every entry are its
/// hash, its own address, and the addresses of the two entries below it in half a word each; the rest is the owner's.
///
/// Assembly here is memory-safe: it touches the heads of the trees, which lie below the heap (Machine), and entries,
/// which lie in pages on the heap.
library Entries {
    uint256 private constant HEAD_BITS = 6;
    uint256 private constant HEAD_MASK = 0x3f;
    /// @dev The addresses of the entries below: the low half where the path's bit is zero, or else the high one.
    uint256 private constant BELOW = 0x40;
    uint256 private constant HALF = 0xffffffffffffffffffffffffffffffff;

    /// @notice Where the entry with a hash lies in memory; zero where there is none.
    function find(uint256 hash) internal pure returns (uint256) {
        uint256 address_;
        assembly ("memory-safe") {
            // Reads the head of the hash's tree.
            address_ := mload(add(HEADS, shl(5, and(hash, HEAD_MASK))))
        }
        uint256 path = hash >> HEAD_BITS;
        while (address_ != 0) {
            uint256 entry = Pages.locate(address_);
            if (load(entry) == hash) return entry;
            assembly ("memory-safe") {
                // The next bit of the path chooses the half of the entry's word that leads on.
                address_ := and(shr(shl(7, and(path, 1)), mload(add(entry, BELOW))), HALF)
                path := shr(1, path)
            }
        }
        return 0;
    }

    /// @notice Adds an entry for a hash that has none. All words but the hash and the address are zero.
    /// @param size Bytes of the entry.
    /// @return entry Where it lies in memory.
    function add(uint256 hash, uint256 size) internal pure returns (uint256 entry) {
        uint256 address_ = load(KEPT_END);
        unchecked {
            // An entry costs 1,900 gas or more, so that no transaction fills the region. It does not cross pages.
            if ((address_ % Pages.SIZE) + size > Pages.SIZE) address_ += Pages.SIZE - (address_ % Pages.SIZE);
            store(KEPT_END, address_ + size);
        }
        _link(hash, address_);
        entry = Pages.locate(address_);
        store(entry, hash);
        store(entry + PLACE, address_);
    }

    /// @dev Walks to the end of the hash's path, and lets it lead to a new entry.
    function _link(uint256 hash, uint256 address_) private pure {
        uint256 link;
        uint256 shift = 0;
        assembly ("memory-safe") {
            // The place of the tree's head.
            link := add(HEADS, shl(5, and(hash, HEAD_MASK)))
        }
        uint256 path = hash >> HEAD_BITS;
        while (true) {
            uint256 next = (load(link) >> shift) & HALF;
            if (next == 0) break;
            link = Pages.locate(next) + BELOW;
            shift = (path & 1) << 7;
            path >>= 1;
        }
        store(link, load(link) | (address_ << shift));
    }
}
