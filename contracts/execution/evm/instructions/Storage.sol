// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Fork} from "../../fork/Fork.sol";
import {Journal} from "../Journal.sol";
import {HALT, REFUND, SELF, STATIC, charge, drop, gasOf, halted, itemAt, load, push} from "../Machine.sol";
import {Slots} from "../Slots.sol";

/// @title Storage
/// @notice Storage and transient storage.
library Storage {
    function sload_(uint256 s) internal pure returns (uint256) {
        uint256 entry;
        (s, entry) = Slots.access(s, load(SELF), itemAt(s, 1, 0), Fork.COLD_SLOAD_SURCHARGE);
        if (s == HALT) return HALT;
        return push(s, load(entry + Slots.CURRENT));
    }

    /// @notice SSTORE with the prices and refunds of EIP-2200, EIP-2929 and EIP-3529.
    function sstore_(uint256 s) internal pure returns (uint256) {
        if (load(STATIC) != 0 || gasOf(s) <= Fork.STIPEND) return HALT;
        uint256 entry;
        uint256 value = itemAt(s, 2, 1);
        (s, entry) = Slots.access(s, load(SELF), itemAt(s, 2, 0), Fork.COLD_SLOT_GAS);
        if (s == HALT) return HALT;
        uint256 current = load(entry + Slots.CURRENT);
        uint256 original = load(entry + Slots.ORIGINAL);
        uint256 price = Fork.WARM_GAS;
        if (current != value) {
            if (current == original) price = original == 0 ? Fork.SET_GAS : Fork.RESET_GAS;
            s = charge(s, price);
            if (halted(s)) return HALT;
            Journal.setRefund(_refund(load(REFUND), original, current, value));
            Journal.set(entry, Slots.CURRENT, value);
            return drop(s);
        }
        return charge(drop(s), price);
    }

    function tload_(uint256 s) internal pure returns (uint256) {
        return push(s, Slots.transientAt(load(SELF), itemAt(s, 1, 0)));
    }

    function tstore_(uint256 s) internal pure returns (uint256) {
        if (load(STATIC) != 0) return HALT;
        Slots.setTransient(load(SELF), itemAt(s, 2, 0), itemAt(s, 2, 1));
        return drop(s);
    }

    /// @dev The refund counter after a slot changed from `current` to `value`.
    function _refund(uint256 refund, uint256 original, uint256 current, uint256 value) private pure returns (uint256) {
        unchecked {
            // The counter is in two's complement (REFUND): a frame may take back what another one got. In all, no
            // refund is taken back that was not given before.
            if (original != 0) {
                if (current == 0) refund -= Fork.CLEAR_REFUND;
                if (value == 0) refund += Fork.CLEAR_REFUND;
            }
            if (original == value && current != original) {
                refund += original == 0 ? Fork.SET_GAS - Fork.WARM_GAS : Fork.RESET_GAS - Fork.WARM_GAS;
            }
            return refund;
        }
    }
}
