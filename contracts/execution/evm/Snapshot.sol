// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {
    CODES,
    CODE_ABSENT,
    CODE_HEADER,
    CODE_PREVIOUS,
    FIRST_CHUNK,
    FIRST_CHUNK_END,
    FRAME,
    FREE_START,
    HEADS,
    REGISTERS_END,
    RESERVED,
    STACK_BASE,
    GAS_SHIFT,
    UNTIL,
    UNTIL_TOTAL,
    load,
    store
} from "./Machine.sol";

/// @title Snapshot
/// @notice A machine at rest, and how it goes on.
/// @dev A machine that may be paused leaves room for the index of a witness below its heap, since each call of L1 brings
/// a witness of its own. A snapshot is a word of zero, the state, the end of the heap, and then everything in memory but
/// that index and the table: registers, heads of the world, first chunk, stack, heap. All of it goes back to where it was.
/// Code that a witness has is left out of the heap; where, a list behind it says: place and size, from the last one to the
/// first, and their number. The heap makes up most of it, so it is returned from where it lies.
library Snapshot {
    /// @notice The index of the witness takes more room than a machine that can be paused leaves for it.
    error WitnessTooLarge(uint256 size, uint256 limit);

    /// @dev Indexes of about 1,000 items.
    uint256 private constant INDEX_ROOM = 0x10000;
    uint256 private constant HEAP_START = 0x20240;

    /// @notice Where the heap of a machine starts that may be paused, above the index of the witness.
    function heapStart() internal pure returns (uint256) {
        uint256 size = load(0x40) - FREE_START;
        if (size > INDEX_ROOM) revert WitnessTooLarge(size, INDEX_ROOM);
        return HEAP_START;
    }

    /// @notice Sets the L2 gas at which the machine pauses.
    function setUntil(uint256 total) internal pure {
        store(UNTIL_TOTAL, total);
        adjust();
    }

    /// @notice Translates the gas at which the machine pauses into gas of the frame that runs: its callers hold some.
    function adjust() internal pure {
        assembly ("memory-safe") {
            let total := mload(UNTIL_TOTAL)
            let reserved := mload(RESERVED)
            mstore(UNTIL, shl(GAS_SHIFT, mul(sub(total, reserved), gt(total, reserved))))
        }
    }

    /// @notice A state that counts gas from zero, as it counts from where the machine pauses.
    function counted(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            state := sub(s, mload(UNTIL))
        }
    }

    /// @notice The reverse of `counted`.
    function whole(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            state := add(s, mload(UNTIL))
        }
    }

    /// @notice Pauses the machine: ends the call of L1.
    /// @param s Its state, which counts gas from zero.
    function pause(uint256 s) internal pure {
        assembly ("memory-safe") {
            let end := mload(0x40)
            // The heap stays where it is: what lies below a piece of code moves up to close the gap.
            let behind := end
            let to := end
            let cursor := end
            for {
                let record := mload(CODES)
            } record {} {
                let size := mload(record)
                let from := add(add(record, CODE_HEADER), size)
                let previous := mload(add(record, CODE_PREVIOUS))
                mstore(add(record, CODE_ABSENT), 1)
                to := sub(to, sub(behind, from))
                mcopy(to, from, sub(behind, from))
                behind := add(record, CODE_HEADER)
                mstore(cursor, record)
                mstore(add(cursor, 0x20), size)
                cursor := add(cursor, 0x40)
                record := previous
            }
            to := sub(to, sub(behind, HEAP_START))
            mcopy(to, HEAP_START, sub(behind, HEAP_START))
            mstore(cursor, shr(6, sub(cursor, end)))
            let last := add(cursor, 0x20)
            // The rest goes in front of it, where the index was.
            let stack := sub(STACK_BASE, and(s, 0xffff))
            let start := sub(to, stack)
            start := sub(start, sub(FIRST_CHUNK_END, HEADS))
            start := sub(start, sub(REGISTERS_END, FRAME))
            function append(place, from, until) -> next {
                mcopy(place, from, sub(until, from))
                next := add(place, sub(until, from))
            }
            cursor := append(start, FRAME, REGISTERS_END)
            cursor := append(cursor, HEADS, FIRST_CHUNK)
            cursor := append(cursor, FIRST_CHUNK, FIRST_CHUNK_END)
            pop(append(cursor, and(s, 0xffff), STACK_BASE))
            // (Paused, 0, snapshot)
            start := sub(start, 0xe0)
            let size := sub(last, add(start, 0x80))
            mstore(start, 0)
            mstore(add(start, 0x20), 0)
            mstore(add(start, 0x40), 0x60)
            mstore(add(start, 0x60), size)
            mstore(add(start, 0x80), 0)
            mstore(add(start, 0xa0), s)
            mstore(add(start, 0xc0), end)
            return(start, add(0x80, and(add(size, 0x1f), not(0x1f))))
        }
    }

    /// @notice Puts a machine back into memory. The index of the new witness lies where the old one was.
    /// @return s Its state, which counts gas from zero.
    function restore(bytes calldata snapshot) internal pure returns (uint256 s) {
        heapStart();
        assembly ("memory-safe") {
            let cursor := add(snapshot.offset, 0x20)
            s := calldataload(cursor)
            let behind := calldataload(add(cursor, 0x20))
            mstore(0x40, behind)
            cursor := add(cursor, 0x40)
            function take(from, to, end) -> next {
                calldatacopy(to, from, sub(end, to))
                next := add(from, sub(end, to))
            }
            cursor := take(cursor, FRAME, REGISTERS_END)
            cursor := take(cursor, HEADS, FIRST_CHUNK)
            cursor := take(cursor, FIRST_CHUNK, FIRST_CHUNK_END)
            cursor := take(cursor, and(s, 0xffff), STACK_BASE)
            let last := sub(add(snapshot.offset, snapshot.length), 0x20)
            let list := sub(last, shl(6, calldataload(last)))
            let from := list
            for {} lt(list, last) {
                list := add(list, 0x40)
            } {
                let place := add(calldataload(list), CODE_HEADER)
                let next := add(place, calldataload(add(list, 0x20)))
                from := sub(from, sub(behind, next))
                calldatacopy(next, from, sub(behind, next))
                behind := place
            }
            calldatacopy(HEAP_START, sub(from, sub(behind, HEAP_START)), sub(behind, HEAP_START))
        }
    }
}
