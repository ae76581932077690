// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {
    CODES,
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
/// first, and their number.
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
            let start := add(end, 0x80)
            mstore(start, 0)
            mstore(add(start, 0x20), s)
            mstore(add(start, 0x40), end)
            let cursor := add(start, 0x60)
            function append(to, from, behind) -> next {
                mcopy(to, from, sub(behind, from))
                next := add(to, sub(behind, from))
            }
            // The heap is read from its end, and what is left out shortens it.
            let codes := 0
            let omitted := 0
            for {
                let record := mload(CODES)
            } record {
                record := mload(add(record, 0xa0))
            } {
                mstore(add(record, 0x80), 1)
                omitted := add(omitted, mload(record))
                codes := add(codes, 1)
            }
            cursor := append(cursor, FRAME, REGISTERS_END)
            cursor := append(cursor, HEADS, FIRST_CHUNK)
            cursor := append(cursor, FIRST_CHUNK, FIRST_CHUNK_END)
            cursor := append(cursor, and(s, 0xffff), STACK_BASE)
            let to := add(cursor, sub(sub(end, HEAP_START), omitted))
            cursor := to
            let behind := end
            for {
                let record := mload(CODES)
            } record {
                record := mload(add(record, 0xa0))
            } {
                mstore(cursor, record)
                mstore(add(cursor, 0x20), mload(record))
                cursor := add(cursor, 0x40)
                let from := add(add(record, 0xe0), mload(record))
                to := sub(to, sub(behind, from))
                mcopy(to, from, sub(behind, from))
                behind := add(record, 0xe0)
            }
            mcopy(sub(to, sub(behind, HEAP_START)), HEAP_START, sub(behind, HEAP_START))
            mstore(cursor, codes)
            let size := sub(add(cursor, 0x20), start)
            // (Paused, 0, snapshot)
            mstore(end, 0)
            mstore(add(end, 0x20), 0)
            mstore(add(end, 0x40), 0x60)
            mstore(add(end, 0x60), size)
            return(end, and(add(add(size, 0x80), 0x1f), not(0x1f)))
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
                let place := add(calldataload(list), 0xe0)
                let next := add(place, calldataload(add(list, 0x20)))
                from := sub(from, sub(behind, next))
                calldatacopy(next, from, sub(behind, next))
                behind := place
            }
            calldatacopy(HEAP_START, sub(from, sub(behind, HEAP_START)), sub(behind, HEAP_START))
        }
    }
}
