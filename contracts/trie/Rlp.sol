// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Recursive Length Prefix
/// @notice Reads and writes canonical RLP in memory, without allocating.
/// @dev OpenZeppelin's `RLP` accepts encodings that Ethereum clients refuse, reverts on broken ones, and allocates an
/// array for each list. Here, broken bytes in a transaction must lead to a verdict and not to a revert, and one call
/// reads thousands of trie nodes. Hence this reader:
/// - It works on pointers. An item lies in `[cursor, end)`; each function returns the place of the next item.
/// - A failure is sticky: the place it returns is `FAILED`, which is past every `end`, so all further reads fail too.
///   One comparison of the last place with `end` proves that every item was sound.
///
/// Why the assembly is memory-safe: readers write nothing, and may read past `end`, which does no harm. Writers write
/// where the caller tells them: it provides the room that each of them names, in its own or in free memory.
library Rlp {
    /// @dev The place that a failed read returns: 2^128, beyond any memory.
    uint256 internal constant FAILED = 0x100000000000000000000000000000000;

    /// @notice Reads the prefix of the item whose encoding begins with the bytes of `word`.
    /// @dev It takes a word and not a place, so that it serves memory and calldata alike. The length is at least
    /// `FAILED` if the prefix is not canonical.
    /// @return offset Where the content starts, counted from the start of the item.
    /// @return length Length of the content, in bytes.
    function prefix(uint256 word) internal pure returns (uint256 offset, uint256 length) {
        assembly ("memory-safe") {
            // No memory. Eight bytes of length at most, so the length stays below 2^64 or is `FAILED`.
            let first := shr(248, word)
            switch lt(first, 0x80)
            case 1 {
                length := 1
            }
            default {
                offset := 1
                length := and(first, 0x3f)
                if gt(length, 55) {
                    let size := sub(length, 55)
                    offset := add(size, 1)
                    length := shr(sub(256, shl(3, size)), shl(8, word))
                    // Canonical: no leading zero, and the long form only from 56 bytes on.
                    if or(iszero(byte(1, word)), lt(length, 56)) {
                        length := FAILED
                    }
                }
                // Canonical: a byte below 0x80 stands for itself.
                if eq(first, 0x81) {
                    if lt(byte(1, word), 0x80) {
                        length := FAILED
                    }
                }
            }
        }
    }

    /// @notice Reads a byte string.
    /// @return start Where its content starts.
    /// @return length The length of its content.
    /// @return next Where the next item starts, at most `end`; `FAILED` if there is no sound byte string.
    function readString(
        uint256 cursor,
        uint256 end
    ) internal pure returns (uint256 start, uint256 length, uint256 next) {
        unchecked {
            // Pointers and lengths stay below 2^129.
            if (cursor >= end) return (0, 0, FAILED);
            uint256 word = _load(cursor);
            if (word >> 248 > 0xbf) return (0, 0, FAILED);
            (uint256 offset, uint256 size) = prefix(word);
            start = cursor + offset;
            next = start + size;
            if (next > end) return (0, 0, FAILED);
            length = size;
        }
    }

    /// @notice Reads a scalar: an integer of 32 bytes at most, without leading zeroes.
    /// @return value The integer.
    /// @return next Where the next item starts, at most `end`; `FAILED` if there is no sound scalar.
    function readUint(uint256 cursor, uint256 end) internal pure returns (uint256 value, uint256 next) {
        assembly ("memory-safe") {
            // Only reads.
            next := FAILED
            if lt(cursor, end) {
                value := byte(0, mload(cursor))
                let behind := add(cursor, 1)
                // Zero is the empty string.
                let sound := gt(value, 0)
                if gt(value, 0x7f) {
                    let length := sub(value, 0x80)
                    let word := mload(behind)
                    // The shift gives zero if the length is above 32; then the check below fails.
                    value := shr(sub(256, shl(3, length)), word)
                    behind := add(behind, length)
                    // Canonical: no leading zero, and a byte below 0x80 stands for itself.
                    sound := or(iszero(length), and(gt(byte(0, word), 0), gt(value, 0x7f)))
                }
                if gt(sound, gt(behind, end)) {
                    next := behind
                }
            }
        }
    }

    /// @notice Reads a list.
    /// @return start Where its first item starts.
    /// @return next Where the list ends and the next item starts, at most `end`; `FAILED` if there is no sound list.
    function readList(uint256 cursor, uint256 end) internal pure returns (uint256 start, uint256 next) {
        unchecked {
            // Pointers and lengths stay below 2^129.
            if (cursor >= end) return (0, FAILED);
            uint256 word = _load(cursor);
            if (word >> 248 < 0xc0) return (0, FAILED);
            (uint256 offset, uint256 size) = prefix(word);
            start = cursor + offset;
            next = start + size;
            if (next > end) return (0, FAILED);
        }
    }

    /// @notice Writes a scalar at `cursor`.
    /// @dev Needs room for 33 bytes from `cursor` on, whatever the length.
    /// @return next Where it ends.
    function writeUint(uint256 cursor, uint256 value) internal pure returns (uint256 next) {
        assembly ("memory-safe") {
            // One byte, or a prefix and a word; zero is the empty string.
            switch lt(sub(value, 1), 0x7f)
            case 1 {
                mstore8(cursor, value)
                next := add(cursor, 1)
            }
            default {
                let size := sub(32, shr(3, clz(value)))
                mstore8(cursor, add(0x80, size))
                mstore(add(cursor, 1), shl(sub(256, shl(3, size)), value))
                next := add(cursor, add(size, 1))
            }
        }
    }

    /// @notice Writes the `length` bytes at `from` to `cursor`, as a byte string. The two do not overlap.
    /// @dev Needs room for a prefix of up to 9 bytes and for the content.
    /// @return next Where it ends.
    function writeString(uint256 cursor, uint256 from, uint256 length) internal pure returns (uint256 next) {
        assembly ("memory-safe") {
            // A byte below 0x80 stands for itself. The word of a long prefix is overwritten by the content.
            next := cursor
            if iszero(and(eq(length, 1), lt(byte(0, mload(from)), 0x80))) {
                switch lt(length, 56)
                case 1 {
                    mstore8(cursor, add(0x80, length))
                    next := add(cursor, 1)
                }
                default {
                    let size := sub(32, shr(3, clz(length)))
                    mstore8(cursor, add(0xb7, size))
                    mstore(add(cursor, 1), shl(sub(256, shl(3, size)), length))
                    next := add(cursor, add(size, 1))
                }
            }
            mcopy(next, from, length)
            next := add(next, length)
        }
    }

    /// @notice Writes the prefix of a list directly before its payload of `length` bytes at `payload`.
    /// @dev Needs room for the prefix, of up to 9 bytes, before the payload.
    /// @return start Where the list starts.
    function prependList(uint256 payload, uint256 length) internal pure returns (uint256 start) {
        assembly ("memory-safe") {
            // Byte by byte, from the last one on.
            start := sub(payload, 1)
            switch lt(length, 56)
            case 1 {
                mstore8(start, add(0xc0, length))
            }
            default {
                let first := 0xf7
                for {} length {} {
                    mstore8(start, length)
                    start := sub(start, 1)
                    length := shr(8, length)
                    first := add(first, 1)
                }
                mstore8(start, first)
            }
        }
    }

    /// @dev The word at a place in memory.
    function _load(uint256 cursor) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            // Only reads.
            word := mload(cursor)
        }
    }
}
