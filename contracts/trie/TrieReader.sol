// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FULL_BRANCH, MalformedNode} from "./Node.sol";
import {Witness} from "./Witness.sol";

/// @title Trie reader
/// @notice Reads the value of a key from the nodes of a witness, where they lie in calldata. No node is copied, so a
/// walk costs about as much gas as the index of the witness spent on hashing the nodes.
/// @dev For keys of 32 bytes. A node that no Ethereum client would write exists only under a dishonest root. The reader
/// reverts on it, except where a check would cost more than reading: of a branch of 16 hashes it checks only the child
/// that it follows, and it does not check that the trie is minimal (a branch with one child, an extension to a leaf, a
/// node of less than 32 bytes under a hash, a leaf at a wrong depth). The result for such nodes still depends on the
/// root and the witness alone.
///
/// Why the assembly is memory-safe: it reads calldata, and no memory at all. Reading past a node is harmless: whatever
/// lies there, the items then do not end with the node, and it is refused.
library TrieReader {
    /// @dev A one in each of 16 bytes.
    uint256 private constant ONES = 0x01010101010101010101010101010101;

    /// @notice Finds the value of a key. Reverts with `MissingWitness` if a node on its path is missing, and with
    /// `MalformedNode` if one is no trie node.
    /// @return position The place of the value in calldata.
    /// @return length Its length in bytes; zero if the trie does not have the key.
    function find(Witness witness, bytes32 root, uint256 key) internal pure returns (uint256 position, uint256 length) {
        uint256 nibbles = 64;
        (uint256 item, uint256 end) = _node(witness, root);
        unchecked {
            // Places in calldata. The nibbles of a path are compared with those left before they are subtracted.
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
                        // Only reads calldata.
                        hash := calldataload(add(item, 1))
                    }
                    (item, end) = _node(witness, hash);
                } else {
                    // A node of less than 32 bytes is inlined in its parent.
                    (item, end) = (item + 1, item + first - 0xbf);
                }
            }
        }
    }

    /// @dev Finds a node in the witness, and the range of its items. Checks the prefix, which follows from the size.
    function _node(Witness witness, bytes32 hash) private pure returns (uint256 item, uint256 end) {
        (uint256 position, uint256 size) = witness.find(hash);
        bool sound;
        assembly ("memory-safe") {
            // The prefix has one byte; two from 56 bytes of items on, three from 256 on. A node has less than 65,536.
            end := add(position, size)
            let word := calldataload(position)
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

    /// @dev Whether a node has two items, or else is a branch. A node that is neither may pass for either: reading it
    /// reverts. `NodeDecoder` has the same test for memory.
    function _isShort(uint256 item, uint256 end) private pure returns (bool short) {
        assembly ("memory-safe") {
            // A path is neither an empty string nor a list; the first child of a branch may be.
            let first := byte(0, calldataload(item))
            short := and(lt(first, 0xc0), iszero(eq(first, 0x80)))
            if eq(first, 0xa0) {
                // 32 bytes: a path or a hash. If the second item could be a child, it ends the items of an extension,
                // while in a branch more items follow.
                let second := add(item, 33)
                first := byte(0, calldataload(second))
                if or(eq(or(first, 0x20), 0xa0), gt(first, 0xbf)) {
                    short := eq(add(second, add(1, and(first, 0x3f))), end)
                }
            }
        }
    }

    /// @dev The place of a child of a branch: an empty string, a hash, or a list of up to 31 bytes.
    function _child(uint256 item, uint256 end, uint256 index) private pure returns (uint256 child) {
        unchecked {
            // Places in calldata. Of 16 hashes, each has 33 bytes.
            if (end - item == FULL_BRANCH) {
                child = item + 33 * index;
                if (_byte(child) != 0xa0) revert MalformedNode();
                return child;
            }
        }
        bool sound;
        assembly ("memory-safe") {
            // One byte of `kinds` for each child: 0x20 for a hash, zero for an empty string. Four children a turn.
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
            // Byte 15 of the product is the sum of 16 bytes: the number of hashes before the child.
            let hashes := shr(add(5, shl(3, sub(16, index))), kinds)
            child := add(item, add(index, shl(5, and(shr(120, mul(hashes, ONES)), 0xff))))
            sound := iszero(and(kinds, not(shl(5, ONES))))
            sound := and(sound, and(eq(add(next, 1), end), eq(byte(0, calldataload(next)), 0x80)))
        }
        if (!sound) child = _childAmongLists(item, end, index);
    }

    /// @dev The same if some children are lists: small inlined nodes, deep in a trie with short values.
    function _childAmongLists(uint256 item, uint256 end, uint256 index) private pure returns (uint256 child) {
        unchecked {
            // Places in calldata: a child has 64 bytes at most.
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

    /// @dev Decodes a path in hex-prefix encoding.
    /// @return path Its nibbles, left-aligned; other bits may follow them.
    /// @return nibbles Their number.
    /// @return leaf Whether the flag is that of a leaf.
    /// @return second The item after the path.
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

    /// @dev Whether the last item of an extension is a hash or an inlined node, and ends the extension.
    function _isLink(uint256 item, uint256 end) private pure returns (bool sound) {
        assembly ("memory-safe") {
            // A hash has 33 bytes; an inlined node is a list of 2 to 31 bytes.
            let first := byte(0, calldataload(item))
            sound := or(eq(first, 0xa0), and(gt(first, 0xc0), lt(first, 0xdf)))
            sound := and(sound, eq(add(item, add(1, and(first, 0x3f))), end))
        }
    }

    /// @dev The content of the last item of a leaf, a byte string that is not empty.
    function _value(uint256 item, uint256 end) private pure returns (uint256 position, uint256 length) {
        bool sound;
        assembly ("memory-safe") {
            // A byte below 0x80 stands for itself, and has no prefix.
            let word := calldataload(item)
            let first := byte(0, word)
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
                    // Canonical. If the item is a list, `size` is above 8, and the length exceeds the node.
                    sound := and(gt(length, 55), gt(byte(1, word), 0))
                }
            }
            sound := and(sound, eq(add(position, length), end))
        }
        if (!sound) revert MalformedNode();
    }

    function _byte(uint256 item) private pure returns (uint256 first) {
        assembly ("memory-safe") {
            // Only reads calldata.
            first := byte(0, calldataload(item))
        }
    }
}
