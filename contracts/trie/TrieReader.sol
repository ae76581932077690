// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FULL_BRANCH, MalformedNode} from "./Node.sol";
import {Witness} from "./Witness.sol";

/// @title Trie reader
/// @notice Reads the value of a key from a trie of which the witness has the nodes, without copying a node: a walk
/// costs about as much as the hashes that the index of the witness took before.
/// @dev For keys of 32 bytes. Only dishonest roots have nodes that no Ethereum client would write; they revert, but for
/// what would cost more to see than to read: of a branch of 16 hashes only the child on the way is looked at, and of no
/// node whether a smaller trie would do (a branch with one child, an extension without a branch, a short node behind a
/// hash, a leaf at a wrong depth). What those lead to, depends on the witness alone.
library TrieReader {
    /// @dev A one in each of 16 bytes.
    uint256 private constant ONES = 0x01010101010101010101010101010101;

    /// @notice Finds a value; reverts with `MissingWitness` where a node on the way is missing.
    /// @return position Where it lies in calldata.
    /// @return length Its bytes; zero where the trie does not have the key.
    function find(Witness witness, bytes32 root, uint256 key) internal pure returns (uint256 position, uint256 length) {
        uint256 nibbles = 64;
        (uint256 item, uint256 end) = _node(witness, root);
        // Places in calldata, and a number of nibbles that only falls.
        unchecked {
            while (true) {
                if (end - item == FULL_BRANCH || !_isShort(item, end)) {
                    // All keys have the same length, so there is no value in a branch.
                    if (nibbles == 0) revert MalformedNode();
                    item = _child(item, end, key >> 252);
                    key <<= 4;
                    nibbles -= 1;
                } else {
                    (uint256 path, uint256 size, bool leaf, uint256 second) = _path(item);
                    if (leaf) (position, length) = _value(second, end);
                    else if (size == 0 || !_isLink(second, end)) revert MalformedNode();
                    if (size > nibbles || (size != 0 && (key ^ path) >> (256 - 4 * size) != 0)) return (0, 0);
                    if (leaf) return size == nibbles ? (position, length) : (0, 0);
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
                    (item, end) = (item + 1, item + first - 0xbf);
                }
            }
        }
    }

    /// @dev The items of a node, whose size determines the prefix.
    function _node(Witness witness, bytes32 hash) private pure returns (uint256 item, uint256 end) {
        (uint256 position, uint256 size) = witness.find(hash);
        bool sound;
        assembly ("memory-safe") {
            end := add(position, size)
            let word := calldataload(position)
            // One byte, or two from 56 bytes of items on, or three from 256 on; a node never has 65,536.
            switch gt(size, 258)
            case 1 {
                item := add(position, 3)
                sound := eq(shr(232, word), add(0xf8fffd, size))
            }
            default {
                switch gt(size, 57)
                case 1 {
                    item := add(position, 2)
                    sound := and(eq(shr(240, word), add(0xf7fe, size)), lt(size, 258))
                }
                default {
                    item := add(position, 1)
                    sound := and(eq(byte(0, word), add(0xbf, size)), lt(size, 57))
                }
            }
        }
        if (!sound) revert MalformedNode();
    }

    /// @dev Tells a node of two items from a branch. One that is neither may be taken for either: reading it reverts.
    function _isShort(uint256 item, uint256 end) private pure returns (bool short) {
        assembly ("memory-safe") {
            let first := byte(0, calldataload(item))
            // Neither an empty string nor a list is a path: the first child of a branch.
            short := and(lt(first, 0xc0), iszero(eq(first, 0x80)))
            if eq(first, 0xa0) {
                // A path or a hash: in a branch more items follow behind the second child.
                let second := add(item, 33)
                first := byte(0, calldataload(second))
                if or(eq(or(first, 0x20), 0xa0), gt(first, 0xbf)) {
                    short := eq(add(second, add(1, and(first, 0x3f))), end)
                }
            }
        }
    }

    /// @dev Where a child of a branch lies: an empty string, a hash, or a list of up to 30 bytes.
    function _child(uint256 item, uint256 end, uint256 index) private pure returns (uint256 child) {
        unchecked {
            if (end - item == FULL_BRANCH) {
                child = item + 33 * index;
                if (_byte(child) != 0xa0) revert MalformedNode();
                return child;
            }
        }
        bool sound;
        assembly ("memory-safe") {
            // A byte for each child, 0x20 for a hash and zero for an empty string. Four children a turn.
            let kinds := 0
            let next := item
            for {
                let turn := 0
            } lt(turn, 4) {
                turn := add(turn, 1)
            } {
                let kind := xor(byte(0, calldataload(next)), 0x80)
                kinds := or(shl(8, kinds), kind)
                next := add(next, add(kind, 1))
                kind := xor(byte(0, calldataload(next)), 0x80)
                kinds := or(shl(8, kinds), kind)
                next := add(next, add(kind, 1))
                kind := xor(byte(0, calldataload(next)), 0x80)
                kinds := or(shl(8, kinds), kind)
                next := add(next, add(kind, 1))
                kind := xor(byte(0, calldataload(next)), 0x80)
                kinds := or(shl(8, kinds), kind)
                next := add(next, add(kind, 1))
            }
            // The product's byte 15 is the sum of 16 bytes: how many hashes come before the child.
            let hashes := shr(add(5, shl(3, sub(16, index))), kinds)
            child := add(item, add(index, shl(5, and(shr(120, mul(hashes, ONES)), 0xff))))
            sound := iszero(and(kinds, not(shl(5, ONES))))
            sound := and(sound, and(eq(add(next, 1), end), eq(byte(0, calldataload(next)), 0x80)))
        }
        if (!sound) child = _childAmongLists(item, end, index);
    }

    /// @dev The same where some children are lists: small nodes, deep in a trie with short values.
    function _childAmongLists(uint256 item, uint256 end, uint256 index) private pure returns (uint256 child) {
        unchecked {
            for (uint256 i = 0; i < 16; i++) {
                if (i == index) child = item;
                uint256 first = _byte(item);
                if (first == 0x80) {
                    item += 1;
                } else {
                    if (first != 0xa0 && (first < 0xc1 || first > 0xde)) revert MalformedNode();
                    item += 1 + (first & 0x3f);
                }
            }
            if (item + 1 != end || _byte(item) != 0x80) revert MalformedNode();
        }
    }

    /// @dev A path in hex-prefix encoding, left-aligned, and the item behind it.
    function _path(uint256 item) private pure returns (uint256 path, uint256 nibbles, bool leaf, uint256 second) {
        bool sound;
        assembly ("memory-safe") {
            // A path of one byte has no prefix, since its flag is below 0x40.
            let size := 1
            let first := byte(0, calldataload(item))
            sound := 1
            if gt(first, 0x7f) {
                item := add(item, 1)
                size := sub(first, 0x80)
                sound := gt(first, 0x81)
            }
            second := add(item, size)
            let flag := byte(0, calldataload(item))
            let odd := and(shr(4, flag), 1)
            nibbles := add(shl(1, sub(size, 1)), odd)
            path := shl(shl(2, odd), calldataload(add(item, iszero(odd))))
            leaf := shr(5, flag)
            sound := and(sound, and(lt(flag, 0x40), lt(nibbles, 65)))
            sound := and(sound, or(odd, iszero(and(flag, 0x0f))))
        }
        if (!sound) revert MalformedNode();
    }

    /// @dev Whether the last item of an extension is a hash or a node that stands there.
    function _isLink(uint256 item, uint256 end) private pure returns (bool sound) {
        assembly ("memory-safe") {
            let first := byte(0, calldataload(item))
            sound := or(eq(first, 0xa0), and(gt(first, 0xc0), lt(first, 0xdf)))
            sound := and(sound, eq(add(item, add(1, and(first, 0x3f))), end))
        }
    }

    /// @dev The content of a leaf's last item, a byte string that is not empty.
    function _value(uint256 item, uint256 end) private pure returns (uint256 position, uint256 length) {
        bool sound;
        assembly ("memory-safe") {
            let word := calldataload(item)
            let first := byte(0, word)
            // A byte below 0x80 stands for itself, and only so.
            position := item
            length := 1
            sound := 1
            if gt(first, 0x7f) {
                position := add(item, 1)
                length := sub(first, 0x80)
                sound := and(gt(first, 0x80), or(gt(first, 0x81), gt(byte(1, word), 0x7f)))
                if gt(first, 0xb7) {
                    let size := sub(first, 0xb7)
                    position := add(position, size)
                    length := shr(sub(256, shl(3, size)), shl(8, word))
                    // In a list these would be no length, or one that is too large.
                    sound := and(gt(length, 55), gt(byte(1, word), 0))
                }
            }
            sound := and(sound, eq(add(position, length), end))
        }
        if (!sound) revert MalformedNode();
    }

    function _byte(uint256 item) private pure returns (uint256 first) {
        assembly ("memory-safe") {
            first := byte(0, calldataload(item))
        }
    }
}
