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
import {PageTree} from "./PageTree.sol";

/// @title Snapshot
/// @notice A machine at rest, and how it goes on.
/// @dev A snapshot is a word of zero, the work that is left, the root of the tree of pages, the state with the place of
/// the next instruction counted from the start of its code, and then registers, heads of the world, and the stack. Pages
/// and code are not in it, only their hashes. Work left is, from the end of the transaction backwards:
///
///     while changes are listed     2^23 + accounts and slots still to be listed
///     while a frame ends           2^24 x (1 + gas left) + length of the journal + depth
///     while code runs              2^24 x (1 + gas left) + 2^24 - 1
library Snapshot {
    /// @dev What the machine is doing.
    uint256 internal constant RUNNING = 0;
    uint256 internal constant ENDING = 1;
    uint256 internal constant LISTING = 2;

    uint256 private constant LISTED = 1 << 23;
    uint256 private constant GAS_BITS = 24;
    uint256 private constant LAST_REST = (1 << GAS_BITS) - 1;

    /// @notice Sets the work left at which the machine pauses; zero where it goes on to the end.
    function setUntil(uint256 work) internal pure {
        store(UNTIL_WORK, work);
        uint256 gas_ = work >> GAS_BITS;
        unchecked {
            // Not zero. A state has 64 bits for gas.
            if (gas_ != 0) gas_ -= 1;
        }
        store(UNTIL_TOTAL, gas_ > type(uint64).max ? type(uint64).max : gas_);
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

    /// @notice How long the journal and how deep the frame may be, in sum, when the machine pauses as a frame ends with so
    /// much gas left in all.
    function restOfEnding(uint256 gas_) internal pure returns (uint256) {
        unchecked {
            // Gas has 64 bits.
            return _rest((gas_ + 1) << GAS_BITS);
        }
    }

    /// @notice How many accounts and slots may be left to list when the machine pauses.
    function restOfListing() internal pure returns (uint256) {
        return _rest(LISTED);
    }

    function _rest(uint256 work) private pure returns (uint256) {
        uint256 until = load(UNTIL_WORK);
        unchecked {
            // It is more.
            return until > work ? until - work : 0;
        }
    }

    /// @notice Pauses before an instruction: ends the call of L1.
    /// @param s The state, which counts gas from zero.
    function pauseRunning(uint256 s) internal pure {
        unchecked {
            // Gas has 64 bits, and the next instruction stands behind the start of the code.
            uint256 gas_ = uint64(s >> GAS_SHIFT) + load(RESERVED);
            _pause(RUNNING, ((gas_ + 1) << GAS_BITS) | LAST_REST, s - (load(CODE) << PC_SHIFT));
        }
    }

    /// @notice Pauses while a frame ends.
    function pauseEnding(uint256 gas_) internal pure {
        unchecked {
            // Gas has 64 bits.
            _pause(ENDING, ((gas_ + 1) << GAS_BITS) + load(UNDO) + load(DEPTH), STACK_BASE);
        }
    }

    /// @notice Pauses while changes are listed.
    function pauseListing(uint256 left) internal pure {
        unchecked {
            // Each entry took gas.
            _pause(LISTING, LISTED + left, STACK_BASE);
        }
    }

    /// @dev Ends the call of L1 with a snapshot, and all pages, nodes and code that no witness has had.
    function _pause(uint256 mode, uint256 left, uint256 s) private pure {
        store(MODE, mode);
        uint256 root = _plant();
        uint256 start = load(0x40);
        uint256 size;
        uint256 cursor;
        assembly ("memory-safe") {
            let stack := sub(STACK_BASE, and(s, 0xffff))
            size := add(0x80, add(sub(FRAME_END, FRAME), sub(TRANSACTION_END, TRANSACTION)))
            size := add(size, add(sub(HEADS_END, HEADS), stack))
            cursor := add(start, add(0xa0, size))
        }
        uint256 items = cursor;
        unchecked {
            // A place in memory.
            (root, cursor) = PageTree.seal(root, cursor + 0x20);
        }
        cursor = Code.writeNew(_writePages(cursor));
        assembly ("memory-safe") {
            // (Paused, 0, snapshot, items)
            mstore(start, 0)
            mstore(add(start, 0x20), 0)
            mstore(add(start, 0x40), 0x80)
            mstore(add(start, 0x60), sub(items, start))
            mstore(add(start, 0x80), size)
            mstore(items, sub(cursor, add(items, 0x20)))
            let place := add(start, 0xa0)
            mstore(place, 0)
            mstore(add(place, 0x20), left)
            mstore(add(place, 0x40), root)
            mstore(add(place, 0x60), s)
            place := add(place, 0x80)
            function append(to, from, end) -> next {
                mcopy(to, from, sub(end, from))
                next := add(to, sub(end, from))
            }
            place := append(place, FRAME, FRAME_END)
            place := append(place, TRANSACTION, TRANSACTION_END)
            place := append(place, HEADS, HEADS_END)
            pop(append(place, and(s, 0xffff), STACK_BASE))
            return(start, and(add(sub(cursor, start), 0x1f), not(0x1f)))
        }
    }

    /// @dev Puts all pages that are in memory into the tree.
    function _plant() private pure returns (uint256 root) {
        root = load(PAGES_ROOT);
        unchecked {
            // Places in memory.
            for (uint256 head = RESIDENT; head < RESIDENT + 0x2000; head += 0x20) {
                for (uint256 page = load(head); page != 0; page = load(page + PAGE_NEXT)) {
                    bytes32 hash;
                    assembly ("memory-safe") {
                        hash := keccak256(add(page, PAGE_HEADER), 0x400)
                    }
                    root = PageTree.put(root, load(page), hash);
                }
            }
        }
    }

    function _writePages(uint256 cursor) private pure returns (uint256) {
        unchecked {
            // Places in memory.
            for (uint256 head = RESIDENT; head < RESIDENT + 0x2000; head += 0x20) {
                for (uint256 page = load(head); page != 0; page = load(page + PAGE_NEXT)) {
                    assembly ("memory-safe") {
                        // A byte string of 1024 bytes.
                        mstore(cursor, shl(232, 0xb90400))
                        mcopy(add(cursor, 3), add(page, PAGE_HEADER), 0x400)
                        cursor := add(cursor, 0x403)
                    }
                }
            }
        }
        return cursor;
    }

    /// @notice Ends the transaction, and the call of L1, with the list of its changes.
    function finish(uint256 used, uint256 address_, uint256 size) internal pure {
        Pages.touch(address_, size);
        uint256 start = load(0x40);
        unchecked {
            // A place in memory.
            Pages.read(start + 0xa0, address_, size);
        }
        assembly ("memory-safe") {
            // (Finished, used, changes, "")
            mstore(start, 1)
            mstore(add(start, 0x20), used)
            mstore(add(start, 0x40), 0x80)
            mstore(add(start, 0x60), add(0xa0, size))
            mstore(add(start, 0x80), size)
            mstore(add(add(start, 0xa0), size), 0)
            return(start, add(size, 0xc0))
        }
    }

    /// @notice Puts a machine back into memory.
    /// @return s Its state, which counts gas from zero; the place of the next instruction from the start of its code.
    function restore(bytes calldata snapshot) internal pure returns (uint256 s) {
        assembly ("memory-safe") {
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
            pop(take(cursor, and(s, 0xffff), STACK_BASE))
        }
        store(OLD_REGIONS, load(REGIONS));
    }
}
