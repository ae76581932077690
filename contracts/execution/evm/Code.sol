// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {EMPTY_CODE} from "../../trie/Account.sol";
import {Witness} from "../../trie/Witness.sol";
import {Fork} from "../fork/Fork.sol";
import {JUMPDEST, PUSH0} from "../fork/Opcodes.sol";
import {Heap} from "./Heap.sol";
import {CODES, CODE_HEADER, CODE_LENGTH, DESTINATIONS, NEW_CODES, WITNESS, load, store} from "./Machine.sol";
import {Pages} from "./Pages.sol";

/// @title Code
/// @notice Code in memory, and its jump destinations.
/// @dev Code lies in a record on the heap; a hash table leads to the records. A machine that pauses keeps hashes only:
/// the code comes back with a witness. Words of a record:
///
///     0 hash  1 next record with the same head  2 size of the code
///     3 place of the bitmap of jump destinations, zero until it is needed  4 how much of the code the bitmap covers
///     5 next record of code that comes from no witness  6 bytes that searches may still go back  7 zero
///
/// Then comes the code, and two words of zeroes, which read as STOP or as the missing bytes of the last PUSH. Word 7
/// lets `_reaching` read the 32 bytes before any byte of the code.
///
/// Assembly here is memory-safe: it touches the heads of the hash table, which lie below the heap (Machine), records
/// and bitmaps, which are blocks on the heap, and calldata.
library Code {
    uint256 private constant NEXT_RECORD = 0x20;
    uint256 private constant BITMAP = 0x60;
    uint256 private constant COVERED = 0x80;
    uint256 private constant NEXT_NEW = 0xa0;
    uint256 private constant LEFT = 0xc0;
    /// @dev Bytes of zeroes after the code.
    uint256 private constant TAIL = 0x40;

    /// @notice The record of the code with a hash. Reverts with `MissingWitness` if neither memory nor witness has it.
    function find(bytes32 hash) internal pure returns (uint256 record) {
        record = _find(hash);
        if (record != 0) return record;
        uint256 position = 0;
        uint256 size = 0;
        if (hash != EMPTY_CODE) (position, size) = Witness.wrap(load(WITNESS)).find(hash);
        record = _reserve(size);
        assembly ("memory-safe") {
            // Fills the new record, which has room for `size` bytes.
            calldatacopy(add(record, CODE_HEADER), position, size)
        }
        _enter(record, hash);
    }

    /// @notice The record of the transaction's init code.
    function fromCalldata(bytes calldata code) internal pure returns (uint256 record) {
        record = _reserve(code.length);
        assembly ("memory-safe") {
            // Fills the new record, which has room for the code.
            calldatacopy(add(record, CODE_HEADER), code.offset, code.length)
        }
        return _keep(record, code.length);
    }

    /// @notice The record of code that is in the machine's address space: init code, or what init code returned.
    function fromPages(uint256 address_, uint256 size) internal pure returns (uint256 record) {
        // All pages first: bringing in a page allocates, and the record has to be the last block (`_keep`).
        Pages.touch(address_, size);
        record = _reserve(size);
        unchecked {
            // A place in memory: see Machine.
            Pages.read(record + CODE_HEADER, address_, size);
        }
        return _keep(record, size);
    }

    /// @notice The record of the code of an account that runs the code of `target` (EIP-7702).
    function delegationTo(uint256 target) internal pure returns (uint256 record) {
        record = _reserve(Fork.DELEGATION_SIZE);
        unchecked {
            // A place in memory: see Machine. The code starts the word; the rest of it is zero.
            store(record + CODE_HEADER, ((Fork.DELEGATION_PREFIX << 160) | target) << 72);
        }
        return _keep(record, Fork.DELEGATION_SIZE);
    }

    /// @notice Whether a code lets its account run the code of another one (EIP-7702).
    function delegates(uint256 record) internal pure returns (bool) {
        unchecked {
            // A place in memory: see Machine.
            return
                load(record + CODE_LENGTH) == Fork.DELEGATION_SIZE &&
                load(record + CODE_HEADER) >> 232 == Fork.DELEGATION_PREFIX;
        }
    }

    /// @notice The address whose code it runs.
    /// @param record A code that `delegates`.
    function delegateOf(uint256 record) internal pure returns (uint256) {
        unchecked {
            // A place in memory: see Machine. The address follows the prefix.
            return uint160(load(record + CODE_HEADER) >> 72);
        }
    }

    /// @notice Writes all code that comes from no witness, as RLP items of a witness.
    /// @param cursor Where to write: at or after the free memory pointer.
    /// @return end Where the last item ends.
    function writeNew(uint256 cursor) internal pure returns (uint256 end) {
        for (uint256 record = load(NEW_CODES); record != 0; record = load(record + NEXT_NEW)) {
            assembly ("memory-safe") {
                // Writes to the caller's buffer. An item is a byte string whose length takes two bytes, however short
                // it is; the word of the prefix reaches over its three bytes, and the code is written over the rest.
                let size := mload(add(record, CODE_LENGTH))
                mstore(cursor, or(shl(248, 0xb9), shl(232, size)))
                mcopy(add(cursor, 3), add(record, CODE_HEADER), size)
                cursor := add(add(cursor, 3), size)
            }
        }
        end = cursor;
    }

    /// @dev The record of the code with a hash; zero if memory has none.
    function _find(bytes32 hash) private pure returns (uint256 record) {
        assembly ("memory-safe") {
            // Reads the heads and the records.
            record := mload(add(CODES, shl(5, and(hash, 0x1f))))
            for {} record {} {
                if eq(mload(record), hash) {
                    break
                }
                record := mload(add(record, NEXT_RECORD))
            }
        }
    }

    /// @dev Puts a record into the hash table.
    function _enter(uint256 record, bytes32 hash) private pure {
        assembly ("memory-safe") {
            // Writes to a head and to the record.
            let head := add(CODES, shl(5, and(hash, 0x1f)))
            mstore(record, hash)
            mstore(add(record, NEXT_RECORD), mload(head))
            mstore(head, record)
        }
    }

    /// @dev Allocates a record for code of a size.
    function _reserve(uint256 size) private pure returns (uint256 record) {
        unchecked {
            // Places in memory, and the size of code that memory or calldata holds: see Machine.
            record = Heap.allocate(CODE_HEADER + size + TAIL);
            Heap.clear(record, CODE_HEADER);
            Heap.clear(record + CODE_HEADER + size, TAIL);
            store(record + CODE_LENGTH, size);
            store(record + LEFT, size);
        }
    }

    /// @dev Enters the record that was reserved last. If there is one of the same code, that is taken and this one is
    /// freed.
    function _keep(uint256 record, uint256 size) private pure returns (uint256) {
        bytes32 hash;
        assembly ("memory-safe") {
            // Reads the record.
            hash := keccak256(add(record, CODE_HEADER), size)
        }
        uint256 known = _find(hash);
        if (known != 0) {
            Heap.startAt(record);
            return known;
        }
        _enter(record, hash);
        unchecked {
            // A place in memory: see Machine.
            store(record + NEXT_NEW, load(NEW_CODES));
        }
        store(NEW_CODES, record);
        return record;
    }

    /// @notice Finds the jump destination at an offset of the code: a JUMPDEST that is not part of the data of a PUSH.
    /// @return place Its place in memory; zero where there is none.
    function destinationAt(uint256 record, uint256 offset) internal pure returns (uint256 place) {
        assembly ("memory-safe") {
            // Reads the record.
            if lt(offset, mload(add(record, CODE_LENGTH))) {
                place := add(add(record, CODE_HEADER), offset)
                place := mul(place, eq(byte(0, mload(place)), JUMPDEST))
            }
        }
        if (place == 0) return 0;
        if (_reaching(place) == 0) return place;
        unchecked {
            // A place in memory: see Machine. It is found again at once while no other one takes its slot.
            uint256 slot = DESTINATIONS + (place % 128) * 32;
            if (load(slot) == place) return place;
            if (!_search(record, offset)) return 0;
            store(slot, place);
        }
    }

    /// @dev Which of the 32 bytes before a place in code could be a PUSH that reaches it. Where none could, an instruction
    /// starts there.
    /// @return bytes_ The high bit of each such byte.
    function _reaching(uint256 place) private pure returns (uint256 bytes_) {
        assembly ("memory-safe") {
            // Reads the record, at most 32 bytes before the code. A byte at distance d is such a PUSH if it is between
            // 0x5f + d and 0x7f (PUSH1 is 0x60). All 32 are tested at once: adding 0x21 - d to a byte of seven bits sets
            // its high bit if it is at least 0x5f + d, and `before` has the high bit where the byte is above 0x7f.
            let before := mload(sub(place, 32))
            let low := and(before, 0x7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f)
            let reach := add(low, 0x0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20)
            bytes_ := and(and(reach, not(before)), 0x8080808080808080808080808080808080808080808080808080808080808080)
        }
    }

    /// @dev Whether an instruction starts at an offset. Goes back to an offset where one does for sure, and reads the
    /// instructions from there. Code can be made to have none near: all searches together go back by no more than its
    /// size, then a bitmap takes over, for which the code is read from its start, once.
    function _search(uint256 record, uint256 destination) private pure returns (bool result) {
        unchecked {
            // Places in memory: see Machine. Of the bytes that could be a PUSH which reaches the place, the first reaches
            // every place between the two as well, so that the next candidate is its own place. The first byte of the
            // code has none before it.
            uint256 end = record + CODE_HEADER + destination;
            uint256 last = end - load(record + LEFT);
            uint256 place = end;
            for (uint256 bytes_ = _reaching(place); bytes_ != 0; bytes_ = _reaching(place)) {
                assembly ("memory-safe") {
                    // No memory.
                    place := add(sub(place, 32), shr(3, clz(bytes_)))
                }
                if (place < last) {
                    // From now on the bitmap answers: a search that failed must not be paid for again.
                    store(record + LEFT, 0);
                    return _isMapped(record, destination);
                }
            }
            store(record + LEFT, place - last);
            assembly ("memory-safe") {
                // Reads the code. PUSH1 to PUSH32 are the opcodes 0x60 to 0x7f: their data is skipped.
                for {} lt(place, end) {} {
                    let op := byte(0, mload(place))
                    place := add(place, 1)
                    if eq(shr(5, op), 3) {
                        place := add(place, sub(op, PUSH0))
                    }
                }
                result := eq(place, end)
            }
        }
    }

    /// @dev Whether there is a jump destination at an offset, by the bitmap, which is extended that far.
    function _isMapped(uint256 record, uint256 destination) private pure returns (bool result) {
        if (load(record + BITMAP) == 0) {
            uint256 size = (load(record + CODE_LENGTH) >> 8) * 32 + 32;
            uint256 bitmap_ = Heap.allocate(size);
            Heap.clear(bitmap_, size);
            assembly ("memory-safe") {
                // Writes to the record.
                mstore(add(record, BITMAP), bitmap_)
            }
        }
        assembly ("memory-safe") {
            // Reads the code, and writes to the bitmap, which has a bit for each byte of the code.
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
                // PUSH1 to PUSH32 are the opcodes 0x60 to 0x7f: their data is skipped.
                if eq(shr(5, op), 3) {
                    at := add(at, sub(op, PUSH0))
                }
            }
            mstore(add(record, COVERED), at)
            result := and(shr(and(destination, 0xff), mload(add(bitmap, shl(5, shr(8, destination))))), 1)
        }
    }
}
