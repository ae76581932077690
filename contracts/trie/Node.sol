// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev A node of a Merkle-Patricia trie in memory.
type Node is uint256;

/// @dev No node.
Node constant NONE = Node.wrap(0);

/// @notice The bytes of a visited node do not encode a trie node.
error MalformedNode();

using NodeLayout for Node global;
using {_equal as ==, _differ as !=} for Node global;

function _equal(Node a, Node b) pure returns (bool) {
    return Node.unwrap(a) == Node.unwrap(b);
}

function _differ(Node a, Node b) pure returns (bool) {
    return Node.unwrap(a) != Node.unwrap(b);
}

/// @dev The kinds of nodes. All constants of the layout are file-level, since assembly cannot name those of a library.
uint256 constant BRANCH = 1;
uint256 constant EXTENSION = 2;
uint256 constant LEAF = 3;

/// @dev Offset of the encoded child of an extension, and of a value that a leaf was given.
uint256 constant DATA = 0x60;
/// @dev Offset of the encoded children of a branch, and of the payload of a decoded node. The three bytes before it
/// leave room for the prefix of the list.
uint256 constant CHILDREN = 0x63;
/// @dev Length of 16 encoded hashes.
uint256 constant HASHES = 528;
/// @dev Length of the items of a branch with 16 hashes and no value, like most branches of a large trie.
uint256 constant FULL_BRANCH = 529;
/// @dev Size of a branch: header, prefix, 16 hashes and an empty value.
uint256 constant BRANCH_SIZE = 0x280;
/// @dev Least capacity of a leaf for its value; enough for any account.
uint256 constant LEAF_ROOM = 0xa0;
/// @dev A one in each lane.
uint256 constant LANES = 0x0001000100010001000100010001000100010001000100010001000100010001;
/// @dev The flag of a leaf whose whole encoding lies in the node, so that it is hashed where it lies. The list's prefix
/// and the value's prefix then have two bytes each: 0xf8 or 0xb8, and a length.
uint256 constant ENCODED = 1 << 48;

/// @title Node layout
/// @notice How a node lies in memory: its header, its path and its value.
/// @dev A node is 64-byte aligned and starts with three words:
///
///     word 0  bits   0   kind
///             bits   8   nibbles of the path (extension, leaf)
///             bits  16   stale mask: bit `i`: child `i` changed in memory after it was encoded
///             bits  32   length of the encoded children (branch)
///             bit   48   `ENCODED` (leaf)
///             bits  64   place, 96 length, 128 capacity of the value (leaf, branch)
///     word 1  branch: 16 lanes of 16 bits: offset of the encoded child `i`;  else: path, left-aligned
///     word 2  branch: 16 lanes of 16 bits: child `i` in memory, in units of 64 bytes; else: child (extension)
///
/// After the header, a branch keeps its encoding with an empty value: a changed child writes one hash, and the branch
/// is hashed where it lies. An extension keeps its encoded child, a leaf its value. A child in memory has one parent.
///
/// Why the assembly here is memory-safe: a node is memory that `allocate` reserved, and every function stays within it;
/// it trusts that the `Node` it gets is one, of the kind that the function is for.
library NodeLayout {
    /// @notice The nodes exceed the 4 MB of memory that a lane can address. L1 gas runs out before that.
    error TrieTooLarge();

    /// @dev Offsets of 16 empty children: `i` in lane `i`.
    uint256 private constant EMPTY_OFFSETS = 0x000f000e000d000c000b000a0009000800070006000500040003000200010000;

    /// @notice A new leaf with a path of `nibbles`. The caller sets its value.
    function newLeaf(uint256 path, uint256 nibbles) internal pure returns (Node leaf) {
        leaf = allocate(DATA + LEAF_ROOM);
        assembly ("memory-safe") {
            // The header of the new node; word 2 means nothing in a leaf.
            mstore(leaf, or(or(LEAF, shl(8, nibbles)), shl(128, LEAF_ROOM)))
            mstore(add(leaf, 0x20), path)
        }
    }

    /// @notice A new extension to a branch. Its path is the first `nibbles` of the word `path`.
    function newExtension(uint256 path, uint256 nibbles, Node only) internal pure returns (Node extension) {
        extension = allocate(DATA + 33);
        assembly ("memory-safe") {
            // The header of the new node. The child is stale: its encoding is not there yet.
            mstore(extension, or(or(EXTENSION, shl(8, nibbles)), shl(16, 1)))
            mstore(add(extension, 0x20), and(path, not(shr(shl(2, nibbles), not(0)))))
            mstore(add(extension, 0x40), only)
        }
    }

    /// @notice A new branch without children and value.
    function newBranch() internal pure returns (Node branch) {
        branch = allocate(BRANCH_SIZE);
        assembly ("memory-safe") {
            // The header of the new node, and 16 empty strings as its children.
            mstore(branch, or(BRANCH, shl(32, 16)))
            mstore(add(branch, 0x20), EMPTY_OFFSETS)
            mstore(add(branch, 0x40), 0)
            mstore(add(branch, CHILDREN), 0x8080808080808080808080808080808000000000000000000000000000000000)
        }
        branch.frame();
    }

    /// @notice Reserves `size` bytes for a node, or for a value that its node has no room for.
    function allocate(uint256 size) internal pure returns (Node node) {
        uint256 end;
        assembly ("memory-safe") {
            // Moves the pointer to free memory past the node. No sum overflows: `size` is at most that of calldata.
            node := and(add(mload(0x40), 0x3f), not(0x3f))
            end := add(node, size)
            mstore(0x40, end)
        }
        // A lane of 16 bits, in units of 64 bytes, can name any node that starts below 2^22.
        if (end >> 22 != 0) revert TrieTooLarge();
    }

    /// @notice Writes what surrounds the encoded children of a branch: the prefix of the list, and the empty value.
    function frame(Node branch) internal pure {
        assembly ("memory-safe") {
            // Three bytes before the children at most, and one after them; `BRANCH_SIZE` has room for 16 hashes.
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

    /// @notice `BRANCH`, `EXTENSION` or `LEAF`.
    function kind(Node node) internal pure returns (uint256 result) {
        assembly ("memory-safe") {
            // Reads the header.
            result := and(mload(node), 0xff)
        }
    }

    /// @notice The value of a leaf or a branch: its place in memory and its length, zero if there is none.
    function valueOf(Node node) internal pure returns (uint256 place, uint256 length) {
        assembly ("memory-safe") {
            // Reads the header.
            let meta := mload(node)
            place := and(shr(64, meta), 0xffffffff)
            length := and(shr(96, meta), 0xffffffff)
        }
    }

    /// @notice Whether a leaf or a branch has a value.
    function hasValue(Node node) internal pure returns (bool has) {
        assembly ("memory-safe") {
            // Reads the header.
            has := gt(and(shr(96, mload(node)), 0xffffffff), 0)
        }
    }

    /// @notice Replaces the value of a leaf or a branch by a copy of `length` bytes at `from`. A length of zero removes
    /// the value of a branch.
    function setValue(Node node, uint256 from, uint256 length) internal pure {
        if (_setEncodedValue(node, from, length)) return;
        uint256 place;
        assembly ("memory-safe") {
            // Reads the capacity. Zero: the value does not fit the node and goes to memory of its own.
            place := add(node, DATA)
            if gt(length, shr(128, mload(node))) {
                place := 0
            }
        }
        if (place == 0) place = Node.unwrap(allocate(length));
        assembly ("memory-safe") {
            // The room has been checked or just been reserved. `mcopy` allows for an overlap of both.
            mcopy(place, from, length)
            let meta := and(mload(node), not(or(ENCODED, shl(64, 0xffffffffffffffff))))
            mstore(node, or(meta, or(shl(64, place), shl(96, length))))
        }
    }

    /// @dev Replaces the value within the encoding of a leaf, if the encoding lies in the node, both prefixes keep
    /// their two bytes, and the node has the room.
    function _setEncodedValue(Node leaf, uint256 from, uint256 length) private pure returns (bool done) {
        assembly ("memory-safe") {
            // Writes two lengths and the value. From `place`, the node has `room` bytes.
            let meta := mload(leaf)
            if and(meta, ENCODED) {
                let place := and(shr(64, meta), 0xffffffff)
                let payload := sub(add(place, length), add(leaf, CHILDREN))
                let room := sub(add(add(leaf, DATA), shr(128, meta)), place)
                // From 56 bytes on, a length has a byte of its own. The room is too small for a payload of 256.
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

    /// @notice The path of a leaf or an extension, left-aligned.
    function pathOf(Node node) internal pure returns (uint256 word, uint256 nibbles) {
        assembly ("memory-safe") {
            // Reads the header.
            nibbles := byte(30, mload(node))
            word := mload(add(node, 0x20))
        }
    }

    /// @notice Removes the first nibbles of a path, of as many at most as it has.
    function dropPath(Node node, uint256 nibbles) internal pure {
        assembly ("memory-safe") {
            // Writes the header. An encoding that lies in the node has the old path: it is dropped.
            mstore(node, sub(and(mload(node), not(ENCODED)), shl(8, nibbles)))
            mstore(add(node, 0x20), shl(shl(2, nibbles), mload(add(node, 0x20))))
        }
    }

    /// @notice Puts nibbles in front of a path. Reverts with `MalformedNode` if the path gets longer than any key.
    function prependPath(Node node, uint256 word, uint256 nibbles) internal pure {
        (uint256 oldWord, uint256 oldNibbles) = node.pathOf();
        if (nibbles + oldNibbles > 64) revert MalformedNode();
        assembly ("memory-safe") {
            // Writes the header; its byte takes 64 nibbles. An encoding in the node has the old path: it is dropped.
            mstore(node, add(and(mload(node), not(ENCODED)), shl(8, nibbles)))
            mstore(add(node, 0x20), or(word, shr(shl(2, nibbles), oldWord)))
        }
    }

    /// @notice The word at a place in memory.
    function wordAt(uint256 place) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            // Only reads.
            word := mload(place)
        }
    }
}
