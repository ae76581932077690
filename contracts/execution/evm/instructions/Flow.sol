// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {Fork} from "../../fork/Fork.sol";
import {Code} from "../Code.sol";
import {Frames} from "../Frames.sol";
import {CODE, CODE_RECORD, GAS_SHIFT, HALT, NOT_PC, PC_SHIFT, drop, gasOf, itemAt, load, push} from "../Machine.sol";
import {Memory} from "../Memory.sol";

/// @title Flow
/// @notice Jumps, and the instructions that end a frame.
library Flow {
    function jump(uint256 s) internal pure returns (uint256) {
        return _jump(s, itemAt(s, 1, 0));
    }

    function jumpIf(uint256 s) internal pure returns (uint256) {
        if (itemAt(s, 2, 1) == 0) return drop(s);
        return _jump(s, itemAt(s, 2, 0));
    }

    /// @dev Jumps right after the JUMPDEST, and charges for it.
    function _jump(uint256 s, uint256 destination) private pure returns (uint256) {
        uint256 place = Code.destinationAt(load(CODE_RECORD), destination);
        if (place == 0) return HALT;
        unchecked {
            // A place in memory: see Machine. At once as `charge` and `drop` do.
            return ((s & NOT_PC) | ((place + 1) << PC_SHIFT)) - ((Fork.JUMPDEST_GAS << GAS_SHIFT) - 0x20);
        }
    }

    function pc(uint256 s) internal pure returns (uint256) {
        unchecked {
            // The next instruction comes after this one, which has one byte and is in the code.
            return push(s, (s >> PC_SHIFT) - load(CODE) - 1);
        }
    }

    function gas_(uint256 s) internal pure returns (uint256) {
        return push(s, gasOf(s));
    }

    function stop(uint256 s) internal pure returns (uint256) {
        return Frames.succeed(s, 0, 0);
    }

    function return_(uint256 s) internal pure returns (uint256) {
        uint256 offset = itemAt(s, 2, 0);
        uint256 size = itemAt(s, 2, 1);
        s = Memory.touch(s, offset, size);
        if (s == HALT) return HALT;
        return Frames.succeed(s, Memory.place(offset), size);
    }

    function revert_(uint256 s) internal pure returns (uint256) {
        uint256 offset = itemAt(s, 2, 0);
        uint256 size = itemAt(s, 2, 1);
        s = Memory.touch(s, offset, size);
        if (s == HALT) return HALT;
        return Frames.revert_(s, Memory.place(offset), size);
    }

    /// @notice INVALID, and every opcode that the fork does not have.
    function invalid(uint256) internal pure returns (uint256) {
        return HALT;
    }
}
