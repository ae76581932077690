// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {JUMPDEST, STOP} from "../fork/Opcodes.sol";
import {Frames} from "./Frames.sol";
import {InstructionSet} from "./instructions/InstructionSet.sol";
import {GAS_GUARD, GUARDS, HALT, PC_SHIFT, REFUSED, STACK_GUARD, TABLE, TOP, load} from "./Machine.sol";
import {Snapshot} from "./Snapshot.sol";

/// @title Dispatch
/// @notice The loop that runs instructions by the table of the instruction set (InstructionSet).
library Dispatch {
    /// @dev The place that an instruction which neither takes nor leaves an item has where the stack is full.
    uint256 private constant BELOW_FULL = 0x7fe0;

    /// @notice Runs instructions until the machine ends or pauses. Either ends the call of L1 (Completion, Snapshot),
    /// so this never returns.
    function run(uint256 s) internal view {
        InstructionSet.fill();
        function(uint256) view returns (uint256) refuse = _refuse;
        function(uint256) view returns (uint256) handler;
        while (true) {
            assembly ("memory-safe") {
                // Reads the opcode and its entry in the table, and writes a register (Machine). Of an entry the compiler
                // takes the low 32 bits as the handler's place.
                handler := mload(add(TABLE, shl(5, byte(0, mload(shr(PC_SHIFT, s))))))
                let next := add(s, shr(32, handler))
                if iszero(eq(and(next, GUARDS), STACK_GUARD)) {
                    mstore(REFUSED, s)
                    handler := refuse
                }
                s := next
            }
            s = handler(s);
        }
    }

    /// @dev Runs in place of a handler where a guard tells. The frame fails if the handler before failed (HALT), if gas
    /// does not suffice for the instruction, or if the stack does not have the items or the room. Otherwise it is time to
    /// pause before it, or the instruction is one that needs no room on a full stack.
    function _refuse(uint256 next) private view returns (uint256) {
        uint256 s = load(REFUSED);
        if (s == HALT) return Frames.fail();
        function(uint256) view returns (uint256) handler;
        bool fails;
        bool pauses;
        s = Snapshot.whole(s);
        assembly ("memory-safe") {
            // Reads the opcode and its entry in the table. `s` counts gas from zero here: where the guard of gas tells, it
            // is overdrawn, by the handler before or by this instruction. Where it tells in `next` alone, it is time to
            // pause.
            let opcode := byte(0, mload(shr(PC_SHIFT, s)))
            handler := mload(add(TABLE, shl(5, opcode)))
            let reached := add(s, shr(32, handler))
            let full := and(eq(and(reached, TOP), BELOW_FULL), or(eq(opcode, STOP), eq(opcode, JUMPDEST)))
            fails := or(gt(and(or(s, reached), GAS_GUARD), 0), iszero(or(full, and(reached, STACK_GUARD))))
            pauses := gt(and(next, GAS_GUARD), 0)
        }
        if (fails) return Frames.fail();
        if (pauses) Snapshot.pauseRunning(s);
        return handler(next);
    }
}
