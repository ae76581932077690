// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Rlp} from "../../../contracts/trie/Rlp.sol";

/// @title RLP harness
/// @notice Opens the RLP library to tests.
contract RlpHarness {
    /// @notice Reads an item with all that it contains.
    /// @return sound Whether the bytes are exactly one item in canonical form.
    /// @return strings The byte strings in it, in order.
    /// @return encoded The item, written again.
    function read(bytes memory input) external pure returns (bool sound, bytes[] memory strings, bytes memory encoded) {
        (uint256 cursor, uint256 end) = _range(input);
        strings = new bytes[](input.length);
        encoded = new bytes(2 * input.length + 64);
        (uint256 out, ) = _range(encoded);
        uint256 next;
        uint256 count;
        uint256 outEnd;
        (next, count, outEnd) = _read(cursor, end, strings, 0, out);
        sound = next == end;
        assembly ("memory-safe") {
            mstore(strings, mul(sound, count))
            mstore(encoded, mul(sound, sub(outEnd, out)))
        }
    }

    /// @notice Reads a scalar.
    function readUint(bytes memory input) external pure returns (bool sound, uint256 value) {
        (uint256 cursor, uint256 end) = _range(input);
        (value, cursor) = Rlp.readUint(cursor, end);
        sound = cursor == end;
    }

    /// @dev Reads the item at `cursor`, and writes it at `out`.
    function _read(
        uint256 cursor,
        uint256 end,
        bytes[] memory strings,
        uint256 count,
        uint256 out
    ) private pure returns (uint256, uint256, uint256) {
        (uint256 start, uint256 next) = Rlp.readList(cursor, end);
        if (next == Rlp.FAILED) {
            uint256 length;
            (start, length, next) = Rlp.readString(cursor, end);
            if (next == Rlp.FAILED) return (next, count, out);
            strings[count] = _copy(start, length);
            return (next, count + 1, Rlp.writeString(out, start, length));
        }
        // The prefix of the written list is at most 9 bytes; the payload moves next to it.
        uint256 payload = out + 9;
        uint256 written = payload;
        while (start < next) {
            (start, count, written) = _read(start, next, strings, count, written);
        }
        if (start != next) return (Rlp.FAILED, count, out);
        uint256 size = written - Rlp.prependList(payload, written - payload);
        assembly ("memory-safe") {
            mcopy(out, sub(written, size), size)
        }
        return (next, count, out + size);
    }

    function _copy(uint256 start, uint256 length) private pure returns (bytes memory result) {
        result = new bytes(length);
        assembly ("memory-safe") {
            mcopy(add(result, 0x20), start, length)
        }
    }

    function _range(bytes memory input) private pure returns (uint256 start, uint256 end) {
        assembly ("memory-safe") {
            start := add(input, 0x20)
            end := add(start, mload(input))
        }
    }
}
