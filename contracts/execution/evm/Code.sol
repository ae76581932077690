// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {JUMPDEST, PUSH0} from "../fork/Opcodes.sol";
import {Accounts} from "../../trie/Account.sol";
import {Witness} from "../../trie/Witness.sol";
import {Heap} from "./Heap.sol";
import {CODES, CODE_HEADER, CODE_LENGTH, NEW_CODES, WITNESS, load, store} from "./Machine.sol";
import {Pages} from "./Pages.sol";

/// @title Code
/// @notice How code lies in memory, and where one may jump to in it.
/// @dev A record: its hash, the next record of a table by the last bits of the hash, its size, the places found to be jump destinations (a bitmap; zero
/// until it is needed), how much of the code the bitmap covers, the record before in the list of code that comes from no
/// witness, a word of zeroes, the code, and zeroes behind it, which read as STOP and as the missing bytes of the last
/// instruction. A machine that pauses keeps the hash, and the code comes back with a witness.
library Code {
    uint256 private constant NEXT_RECORD = 0x20;
    uint256 private constant BITMAP = 0x60;
    uint256 private constant COVERED = 0x80;
    uint256 private constant PREVIOUS = 0xa0;
    uint256 private constant TAIL = 0x40;

    /// @notice The record of the code with a hash.
    function find(bytes32 hash) internal pure returns (uint256 record) {
        record = _find(hash);
        if (record != 0) return record;
        uint256 position = 0;
        uint256 size = 0;
        if (hash != Accounts.EMPTY_CODE) (position, size) = Witness.wrap(load(WITNESS)).find(hash);
        record = _reserve(size);
        assembly ("memory-safe") {
            calldatacopy(add(record, CODE_HEADER), position, size)
        }
        _enter(record, hash);
    }

    /// @notice The record of code that the transaction brings.
    function fromCalldata(bytes calldata code) internal pure returns (uint256 record) {
        record = _reserve(code.length);
        assembly ("memory-safe") {
            calldatacopy(add(record, CODE_HEADER), code.offset, code.length)
        }
        return _keep(record, code.length);
    }

    /// @notice The record of code that lies in the machine's pages.
    function fromPages(uint256 address_, uint256 size) internal pure returns (uint256 record) {
        Pages.touch(address_, size);
        record = _reserve(size);
        unchecked {
            // A place in memory.
            Pages.read(record + CODE_HEADER, address_, size);
        }
        return _keep(record, size);
    }

    /// @notice Writes the code that comes from no witness, as a witness has it.
    /// @return end Where it ends.
    function writeNew(uint256 cursor) internal pure returns (uint256 end) {
        for (uint256 record = load(NEW_CODES); record != 0; record = load(record + PREVIOUS)) {
            assembly ("memory-safe") {
                // A byte string whose length takes two bytes, however short it is.
                let size := mload(add(record, CODE_LENGTH))
                mstore(cursor, or(shl(248, 0xb9), shl(232, size)))
                mcopy(add(cursor, 3), add(record, CODE_HEADER), size)
                cursor := add(add(cursor, 3), size)
            }
        }
        end = cursor;
    }

    function _find(bytes32 hash) private pure returns (uint256 record) {
        assembly ("memory-safe") {
            record := mload(add(CODES, shl(5, and(hash, 0x1f))))
            for {} record {} {
                if eq(mload(record), hash) {
                    break
                }
                record := mload(add(record, NEXT_RECORD))
            }
        }
    }

    function _enter(uint256 record, bytes32 hash) private pure {
        assembly ("memory-safe") {
            let head := add(CODES, shl(5, and(hash, 0x1f)))
            mstore(record, hash)
            mstore(add(record, NEXT_RECORD), mload(head))
            mstore(head, record)
        }
    }

    function _reserve(uint256 size) private pure returns (uint256 record) {
        unchecked {
            // Places in memory.
            record = Heap.allocate(CODE_HEADER + size + TAIL);
            Heap.clear(record, CODE_HEADER);
            Heap.clear(record + CODE_HEADER + size, TAIL);
            store(record + CODE_LENGTH, size);
        }
    }

    /// @dev Enters the record that was reserved last, unless there is one of the same code.
    function _keep(uint256 record, uint256 size) private pure returns (uint256) {
        bytes32 hash;
        assembly ("memory-safe") {
            hash := keccak256(add(record, CODE_HEADER), size)
        }
        uint256 known = _find(hash);
        if (known != 0) {
            Heap.startAt(record);
            return known;
        }
        _enter(record, hash);
        unchecked {
            // A place in memory.
            store(record + PREVIOUS, load(NEW_CODES));
        }
        store(NEW_CODES, record);
        return record;
    }

    /// @notice Whether a jump may go to a place in the code.
    /// @dev A byte 0x5b is an instruction unless it lies in the data of a PUSH. Where none of the 32 bytes before it
    /// could be a PUSH that reaches it, it cannot; only otherwise the code is read from its start.
    function isDestination(uint256 record, uint256 destination) internal pure returns (bool result) {
        bool doubtful;
        assembly ("memory-safe") {
            if lt(destination, mload(add(record, CODE_LENGTH))) {
                let place := add(add(record, CODE_HEADER), destination)
                result := eq(byte(0, mload(place)), JUMPDEST)
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
            uint256 size = (load(record + CODE_LENGTH) >> 8) * 32 + 32;
            uint256 bitmap_ = Heap.allocate(size);
            Heap.clear(bitmap_, size);
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
                if eq(op, JUMPDEST) {
                    let word := add(bitmap, shl(5, shr(8, at)))
                    mstore(word, or(mload(word), shl(and(at, 0xff), 1)))
                }
                at := add(at, 1)
                if eq(shr(5, op), 3) {
                    at := add(at, sub(op, PUSH0))
                }
            }
            mstore(add(record, COVERED), at)
            result := and(shr(and(destination, 0xff), mload(add(bitmap, shl(5, shr(8, destination))))), 1)
        }
    }
}
