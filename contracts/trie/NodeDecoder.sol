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
/// @notice Copies a node from the witness or from its parent to memory, and reverts on bytes that encode no node.
/// @dev Why the assembly is memory-safe: the bytes are copied to free memory, where the node will lie (`_place`), and
/// checked there; nothing else allocates until `NodeLayout.allocate` reserves that place. Reading past the payload is
/// harmless: whatever lies there, the items then do not end with the payload, and the node is refused.
library NodeDecoder {
    /// @dev Offsets of 16 hashes: `33 * i` in lane `i`.
    uint256 private constant FULL_OFFSETS = 0x01ef01ce01ad018c016b014a0129010800e700c600a500840063004200210000;

    /// @notice Copies the node with this hash from the witness. Reverts with `MissingWitness` if it is not there, and
    /// with `MalformedNode` if it is no node.
    function load(Witness witness, bytes32 hash) internal pure returns (Node node) {
        (uint256 position, uint256 size) = witness.find(hash);
        node = _place();
        uint256 length;
        bool canonical;
        assembly ("memory-safe") {
            // Copies the item to free memory, so that its payload starts at `CHILDREN`. `offset` is the size of the
            // list's prefix: for a payload of up to 55, up to 255, up to 65,535 bytes, or more. The index has measured
            // lists by their prefixes. An empty string gives a length of -1; no item ends there, so it is refused.
            let offset := add(add(1, gt(size, 56)), add(gt(size, 257), gt(size, 65538)))
            let first := byte(0, calldataload(position))
            canonical := or(and(eq(offset, 1), lt(first, 0xf8)), eq(first, add(0xf6, offset)))
            length := sub(size, offset)
            calldatacopy(sub(add(node, CHILDREN), offset), position, size)
        }
        if (!canonical) revert MalformedNode();
        _decode(node, length);
    }

    /// @notice Copies a node that is inlined in its parent: 31 bytes at most, so its prefix has one byte.
    function loadInline(uint256 item) internal pure returns (Node node) {
        node = _place();
        uint256 length;
        assembly ("memory-safe") {
            // The source lies in the parent, the target is free memory: they do not overlap.
            length := sub(byte(0, mload(item)), 0xc0)
            mcopy(sub(add(node, CHILDREN), 1), item, add(length, 1))
        }
        _decode(node, length);
    }

    /// @dev The place that the next `allocate` will return. A node is copied there before its kind and size are known.
    function _place() private pure returns (Node node) {
        assembly ("memory-safe") {
            // Only reads the pointer to free memory.
            node := and(add(mload(0x40), 0x3f), not(0x3f))
        }
    }

    /// @dev Decodes the payload of `length` bytes at `CHILDREN` of a node that is not allocated yet.
    function _decode(Node node, uint256 length) private pure {
        unchecked {
            // Places in memory, and a length in calldata; the sum with a length of -1 ends before the payload starts.
            uint256 cursor = Node.unwrap(node) + CHILDREN;
            if (_isFullBranch(cursor, length)) {
                NodeLayout.allocate(BRANCH_SIZE);
                assembly ("memory-safe") {
                    // The header of the node just allocated.
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

    /// @dev Whether a payload has two items, like that of a leaf or an extension, or else is that of a branch. One that
    /// is neither may pass for either: decoding it reverts. `TrieReader` has the same test for calldata.
    function _isShort(uint256 cursor, uint256 end) private pure returns (bool short) {
        assembly ("memory-safe") {
            // Only reads. A path is neither an empty string nor a list; the first child of a branch may be.
            let first := byte(0, mload(cursor))
            short := and(lt(first, 0xc0), iszero(eq(first, 0x80)))
            if eq(first, 0xa0) {
                // 32 bytes: a path or a hash. If the second item could be a child, it ends the payload of an extension,
                // while in a branch more items follow.
                let second := add(cursor, 33)
                first := byte(0, mload(second))
                if or(eq(or(first, 0x20), 0xa0), gt(first, 0xbf)) {
                    short := eq(add(second, add(1, and(first, 0x3f))), end)
                }
            }
        }
    }

    /// @dev Whether the payload is 16 hashes and an empty value, like most branches of a large trie.
    function _isFullBranch(uint256 cursor, uint256 length) private pure returns (bool full) {
        if (length != FULL_BRANCH) return false;
        assembly ("memory-safe") {
            // Only reads. All 16 items begin with the byte of the first one, 0xa0.
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

    /// @dev Decodes a branch that has not 16 hashes.
    function _decodeBranch(Node node, uint256 cursor, uint256 end) private pure {
        (uint256 item, bool sound) = _decodeChildren(node, cursor);
        if (!sound) revert MalformedNode();
        NodeLayout.allocate(BRANCH_SIZE);
        bool empty;
        assembly ("memory-safe") {
            // Only reads.
            empty := and(eq(add(item, 1), end), eq(byte(0, mload(item)), 0x80))
        }
        if (empty) return;
        (uint256 value, uint256 length, uint256 next) = Rlp.readString(item, end);
        if (next != end) revert MalformedNode();
        // The value gets memory of its own: the children may grow, and the encoding is kept with an empty value.
        node.setValue(value, length);
        node.frame();
    }

    /// @dev Writes the header of a branch whose children are encoded at `cursor`.
    /// @return item The end of the children.
    /// @return sound Whether each is an empty string, a hash, or an inlined node.
    function _decodeChildren(Node node, uint256 cursor) private pure returns (uint256 item, bool sound) {
        assembly ("memory-safe") {
            // Writes three words at `node`, in free memory.
            let offsets := 0
            item := cursor
            for {
                let lane := 0
            } lt(lane, 256) {
                lane := add(lane, 64)
            } {
                // An item has one byte if it is 0x80, and 33 if it begins with 0xa0: its first byte, xor 0x81. Four
                // children a turn.
                let second := add(item, xor(byte(0, mload(item)), 0x81))
                let third := add(second, xor(byte(0, mload(second)), 0x81))
                let fourth := add(third, xor(byte(0, mload(third)), 0x81))
                let lanes := add(add(item, shl(16, second)), add(shl(32, third), shl(48, fourth)))
                offsets := add(offsets, shl(lane, lanes))
                item := add(fourth, xor(byte(0, mload(fourth)), 0x81))
            }
            // The lanes hold places, with carries from lane to lane. Less the first place in each, they are offsets.
            offsets := sub(offsets, mul(cursor, LANES))
            // Each size is 1 or 33.
            let sizes := sub(or(shr(16, offsets), shl(240, sub(item, cursor))), offsets)
            sound := iszero(and(sub(sizes, LANES), not(mul(LANES, 32))))
            if iszero(sound) {
                // Once more, with inlined nodes: lists of 2 to 31 bytes.
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

    /// @dev Decodes a leaf or an extension.
    function _decodeShort(Node node, uint256 cursor, uint256 end) private pure {
        uint256 second;
        uint256 flag;
        uint256 nibbles;
        uint256 path;
        bool sound;
        assembly ("memory-safe") {
            // Only reads. A path of one byte has no prefix, since its flag is below 0x40.
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
                // The path joins the header of the node just allocated.
                mstore(node, or(mload(node), shl(8, nibbles)))
                mstore(add(node, 0x20), path)
            }
        } else {
            uint256 first = NodeLayout.wordAt(second) >> 248;
            if (nibbles == 0 || (first != 0xa0 && (first < 0xc1 || first > 0xde))) revert MalformedNode();
            unchecked {
                // A place in memory and 64 at most.
                if (second + 1 + (first & 0x3f) != end) revert MalformedNode();
            }
            NodeLayout.allocate(DATA + 33);
            assembly ("memory-safe") {
                // The node just allocated has room for a child of 33 bytes. The payload may overlap it; `mcopy` allows
                // for that.
                mcopy(add(node, DATA), second, sub(end, second))
                mstore(node, or(EXTENSION, shl(8, nibbles)))
                mstore(add(node, 0x20), path)
                mstore(add(node, 0x40), 0)
            }
        }
    }

    /// @dev Decodes the value of a leaf, which stays where it is, and allocates the leaf.
    function _decodeLeaf(Node node, uint256 cursor, uint256 second, uint256 end) private pure {
        uint256 value;
        uint256 length;
        bool encoded;
        assembly ("memory-safe") {
            // Only reads. For an account, whose two prefixes have two bytes each, the encoding is kept.
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
            // Writes the header in free memory. The capacity reaches to the end of the payload at least.
            room := sub(end, add(node, DATA))
            if lt(room, LEAF_ROOM) {
                room := LEAF_ROOM
            }
            mstore(node, or(or(LEAF, mul(encoded, ENCODED)), or(or(shl(64, value), shl(96, length)), shl(128, room))))
        }
        unchecked {
            // The length of a node in calldata, or `LEAF_ROOM`.
            NodeLayout.allocate(DATA + room);
        }
    }

    /// @dev The first nibbles of a word, followed by zeroes.
    function _truncate(uint256 word, uint256 nibbles) private pure returns (uint256 result) {
        assembly ("memory-safe") {
            // No memory.
            result := and(word, not(shr(shl(2, nibbles), not(0))))
        }
    }
}
