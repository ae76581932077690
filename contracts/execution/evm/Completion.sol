// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Fork} from "../fork/Fork.sol";
import {Journal} from "./Journal.sol";
import {
    ACCOUNTS,
    COINBASE,
    ENTRIES,
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
/// @dev The list has for each account
///
///     address, 1 where it is deleted, nonce, balance, code hash, number of slots, slots as key and value
///
/// of a word each. It is written to a region of its own, one account or slot after the other, and the machine may pause
/// before any of them.
library Completion {
    uint256 private constant HEADER_SIZE = 0xc0;

    /// @notice Ends the transaction.
    function finish(uint256 gasLeft) internal pure {
        unchecked {
            // Gas has 64 bits, and the sum of all balances is below 2^256.
            uint256 used = load(TX_GAS) - gasLeft;
            uint256 refund = load(REFUND);
            if (refund > used / Fork.REFUND_QUOTIENT) refund = used / Fork.REFUND_QUOTIENT;
            used -= refund;
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
            // What is listed is a part of all entries.
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

    function _credit(uint256 owner, uint256 amount) private pure {
        uint256 entry = World.account(owner);
        World.flag(entry, World.CHANGED);
        unchecked {
            Journal.set(entry, World.BALANCE, load(entry + World.BALANCE) + amount);
        }
    }

    /// @dev Begins with an account: leaves room for what is only known behind its slots.
    function _begin() private pure {
        uint256 account = load(LIST_ACCOUNT);
        if (account == 0) return;
        unchecked {
            // Places in memory, and addresses.
            store(LIST_SLOT, load(Pages.locate(account) + SLOTS));
            store(LIST_RECORD, load(LIST_END));
            store(LIST_END, load(LIST_END) + HEADER_SIZE);
        }
    }

    function _listSlot() private pure {
        unchecked {
            // Places in memory, and addresses.
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

    function _listAccount() private pure {
        uint256 record = load(LIST_RECORD);
        unchecked {
            // Places in memory, and addresses.
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
