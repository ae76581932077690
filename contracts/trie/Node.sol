// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Rlp} from "./Rlp.sol";
import {Witness} from "./Witness.sol";

/// @dev A node of a Merkle-Patricia trie in memory.
type Node is uint256;

/// @dev No node.
Node constant NONE = Node.wrap(0);

using NodeLayout for Node global;
using {_equal as ==, _differ as !=} for Node global;

function _equal(Node a, Node b) pure returns (bool) {
    return Node.unwrap(a) == Node.unwrap(b);
}

function _differ(Node a, Node b) pure returns (bool) {
    return Node.unwrap(a) != Node.unwrap(b);
}

/// @title Trie node
/// @notice How a node lies in memory, how it is decoded, changed in place, and sealed: encoded and hashed.
/// @dev A node is 64-byte aligned and starts with three words:
///
///     word 0  bits   0   kind
///             bits   8   nibbles of the path (extension, leaf)
///             bits  16   stale mask: bit `i` says that the encoding of child `i` is behind the child in memory
///             bits  32   length of the encoded children (branch)
///             bit   48   whether the whole encoding lies in the node (leaf)
///             bits  64   place, 96 length, 128 capacity of the value (leaf, branch)
///     word 1  branch: 16 lanes of 16 bits: offset of the encoded child `i`;  else: path, left-aligned
///     word 2  branch: 16 lanes of 16 bits: child `i` in memory, in units of 64 bytes; else: child (extension)
///
/// A branch then keeps its encoding with an empty value, so that a change of one child is the write of a hash, and the
/// whole is hashed where it lies; an extension keeps its encoded child; a leaf has room for its value. A child in memory is
/// owned by its parent alone.
library NodeLayout {
    /// @notice The bytes of a node that an execution visits are not those of a trie node.
    error MalformedNode();
    /// @notice The nodes do not fit the 4 MB of memory that a lane can address; L1 gas ends before.
    error TrieTooLarge();

    uint256 internal constant BRANCH = 1;
    uint256 internal constant EXTENSION = 2;
    uint256 internal constant LEAF = 3;

    /// @dev Where an encoded extension child and the value of a leaf lie.
    uint256 private constant DATA = 0x60;
    /// @dev Where the children of a branch lie; the bytes before leave room for the prefix of the list.
    uint256 private constant CHILDREN = 0x63;
    /// @dev Size of a branch: header, prefix, 16 hashes and an empty value.
    uint256 private constant BRANCH_SIZE = 0x280;
    /// @dev Least room for a leaf's value, enough for any account.
    uint256 private constant LEAF_ROOM = 0xa0;
    /// @dev A one in each lane.
    uint256 private constant ONES = 0x0001000100010001000100010001000100010001000100010001000100010001;
    /// @dev Offsets of 16 hashes: 33 × `i` in lane `i`.
    uint256 private constant FULL_OFFSETS = 0x01ef01ce01ad018c016b014a0129010800e700c600a500840063004200210000;
    /// @dev Offsets of 16 empty children: `i` in lane `i`.
    uint256 private constant EMPTY_OFFSETS = 0x000f000e000d000c000b000a0009000800070006000500040003000200010000;
    /// @dev An empty byte string, left-aligned.
    uint256 private constant EMPTY_ITEM = 0x80 << 248;
    /// @dev Says of a leaf that its encoding lies in the node, where its value has a part of it. Both lengths there take a
    /// byte behind a prefix.
    uint256 private constant ENCODED = 1 << 48;

    // ---------------------------------------------------------------- creation

    /// @notice A leaf with a path of `nibbles`, whose value is still to be set.
    function newLeaf(uint256 path, uint256 nibbles) internal pure returns (Node leaf) {
        leaf = _allocate(DATA + LEAF_ROOM);
        assembly ("memory-safe") {
            mstore(leaf, or(or(LEAF, shl(8, nibbles)), shl(128, LEAF_ROOM)))
            mstore(add(leaf, 0x20), path)
        }
    }

    /// @notice An extension with a path of `nibbles`, of which only the first are taken.
    function newExtension(uint256 path, uint256 nibbles, Node only) internal pure returns (Node extension) {
        extension = _allocate(DATA + 33);
        assembly ("memory-safe") {
            mstore(extension, or(or(EXTENSION, shl(8, nibbles)), shl(16, 1)))
            mstore(add(extension, 0x20), and(path, not(shr(shl(2, nibbles), not(0)))))
            mstore(add(extension, 0x40), only)
        }
    }

    /// @notice A branch without children and value.
    function newBranch() internal pure returns (Node branch) {
        branch = _allocate(BRANCH_SIZE);
        assembly ("memory-safe") {
            mstore(branch, or(BRANCH, shl(32, 16)))
            mstore(add(branch, 0x20), EMPTY_OFFSETS)
            mstore(add(branch, 0x40), 0)
            mstore(add(branch, CHILDREN), 0x8080808080808080808080808080808000000000000000000000000000000000)
        }
        _frame(branch);
    }

    function _allocate(uint256 size) private pure returns (Node node) {
        uint256 end;
        assembly ("memory-safe") {
            node := and(add(mload(0x40), 0x3f), not(0x3f))
            end := add(node, size)
            mstore(0x40, end)
        }
        // Every lane can name the node: it starts below 2^22.
        if (end >> 22 != 0) revert TrieTooLarge();
    }

    // ---------------------------------------------------------------- decoding

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
    function _loadInline(uint256 item) private pure returns (Node node) {
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
                _allocate(BRANCH_SIZE);
                assembly ("memory-safe") {
                    mstore(node, or(BRANCH, shl(32, 528)))
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
        if (length != 529) return false;
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
            let last := byte(0, mload(add(cursor, 528)))
            full := and(iszero(differences), and(eq(byte(0, item), 0xa0), eq(last, 0x80)))
        }
    }

    function _decodeBranch(Node node, uint256 cursor, uint256 end) private pure {
        (uint256 item, bool sound) = _decodeChildren(node, cursor);
        if (!sound) revert MalformedNode();
        _allocate(BRANCH_SIZE);
        bool empty;
        assembly ("memory-safe") {
            empty := and(eq(add(item, 1), end), eq(byte(0, mload(item)), 0x80))
        }
        if (empty) return;
        (uint256 value, uint256 length, uint256 next) = Rlp.readString(item, end);
        if (next != end) revert MalformedNode();
        // The value moves away: the children may grow, and the encoding is kept with an empty value.
        node.setValue(value, length);
        _frame(node);
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
            offsets := sub(offsets, mul(cursor, ONES))
            let sizes := sub(or(shr(16, offsets), shl(240, sub(item, cursor))), offsets)
            sound := iszero(and(sub(sizes, ONES), not(mul(ONES, 32))))
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

    /// @dev Writes what lies around the encoded children of a branch: the prefix of the list, and the empty value.
    function _frame(Node branch) private pure {
        assembly ("memory-safe") {
            let children := add(branch, CHILDREN)
            let size := and(shr(32, mload(branch)), 0xffff)
            mstore8(add(children, size), 0x80)
            size := add(size, 1)
            switch lt(size, 56)
            case 1 {
                mstore8(sub(children, 1), add(0xc0, size))
            }
            default {
                mstore8(sub(children, 1), size)
                switch lt(size, 256)
                case 1 {
                    mstore8(sub(children, 2), 0xf8)
                }
                default {
                    mstore8(sub(children, 2), shr(8, size))
                    mstore8(sub(children, 3), 0xf9)
                }
            }
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
            uint256 first = _load(second) >> 248;
            if (nibbles == 0 || (first != 0xa0 && (first < 0xc1 || first > 0xde))) revert MalformedNode();
            unchecked {
                // A place in memory and at most 33 bytes.
                if (second + 1 + (first & 0x3f) != end) revert MalformedNode();
            }
            _allocate(DATA + 33);
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
            _allocate(DATA + room);
        }
    }

    // ---------------------------------------------------------------- reading

    /// @notice `BRANCH`, `EXTENSION` or `LEAF`.
    function kind(Node node) internal pure returns (uint256 result) {
        assembly ("memory-safe") {
            result := and(mload(node), 0xff)
        }
    }

    /// @notice The value of a leaf or a branch: where it lies, and its length, zero where there is none.
    function valueOf(Node node) internal pure returns (uint256 place, uint256 length) {
        assembly ("memory-safe") {
            let meta := mload(node)
            place := and(shr(64, meta), 0xffffffff)
            length := and(shr(96, meta), 0xffffffff)
        }
    }

    /// @notice Whether a leaf or a branch has a value.
    function hasValue(Node node) internal pure returns (bool has) {
        assembly ("memory-safe") {
            has := gt(and(shr(96, mload(node)), 0xffffffff), 0)
        }
    }

    /// @notice The path of a leaf or an extension, left-aligned.
    function pathOf(Node node) internal pure returns (uint256 word, uint256 nibbles) {
        assembly ("memory-safe") {
            nibbles := byte(30, mload(node))
            word := mload(add(node, 0x20))
        }
    }

    /// @notice Follows a key down the branches that are in memory, while the key lasts.
    /// @param stale One where the child on the way is about to change, else zero.
    function descend(
        Node node,
        uint256 key,
        uint256 nibbles,
        uint256 stale
    ) internal pure returns (Node last, uint256 restOfKey, uint256 rest) {
        assembly ("memory-safe") {
            stale := shl(16, stale)
            for {} 1 {} {
                let meta := mload(node)
                if iszero(and(eq(and(meta, 0xff), BRANCH), gt(nibbles, 0))) {
                    break
                }
                let i := shr(252, key)
                let below := shl(6, and(shr(shl(4, i), mload(add(node, 0x40))), 0xffff))
                if iszero(below) {
                    break
                }
                mstore(node, or(meta, shl(i, stale)))
                node := below
                key := shl(4, key)
                nibbles := sub(nibbles, 1)
            }
            last := node
            restOfKey := key
            rest := nibbles
        }
    }

    /// @notice Child `i` of a branch, from memory or from the witness; zero where the branch has none.
    function child(Node branch, uint256 i, Witness witness) internal pure returns (Node node) {
        assembly ("memory-safe") {
            node := shl(6, and(shr(shl(4, i), mload(add(branch, 0x40))), 0xffff))
        }
        return node == NONE ? branch.fetch(i, witness, 0) : node;
    }

    /// @notice Brings child `i` of a branch into memory, where it is not yet; zero where the branch has none.
    /// @param stale One where the child, if there is one, is about to change, else zero.
    function fetch(Node branch, uint256 i, Witness witness, uint256 stale) internal pure returns (Node node) {
        uint256 item;
        assembly ("memory-safe") {
            item := add(add(branch, CHILDREN), and(shr(shl(4, i), mload(add(branch, 0x20))), 0xffff))
        }
        node = _resolve(item, witness);
        assembly ("memory-safe") {
            let children := add(branch, 0x40)
            mstore(children, or(mload(children), shl(shl(4, i), shr(6, node))))
            mstore(branch, or(mload(branch), shl(add(16, i), and(stale, gt(node, 0)))))
        }
    }

    /// @notice The child of an extension, from memory or from the witness.
    function onlyChild(Node extension, Witness witness) internal pure returns (Node node) {
        assembly ("memory-safe") {
            node := mload(add(extension, 0x40))
        }
        if (node != NONE) return node;
        node = _resolve(Node.unwrap(extension) + DATA, witness);
        if (node.kind() != BRANCH) revert MalformedNode();
        assembly ("memory-safe") {
            mstore(add(extension, 0x40), node)
        }
    }

    function _resolve(uint256 item, Witness witness) private pure returns (Node) {
        uint256 first;
        bytes32 hash;
        assembly ("memory-safe") {
            first := byte(0, mload(item))
            hash := mload(add(item, 1))
        }
        if (first == 0xa0) return load(witness, hash);
        return first == 0x80 ? NONE : _loadInline(item);
    }

    /// @notice How many children a branch has, counted up to two, and the last one found.
    function countChildren(Node branch) internal pure returns (uint256 count, uint256 last) {
        assembly ("memory-safe") {
            for {
                let i := 0
            } and(lt(i, 16), lt(count, 2)) {
                i := add(i, 1)
            } {
                let lane := shl(4, i)
                let inMemory := and(shr(lane, mload(add(branch, 0x40))), 0xffff)
                let item := add(add(branch, CHILDREN), and(shr(lane, mload(add(branch, 0x20))), 0xffff))
                if or(inMemory, xor(byte(0, mload(item)), 0x80)) {
                    count := add(count, 1)
                    last := i
                }
            }
        }
    }

    // ---------------------------------------------------------------- change

    /// @notice Replaces the value of a leaf or a branch by a copy of `length` bytes at `from`; of a branch, by none
    /// where the length is zero.
    function setValue(Node node, uint256 from, uint256 length) internal pure {
        if (_setEncodedValue(node, from, length)) return;
        uint256 place;
        assembly ("memory-safe") {
            place := add(node, DATA)
            if gt(length, shr(128, mload(node))) {
                place := 0
            }
        }
        if (place == 0) place = Node.unwrap(_allocate(length));
        assembly ("memory-safe") {
            mcopy(place, from, length)
            let meta := and(mload(node), not(or(ENCODED, shl(64, 0xffffffffffffffff))))
            mstore(node, or(meta, or(shl(64, place), shl(96, length))))
        }
    }

    /// @dev Replaces the value of a leaf within its encoding, if that lies in the node and keeps its shape and its room.
    function _setEncodedValue(Node leaf, uint256 from, uint256 length) private pure returns (bool done) {
        assembly ("memory-safe") {
            let meta := mload(leaf)
            if and(meta, ENCODED) {
                let place := and(shr(64, meta), 0xffffffff)
                let payload := sub(add(place, length), add(leaf, CHILDREN))
                let room := sub(add(add(leaf, DATA), shr(128, meta)), place)
                // The room ends before a payload of 256 bytes.
                done := and(gt(length, 55), iszero(gt(length, room)))
                if done {
                    mstore8(add(leaf, sub(CHILDREN, 1)), payload)
                    mstore8(sub(place, 1), length)
                    mcopy(place, from, length)
                    mstore(leaf, or(and(meta, not(shl(96, 0xffffffff))), shl(96, length)))
                }
            }
        }
    }

    /// @notice Says that child `i` of a branch, or the child of an extension where `i` is zero, is about to change.
    function touch(Node node, uint256 i) internal pure {
        assembly ("memory-safe") {
            mstore(node, or(mload(node), shl(add(16, i), 1)))
        }
    }

    /// @notice Puts a node in the place of child `i` of a branch.
    function setChild(Node branch, uint256 i, Node node) internal pure {
        assembly ("memory-safe") {
            let lane := shl(4, i)
            let children := add(branch, 0x40)
            mstore(children, or(and(mload(children), not(shl(lane, 0xffff))), shl(lane, shr(6, node))))
        }
        branch.touch(i);
    }

    /// @notice Removes child `i` of a branch.
    function clearChild(Node branch, uint256 i) internal pure {
        assembly ("memory-safe") {
            let children := add(branch, 0x40)
            mstore(children, and(mload(children), not(shl(shl(4, i), 0xffff))))
            mstore(branch, and(mload(branch), not(shl(add(16, i), 1))))
        }
        _setEncodedChild(branch, i, EMPTY_ITEM, 1);
    }

    /// @notice Puts a branch in the place of the child of an extension.
    function setOnlyChild(Node extension, Node branch) internal pure {
        assembly ("memory-safe") {
            mstore(add(extension, 0x40), branch)
        }
        extension.touch(0);
    }

    /// @notice Makes the child of an extension child `i` of a branch. The extension must not be used any more.
    function moveOnlyChild(Node extension, Node branch, uint256 i) internal pure {
        Node node;
        assembly ("memory-safe") {
            node := mload(add(extension, 0x40))
        }
        if (node != NONE) return branch.setChild(i, node);
        // Its hash is enough: the child need not be in the witness.
        uint256 item = Node.unwrap(extension) + DATA;
        uint256 first = _load(item) >> 248;
        if (first == 0xa0) _setEncodedChild(branch, i, _load(item + 1), 32);
        else _setEncodedChild(branch, i, _load(item), first - 0xbf);
    }

    /// @notice Removes the first nibbles of a path.
    function dropPath(Node node, uint256 nibbles) internal pure {
        assembly ("memory-safe") {
            mstore(node, sub(and(mload(node), not(ENCODED)), shl(8, nibbles)))
            mstore(add(node, 0x20), shl(shl(2, nibbles), mload(add(node, 0x20))))
        }
    }

    /// @notice Puts nibbles in front of a path.
    function prependPath(Node node, uint256 word, uint256 nibbles) internal pure {
        (uint256 oldWord, uint256 oldNibbles) = node.pathOf();
        if (nibbles + oldNibbles > 64) revert MalformedNode();
        assembly ("memory-safe") {
            mstore(node, add(and(mload(node), not(ENCODED)), shl(8, nibbles)))
            mstore(add(node, 0x20), or(word, shr(shl(2, nibbles), oldWord)))
        }
    }

    /// @dev Splices an encoded child into a branch: a hash where the length is 32, else the bytes of an item.
    function _setEncodedChild(Node branch, uint256 i, uint256 word, uint256 length) private pure {
        bool resized;
        assembly ("memory-safe") {
            let offsets := mload(add(branch, 0x20))
            let lane := shl(4, i)
            let offset := and(shr(lane, offsets), 0xffff)
            let place := add(add(branch, CHILDREN), offset)
            let size := add(length, eq(length, 32))
            let first := byte(0, mload(place))
            let oldSize := add(1, and(first, 0x20))
            if gt(first, 0xa0) {
                oldSize := sub(first, 0xbf)
            }
            if iszero(eq(size, oldSize)) {
                resized := 1
                let meta := mload(branch)
                let total := and(shr(32, meta), 0xffff)
                let grown := sub(size, oldSize)
                mcopy(add(place, size), add(place, oldSize), sub(total, add(offset, oldSize)))
                // Sums in two's complement: no lane falls below zero or exceeds 528.
                mstore(add(branch, 0x20), add(offsets, mul(shl(add(lane, 16), ONES), grown)))
                mstore(branch, add(meta, shl(32, grown)))
            }
            switch length
            case 32 {
                mstore8(place, 0xa0)
                mstore(add(place, 1), word)
            }
            default {
                let rest := shr(shl(3, length), not(0))
                mstore(place, or(and(word, not(rest)), and(mload(place), rest)))
            }
        }
        if (resized) _frame(branch);
    }

    // ---------------------------------------------------------------- sealing

    /// @notice Brings the encoding of a node and of everything stale below it up to date.
    /// @return word The node's hash; the encoding itself, left-aligned, where it is shorter than 32 bytes.
    /// @return length Its length; 32 for a hash.
    function seal(Node node) internal pure returns (uint256 word, uint256 length) {
        uint256 meta;
        bool branch;
        uint256 stale;
        assembly ("memory-safe") {
            meta := mload(node)
            branch := eq(and(meta, 0xff), BRANCH)
            stale := and(shr(16, meta), 0xffff)
            mstore(node, xor(meta, shl(16, stale)))
        }
        uint256 start;
        if (branch) {
            while (stale != 0) {
                uint256 i;
                Node below;
                uint256 place;
                assembly ("memory-safe") {
                    i := sub(255, clz(stale))
                    stale := xor(stale, shl(i, 1))
                    let lane := shl(4, i)
                    below := shl(6, and(shr(lane, mload(add(node, 0x40))), 0xffff))
                    place := add(add(node, CHILDREN), and(shr(lane, mload(add(node, 0x20))), 0xffff))
                }
                (word, length) = below.seal();
                assembly ("memory-safe") {
                    // Mostly a hash takes the place of a hash.
                    if and(eq(length, 32), eq(byte(0, mload(place)), 0xa0)) {
                        mstore(add(place, 1), word)
                        place := 0
                    }
                }
                if (place != 0) _setEncodedChild(node, i, word, length);
            }
            bool large;
            assembly ("memory-safe") {
                meta := mload(node)
                length := and(shr(32, meta), 0xffff)
                // Mostly the prefix has three bytes, and there is no value.
                large := and(gt(length, 254), iszero(shr(96, meta)))
            }
            if (large) {
                assembly ("memory-safe") {
                    word := keccak256(add(node, sub(CHILDREN, 3)), add(length, 4))
                }
                return (word, 32);
            }
            assembly ("memory-safe") {
                let size := length
                // The prefix has one byte for a payload of up to 55, two up to 255.
                let offset := add(add(1, gt(size, 54)), gt(size, 254))
                start := sub(add(node, CHILDREN), offset)
                length := add(add(offset, size), 1)
            }
            // A branch has no capacity for a value.
            if (meta >> 96 != 0) (start, length) = _encodeValued(node);
        } else if (meta & ENCODED != 0) {
            assembly ("memory-safe") {
                start := add(node, sub(CHILDREN, 2))
                length := sub(add(and(shr(64, meta), 0xffffffff), and(shr(96, meta), 0xffffffff)), start)
            }
        } else {
            if (stale != 0) {
                Node below;
                assembly ("memory-safe") {
                    below := mload(add(node, 0x40))
                }
                (word, length) = below.seal();
                _setEncodedOnlyChild(node, word, length);
            }
            (start, length) = _encodeShort(node);
        }
        assembly ("memory-safe") {
            let size := length
            word := keccak256(start, size)
            length := 32
            if lt(size, 32) {
                word := and(mload(start), not(shr(shl(3, size), not(0))))
                length := size
            }
        }
    }

    function _setEncodedOnlyChild(Node extension, uint256 word, uint256 length) private pure {
        assembly ("memory-safe") {
            let place := add(extension, DATA)
            switch length
            case 32 {
                mstore8(place, 0xa0)
                mstore(add(place, 1), word)
            }
            default {
                mstore(place, word)
            }
        }
    }

    /// @dev The encoding of a branch with a value lies in memory that is not allocated.
    function _encodeValued(Node branch) private pure returns (uint256 start, uint256 length) {
        (uint256 value, uint256 valueLength) = branch.valueOf();
        uint256 payload = _scratch();
        uint256 size;
        assembly ("memory-safe") {
            size := and(shr(32, mload(branch)), 0xffff)
            mcopy(payload, add(branch, CHILDREN), size)
        }
        uint256 end = Rlp.writeString(payload + size, value, valueLength);
        start = Rlp.prependList(payload, end - payload);
        length = end - start;
    }

    /// @dev The encoding of a leaf or an extension lies in memory that is not allocated.
    function _encodeShort(Node node) private pure returns (uint256 start, uint256 length) {
        unchecked {
            // Places in memory.
            uint256 payload = _scratch();
            uint256 end = _writePath(payload, node);
            if (node.kind() == LEAF) {
                (uint256 value, uint256 valueLength) = node.valueOf();
                end = Rlp.writeString(end, value, valueLength);
            } else {
                end = _writeOnlyChild(end, node);
            }
            start = Rlp.prependList(payload, end - payload);
            length = end - start;
        }
    }

    /// @dev Writes the path in hex-prefix encoding.
    function _writePath(uint256 cursor, Node node) private pure returns (uint256 end) {
        assembly ("memory-safe") {
            let meta := mload(node)
            let nibbles := byte(30, meta)
            let word := mload(add(node, 0x20))
            let odd := and(nibbles, 1)
            let first := or(shl(4, odd), shl(5, eq(and(meta, 0xff), LEAF)))
            if odd {
                first := or(first, shr(252, word))
                word := shl(4, word)
            }
            let size := shr(1, nibbles)
            if size {
                mstore8(cursor, add(0x81, size))
                cursor := add(cursor, 1)
            }
            mstore8(cursor, first)
            mstore(add(cursor, 1), word)
            end := add(add(cursor, 1), size)
        }
    }

    function _writeOnlyChild(uint256 cursor, Node extension) private pure returns (uint256 end) {
        assembly ("memory-safe") {
            let first := byte(0, mload(add(extension, DATA)))
            let size := 33
            if gt(first, 0xa0) {
                size := sub(first, 0xbf)
            }
            mcopy(cursor, add(extension, DATA), size)
            end := add(cursor, size)
        }
    }

    /// @dev Memory that is not allocated, with room for the prefix of a list before it.
    function _scratch() private pure returns (uint256 cursor) {
        assembly ("memory-safe") {
            cursor := add(mload(0x40), 0x20)
        }
    }

    /// @dev The first nibbles of a word, and zeroes behind.
    function _truncate(uint256 word, uint256 nibbles) private pure returns (uint256 result) {
        assembly ("memory-safe") {
            result := and(word, not(shr(shl(2, nibbles), not(0))))
        }
    }

    function _load(uint256 cursor) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(cursor)
        }
    }
}
