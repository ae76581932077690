// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Cancun} from "../Fork.sol";
import {ACCOUNTS, COINBASE, GAS_PRICE, ORIGIN, REFUND, TIP, TX_GAS, load} from "./Machine.sol";
import {World} from "./World.sol";

/// @title Settlement
/// @notice What follows the last instruction: refund, fees, and the list of what the transaction changed.
library Settlement {
    /// @notice Ends the machine, and with it the call of L1: returns `(true, uint256 gasUsed, bytes changes)`.
    function finish(uint256 gasLeft) internal pure {
        uint256 used;
        unchecked {
            // Gas has 64 bits, and the sum of all balances is below 2^256.
            used = load(TX_GAS) - gasLeft;
            uint256 refund = load(REFUND);
            if (refund > used / Cancun.REFUND_QUOTIENT) refund = used / Cancun.REFUND_QUOTIENT;
            used -= refund;
            _credit(load(ORIGIN), (load(TX_GAS) - used) * load(GAS_PRICE));
            _credit(load(COINBASE), used * load(TIP));
        }
        _output(used);
    }

    function _credit(uint256 owner, uint256 amount) private pure {
        uint256 entry = World.account(owner);
        World.flag(entry, World.CHANGED);
        unchecked {
            World.set(entry + World.BALANCE, load(entry + World.BALANCE) + amount);
        }
    }

    /// @dev Writes the changes: for each account
    ///
    ///     address, 1 where it is deleted, nonce, balance, code hash, number of slots, slots as key and value
    ///
    /// of a word each.
    function _output(uint256 used) private pure {
        uint256 start = load(0x40);
        uint256 cursor;
        unchecked {
            // Places in memory.
            cursor = start + 0x80;
            for (uint256 entry = load(ACCOUNTS); entry != 0; entry = load(entry + World.NEXT_ACCOUNT)) {
                uint256 end = _slots(entry, cursor + 0xc0);
                uint256 flags = load(entry + World.FLAGS);
                bool deleted = flags & World.DESTROYED != 0 || World.isEmpty(entry);
                if (deleted) {
                    if (load(entry + World.ORIGIN_OF) != World.PRESENT || flags & World.CHANGES == 0) continue;
                    end = cursor + 0xc0;
                } else if (end == cursor + 0xc0 && flags & World.CHANGED == 0) {
                    continue;
                }
                assembly ("memory-safe") {
                    mstore(cursor, mload(add(entry, 0x40)))
                    mstore(add(cursor, 0x20), deleted)
                    mcopy(add(cursor, 0x40), add(entry, 0x80), 0x60)
                    mstore(add(cursor, 0xa0), shr(6, sub(end, add(cursor, 0xc0))))
                }
                cursor = end;
            }
        }
        assembly ("memory-safe") {
            mstore(start, 1)
            mstore(add(start, 0x20), used)
            mstore(add(start, 0x40), 0x60)
            mstore(add(start, 0x60), sub(cursor, add(start, 0x80)))
            return(start, sub(cursor, start))
        }
    }

    function _slots(uint256 entry, uint256 cursor) private pure returns (uint256 end) {
        for (uint256 slot = load(entry + World.SLOTS); slot != 0; slot = load(slot + World.NEXT_SLOT)) {
            assembly ("memory-safe") {
                let value := mload(add(slot, 0xa0))
                if iszero(eq(value, mload(add(slot, 0x80)))) {
                    mstore(cursor, mload(add(slot, 0x40)))
                    mstore(add(cursor, 0x20), value)
                    cursor := add(cursor, 0x40)
                }
            }
        }
        end = cursor;
    }
}
