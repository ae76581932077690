// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Archive} from "../../contracts/batches/Archive.sol";
import {Test} from "../Test.sol";

contract ArchiveTest is Test {
    using Archive for Archive.Record;

    Archive.Record private record;
    bytes32[] private hashes;

    /// @dev Every header, of a group that is complete or not, added in runs of any length.
    function testFuzz_contains_everyHeaderAndNoOther_succeeds(uint256 seed) public {
        for (uint256 run = 0; run < 5; ++run) {
            _add(1 + (uint256(keccak256(abi.encode(seed, run))) % 40));
            for (uint256 i = 0; i < hashes.length; ++i) _checkAt(i);
        }
    }

    function test_contains_beyondTheLast_isFalse_succeeds() public {
        _add(5);
        assertFalse(this.contains(5, 0, record.chains[0], new bytes32[](0), 5));
        assertFalse(this.contains(32, 0, 0, new bytes32[](0), 5));
    }

    function contains(
        uint256 index,
        bytes32 headerHash,
        bytes32 chain,
        bytes32[] calldata following,
        uint256 finalised
    ) external view returns (bool) {
        return record.contains(index, headerHash, chain, following, finalised);
    }

    function _add(uint256 count) private {
        bytes32 chain = record.before(hashes.length);
        for (uint256 i = 0; i < count; ++i) {
            bytes32 hash = keccak256(abi.encode("header", hashes.length));
            chain = record.add(chain, hashes.length, hash);
            hashes.push(hash);
        }
        record.save(chain, hashes.length);
    }

    function _checkAt(uint256 index) private view {
        uint256 group = index - (index % 32);
        uint256 end = group + 32 < hashes.length ? group + 32 : hashes.length;
        bytes32 chain = 0;
        for (uint256 i = group; i < index; ++i) chain = keccak256(abi.encode(chain, hashes[i]));
        bytes32[] memory following = new bytes32[](end - index - 1);
        for (uint256 i = 0; i < following.length; ++i) following[i] = hashes[index + 1 + i];
        assertTrue(this.contains(index, hashes[index], chain, following, hashes.length));
        // Another header, another place, another number of headers behind it.
        assertFalse(this.contains(index, keccak256("another"), chain, following, hashes.length));
        bytes32 longer = keccak256(abi.encode(chain, hashes[index]));
        assertFalse(this.contains(index, hashes[index], longer, following, hashes.length));
        if (following.length == 0) return;
        bytes32[] memory rest = new bytes32[](following.length - 1);
        for (uint256 i = 0; i < rest.length; ++i) rest[i] = following[i + 1];
        assertFalse(this.contains(index, following[0], longer, rest, hashes.length));
        assertTrue(this.contains(index + 1, following[0], longer, rest, hashes.length));
    }
}
