// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {
    BRANCH,
    BRANCH_SIZE,
    CHILDREN,
    DATA,
    ENCODED,
    EXTENSION,
    FULL_BRANCH,
    HASHES,
    LANES,
    LEAF,
    LEAF_ROOM,
    MalformedNode,
    Node,
    NodeLayout
} from "./Node.sol";
import {Rlp} from "./Rlp.sol";
import {Witness} from "./Witness.sol";

/// @title Node decoder
/// @notice Copies a node from the witness, or from its parent, into memory, and refuses bytes that are no node.
library NodeDecoder {
    /// @dev Offsets of 16 hashes: 33 × `i` in lane `i`.
    uint256 private constant FULL_OFFSETS = 0x01ef01ce01ad018c016b014a0129010800e700c600a500840063004200210000;

    /// @notice Copies the node with a hash from the witness. Reverts where it is missing or no node.
    function load(Witness witness, bytes32 hash) internal pure returns (Node node) {
        (uint256 position, uint256 size) = witness.find(hash);
        node = _place();
        uint256 length;
        bool canonical;
        assembly ("memory-safe") {
            // Of payloads up to 55, up to 255, up to 65,535 bytes, and more; the last does not occur.
            let offset := add(add(1, gt(size, 56)), add(gt(size, 257), gt(size, 65538)))
            let first := byte(0, calldataload(position))
            canonical := or(and(eq(offset, 1), lt(first, 0xf8)), eq(first, add(0xf6, offset)))
            length := sub(size, offset)
            calldatacopy(sub(add(node, CHILDREN), offset), position, size)
        }
        if (!canonical) revert MalformedNode();
        _decode(node, length);
    }

    /// @dev Copies a node that is inlined in its parent: at most 31 bytes, so its prefix is one byte.
    function loadInline(uint256 item) internal pure returns (Node node) {
        node = _place();
        uint256 length;
        assembly ("memory-safe") {
            length := sub(byte(0, mload(item)), 0xc0)
            mcopy(sub(add(node, CHILDREN), 1), item, add(length, 1))
        }
        _decode(node, length);
    }

    /// @dev Where the next node will be allocated; it is copied there before its kind and size are known.
    function _place() private pure returns (Node node) {
        assembly ("memory-safe") {
            node := and(add(mload(0x40), 0x3f), not(0x3f))
        }
    }

    /// @dev Takes the payload of `length` bytes at `CHILDREN` of a node that is not yet allocated.
    function _decode(Node node, uint256 length) private pure {
        unchecked {
            // Places and lengths stay below 2^130.
            uint256 cursor = Node.unwrap(node) + CHILDREN;
            if (_isFullBranch(cursor, length)) {
                NodeLayout.allocate(BRANCH_SIZE);
                assembly ("memory-safe") {
                    mstore(node, or(BRANCH, shl(32, HASHES)))
                    mstore(add(node, 0x20), FULL_OFFSETS)
                    mstore(add(node, 0x40), 0)
                }
                return;
            }
            uint256 end = cursor + length;
            if (_isShort(cursor, end)) return _decodeShort(node, cursor, end);
            _decodeBranch(node, cursor, end);
        }
    }

    /// @dev Tells a payload of two items, a leaf's or an extension's, from a branch's. One that is neither may be taken
    /// for either: decoding it reverts.
    function _isShort(uint256 cursor, uint256 end) private pure returns (bool short) {
        assembly ("memory-safe") {
            let first := byte(0, mload(cursor))
            // Neither an empty string nor a list is a path: the first child of a branch.
            short := and(lt(first, 0xc0), iszero(eq(first, 0x80)))
            if eq(first, 0xa0) {
                // A path or a hash: in a branch more items follow behind the second child.
                let second := add(cursor, 33)
                first := byte(0, mload(second))
                if or(eq(or(first, 0x20), 0xa0), gt(first, 0xbf)) {
                    short := eq(add(second, add(1, and(first, 0x3f))), end)
                }
            }
        }
    }

    /// @dev Whether the payload is 16 hashes and an empty value: what the upper levels of a large trie are made of.
    function _isFullBranch(uint256 cursor, uint256 length) private pure returns (bool full) {
        if (length != FULL_BRANCH) return false;
        assembly ("memory-safe") {
            // The first byte of each item is that of the first one, 0xa0.
            let item := mload(cursor)
            let a := or(xor(item, mload(add(cursor, 33))), xor(item, mload(add(cursor, 66))))
            let b := or(xor(item, mload(add(cursor, 99))), xor(item, mload(add(cursor, 132))))
            let c := or(xor(item, mload(add(cursor, 165))), xor(item, mload(add(cursor, 198))))
            let d := or(xor(item, mload(add(cursor, 231))), xor(item, mload(add(cursor, 264))))
            a := or(a, or(xor(item, mload(add(cursor, 297))), xor(item, mload(add(cursor, 330)))))
            b := or(b, or(xor(item, mload(add(cursor, 363))), xor(item, mload(add(cursor, 396)))))
            c := or(c, or(xor(item, mload(add(cursor, 429))), xor(item, mload(add(cursor, 462)))))
            d := or(d, xor(item, mload(add(cursor, 495))))
            let differences := byte(0, or(or(a, b), or(c, d)))
            let last := byte(0, mload(add(cursor, HASHES)))
            full := and(iszero(differences), and(eq(byte(0, item), 0xa0), eq(last, 0x80)))
        }
    }

    function _decodeBranch(Node node, uint256 cursor, uint256 end) private pure {
        (uint256 item, bool sound) = _decodeChildren(node, cursor);
        if (!sound) revert MalformedNode();
        NodeLayout.allocate(BRANCH_SIZE);
        bool empty;
        assembly ("memory-safe") {
            empty := and(eq(add(item, 1), end), eq(byte(0, mload(item)), 0x80))
        }
        if (empty) return;
        (uint256 value, uint256 length, uint256 next) = Rlp.readString(item, end);
        if (next != end) revert MalformedNode();
        // The value moves away: the children may grow, and the encoding is kept with an empty value.
        node.setValue(value, length);
        node.frame();
    }

    /// @dev Writes the header of a branch whose children are encoded at `cursor`.
    /// @return item Where they end.
    function _decodeChildren(Node node, uint256 cursor) private pure returns (uint256 item, bool sound) {
        assembly ("memory-safe") {
            let offsets := 0
            item := cursor
            for {
                let lane := 0
            } lt(lane, 256) {
                lane := add(lane, 64)
            } {
                // 0x80 is one byte, 0xa0 opens a hash of 33: the difference of either to 0x81. Four children a turn.
                let second := add(item, xor(byte(0, mload(item)), 0x81))
                let third := add(second, xor(byte(0, mload(second)), 0x81))
                let fourth := add(third, xor(byte(0, mload(third)), 0x81))
                let lanes := add(add(item, shl(16, second)), add(shl(32, third), shl(48, fourth)))
                offsets := add(offsets, shl(lane, lanes))
                item := add(fourth, xor(byte(0, mload(fourth)), 0x81))
            }
            // Places, whose sums carry from lane to lane, less the first place in each: offsets.
            offsets := sub(offsets, mul(cursor, LANES))
            let sizes := sub(or(shr(16, offsets), shl(240, sub(item, cursor))), offsets)
            sound := iszero(and(sub(sizes, LANES), not(mul(LANES, 32))))
            if iszero(sound) {
                // Once more, with inlined nodes: 31 bytes at most.
                sound := 1
                offsets := 0
                item := cursor
                for {
                    let lane := 0
                } lt(lane, 256) {
                    lane := add(lane, 16)
                } {
                    let first := byte(0, mload(item))
                    let size := add(1, and(first, 0x20))
                    if iszero(eq(or(first, 0x20), 0xa0)) {
                        sound := and(sound, and(gt(first, 0xc0), lt(first, 0xdf)))
                        size := and(sub(first, 0xbf), 0x1f)
                    }
                    offsets := or(offsets, shl(lane, sub(item, cursor)))
                    item := add(item, size)
                }
            }
            mstore(node, or(BRANCH, shl(32, sub(item, cursor))))
            mstore(add(node, 0x20), offsets)
            mstore(add(node, 0x40), 0)
        }
    }

    function _decodeShort(Node node, uint256 cursor, uint256 end) private pure {
        uint256 second;
        uint256 flag;
        uint256 nibbles;
        uint256 path;
        bool sound;
        assembly ("memory-safe") {
            // A path of one byte has no prefix, since its flag is below 0x40.
            let start := cursor
            let size := 1
            let first := byte(0, mload(cursor))
            sound := 1
            if gt(first, 0x7f) {
                start := add(cursor, 1)
                size := sub(first, 0x80)
                sound := gt(first, 0x81)
            }
            second := add(start, size)
            flag := byte(0, mload(start))
            let odd := and(shr(4, flag), 1)
            nibbles := add(shl(1, sub(size, 1)), odd)
            path := shl(shl(2, odd), mload(add(start, iszero(odd))))
            sound := and(sound, and(lt(flag, 0x40), lt(nibbles, 65)))
            sound := and(sound, or(odd, iszero(and(flag, 0x0f))))
        }
        if (!sound) revert MalformedNode();
        path = _truncate(path, nibbles);

        if (flag & 0x20 != 0) {
            _decodeLeaf(node, cursor, second, end);
            assembly ("memory-safe") {
                mstore(node, or(mload(node), shl(8, nibbles)))
                mstore(add(node, 0x20), path)
            }
        } else {
            uint256 first = NodeLayout.wordAt(second) >> 248;
            if (nibbles == 0 || (first != 0xa0 && (first < 0xc1 || first > 0xde))) revert MalformedNode();
            unchecked {
                // A place in memory and at most 33 bytes.
                if (second + 1 + (first & 0x3f) != end) revert MalformedNode();
            }
            NodeLayout.allocate(DATA + 33);
            assembly ("memory-safe") {
                mcopy(add(node, DATA), second, sub(end, second))
                mstore(node, or(EXTENSION, shl(8, nibbles)))
                mstore(add(node, 0x20), path)
                mstore(add(node, 0x40), 0)
            }
        }
    }

    function _decodeLeaf(Node node, uint256 cursor, uint256 second, uint256 end) private pure {
        uint256 value;
        uint256 length;
        bool encoded;
        assembly ("memory-safe") {
            // Mostly an account.
            let word := mload(second)
            length := byte(1, word)
            value := add(second, 2)
            encoded := and(and(eq(byte(0, word), 0xb8), gt(length, 55)), lt(sub(end, cursor), 256))
            encoded := and(encoded, eq(add(value, length), end))
        }
        if (!encoded) {
            uint256 last;
            (value, length, last) = Rlp.readString(second, end);
            if (last != end || length == 0) revert MalformedNode();
        }
        uint256 room;
        assembly ("memory-safe") {
            room := sub(end, add(node, DATA))
            if lt(room, LEAF_ROOM) {
                room := LEAF_ROOM
            }
            mstore(node, or(or(LEAF, mul(encoded, ENCODED)), or(or(shl(64, value), shl(96, length)), shl(128, room))))
        }
        unchecked {
            // Bytes of a node in calldata.
            NodeLayout.allocate(DATA + room);
        }
    }

    /// @dev The first nibbles of a word, and zeroes behind.
    function _truncate(uint256 word, uint256 nibbles) private pure returns (uint256 result) {
        assembly ("memory-safe") {
            result := and(word, not(shr(shl(2, nibbles), not(0))))
        }
    }
}
