// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {DUP1, DUP16, PUSH0} from "../../fork/Opcodes.sol";
import {HALT, PC_SHIFT, PC_UNIT, STACK_BASE, STACK_FULL} from "../Machine.sol";

/// @title Stack
/// @notice PUSH, DUP, SWAP and POP.
/// @dev A handler for a series of opcodes reads its own opcode, which stands right before the next instruction.
///
/// Assembly here is memory-safe: it reads code, which is in a block on the heap, and reads and writes the stack. A push
/// onto a full stack writes to the unused word below it and halts (Machine).
library Stack {
    /// @notice POP and JUMPDEST: dispatch has done all of it.
    function nothing(uint256 s) internal pure returns (uint256) {
        return s;
    }

    function push0(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Pushes zero: see the head.
            state := sub(s, 0x20)
            mstore(and(state, 0xffff), 0)
            if lt(and(s, 0xffff), STACK_FULL) {
                state := HALT
            }
        }
    }

    function push1(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Pushes the byte of the code, and steps over it: see the head.
            state := add(s, sub(PC_UNIT, 0x20))
            mstore(and(state, 0xffff), byte(0, mload(shr(PC_SHIFT, s))))
            if lt(and(s, 0xffff), STACK_FULL) {
                state := HALT
            }
        }
    }

    function push2(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Pushes the two bytes of the code, and steps over them: see the head.
            state := add(s, sub(mul(2, PC_UNIT), 0x20))
            mstore(and(state, 0xffff), shr(240, mload(shr(PC_SHIFT, s))))
            if lt(and(s, 0xffff), STACK_FULL) {
                state := HALT
            }
        }
    }

    /// @notice PUSH3 to PUSH32.
    function pushMany(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Pushes as many bytes of the code as the opcode says, and steps over them: see the head.
            let next := shr(PC_SHIFT, s)
            let size := sub(byte(31, mload(sub(next, 32))), PUSH0)
            state := sub(add(s, shl(PC_SHIFT, size)), 0x20)
            mstore(and(state, 0xffff), shr(sub(256, shl(3, size)), mload(next)))
            if lt(and(s, 0xffff), STACK_FULL) {
                state := HALT
            }
        }
    }

    function dup(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Pushes a copy of the item that the opcode names; halts if the stack has no such item: see the head.
            let place := add(and(s, 0xffff), shl(5, sub(byte(31, mload(sub(shr(PC_SHIFT, s), 32))), DUP1)))
            state := sub(s, 0x20)
            mstore(and(state, 0xffff), mload(place))
            if or(lt(and(s, 0xffff), STACK_FULL), iszero(lt(place, STACK_BASE))) {
                state := HALT
            }
        }
    }

    /// @dev SWAP1 is the opcode after DUP16, and exchanges the top with the item one below.
    function swap(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Exchanges two items; halts, and writes nothing, if the stack has no such item: see the head.
            let top := and(s, 0xffff)
            let place := add(top, shl(5, sub(byte(31, mload(sub(shr(PC_SHIFT, s), 32))), DUP16)))
            let word := mload(top)
            state := s
            switch lt(place, STACK_BASE)
            case 1 {
                mstore(top, mload(place))
                mstore(place, word)
            }
            default {
                state := HALT
            }
        }
    }
}
