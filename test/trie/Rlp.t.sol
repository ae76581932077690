// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {RLP} from "@openzeppelin/contracts/utils/RLP.sol";

import {Rlp} from "../../contracts/trie/Rlp.sol";
import {Test} from "../Test.sol";

/// @notice Compares with OpenZeppelin's encoder, and reads random bytes.
contract RlpTest is Test {
    /// @dev More room than the tests need.
    uint256 private constant ROOM = 1024;

    function testFuzz_writeUint_equalsOpenZeppelin_succeeds(uint256 value, uint8 shift) public pure {
        value >>= shift;
        (bytes memory buffer, uint256 start) = _buffer();
        bytes memory written = _taken(buffer, Rlp.writeUint(start, value) - start);
        assertEq(written, RLP.encode(value));
    }

    function testFuzz_readUint_afterWrite_succeeds(uint256 value, uint8 shift) public pure {
        value >>= shift;
        (, uint256 start) = _buffer();
        uint256 end = Rlp.writeUint(start, value);
        (uint256 read, uint256 next) = Rlp.readUint(start, end);
        assertEq(read, value);
        assertEq(next, end);
    }

    function testFuzz_writeString_equalsOpenZeppelin_succeeds(bytes memory value) public pure {
        if (value.length > 900) return;
        (bytes memory buffer, uint256 start) = _buffer();
        bytes memory written = _taken(buffer, Rlp.writeString(start, _start(value), value.length) - start);
        assertEq(written, RLP.encode(value));
    }

    function testFuzz_prependList_equalsOpenZeppelin_succeeds(bytes memory payload, uint256 length) public pure {
        payload = bytes.concat(payload, new bytes(bound(length, 0, 70_000)));
        bytes[] memory items = new bytes[](1);
        items[0] = payload;
        bytes memory expected = RLP.encode(items);

        bytes memory buffer = new bytes(payload.length + 9);
        uint256 end = _start(buffer) + buffer.length;
        uint256 source = _start(payload);
        uint256 size = payload.length;
        assembly ("memory-safe") {
            mcopy(sub(end, size), source, size)
        }
        uint256 start = Rlp.prependList(end - size, size);
        bytes32 hash;
        assembly ("memory-safe") {
            hash := keccak256(start, sub(end, start))
        }
        assertEq(end - start, expected.length);
        assertEq(hash, keccak256(expected));
    }

    /// @dev Whatever the bytes are, the reader neither reverts nor leaves its range.
    function testFuzz_read_randomBytes_staysInRange_succeeds(bytes memory input) public pure {
        uint256 start = _start(input);
        uint256 end = start + input.length;
        (uint256 content, uint256 length, uint256 next) = Rlp.readString(start, end);
        _assertInRange(start, end, next);
        if (next != Rlp.FAILED) assertEq(content + length, next);
        (, next) = Rlp.readUint(start, end);
        _assertInRange(start, end, next);
        (content, next) = Rlp.readList(start, end);
        _assertInRange(start, end, next);
        if (next != Rlp.FAILED) assertLe(content, next);
    }

    /// @dev All that the reader accepts is what OpenZeppelin writes, hence canonical.
    function testFuzz_readString_isCanonical_succeeds(bytes memory input, uint8 first) public pure {
        if (input.length == 0) return;
        input[0] = bytes1(first);
        uint256 start = _start(input);
        (uint256 content, uint256 length, uint256 next) = Rlp.readString(start, start + input.length);
        if (next == Rlp.FAILED) return;
        bytes memory value = new bytes(length);
        uint256 target = _start(value);
        assembly ("memory-safe") {
            mcopy(target, content, length)
        }
        assertEq(_taken(input, next - start), RLP.encode(value));
    }

    function test_prefix_notCanonical_fails() public pure {
        // A byte with a prefix, the long form for 55 bytes, and lengths with a leading zero.
        bytes6[4] memory prefixes = [bytes6(hex"817f"), hex"b837", hex"b90038", hex"fa000100"];
        for (uint256 i = 0; i < prefixes.length; i++) {
            (, uint256 length) = Rlp.prefix(uint256(bytes32(prefixes[i])));
            assertGe(length, Rlp.FAILED);
        }
    }

    function test_prefix_canonical_succeeds() public pure {
        _assertPrefix(hex"7f", 0, 1);
        _assertPrefix(hex"8180", 1, 1);
        _assertPrefix(hex"b7", 1, 55);
        _assertPrefix(hex"b838", 2, 56);
        _assertPrefix(hex"f90100", 3, 256);
        _assertPrefix(hex"fa010000", 4, 65_536);
    }

    function test_read_afterFailure_failsAgain_succeeds() public pure {
        (uint256 start, uint256 length, uint256 next) = Rlp.readString(Rlp.FAILED, ROOM);
        assertEq(start + length, 0);
        assertEq(next, Rlp.FAILED);
        (start, next) = Rlp.readUint(Rlp.FAILED, ROOM);
        assertEq(next, Rlp.FAILED);
        (start, next) = Rlp.readList(Rlp.FAILED, ROOM);
        assertEq(next, Rlp.FAILED);
    }

    function _assertPrefix(bytes6 item, uint256 expectedOffset, uint256 expectedLength) private pure {
        (uint256 offset, uint256 length) = Rlp.prefix(uint256(bytes32(item)));
        assertEq(offset, expectedOffset);
        assertEq(length, expectedLength);
    }

    function _assertInRange(uint256 start, uint256 end, uint256 next) private pure {
        if (next == Rlp.FAILED) return;
        assertGt(next, start);
        assertLe(next, end);
    }

    function _buffer() private pure returns (bytes memory buffer, uint256 start) {
        buffer = new bytes(ROOM);
        start = _start(buffer);
    }

    function _start(bytes memory buffer) private pure returns (uint256 start) {
        assembly ("memory-safe") {
            start := add(buffer, 0x20)
        }
    }

    /// @dev The first bytes of a buffer.
    function _taken(bytes memory buffer, uint256 length) private pure returns (bytes memory) {
        assembly ("memory-safe") {
            mstore(buffer, length)
        }
        return buffer;
    }
}
