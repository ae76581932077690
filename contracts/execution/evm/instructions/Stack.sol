// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {OPERAND_SHIFT, PC_SHIFT, STACK_BASE, TOP, drop} from "../Machine.sol";

/// @title Stack
/// @notice PUSH, DUP, SWAP and POP.
/// @dev The operand, which a handler takes out of the state, is the number in an opcode's name: bytes that PUSH pushes, or
/// how deep DUP and SWAP reach.
///
/// Assembly here is memory-safe: it reads code, which is in a block on the heap, and reads and writes the stack
/// (Machine).
library Stack {
    /// @notice POP and JUMPDEST: dispatch has done all else.
    function drop_(uint256 s) internal pure returns (uint256) {
        return drop(s);
    }

    function push0(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Writes the result: see the head.
            mstore(and(s, TOP), 0)
            state := s
        }
    }

    /// @notice PUSH1, without an operand: the byte before the next instruction.
    function push1(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Writes the result: see the head.
            mstore(and(s, TOP), and(mload(sub(shr(PC_SHIFT, s), 32)), 0xff))
            state := s
        }
    }

    /// @notice PUSH2, without an operand: the two bytes before the next instruction.
    function push2(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Writes the result: see the head.
            mstore(and(s, TOP), and(mload(sub(shr(PC_SHIFT, s), 32)), 0xffff))
            state := s
        }
    }

    /// @notice PUSH3 to PUSH32: the bytes before the next instruction.
    function pushMany(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Writes the result: see the head. The operand times eight are the bits that count.
            let bits := and(shr(sub(OPERAND_SHIFT, 3), s), 0x1f8)
            let rest := sub(256, bits)
            mstore(and(s, TOP), shr(rest, shl(rest, mload(sub(shr(PC_SHIFT, s), 32)))))
            state := sub(s, shl(sub(OPERAND_SHIFT, 3), bits))
        }
    }

    function dup(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Writes the result: see the head. The operand times 32 leads from there to the item. Where the stack has no
            // such item, the state is zero, which is HALT.
            let distance := and(shr(sub(OPERAND_SHIFT, 5), s), 0x7e0)
            let top := and(s, TOP)
            let place := add(top, distance)
            mstore(top, mload(place))
            state := mul(sub(s, shl(sub(OPERAND_SHIFT, 5), distance)), lt(place, STACK_BASE))
        }
    }

    function swap(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Exchanges two items: see the head. The operand times 32 leads from the top to the other one. Where the stack
            // has no such item, the other place is in the scratch space, and the state is zero, which is HALT.
            let distance := and(shr(sub(OPERAND_SHIFT, 5), s), 0x7e0)
            let top := and(s, TOP)
            let place := add(top, distance)
            let exists := lt(place, STACK_BASE)
            place := mul(place, exists)
            let word := mload(place)
            mstore(place, mload(top))
            mstore(top, word)
            state := mul(sub(s, shl(sub(OPERAND_SHIFT, 5), distance)), exists)
        }
    }
}
