// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PLACE} from "./Entries.sol";
import {REFUND, UNDO, load, store} from "./Machine.sol";
import {Pages} from "./Pages.sol";

/// @title Journal
/// @notice Undoes the changes of a frame that fails. Before a word changes, its old value goes into the journal; to
/// revert, the old values are written back, the last one first.
/// @dev The journal is an array in a region of its own (Pages). An item has two words: the address of the word that
/// changed, or the register, and its old value.
library Journal {
    uint256 private constant ITEM_SIZE = 0x40;
    uint256 private constant ITEMS_PER_PAGE = Pages.SIZE / ITEM_SIZE;

    /// @notice Writes a word of an entry (Entries).
    /// @param entry Where the entry lies in memory.
    /// @param field Which of its words.
    function set(uint256 entry, uint256 field, uint256 word) internal pure {
        unchecked {
            // An entry lies within a page in memory, and its address has at most 96 bits.
            uint256 place = entry + field;
            if (load(place) == word) return;
            record(load(entry + PLACE) + field, load(place));
            store(place, word);
        }
    }

    /// @notice Sets the gas to refund.
    function setRefund(uint256 gas_) internal pure {
        if (load(REFUND) == gas_) return;
        record(REFUND, load(REFUND));
        store(REFUND, gas_);
    }

    /// @notice Adds an item.
    /// @param address_ Of the word that is about to change, or its register.
    /// @param word Its old value.
    function record(uint256 address_, uint256 word) internal pure {
        uint256 length = load(UNDO);
        unchecked {
            // Each item costs L2 gas, so that no transaction fills the region.
            uint256 item = Pages.locate(Pages.JOURNAL + length * ITEM_SIZE);
            store(item, address_);
            store(item + 0x20, word);
            store(UNDO, length + 1);
        }
    }

    /// @notice Undoes all changes since the journal had a length.
    /// @param length At most the length that it has now.
    function revertTo(uint256 length) internal pure {
        unchecked {
            // `last` stays above `length` until the loop ends, and addresses of the journal have at most 96 bits.
            for (uint256 last = load(UNDO); last != length;) {
                last -= 1;
                uint256 item = Pages.locate(Pages.JOURNAL + last * ITEM_SIZE);
                uint256 place = load(item);
                // Below the first region stand registers, which are at their places already.
                if (place >= Pages.KEPT) place = Pages.locate(place);
                store(place, load(item + 0x20));
                // This was the first item of a page, and the last to be read: the page is free.
                if (last % ITEMS_PER_PAGE == 0) Pages.release(Pages.JOURNAL + last * ITEM_SIZE, 1);
            }
        }
        store(UNDO, length);
    }
}
