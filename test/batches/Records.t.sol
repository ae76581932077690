// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Records} from "../../contracts/batches/Records.sol";
import {BlockContext} from "../../contracts/types/BlockContext.sol";
import {Test} from "../Test.sol";

contract RecordsHarness {
    function read(
        bytes calldata records,
        uint256 offset,
        BlockContext memory last
    ) external pure returns (bytes memory raw, uint256 end, BlockContext memory context) {
        return Records.read(records, offset, last);
    }

    function size(bytes calldata raw, bool opens) external pure returns (uint256) {
        return Records.size(raw, opens);
    }

    function count(bytes calldata records) external pure returns (uint256) {
        return Records.count(records);
    }
}

contract RecordsTest is Test {
    uint256 private constant BLOCK_RECORD = 1 + 68 + 3;
    RecordsHarness private harness;

    function setUp() public {
        harness = new RecordsHarness();
    }

    /// @dev Blocks of any order: what records say is for others to judge.
    function testFuzz_read_roundTrip_succeeds(
        bytes[5] memory raws,
        uint8 opens,
        BlockContext[5] memory contexts
    ) public view {
        bytes memory records;
        uint256 size = 0;
        for (uint256 i = 0; i < 5; ++i) {
            bool isNew = i == 0 || (opens >> i) & 1 == 1;
            if (!isNew) contexts[i] = contexts[i - 1];
            records = bytes.concat(records, _record(isNew, contexts[i], raws[i]));
            size += harness.size(raws[i], isNew);
        }
        assertEq(records.length, size);
        assertEq(harness.count(records), 5);
        BlockContext memory last;
        uint256 offset = 0;
        for (uint256 i = 0; i < 5; ++i) {
            bytes memory raw;
            (raw, offset, last) = harness.read(records, offset, last);
            assertEq(raw, raws[i]);
            assertEq(abi.encode(last), abi.encode(contexts[i]));
        }
        assertEq(offset, records.length);
    }

    /// @dev Wherever a record is cut, reading it reverts.
    function testFuzz_read_truncated_reverts(bytes memory raw, uint256 cut, bool opens) public {
        bytes memory record = _record(opens, BlockContext(7, 8, address(9), 0), raw);
        cut = bound(cut, 0, record.length - 1);
        // A record that opens no block cannot be the first.
        uint256 offset = opens ? 0 : 1;
        bytes memory part = bytes.concat(new bytes(offset), _head(record, cut));
        uint256 head = opens ? BLOCK_RECORD : 4;
        uint256 needed =
            cut < 1
                ? 1
                : cut < head - 3
                    ? head - 3
                    : cut < head
                        ? head
                        : record.length;
        vm.expectRevert(abi.encodeWithSelector(Records.RecordsTruncated.selector, offset + needed, offset + cut));
        harness.read(part, offset, BlockContext(1, 1, address(0), 0));
    }

    function testFuzz_count_truncated_reverts(bytes memory raw, uint256 cut, bool opens) public {
        bytes memory record = _record(opens, BlockContext(7, 8, address(9), 0), raw);
        uint256 head = opens ? BLOCK_RECORD : 4;
        cut = bound(cut, 1, head - 1);
        vm.expectRevert(abi.encodeWithSelector(Records.RecordsTruncated.selector, head, cut));
        harness.count(_head(record, cut));
    }

    function testFuzz_read_unknownFlag_reverts(uint8 flag, bytes memory rest) public {
        flag = uint8(bound(flag, 2, 255));
        vm.expectRevert(abi.encodeWithSelector(Records.RecordsUnknownFlag.selector, 0, flag));
        harness.read(bytes.concat(bytes1(flag), rest), 0, BlockContext(1, 1, address(0), 0));
    }

    function test_read_firstWithoutBlock_reverts() public {
        vm.expectRevert(Records.RecordsWithoutBlock.selector);
        harness.read(_record(false, BlockContext(0, 0, address(0), 0), hex"02"), 0, BlockContext(0, 0, address(0), 0));
    }

    function test_count_nothing_succeeds() public view {
        assertEq(harness.count(""), 0);
    }

    function _record(bool opens, BlockContext memory context, bytes memory raw) private pure returns (bytes memory) {
        bytes memory head =
            opens
                ? abi.encodePacked(uint8(1), context.number, context.timestamp, context.coinbase, context.randomness)
                : abi.encodePacked(uint8(0));
        return bytes.concat(head, bytes3(uint24(raw.length)), raw);
    }

    function _head(bytes memory data, uint256 length) private pure returns (bytes memory part) {
        part = new bytes(length);
        for (uint256 i = 0; i < length; ++i) part[i] = data[i];
    }
}
