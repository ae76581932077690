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
    TOP,
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
/// @notice How a frame starts and ends. While it runs, its caller waits in the machine's address space: registers, then
/// stack. When it ends, its changes stay, or are undone if it failed (Journal), and the caller goes on.
/// @dev Assembly here is memory-safe: it touches registers and the stack, which lie below the heap, and pages
/// (Machine).
library Frames {
    /// @dev Bytes of the registers that are saved with a caller: from FRAME to FRAME_END.
    uint256 private constant SAVED = 0x2c0;

    /// @notice Sets a register of the frame that is about to start.
    /// @param register A register of a frame (Machine).
    function prepare(uint256 register, uint256 word) internal pure {
        unchecked {
            // Registers of a frame are at or above FRAME.
            store(register - FRAME + NEXT, word);
        }
    }

    /// @notice Saves the running frame, which becomes the caller. What its last call returned is released.
    /// @param s The state in which it will go on.
    function suspend(uint256 s) internal pure {
        dropReturned();
        uint256 place = Pages.open();
        unchecked {
            // The stack is at or below its base, the next instruction is in the code, and gas has 64 bits. Where the
            // state has its top, the result of the call will be.
            uint256 sp = (s & TOP) + 0x20;
            uint256 stack = STACK_BASE - sp;
            if (SAVED + stack <= Pages.SIZE) {
                uint256 page = Pages.create(place);
                assembly ("memory-safe") {
                    // Fills the new page from registers and stack.
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

    /// @notice Starts the frame whose registers are prepared.
    /// @param self The entry of the account that it works on (World).
    /// @param record The code that it runs (Code).
    /// @param mark The length to which the journal is undone if the frame fails.
    /// @param gas_ Its gas.
    /// @return s Its state.
    function start(uint256 self, uint256 record, uint256 mark, uint256 gas_) internal pure returns (uint256 s) {
        assembly ("memory-safe") {
            // Registers only: all that are prepared, then those that every frame starts with.
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
            // No memory: the first instruction, the gas, and an empty stack.
            s := or(or(shl(PC_SHIFT, add(record, CODE_HEADER)), shl(GAS_SHIFT, gas_)), STACK_BASE)
        }
        Snapshot.adjust();
        return Snapshot.counted(s);
    }

    /// @notice Sets the derived registers of the running frame: the places of its account and of its code.
    function restore() internal pure {
        store(SELF, Pages.locate(load(SELF_ADDRESS)));
        _setCode(Code.find(bytes32(load(CODE_HASH))));
    }

    function _setCode(uint256 record) private pure {
        store(CODE_RECORD, record);
        store(CODE_SIZE, load(record + CODE_LENGTH));
        unchecked {
            // A place in memory: see Machine.
            store(CODE, record + CODE_HEADER);
        }
    }

    /// @notice Ends the running frame with success. Init code also pays for the code that it returns, and fails if that
    /// is not allowed.
    /// @param s Its state.
    /// @param data The address of what it returns, of `size` bytes.
    /// @return The state of its caller. The frame of the transaction has none: with it the call of L1 ends.
    function succeed(uint256 s, uint256 data, uint256 size) internal pure returns (uint256) {
        uint256 gas_ = gasOf(s);
        if (load(CREATES) != 0) {
            unchecked {
                // The size is at most that of memory, below 2^32; the price is subtracted only if there is enough gas.
                uint256 price = Fork.DEPOSIT_GAS * size;
                bool reserved = size != 0 && uint8(load(Pages.locate(data)) >> 248) == Fork.RESERVED_CODE_BYTE;
                if (size > Fork.MAX_CODE_SIZE || gas_ < price || reserved) return fail();
                gas_ -= price;
            }
        }
        _setEnd(gas_, data, size, 1);
        return _leave();
    }

    /// @notice Ends the running frame by REVERT: its changes are undone, and its caller gets data and the gas that is
    /// left.
    function revert_(uint256 s, uint256 data, uint256 size) internal pure returns (uint256) {
        _setEnd(gasOf(s), data, size, 0);
        return end();
    }

    /// @notice Ends the running frame by an exceptional halt: its changes are undone, and its gas is gone.
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

    /// @notice Goes on with the end of a frame, from the registers END_*: undoes its changes if it failed, then leaves
    /// it. The machine may pause before it undoes any word, and before it leaves.
    function end() internal pure returns (uint256) {
        if (load(END_SUCCESS) == 0) {
            uint256 mark = load(UNDO_MARK);
            unchecked {
                // Gas has 64 bits, the depth is at most 1024, and the journal only grew since the frame began. The work
                // that may be left covers the depth and the words that are still to be undone (Snapshot).
                uint256 rest = Snapshot.restOfEnding(load(END_GAS) + load(RESERVED));
                uint256 length = rest > mark + load(DEPTH) ? rest - load(DEPTH) : mark;
                if (length > load(UNDO)) length = load(UNDO);
                Journal.revertTo(length);
                if (length != mark) Snapshot.pauseEnding(load(END_GAS) + load(RESERVED));
            }
        }
        return _leave();
    }

    /// @notice Lets a call or creation fail before a frame was started.
    /// @param gas_ The gas that its frame would have had: it goes back to the caller.
    function decline(uint256 s, uint256 gas_) internal pure returns (uint256) {
        store(RETURNED_SIZE, 0);
        unchecked {
            // It was taken from this state, but for the stipend, which is less than what a call with value costs.
            return push(s + (gas_ << GAS_SHIFT), 0);
        }
    }

    /// @dev Leaves a frame whose changes are settled: the caller goes on, or the transaction is completed.
    /// @return s The state of the caller.
    function _leave() private pure returns (uint256 s) {
        uint256 parent = load(PARENT);
        unchecked {
            // Gas has 64 bits; the journal's length and the depth are small.
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
            // The caller's stack is at or below its base, and a saved caller is a range of pages.
            uint256 sp = (s & TOP) + 0x20;
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
            // Addresses and places: see Machine. Gas that goes back was taken from the caller, or is a stipend, which
            // is less than what a call with value costs.
            Pages.copy(load(MEMORY) + output, data, size < outputSize ? size : outputSize);
            s += (load(CODE) << PC_SHIFT) + (load(END_GAS) << GAS_SHIFT);
        }
        Snapshot.adjust();
        return Snapshot.counted(push(s, success));
    }

    /// @notice Releases what the last call returned, with the memory of the frame that returned it.
    function dropReturned() internal pure {
        store(RETURNED_SIZE, 0);
        if (load(RETURNED_MEMORY_SIZE) == 0) return;
        Pages.release(load(RETURNED_MEMORY), load(RETURNED_MEMORY_SIZE));
        store(RETURNED_MEMORY_SIZE, 0);
    }

    /// @dev Makes what init code returned the code of the new account.
    /// @return The address of the account.
    function _deposit(uint256 data, uint256 size) private pure returns (uint256) {
        // Not SELF: in a machine that paused while the frame ended, derived registers are not set.
        uint256 entry = Pages.locate(load(SELF_ADDRESS));
        Journal.set(entry, World.CODE_HASH_OF, load(Code.fromPages(data, size)));
        return load(entry + World.ADDRESS);
    }
}
