// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {Cancun} from "../Fork.sol";
import {Code} from "./Code.sol";
import {Heap} from "./Heap.sol";
import {
    CODE,
    CODE_HEADER,
    CODE_RECORD,
    CODE_SIZE,
    CREATES,
    DEPTH,
    FRAME,
    FRAME_END,
    GAS_SHIFT,
    MEMORY,
    MEMORY_CAPACITY,
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
    RETURNED_SIZE,
    SELF,
    STACK_BASE,
    UNDO_MARK,
    gasOf,
    load,
    push,
    store
} from "./Machine.sol";
import {Settlement} from "./Settlement.sol";
import {Snapshot} from "./Snapshot.sol";
import {World} from "./World.sol";

/// @title Frames
/// @notice How a frame starts and ends. Its caller waits in memory below it: registers, then stack.
library Frames {
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
        unchecked {
            // The stack lies below its base.
            uint256 record = Heap.allocate(FRAME_END - FRAME + STACK_BASE - sp);
            assembly ("memory-safe") {
                mcopy(record, FRAME, sub(FRAME_END, FRAME))
                mcopy(add(record, sub(FRAME_END, FRAME)), sp, sub(STACK_BASE, sp))
            }
            prepare(PARENT, record);
            prepare(PARENT_STATE, Snapshot.whole(s));
            prepare(DEPTH, load(DEPTH) + 1);
            prepare(RESERVED, load(RESERVED) + gasOf(s));
        }
    }

    /// @notice Starts the prepared frame.
    /// @param record The code that it runs.
    /// @param mark The journal's head to return to where it fails.
    /// @param gas_ Its gas.
    function start(uint256 record, uint256 mark, uint256 gas_) internal pure returns (uint256 s) {
        assembly ("memory-safe") {
            mcopy(FRAME, NEXT, sub(FRAME_END, FRAME))
            let code := add(record, CODE_HEADER)
            mstore(CODE_RECORD, record)
            mstore(CODE_SIZE, mload(record))
            mstore(CODE, code)
            mstore(MEMORY, mload(0x40))
            mstore(MEMORY_SIZE, 0)
            mstore(MEMORY_WORDS, 0)
            mstore(MEMORY_CAPACITY, 0)
            mstore(RETURNED_SIZE, 0)
            mstore(UNDO_MARK, mark)
            s := or(or(shl(PC_SHIFT, code), shl(GAS_SHIFT, gas_)), STACK_BASE)
        }
        Snapshot.adjust();
        return Snapshot.counted(s);
    }

    /// @notice Ends the frame that runs with its result.
    /// @param s Its state.
    /// @param place Where the data lies that it returns, of `size` bytes.
    /// @return The state of its caller. After the frame of the transaction the machine ends.
    function succeed(uint256 s, uint256 place, uint256 size) internal pure returns (uint256) {
        uint256 gas_ = gasOf(s);
        if (load(CREATES) == 0) return _leave(gas_, place, size, 1);
        unchecked {
            // The size is that of memory.
            uint256 price = Cancun.DEPOSIT_GAS * size;
            bool reserved = size != 0 && uint8(load(place) >> 248) == Cancun.RESERVED_CODE_BYTE;
            if (size > Cancun.MAX_CODE_SIZE || gas_ < price || reserved) return fail();
            return _leave(gas_ - price, place, size, 1);
        }
    }

    /// @notice Ends the frame that runs by REVERT: its changes are undone, its caller gets its data.
    function revert_(uint256 s, uint256 place, uint256 size) internal pure returns (uint256) {
        World.revertTo(load(UNDO_MARK));
        return _leave(gasOf(s), place, size, 0);
    }

    /// @notice Ends the frame that runs by an exceptional halt: its changes are undone, its gas is gone.
    function fail() internal pure returns (uint256) {
        World.revertTo(load(UNDO_MARK));
        return _leave(0, 0, 0, 0);
    }

    /// @notice What follows a call or creation that did not even start a frame.
    function decline(uint256 s, uint256 gas_) internal pure returns (uint256) {
        store(RETURNED_SIZE, 0);
        unchecked {
            // It is gas that was taken from this state, or the stipend that came on top.
            return push(s + (gas_ << GAS_SHIFT), 0);
        }
    }

    function _leave(uint256 gas_, uint256 place, uint256 size, uint256 success) private pure returns (uint256 s) {
        uint256 record = load(PARENT);
        uint256 created = load(CREATES) == 0 ? 0 : load(SELF);
        if (record == 0) {
            if (created != 0 && success != 0) _deposit(created, place, size);
            Settlement.finish(gas_);
        }
        s = load(PARENT_STATE);
        uint256 output = load(OUTPUT);
        uint256 outputSize = load(OUTPUT_SIZE);
        assembly ("memory-safe") {
            let sp := and(s, 0xffff)
            mcopy(FRAME, record, sub(FRAME_END, FRAME))
            mcopy(sp, add(record, sub(FRAME_END, FRAME)), sub(STACK_BASE, sp))
        }
        Heap.release(record);
        if (created != 0 && success != 0) {
            _deposit(created, place, size);
            success = load(created + World.ADDRESS);
            size = 0;
        }
        _return(place, size);
        assembly ("memory-safe") {
            if gt(outputSize, size) {
                outputSize := size
            }
            mcopy(add(mload(MEMORY), output), mload(RETURNED), outputSize)
            s := add(s, shl(GAS_SHIFT, gas_))
        }
        Code.ensure(load(CODE_RECORD));
        Snapshot.adjust();
        return Snapshot.counted(push(s, success));
    }

    /// @dev Keeps a copy of what a call returned, behind everything else.
    function _return(uint256 place, uint256 size) private pure {
        uint256 copy = Heap.allocate(size);
        assembly ("memory-safe") {
            mcopy(copy, place, size)
            mstore(RETURNED, copy)
            mstore(RETURNED_SIZE, size)
        }
    }

    /// @notice Gives up what the last call returned.
    function dropReturned() internal pure {
        uint256 size = load(RETURNED_SIZE);
        unchecked {
            // Places in memory.
            if (size != 0 && load(RETURNED) + ((size + 31) & ~uint256(31)) == load(0x40)) Heap.release(load(RETURNED));
        }
        store(RETURNED_SIZE, 0);
    }

    /// @dev Makes what init code returned the code of a new account.
    function _deposit(uint256 entry, uint256 place, uint256 size) private pure {
        uint256 record = Code.keep(place, size);
        bytes32 hash;
        assembly ("memory-safe") {
            hash := keccak256(add(record, CODE_HEADER), size)
        }
        World.set(entry + World.CODE_HASH, uint256(hash));
        World.set(entry + World.CODE_RECORD_OF, record);
    }
}
