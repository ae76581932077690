// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Accounts} from "../Account.sol";
import {Witness} from "../Witness.sol";
import {Heap} from "./Heap.sol";
import {
    CODES,
    CODE_ABSENT,
    CODE_HEADER,
    CODE_PREVIOUS,
    CODE_ROOM,
    HEAP_LIMIT,
    WITNESS,
    load,
    store
} from "./Machine.sol";

/// @title Code
/// @notice How code lies in memory, and where one may jump to in it.
/// @dev A record: its size, the places found to be jump destinations (a bitmap; zero until it is needed), how much of
/// the code the bitmap covers, the hash of code that the witness has, one while such code is absent, the record of the
/// code from the witness before, a word of zeroes, the code, and zeroes behind it, which read as STOP and as the missing
/// bytes of the last instruction. A paused machine does not carry code that the witness has.
library Code {
    uint256 private constant BITMAP = 0x20;
    uint256 private constant COVERED = 0x40;
    uint256 private constant HASH = 0x60;
    uint256 private constant TAIL = 0x40;

    /// @notice A record for code that the caller copies to `record + CODE_HEADER`.
    function reserve(uint256 size) internal pure returns (uint256 record) {
        unchecked {
            // Places in memory.
            record = Heap.allocate(CODE_HEADER + size + TAIL);
            Heap.clear(record, CODE_HEADER);
            Heap.clear(record + CODE_HEADER + size, TAIL);
        }
        store(record, size);
    }

    /// @notice A record with a copy of code, to be kept to the end of the transaction. The code may lie in memory that is
    /// not allocated any more.
    function keep(uint256 place, uint256 size) internal pure returns (uint256 record) {
        unchecked {
            // Places in memory.
            record = Heap.allocate(CODE_HEADER + size + TAIL);
            assembly ("memory-safe") {
                mcopy(add(record, CODE_HEADER), place, size)
            }
            Heap.clear(record, CODE_HEADER);
            Heap.clear(record + CODE_HEADER + size, TAIL);
        }
        store(record, size);
        Heap.raiseFloor();
    }

    /// @notice Copies the code with a hash from the witness, to be kept to the end of the transaction.
    function fromWitness(bytes32 hash) internal pure returns (uint256 record) {
        if (hash == Accounts.EMPTY_CODE) {
            record = reserve(0);
        } else {
            (, uint256 size) = Witness.wrap(load(WITNESS)).find(hash);
            if (size > load(CODE_ROOM)) Heap.end();
            unchecked {
                // It has its own limit, not the heap's.
                store(CODE_ROOM, load(CODE_ROOM) - size);
                store(HEAP_LIMIT, load(HEAP_LIMIT) + size);
                record = reserve(size);
                store(record + HASH, uint256(hash));
                store(record + CODE_ABSENT, 1);
                store(record + CODE_PREVIOUS, load(CODES));
            }
            store(CODES, record);
            ensure(record);
        }
        Heap.raiseFloor();
    }

    /// @notice Brings code into memory that a pause left out.
    function ensure(uint256 record) internal pure {
        if (load(record + CODE_ABSENT) == 0) return;
        store(record + CODE_ABSENT, 0);
        (uint256 position, uint256 size) = Witness.wrap(load(WITNESS)).find(bytes32(load(record + HASH)));
        assembly ("memory-safe") {
            calldatacopy(add(record, CODE_HEADER), position, size)
        }
    }

    /// @notice Whether a jump may go to a place in the code.
    /// @dev A byte 0x5b is an instruction unless it lies in the data of a PUSH. Where none of the 32 bytes before it
    /// could be a PUSH that reaches it, it cannot; only otherwise the code is read from its start.
    function isDestination(uint256 record, uint256 destination) internal pure returns (bool result) {
        bool doubtful;
        assembly ("memory-safe") {
            if lt(destination, mload(record)) {
                let place := add(add(record, CODE_HEADER), destination)
                result := eq(byte(0, mload(place)), 0x5b)
                if result {
                    // A byte at distance d reaches the place if it is between 0x5f + d and 0x7f.
                    let before := mload(sub(place, 32))
                    let low := and(before, 0x7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f)
                    let reach := add(low, 0x0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20)
                    doubtful := and(
                        and(reach, not(before)),
                        0x8080808080808080808080808080808080808080808080808080808080808080
                    )
                }
            }
        }
        if (doubtful) result = _isMapped(record, destination);
    }

    function _isMapped(uint256 record, uint256 destination) private pure returns (bool result) {
        if (load(record + BITMAP) == 0) {
            uint256 size = (load(record) >> 8) * 32 + 32;
            uint256 bitmap_ = Heap.allocate(size);
            Heap.clear(bitmap_, size);
            Heap.raiseFloor();
            assembly ("memory-safe") {
                mstore(add(record, BITMAP), bitmap_)
            }
        }
        assembly ("memory-safe") {
            let code := add(record, CODE_HEADER)
            let bitmap := mload(add(record, BITMAP))
            let at := mload(add(record, COVERED))
            for {} iszero(gt(at, destination)) {} {
                let op := byte(0, mload(add(code, at)))
                if eq(op, 0x5b) {
                    let word := add(bitmap, shl(5, shr(8, at)))
                    mstore(word, or(mload(word), shl(and(at, 0xff), 1)))
                }
                at := add(at, 1)
                if eq(shr(5, op), 3) {
                    at := add(at, sub(op, 0x5f))
                }
            }
            mstore(add(record, COVERED), at)
            result := and(shr(and(destination, 0xff), mload(add(bitmap, shl(5, shr(8, destination))))), 1)
        }
    }
}
