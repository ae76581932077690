// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Recursive Length Prefix
/// @notice Reads and writes canonical RLP in memory, without allocating.
/// @dev OpenZeppelin's `RLP` accepts encodings that Ethereum clients refuse, reverts on broken ones, and allocates an
/// array for each list. Here broken bytes in a transaction have to lead to a verdict and not to a revert, and thousands
/// of trie nodes are read in one call, hence this reader:
/// - It works on pointers. An item lies in `[cursor, end)`; each function returns where the next one starts.
/// - A failure is sticky: it returns `FAILED` as the next place, which lies behind every `end`, so that reading on
///   fails as well, and one comparison of the last place with `end` proves that every item was sound.
library Rlp {
    /// @dev The place that a failed read returns; beyond any memory.
    uint256 internal constant FAILED = 0x100000000000000000000000000000000;

    /// @notice Reads the prefix of the item whose encoding begins with the bytes of `word`.
    /// @dev Reading a word rather than a place serves memory and calldata alike. The length is at least `FAILED` where
    /// the prefix is not canonical.
    /// @return offset Where the content starts, from the start of the item.
    /// @return length Length of the content, in bytes.
    function prefix(uint256 word) internal pure returns (uint256 offset, uint256 length) {
        assembly ("memory-safe") {
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
                    // Canonical: no leading zero, and only where the short form does not reach.
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
    /// @return length Length of its content.
    /// @return next Where the next item starts, at most `end`; `FAILED` where there is no sound byte string.
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

    /// @notice Reads a scalar of at most 32 bytes, which has no leading zero.
    function readUint(uint256 cursor, uint256 end) internal pure returns (uint256 value, uint256 next) {
        assembly ("memory-safe") {
            next := FAILED
            if lt(cursor, end) {
                value := byte(0, mload(cursor))
                let behind := add(cursor, 1)
                // Zero is the empty string.
                let sound := gt(value, 0)
                if gt(value, 0x7f) {
                    let length := sub(value, 0x80)
                    let word := mload(behind)
                    // Zero where the length is above 32.
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
    /// @return next Where it ends, and the next item starts; `FAILED` where there is no sound list.
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
    /// @dev Writes up to 33 bytes behind `cursor`, whatever the length.
    /// @return next Where it ends.
    function writeUint(uint256 cursor, uint256 value) internal pure returns (uint256 next) {
        assembly ("memory-safe") {
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

    /// @notice Writes the byte string of `length` bytes at `from` to `cursor`. The two do not overlap.
    /// @return next Where it ends.
    function writeString(uint256 cursor, uint256 from, uint256 length) internal pure returns (uint256 next) {
        assembly ("memory-safe") {
            next := cursor
            // A byte below 0x80 stands for itself.
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

    /// @notice Writes the prefix of a list whose payload of `length` bytes starts at `payload`, right before it.
    /// @return start Where the list starts.
    function prependList(uint256 payload, uint256 length) internal pure returns (uint256 start) {
        assembly ("memory-safe") {
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

    function _load(uint256 cursor) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(cursor)
        }
    }
}
