// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {Code} from "./Code.sol";
import {
    PAGE_NEXT,
    CODE,
    DEPTH,
    FRAME,
    FRAME_END,
    GAS_SHIFT,
    HEADS,
    HEADS_END,
    MODE,
    OLD_REGIONS,
    PAGES_ROOT,
    PAGE_HEADER,
    PC_SHIFT,
    REGIONS,
    RESERVED,
    RESIDENT,
    STACK_BASE,
    STATE_ROOT,
    TOP,
    TRANSACTION,
    TRANSACTION_END,
    UNDO,
    UNTIL,
    UNTIL_TOTAL,
    UNTIL_WORK,
    load,
    store
} from "./Machine.sol";
import {Pages} from "./Pages.sol";

/// @title Snapshot
/// @notice Pauses a machine, and lets it go on in another call of L1.
/// @dev A snapshot has a word of zero, the work left, the root of the tree of pages, and the state, in which the next
/// instruction is relative to the start of the code; then registers, the heads of the entries, and the stack. Pages and
/// code are not in it, only their hashes. The root is that of the pages before this call: the executor puts those of this
/// call into the tree (PageCommitment). Work left measures how far the transaction is from its end:
///
///     while changes are listed     2^23 + accounts and slots still to be listed
///     while a frame ends           2^24 x (1 + gas left) + length of the journal + depth
///     while code runs              2^24 x (1 + gas left) + 2^24 - 1
///
/// It decreases with every step of the machine but one: a caller that goes on has the gas that the end of its callee had,
/// and so more work. Gas left is that of all frames together.
///
/// Assembly here is memory-safe: it reads and writes what lies below the heap (Machine), and buffers that start at the
/// free memory pointer; the blocks that write those also end the call of L1.
library Snapshot {
    // What the machine is doing (MODE).

    uint256 internal constant RUNNING = 0;
    uint256 internal constant ENDING = 1;
    uint256 internal constant LISTING = 2;

    /// @dev The work left when nothing is left to list. The commit that follows takes less (Machines).
    uint256 private constant LISTED = 1 << 23;
    uint256 private constant GAS_BITS = 24;
    uint256 private constant LAST_REST = (1 << GAS_BITS) - 1;
    /// @dev Where a snapshot has the state root: among the registers, which follow four words.
    uint256 private constant STATE_ROOT_AT = 0x80 + FRAME_END - FRAME + STATE_ROOT - TRANSACTION;

    /// @notice The root of the state before the transaction, as a snapshot has it.
    function stateRoot(bytes calldata snapshot) internal pure returns (bytes32) {
        return bytes32(snapshot[STATE_ROOT_AT:]);
    }

    /// @notice Sets the least work to leave: the machine pauses before it has less to do. Zero runs to the end.
    function setUntil(uint256 work) internal pure {
        store(UNTIL_WORK, work);
        uint256 gas_ = work >> GAS_BITS;
        unchecked {
            // Not zero here. A machine pauses at gas that has 64 bits, which are those of a state.
            if (gas_ != 0) gas_ -= 1;
        }
        store(UNTIL_TOTAL, gas_ > type(uint64).max ? type(uint64).max : gas_);
        adjust();
    }

    /// @notice Translates the gas of all frames at which the machine pauses into gas of the running frame: its callers
    /// hold the rest.
    function adjust() internal pure {
        assembly ("memory-safe") {
            // Registers only. Zero if the callers alone hold more.
            let total := mload(UNTIL_TOTAL)
            let reserved := mload(RESERVED)
            mstore(UNTIL, shl(GAS_SHIFT, mul(sub(total, reserved), gt(total, reserved))))
        }
    }

    /// @notice Turns a state that counts gas from zero into one that counts it from where the machine pauses.
    function counted(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Reads a register.
            state := sub(s, mload(UNTIL))
        }
    }

    /// @notice The reverse of `counted`.
    function whole(uint256 s) internal pure returns (uint256 state) {
        assembly ("memory-safe") {
            // Reads a register.
            state := add(s, mload(UNTIL))
        }
    }

    /// @notice While a frame ends: the sum of the journal's length and the depth at which the machine pauses.
    /// @param gas_ The gas left of all frames.
    function restOfEnding(uint256 gas_) internal pure returns (uint256) {
        unchecked {
            // Gas has 64 bits, and GAS_BITS more fit into a word.
            return _rest((gas_ + 1) << GAS_BITS);
        }
    }

    /// @notice While changes are listed: the number of accounts and slots left to list at which the machine pauses.
    function restOfListing() internal pure returns (uint256) {
        return _rest(LISTED);
    }

    /// @dev By how much the least work to leave exceeds `work`.
    function _rest(uint256 work) private pure returns (uint256) {
        uint256 until = load(UNTIL_WORK);
        unchecked {
            // Compared before.
            return until > work ? until - work : 0;
        }
    }

    /// @notice Pauses before an instruction, and ends the call of L1.
    /// @param s The state, which counts gas from zero.
    function pauseRunning(uint256 s) internal pure {
        unchecked {
            // Gas has 64 bits, and the next instruction is in the code.
            uint256 gas_ = uint64(s >> GAS_SHIFT) + load(RESERVED);
            _pause(RUNNING, ((gas_ + 1) << GAS_BITS) | LAST_REST, s - (load(CODE) << PC_SHIFT));
        }
    }

    /// @notice Pauses while a frame ends, and ends the call of L1.
    /// @param gas_ The gas left of all frames.
    function pauseEnding(uint256 gas_) internal pure {
        unchecked {
            // Gas has 64 bits; the journal's length and the depth are small.
            _pause(ENDING, ((gas_ + 1) << GAS_BITS) + load(UNDO) + load(DEPTH), STACK_BASE);
        }
    }

    /// @notice Pauses while changes are listed, and ends the call of L1.
    /// @param left The number of accounts and slots left to list.
    function pauseListing(uint256 left) internal pure {
        unchecked {
            // There are fewer entries than bytes in their region (Entries).
            _pause(LISTING, LISTED + left, STACK_BASE);
        }
    }

    /// @dev Ends the call of L1 with a snapshot, and with what the next one may need: the pages in memory, and new code.
    /// All is written where memory is free; nothing is allocated any more.
    /// @param left The work left.
    /// @param s The state, in which the next instruction is relative to the start of the code.
    function _pause(uint256 mode, uint256 left, uint256 s) private pure {
        store(MODE, mode);
        uint256 start = load(0x40);
        uint256 size;
        uint256 pages;
        assembly ("memory-safe") {
            // No memory: sizes and places only.
            let stack := sub(STACK_BASE, and(s, TOP))
            size := add(0x80, add(sub(FRAME_END, FRAME), sub(TRANSACTION_END, TRANSACTION)))
            size := add(size, add(sub(HEADS_END, HEADS), stack))
            pages := add(start, add(0xc0, size))
        }
        uint256 codes;
        uint256 end;
        unchecked {
            // Places in memory: see Machine.
            codes = _writePages(pages + 0x20);
            end = Code.writeNew(codes + 0x20);
        }
        assembly ("memory-safe") {
            // Fills the buffer, and returns it as the ABI has it: (Paused, 0, snapshot, pages, codes).
            mstore(start, 0)
            mstore(add(start, 0x20), 0)
            mstore(add(start, 0x40), 0xa0)
            mstore(add(start, 0x60), sub(pages, start))
            mstore(add(start, 0x80), sub(codes, start))
            mstore(add(start, 0xa0), size)
            mstore(pages, sub(codes, add(pages, 0x20)))
            mstore(codes, sub(end, add(codes, 0x20)))
            let place := add(start, 0xc0)
            mstore(place, 0)
            mstore(add(place, 0x20), left)
            mstore(add(place, 0x40), mload(PAGES_ROOT))
            mstore(add(place, 0x60), s)
            place := add(place, 0x80)
            function append(to, from, end_) -> next {
                mcopy(to, from, sub(end_, from))
                next := add(to, sub(end_, from))
            }
            place := append(place, FRAME, FRAME_END)
            place := append(place, TRANSACTION, TRANSACTION_END)
            place := append(place, HEADS, HEADS_END)
            pop(append(place, and(s, TOP), STACK_BASE))
            return(start, and(add(sub(end, start), 0x1f), not(0x1f)))
        }
    }

    /// @dev Writes all pages that are in memory, each after its number.
    /// @param cursor Where to write.
    /// @return Where the last one ends.
    function _writePages(uint256 cursor) private pure returns (uint256) {
        unchecked {
            // Places in memory: see Machine.
            for (uint256 head = RESIDENT; head < RESIDENT + 0x2000; head += 0x20) {
                for (uint256 page = load(head); page != 0; page = load(page + PAGE_NEXT)) {
                    assembly ("memory-safe") {
                        // Writes to the buffer.
                        mstore(cursor, mload(page))
                        mcopy(add(cursor, 0x20), add(page, PAGE_HEADER), 0x400)
                        cursor := add(cursor, 0x420)
                    }
                }
            }
        }
        return cursor;
    }

    /// @notice Ends the call of L1 with the list of changes of a complete transaction.
    /// @param used The gas that it used.
    /// @param address_ Where the list starts.
    /// @param size Bytes of the list.
    function finish(uint256 used, uint256 address_, uint256 size) internal pure {
        Pages.touch(address_, size);
        uint256 start = load(0x40);
        unchecked {
            // A place in memory: see Machine.
            Pages.read(start + 0xc0, address_, size);
        }
        assembly ("memory-safe") {
            // Fills the buffer around the list, and returns it as the ABI has it: (Finished, used, changes, "", ""). Both
            // empty arrays are the same word.
            let last := add(0xc0, size)
            mstore(start, 1)
            mstore(add(start, 0x20), used)
            mstore(add(start, 0x40), 0xa0)
            mstore(add(start, 0x60), last)
            mstore(add(start, 0x80), last)
            mstore(add(start, 0xa0), size)
            mstore(add(start, last), 0)
            return(start, add(last, 0x20))
        }
    }

    /// @notice Puts a machine back into memory.
    /// @return s Its state. It counts gas from zero, and its next instruction is relative to the start of the code.
    function restore(bytes calldata snapshot) internal pure returns (uint256 s) {
        assembly ("memory-safe") {
            // Copies calldata to registers, heads and the stack, which lie below the heap. The snapshot is one of this
            // contract (IInterpreter), so its stack fits.
            let cursor := add(snapshot.offset, 0x40)
            mstore(PAGES_ROOT, calldataload(cursor))
            s := calldataload(add(cursor, 0x20))
            cursor := add(cursor, 0x40)
            function take(from, to, end) -> next {
                calldatacopy(to, from, sub(end, to))
                next := add(from, sub(end, to))
            }
            cursor := take(cursor, FRAME, FRAME_END)
            cursor := take(cursor, TRANSACTION, TRANSACTION_END)
            cursor := take(cursor, HEADS, HEADS_END)
            pop(take(cursor, and(s, TOP), STACK_BASE))
        }
        store(OLD_REGIONS, load(REGIONS));
    }
}
