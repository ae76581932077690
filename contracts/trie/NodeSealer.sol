// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {BRANCH, CHILDREN, DATA, ENCODED, LEAF, Node} from "./Node.sol";
import {NodeChildren} from "./NodeChildren.sol";
import {Rlp} from "./Rlp.sol";

/// @title Node sealer
/// @notice Encodes and hashes a node, and whatever changed below it.
/// @dev Why the assembly is memory-safe: it writes encoded children into nodes that have been allocated, within their
/// size, and other encodings to free memory (`_scratch`), where they are hashed before anything else is written there.
library NodeSealer {
    using NodeSealer for Node;

    /// @notice Encodes all that is stale at and below a node, and clears the stale masks.
    /// @return word The hash of the node; or its encoding, left-aligned, if that is shorter than 32 bytes.
    /// @return length The length of `word`; 32 for a hash.
    function seal(Node node) internal pure returns (uint256 word, uint256 length) {
        uint256 meta;
        bool branch;
        uint256 stale;
        assembly ("memory-safe") {
            // Reads the header, and clears the stale mask in it.
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
                    // Reads the header. Takes the last stale child off the mask.
                    i := sub(255, clz(stale))
                    stale := xor(stale, shl(i, 1))
                    let lane := shl(4, i)
                    below := shl(6, and(shr(lane, mload(add(node, 0x40))), 0xffff))
                    place := add(add(node, CHILDREN), and(shr(lane, mload(add(node, 0x20))), 0xffff))
                }
                (word, length) = below.seal();
                assembly ("memory-safe") {
                    // Mostly a hash replaces a hash, in the same 32 bytes of the branch.
                    if and(eq(length, 32), eq(byte(0, mload(place)), 0xa0)) {
                        mstore(add(place, 1), word)
                        place := 0
                    }
                }
                if (place != 0) NodeChildren.setEncodedChild(node, i, word, length);
            }
            bool large;
            assembly ("memory-safe") {
                // Reads the header.
                meta := mload(node)
                length := and(shr(32, meta), 0xffff)
                // Mostly the prefix has three bytes, for a payload from 256 on, and there is no value.
                large := and(gt(length, 254), iszero(shr(96, meta)))
            }
            if (large) {
                assembly ("memory-safe") {
                    // Hashes the branch where it lies, with its prefix and its empty value.
                    word := keccak256(add(node, sub(CHILDREN, 3)), add(length, 4))
                }
                return (word, 32);
            }
            assembly ("memory-safe") {
                // The same for a shorter branch. The prefix has one byte for a payload of up to 55, two up to 255; the
                // empty value adds one to `size`.
                let size := length
                let offset := add(add(1, gt(size, 54)), gt(size, 254))
                start := sub(add(node, CHILDREN), offset)
                length := add(add(offset, size), 1)
            }
            // A branch has no capacity for a value: the upper bits are the length of the value alone.
            if (meta >> 96 != 0) (start, length) = _encodeValued(node);
        } else if (meta & ENCODED != 0) {
            assembly ("memory-safe") {
                // Reads the header. The encoding of the leaf ends with its value.
                start := add(node, sub(CHILDREN, 2))
                length := sub(add(and(shr(64, meta), 0xffffffff), and(shr(96, meta), 0xffffffff)), start)
            }
        } else {
            if (stale != 0) {
                Node below;
                assembly ("memory-safe") {
                    // Reads the header.
                    below := mload(add(node, 0x40))
                }
                (word, length) = below.seal();
                _setEncodedOnlyChild(node, word, length);
            }
            (start, length) = _encodeShort(node);
        }
        assembly ("memory-safe") {
            // Only reads. A node of less than 32 bytes is not hashed: its parent inlines it.
            let size := length
            word := keccak256(start, size)
            length := 32
            if lt(size, 32) {
                word := and(mload(start), not(shr(shl(3, size), not(0))))
                length := size
            }
        }
    }

    /// @dev Writes the encoded child of an extension.
    function _setEncodedOnlyChild(Node extension, uint256 word, uint256 length) private pure {
        assembly ("memory-safe") {
            // An extension has room for 33 bytes.
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

    /// @dev Encodes a branch with a value, in free memory.
    function _encodeValued(Node branch) private pure returns (uint256 start, uint256 length) {
        (uint256 value, uint256 valueLength) = branch.valueOf();
        uint256 payload = _scratch();
        uint256 size;
        assembly ("memory-safe") {
            // Copies the children to free memory.
            size := and(shr(32, mload(branch)), 0xffff)
            mcopy(payload, add(branch, CHILDREN), size)
        }
        uint256 end = Rlp.writeString(payload + size, value, valueLength);
        start = Rlp.prependList(payload, end - payload);
        length = end - start;
    }

    /// @dev Encodes a leaf or an extension, in free memory.
    function _encodeShort(Node node) private pure returns (uint256 start, uint256 length) {
        unchecked {
            // All are places in memory, in ascending order.
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

    /// @dev Writes the path of a node in hex-prefix encoding.
    function _writePath(uint256 cursor, Node node) private pure returns (uint256 end) {
        assembly ("memory-safe") {
            // Writes 34 bytes of free memory at most; what follows the path there is overwritten later.
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

    /// @dev Writes the encoded child of an extension.
    function _writeOnlyChild(uint256 cursor, Node extension) private pure returns (uint256 end) {
        assembly ("memory-safe") {
            // Copies 33 bytes at most to free memory.
            let first := byte(0, mload(add(extension, DATA)))
            let size := 33
            if gt(first, 0xa0) {
                size := sub(first, 0xbf)
            }
            mcopy(cursor, add(extension, DATA), size)
            end := add(cursor, size)
        }
    }

    /// @dev A place in free memory, with room for the prefix of a list before it.
    function _scratch() private pure returns (uint256 cursor) {
        assembly ("memory-safe") {
            // Only reads the pointer to free memory.
            cursor := add(mload(0x40), 0x20)
        }
    }
}
