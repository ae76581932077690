// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Fork} from "../fork/Fork.sol";
import {Journal} from "./Journal.sol";
import {
    ACCOUNTS,
    COINBASE,
    ENTRIES,
    FLOOR_GAS,
    GAS_PRICE,
    LISTED,
    LIST_ACCOUNT,
    LIST_END,
    LIST_RECORD,
    LIST_SLOT,
    ORIGIN,
    REFUND,
    TIP,
    TX_GAS,
    USED,
    load,
    store
} from "./Machine.sol";
import {Pages} from "./Pages.sol";
import {Slots} from "./Slots.sol";
import {Snapshot} from "./Snapshot.sol";
import {SLOTS, World} from "./World.sol";

/// @title Completion
/// @notice Completes a transaction after its last instruction: refund, fees, and the list of what it changed.
/// @dev For each account the list has, in a word each,
///
///     address, 1 if it is deleted, nonce, balance, code hash, number of slots, then key and value of each slot
///
/// It is written to a region of its own (Pages), one account or slot at a time, and the machine may pause before each
/// of them. An account's slots are written first, after room for its own words, and the words when the slots are known.
library Completion {
    uint256 private constant HEADER_SIZE = 0xc0;

    /// @notice Completes the transaction, and ends the call of L1.
    /// @param gasLeft What its frame left.
    function finish(uint256 gasLeft) internal pure {
        unchecked {
            // Gas left is at most the gas limit, of 64 bits, which covers the floor. What both accounts get is at most what the sender paid in
            // advance. The refund is not negative at the end: every deduction takes back an earlier refund.
            uint256 used = load(TX_GAS) - gasLeft;
            uint256 refund = load(REFUND);
            if (refund > used / Fork.REFUND_QUOTIENT) refund = used / Fork.REFUND_QUOTIENT;
            used -= refund;
            if (used < load(FLOOR_GAS)) used = load(FLOOR_GAS);
            _credit(load(ORIGIN), (load(TX_GAS) - used) * load(GAS_PRICE));
            _credit(load(COINBASE), used * load(TIP));
            store(USED, used);
        }
        store(LIST_ACCOUNT, load(ACCOUNTS));
        store(LIST_END, Pages.LIST);
        _begin();
        list();
    }

    /// @notice Lists the changes, and ends the call of L1.
    function list() internal pure {
        unchecked {
            // LISTED counts some of all entries, and the list grows upwards from its start.
            uint256 rest = Snapshot.restOfListing();
            for (uint256 left = load(ENTRIES) - load(LISTED); left != 0; --left) {
                if (left <= rest) {
                    store(LISTED, load(ENTRIES) - left);
                    Snapshot.pauseListing(left);
                }
                if (load(LIST_SLOT) != 0) _listSlot();
                else _listAccount();
            }
            Snapshot.finish(load(USED), Pages.LIST, load(LIST_END) - Pages.LIST);
        }
    }

    /// @dev Adds to the balance of an account.
    function _credit(uint256 owner, uint256 amount) private pure {
        uint256 entry = World.account(owner);
        World.flag(entry, World.CHANGED);
        unchecked {
            // The sum of all balances is below 2^256.
            Journal.set(entry, World.BALANCE, load(entry + World.BALANCE) + amount);
        }
    }

    /// @dev Begins with the next account, if there is one: leaves room for its own words.
    function _begin() private pure {
        uint256 account = load(LIST_ACCOUNT);
        if (account == 0) return;
        unchecked {
            // Places and addresses: see Machine.
            store(LIST_SLOT, load(Pages.locate(account) + SLOTS));
            store(LIST_RECORD, load(LIST_END));
            store(LIST_END, load(LIST_END) + HEADER_SIZE);
        }
    }

    /// @dev Lists a slot if its value changed.
    function _listSlot() private pure {
        unchecked {
            // Places and addresses: see Machine. Words of the list do not cross pages, whose size is a multiple of
            // theirs.
            uint256 slot = Pages.locate(load(LIST_SLOT));
            uint256 value = load(slot + Slots.CURRENT);
            if (value != load(slot + Slots.ORIGINAL)) {
                uint256 end = load(LIST_END);
                store(Pages.locate(end), load(slot + Slots.KEY));
                store(Pages.locate(end + 0x20), value);
                store(LIST_END, end + 0x40);
            }
            store(LIST_SLOT, load(slot + Slots.NEXT_SLOT));
        }
    }

    /// @dev Writes the account's own words before its slots if it or one of them changed, or else drops it from the
    /// list.
    function _listAccount() private pure {
        uint256 record = load(LIST_RECORD);
        unchecked {
            // Places and addresses: see Machine. The list ends after the account's own words and its slots.
            uint256 entry = Pages.locate(load(LIST_ACCOUNT));
            uint256 slots = (load(LIST_END) - record - HEADER_SIZE) / 0x40;
            uint256 flags = load(entry + World.FLAGS);
            bool deleted = flags & World.DESTROYED != 0 || World.isEmpty(entry);
            bool listed = slots != 0 || flags & World.CHANGED != 0;
            if (deleted) {
                listed = load(entry + World.ORIGIN_OF) == World.PRESENT && flags & World.CHANGES != 0;
                slots = 0;
            }
            if (listed) {
                store(Pages.locate(record), load(entry + World.ADDRESS));
                store(Pages.locate(record + 0x20), deleted ? 1 : 0);
                store(Pages.locate(record + 0x40), load(entry + World.NONCE));
                store(Pages.locate(record + 0x60), load(entry + World.BALANCE));
                store(Pages.locate(record + 0x80), load(entry + World.CODE_HASH_OF));
                store(Pages.locate(record + 0xa0), slots);
                record += HEADER_SIZE + slots * 0x40;
            }
            store(LIST_END, record);
            store(LIST_ACCOUNT, load(entry + World.NEXT_ACCOUNT));
        }
        _begin();
    }
}
