// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {Fork} from "../../fork/Fork.sol";
import {HALT, TOP, charge, halted, itemAt, push} from "../Machine.sol";

/// @title Arithmetic
/// @notice Instructions that turn words into a word. L1's EVM computes each as the L2's does.
/// @dev A handler finds the place of the last item; those before it lie below, the first one lowest. The result takes the
/// place of the last one.
///
/// Assembly here is memory-safe: each block reads its items and writes its result in their place on the stack
/// (Machine).
library Arithmetic {
    function add(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Two items become one: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, add(mload(sub(sp, 0x20)), mload(sp)))
        }
    }

    function mul(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Two items become one: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, mul(mload(sub(sp, 0x20)), mload(sp)))
        }
    }

    function sub(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Two items become one: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, sub(mload(sub(sp, 0x20)), mload(sp)))
        }
    }

    function div(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Two items become one: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, div(mload(sub(sp, 0x20)), mload(sp)))
        }
    }

    function sdiv(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Two items become one: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, sdiv(mload(sub(sp, 0x20)), mload(sp)))
        }
    }

    function mod(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Two items become one: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, mod(mload(sub(sp, 0x20)), mload(sp)))
        }
    }

    function smod(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Two items become one: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, smod(mload(sub(sp, 0x20)), mload(sp)))
        }
    }

    function signExtend(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Two items become one: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, signextend(mload(sub(sp, 0x20)), mload(sp)))
        }
    }

    function lt_(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Two items become one: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, lt(mload(sub(sp, 0x20)), mload(sp)))
        }
    }

    function gt_(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Two items become one: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, gt(mload(sub(sp, 0x20)), mload(sp)))
        }
    }

    function slt_(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Two items become one: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, slt(mload(sub(sp, 0x20)), mload(sp)))
        }
    }

    function sgt_(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Two items become one: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, sgt(mload(sub(sp, 0x20)), mload(sp)))
        }
    }

    function eq_(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Two items become one: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, eq(mload(sub(sp, 0x20)), mload(sp)))
        }
    }

    function and_(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Two items become one: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, and(mload(sub(sp, 0x20)), mload(sp)))
        }
    }

    function or_(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Two items become one: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, or(mload(sub(sp, 0x20)), mload(sp)))
        }
    }

    function xor_(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Two items become one: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, xor(mload(sub(sp, 0x20)), mload(sp)))
        }
    }

    function byte_(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Two items become one: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, byte(mload(sub(sp, 0x20)), mload(sp)))
        }
    }

    function shl_(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Two items become one: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, shl(mload(sub(sp, 0x20)), mload(sp)))
        }
    }

    function shr_(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Two items become one: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, shr(mload(sub(sp, 0x20)), mload(sp)))
        }
    }

    function sar_(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Two items become one: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, sar(mload(sub(sp, 0x20)), mload(sp)))
        }
    }

    function isZero(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // One item changes: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, iszero(mload(sp)))
        }
    }

    /// @notice CLZ: the number of leading zero bits (EIP-7939).
    function clz_(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // One item stays one: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, clz(mload(sp)))
        }
    }

    function not_(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // One item changes: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, not(mload(sp)))
        }
    }

    function addMod(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Three items become one: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, addmod(mload(sub(sp, 0x40)), mload(sub(sp, 0x20)), mload(sp)))
        }
    }

    function mulMod(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Three items become one: see the head.
            state := s
            let sp := and(s, TOP)
            mstore(sp, mulmod(mload(sub(sp, 0x40)), mload(sub(sp, 0x20)), mload(sp)))
        }
    }

    /// @notice EXP: a byte of the exponent costs extra.
    function exp_(uint256 s) internal pure returns (uint256) {
        uint256 exponent = itemAt(s, 2, 1);
        uint256 size;
        assembly ("memory-safe") {
            // No memory: the number of bytes up to the highest one that is not zero.
            size := sub(32, shr(3, clz(exponent)))
        }
        s = charge(s, Fork.EXP_BYTE_GAS * size);
        if (halted(s)) return HALT;
        uint256 base = itemAt(s, 2, 0);
        assembly ("memory-safe") {
            // No memory.
            base := exp(base, exponent)
        }
        return push(s, base);
    }
}
