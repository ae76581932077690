// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {Frames} from "./Frames.sol";
import {InstructionSet} from "./instructions/InstructionSet.sol";
import {GUARDS, REFUSED, TABLE, load} from "./Machine.sol";
import {Snapshot} from "./Snapshot.sol";

/// @title Dispatch
/// @notice The loop that runs instructions by the table of the instruction set (InstructionSet).
library Dispatch {
    /// @notice Runs instructions until the machine ends or pauses. Either ends the call of L1 (Completion, Snapshot),
    /// so this never returns.
    function run(uint256 s) internal view {
        InstructionSet.fill();
        function(uint256) view returns (uint256) refuse = _refuse;
        while (true) {
            function(uint256) view returns (uint256) handler;
            assembly ("memory-safe") {
                // Reads the opcode and its entry in the table, and writes a register (Machine).
                let entry := mload(add(TABLE, shl(5, byte(0, mload(shr(224, s))))))
                let next := add(s, shr(16, entry))
                handler := and(entry, 0xffff)
                if and(next, GUARDS) {
                    mstore(REFUSED, s)
                    handler := refuse
                }
                s := next
            }
            s = handler(s);
        }
    }

    /// @dev Runs in place of a handler when a guard is set. The frame fails if the handler before failed (HALT), if gas
    /// does not suffice for the instruction, or if it takes too many items. Otherwise it is time to pause before it.
    function _refuse(uint256) private pure returns (uint256) {
        uint256 s = Snapshot.whole(load(REFUSED));
        bool fails = true;
        assembly ("memory-safe") {
            // Reads the table. `s` counts gas from zero here: a guard that is still set is not a pause.
            if iszero(and(s, GUARDS)) {
                let entry := mload(add(TABLE, shl(5, byte(0, mload(shr(224, s))))))
                fails := gt(and(add(s, shr(16, entry)), GUARDS), 0)
            }
        }
        if (!fails) Snapshot.pauseRunning(s);
        return Frames.fail();
    }
}
