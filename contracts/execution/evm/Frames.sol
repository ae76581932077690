// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {Fork} from "../fork/Fork.sol";
import {Code} from "./Code.sol";
import {Completion} from "./Completion.sol";
import {PLACE} from "./Entries.sol";
import {Journal} from "./Journal.sol";
import {
    CODE,
    CODE_HASH,
    CODE_HEADER,
    CODE_LENGTH,
    CODE_RECORD,
    CODE_SIZE,
    CREATES,
    DEPTH,
    FRAME,
    FRAME_END,
    GAS_SHIFT,
    END_DATA,
    END_GAS,
    END_SIZE,
    END_SUCCESS,
    MEMORY,
    MEMORY_SIZE,
    MEMORY_WORDS,
    NEXT,
    OUTPUT,
    OUTPUT_SIZE,
    PARENT,
    PARENT_STATE,
    PC_SHIFT,
    RESERVED,
    RETURNED,
    RETURNED_MEMORY,
    RETURNED_MEMORY_SIZE,
    RETURNED_SIZE,
    SELF,
    SELF_ADDRESS,
    STACK_BASE,
    UNDO,
    UNDO_MARK,
    gasOf,
    load,
    push,
    store
} from "./Machine.sol";
import {Pages} from "./Pages.sol";
import {Snapshot} from "./Snapshot.sol";
import {World} from "./World.sol";

/// @title Frames
/// @notice How a frame starts and ends. Its caller waits in pages: registers, then stack.
library Frames {
    /// @dev Bytes of registers.
    uint256 private constant SAVED = 0x2c0;

    /// @notice Sets a register of the frame that is about to start.
    function prepare(uint256 register, uint256 word) internal pure {
        unchecked {
            // A constant place.
            store(register - FRAME + NEXT, word);
        }
    }

    /// @notice Puts the caller aside, with the state in which it will go on. What its last call returned is given up.
    function suspend(uint256 s) internal pure {
        dropReturned();
        uint256 sp = s & 0xffff;
        uint256 place = Pages.open();
        unchecked {
            // The stack lies below its base, the next instruction behind the start of the code.
            uint256 stack = STACK_BASE - sp;
            if (SAVED + stack <= Pages.SIZE) {
                uint256 page = Pages.create(place);
                assembly ("memory-safe") {
                    mcopy(page, FRAME, SAVED)
                    mcopy(add(page, SAVED), sp, stack)
                }
            } else {
                Pages.write(place, FRAME, SAVED, Pages.MEMORY_OF_L1);
                Pages.write(place + SAVED, sp, stack, Pages.MEMORY_OF_L1);
            }
            prepare(PARENT, place);
            prepare(PARENT_STATE, Snapshot.whole(s) - (load(CODE) << PC_SHIFT));
            prepare(DEPTH, load(DEPTH) + 1);
            prepare(RESERVED, load(RESERVED) + gasOf(s));
        }
    }

    /// @notice Starts the prepared frame.
    /// @param self The entry of the account that it works on.
    /// @param record The code that it runs.
    /// @param mark The journal's length to return to where it fails.
    /// @param gas_ Its gas.
    function start(uint256 self, uint256 record, uint256 mark, uint256 gas_) internal pure returns (uint256 s) {
        assembly ("memory-safe") {
            mcopy(FRAME, NEXT, sub(FRAME_END, FRAME))
            mstore(CODE_HASH, mload(record))
            mstore(MEMORY_SIZE, 0)
            mstore(MEMORY_WORDS, 0)
            mstore(RETURNED_SIZE, 0)
            mstore(RETURNED_MEMORY_SIZE, 0)
            mstore(UNDO_MARK, mark)
        }
        store(MEMORY, Pages.open());
        store(SELF_ADDRESS, load(self + PLACE));
        store(SELF, self);
        _setCode(record);
        assembly ("memory-safe") {
            s := or(or(shl(PC_SHIFT, add(record, CODE_HEADER)), shl(GAS_SHIFT, gas_)), STACK_BASE)
        }
        Snapshot.adjust();
        return Snapshot.counted(s);
    }

    /// @notice Brings into memory what the frame's registers name.
    function restore() internal pure {
        store(SELF, Pages.locate(load(SELF_ADDRESS)));
        _setCode(Code.find(bytes32(load(CODE_HASH))));
    }

    function _setCode(uint256 record) private pure {
        store(CODE_RECORD, record);
        store(CODE_SIZE, load(record + CODE_LENGTH));
        unchecked {
            // A place in memory.
            store(CODE, record + CODE_HEADER);
        }
    }

    /// @notice Ends the frame that runs with its result.
    /// @param s Its state.
    /// @param data The address of what it returns, of `size` bytes.
    /// @return The state of its caller. After the frame of the transaction the machine ends.
    function succeed(uint256 s, uint256 data, uint256 size) internal pure returns (uint256) {
        uint256 gas_ = gasOf(s);
        if (load(CREATES) != 0) {
            unchecked {
                // The size is that of memory.
                uint256 price = Fork.DEPOSIT_GAS * size;
                bool reserved = size != 0 && uint8(load(Pages.locate(data)) >> 248) == Fork.RESERVED_CODE_BYTE;
                if (size > Fork.MAX_CODE_SIZE || gas_ < price || reserved) return fail();
                gas_ -= price;
            }
        }
        _setEnd(gas_, data, size, 1);
        return _leave();
    }

    /// @notice Ends the frame that runs by REVERT: its changes are undone, its caller gets its data.
    function revert_(uint256 s, uint256 data, uint256 size) internal pure returns (uint256) {
        _setEnd(gasOf(s), data, size, 0);
        return end();
    }

    /// @notice Ends the frame that runs by an exceptional halt: its changes are undone, its gas is gone.
    function fail() internal pure returns (uint256) {
        _setEnd(0, 0, 0, 0);
        return end();
    }

    function _setEnd(uint256 gas_, uint256 data, uint256 size, uint256 success) private pure {
        store(END_GAS, gas_);
        store(END_DATA, data);
        store(END_SIZE, size);
        store(END_SUCCESS, success);
    }

    /// @notice Goes on with the end of a frame: undoes what it changed where it did not succeed, and leaves it. The machine
    /// may pause before any word and before it leaves.
    function end() internal pure returns (uint256) {
        if (load(END_SUCCESS) == 0) {
            uint256 mark = load(UNDO_MARK);
            unchecked {
                // The journal only grew, and depth is at most 1024.
                uint256 rest = Snapshot.restOfEnding(load(END_GAS) + load(RESERVED));
                uint256 length = rest > mark + load(DEPTH) ? rest - load(DEPTH) : mark;
                if (length > load(UNDO)) length = load(UNDO);
                Journal.revertTo(length);
                if (length != mark) Snapshot.pauseEnding(load(END_GAS) + load(RESERVED));
            }
        }
        return _leave();
    }

    /// @notice What follows a call or creation that did not even start a frame.
    function decline(uint256 s, uint256 gas_) internal pure returns (uint256) {
        store(RETURNED_SIZE, 0);
        unchecked {
            // It is gas that was taken from this state, or the stipend that came on top.
            return push(s + (gas_ << GAS_SHIFT), 0);
        }
    }

    function _leave() private pure returns (uint256 s) {
        uint256 parent = load(PARENT);
        unchecked {
            // Depth is not zero where there is a parent; gas has 64 bits.
            uint256 gas_ = load(END_GAS) + load(RESERVED);
            bool pauses = Snapshot.restOfEnding(gas_) >= load(UNDO) + load(DEPTH);
            if (parent != 0 && pauses) Snapshot.pauseEnding(gas_);
        }
        uint256 success = load(END_SUCCESS);
        uint256 data = load(END_DATA);
        uint256 size = load(END_SIZE);
        if (load(CREATES) != 0 && success != 0) {
            success = _deposit(data, size);
            size = 0;
        }
        if (parent == 0) Completion.finish(load(END_GAS));
        dropReturned();
        uint256 memory_ = load(MEMORY);
        uint256 memorySize = load(MEMORY_SIZE);
        uint256 output = load(OUTPUT);
        uint256 outputSize = load(OUTPUT_SIZE);
        s = load(PARENT_STATE);
        unchecked {
            // The stack lies below its base.
            uint256 sp = s & 0xffff;
            Pages.read(FRAME, parent, SAVED);
            Pages.read(sp, parent + SAVED, STACK_BASE - sp);
            Pages.release(parent, SAVED + STACK_BASE - sp);
        }
        restore();
        store(RETURNED, data);
        store(RETURNED_SIZE, size);
        store(RETURNED_MEMORY, memory_);
        store(RETURNED_MEMORY_SIZE, memorySize);
        unchecked {
            // Places in memory, and addresses.
            Pages.copy(load(MEMORY) + output, data, size < outputSize ? size : outputSize);
            s += (load(CODE) << PC_SHIFT) + (load(END_GAS) << GAS_SHIFT);
        }
        Snapshot.adjust();
        return Snapshot.counted(push(s, success));
    }

    /// @notice Gives up what the last call returned.
    function dropReturned() internal pure {
        store(RETURNED_SIZE, 0);
        if (load(RETURNED_MEMORY_SIZE) == 0) return;
        Pages.release(load(RETURNED_MEMORY), load(RETURNED_MEMORY_SIZE));
        store(RETURNED_MEMORY_SIZE, 0);
    }

    /// @dev Makes what init code returned the code of the new account.
    /// @return Its address.
    function _deposit(uint256 data, uint256 size) private pure returns (uint256) {
        // A machine that paused as the frame ended has not restored it.
        uint256 entry = Pages.locate(load(SELF_ADDRESS));
        Journal.set(entry, World.CODE_HASH_OF, load(Code.fromPages(data, size)));
        return load(entry + World.ADDRESS);
    }
}
