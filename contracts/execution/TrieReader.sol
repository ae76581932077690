// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Witness} from "./Witness.sol";

/// @title Trie reader
/// @notice Reads the value of a key from a trie of which the witness has the nodes, without copying a node: a walk
/// costs about as much as the hashes that the index of the witness took before.
/// @dev For keys of 32 bytes. A node that no Ethereum client would write leads to a value or a revert that depends on
/// the witness alone; roots of honest states have no such nodes.
library TrieReader {
    /// @notice The bytes of a node on the way are not those of a trie node.
    error MalformedNode();

    /// @notice Finds a value; reverts with `MissingWitness` where a node on the way is missing.
    /// @return position Where it lies in calldata.
    /// @return length Its bytes; zero where the trie does not have the key.
    function find(Witness witness, bytes32 root, uint256 key) internal pure returns (uint256 position, uint256 length) {
        uint256 nibbles = 64;
        (uint256 item, uint256 end) = _node(witness, root);
        // Places in calldata, and a number of nibbles that only falls.
        unchecked {
            while (true) {
                (uint256 second, bool short) = _isShort(item, end);
                if (!short) {
                    // A branch. All keys have the same length, so there is no value in one.
                    if (nibbles == 0) revert MalformedNode();
                    item = _child(item, end, key >> 252);
                    key <<= 4;
                    nibbles -= 1;
                } else {
                    (uint256 path, uint256 size, bool leaf) = _path(item);
                    if (size > nibbles || (size != 0 && (key ^ path) >> (256 - 4 * size) != 0)) return (0, 0);
                    if (leaf) {
                        if (size != nibbles) return (0, 0);
                        (position, length) = _content(second);
                        if (position + length != end) revert MalformedNode();
                        return (position, length);
                    }
                    key <<= 4 * size;
                    nibbles -= size;
                    item = second;
                }
                uint256 first = _byte(item);
                if (first == 0x80) return (0, 0);
                if (first == 0xa0) {
                    bytes32 hash;
                    assembly ("memory-safe") {
                        hash := calldataload(add(item, 1))
                    }
                    (item, end) = _node(witness, hash);
                } else {
                    // A node of less than 32 bytes stands in its parent.
                    if (first < 0xc0 || first > 0xde) revert MalformedNode();
                    (item, end) = (item + 1, item + first - 0xbf);
                }
            }
        }
    }

    /// @dev The items of a node.
    function _node(Witness witness, bytes32 hash) private pure returns (uint256 item, uint256 end) {
        (uint256 position, uint256 size) = witness.find(hash);
        assembly ("memory-safe") {
            end := add(position, size)
            let first := byte(0, calldataload(position))
            item := add(position, 1)
            if gt(first, 0xf7) {
                item := add(item, sub(first, 0xf7))
            }
        }
    }

    /// @dev Whether a node has two items, and where the second is.
    function _isShort(uint256 item, uint256 end) private pure returns (uint256 second, bool short) {
        unchecked {
            // 16 hashes and an empty value: most branches.
            if (end - item == 529) return (0, false);
        }
        second = _next(item);
        short = second < end && _next(second) == end;
    }

    function _child(uint256 item, uint256 end, uint256 index) private pure returns (uint256) {
        unchecked {
            // Places in calldata.
            if (end - item == 529) return item + 33 * index;
            for (; index != 0; --index) item = _next(item);
        }
        if (item >= end) revert MalformedNode();
        return item;
    }

    /// @dev Where the item behind another starts.
    function _next(uint256 item) private pure returns (uint256 next) {
        assembly ("memory-safe") {
            let word := calldataload(item)
            let first := byte(0, word)
            switch lt(first, 0x80)
            case 1 {
                next := add(item, 1)
            }
            default {
                // Of strings and of lists alike.
                let size := and(first, 0x3f)
                next := add(item, add(size, 1))
                if gt(size, 55) {
                    let bytes_ := sub(size, 55)
                    next := add(add(item, add(bytes_, 1)), shr(sub(256, shl(3, bytes_)), shl(8, word)))
                }
            }
        }
    }

    /// @dev A path in hex-prefix encoding, left-aligned.
    function _path(uint256 item) private pure returns (uint256 path, uint256 nibbles, bool leaf) {
        (uint256 start, uint256 size) = _content(item);
        if (size == 0 || size > 33) revert MalformedNode();
        assembly ("memory-safe") {
            let flag := byte(0, calldataload(start))
            path := calldataload(add(start, 1))
            nibbles := shl(1, sub(size, 1))
            if and(flag, 0x10) {
                path := shl(4, calldataload(start))
                nibbles := add(nibbles, 1)
            }
            leaf := and(shr(5, flag), 1)
        }
    }

    /// @dev The content of a byte string.
    function _content(uint256 item) private pure returns (uint256 start, uint256 length) {
        uint256 next = _next(item);
        assembly ("memory-safe") {
            let first := byte(0, calldataload(item))
            start := item
            if gt(first, 0x7f) {
                start := add(item, 1)
            }
            if gt(first, 0xb7) {
                start := add(start, sub(first, 0xb7))
            }
        }
        unchecked {
            // The content lies within the item.
            length = next - start;
        }
    }

    function _byte(uint256 item) private pure returns (uint256 first) {
        assembly ("memory-safe") {
            first := byte(0, calldataload(item))
        }
    }
}
