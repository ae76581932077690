// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {CHUNK, CHUNK_END, CODE_ROOM, FIRST_CHUNK, FIRST_CHUNK_END, FLOOR, HEAP_LIMIT, load, store} from "./Machine.sol";

/// @title Heap
/// @notice Memory of L1 for what the machine keeps. A frame's memory is given back when the frame ends; what has to
/// outlive it comes from chunks, or raises the floor below which nothing is given back.
library Heap {
    uint256 private constant CHUNK_SIZE = 0x1000;

    /// @notice Starts with an empty heap.
    /// @param limit The most bytes that it may take.
    function init(uint256 limit) internal pure {
        store(CHUNK, FIRST_CHUNK);
        store(CHUNK_END, FIRST_CHUNK_END);
        unchecked {
            // The chain's constant is below 2^32.
            store(HEAP_LIMIT, load(0x40) + limit);
            store(CODE_ROOM, 2 * limit);
        }
        raiseFloor();
    }

    /// @notice Where memory is allocated from then on.
    function startAt(uint256 place) internal pure {
        store(0x40, place);
    }

    /// @notice A small record that is kept to the end of the transaction. Its content is undefined.
    function keep(uint256 size) internal pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := mload(CHUNK)
            let behind := add(place, size)
            if gt(behind, mload(CHUNK_END)) {
                place := mload(0x40)
                behind := add(place, size)
                mstore(CHUNK_END, add(place, CHUNK_SIZE))
                mstore(0x40, add(place, CHUNK_SIZE))
                mstore(FLOOR, add(place, CHUNK_SIZE))
            }
            mstore(CHUNK, behind)
        }
        check();
    }

    /// @notice Allocates behind everything else.
    function allocate(uint256 size) internal pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := mload(0x40)
            mstore(0x40, and(add(add(place, size), 0x1f), not(0x1f)))
        }
        check();
    }

    /// @notice Ends the machine where it takes more memory than the chain allows. What it takes depends on the
    /// transaction alone: neither on L1's gas, nor on the witness, nor on pauses.
    function check() internal pure {
        if (load(0x40) > load(HEAP_LIMIT)) end();
    }

    /// @notice Ends the machine, and with it the call of L1: the transaction is larger than the chain allows.
    function end() internal pure {
        assembly ("memory-safe") {
            // (TooLarge, 0, "")
            let free := mload(0x40)
            mstore(free, 2)
            mstore(add(free, 0x20), 0)
            mstore(add(free, 0x40), 0x60)
            mstore(add(free, 0x60), 0)
            return(free, 0x80)
        }
    }

    /// @notice Keeps everything that is allocated now to the end of the transaction.
    function raiseFloor() internal pure {
        assembly ("memory-safe") {
            mstore(FLOOR, mload(0x40))
        }
    }

    /// @notice Gives back what lies behind a place, as far as nothing there has to be kept.
    function release(uint256 place) internal pure {
        assembly ("memory-safe") {
            let floor := mload(FLOOR)
            if lt(place, floor) {
                place := floor
            }
            mstore(0x40, place)
        }
    }

    /// @notice Fills memory with zeroes.
    function clear(uint256 place, uint256 size) internal pure {
        assembly ("memory-safe") {
            // Copying from behind the calldata writes zeroes.
            calldatacopy(place, calldatasize(), size)
        }
    }
}
