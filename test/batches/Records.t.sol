// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Records} from "../../contracts/batches/Records.sol";
import {BlockContext} from "../../contracts/types/BlockContext.sol";
import {Test} from "../Test.sol";

contract RecordsHarness {
    function read(
        bytes calldata records,
        uint256 offset,
        BlockContext memory context
    ) external pure returns (bytes memory raw, uint256 end, BlockContext memory opened) {
        (raw, end) = Records.read(records, offset, context);
        opened = context;
    }

    function count(bytes calldata records) external pure returns (uint256) {
        return Records.count(records);
    }
}

contract RecordsTest is Test {
    uint256 private constant BLOCK_RECORD = 1 + 36 + 3;
    RecordsHarness private harness;

    function setUp() public {
        harness = new RecordsHarness();
    }

    function testFuzz_read_roundTrip_succeeds(bytes[5] memory raws, uint8 opens, uint64[5] memory steps) public view {
        BlockContext[5] memory contexts;
        bytes memory records;
        for (uint256 i = 0; i < 5; ++i) {
            BlockContext memory context = i == 0 ? BlockContext(0, 0, address(0)) : contexts[i - 1];
            bool isNew = i == 0 || (opens >> i) & 1 == 1;
            if (isNew) {
                context = BlockContext({
                    number: context.number + 1 + (steps[i] % 1000),
                    timestamp: context.timestamp + (steps[i] % 77),
                    coinbase: address(uint160(uint256(keccak256(abi.encode(steps[i])))))
                });
            }
            contexts[i] = context;
            records = bytes.concat(records, _record(isNew, context, raws[i]));
        }

        assertEq(harness.count(records), 5);
        BlockContext memory last;
        uint256 offset = 0;
        for (uint256 i = 0; i < 5; ++i) {
            bytes memory raw;
            (raw, offset, last) = harness.read(records, offset, last);
            assertEq(raw, raws[i]);
            assertEq(last.number, contexts[i].number);
            assertEq(last.timestamp, contexts[i].timestamp);
            assertEq(last.coinbase, contexts[i].coinbase);
        }
        assertEq(offset, records.length);
    }

    /// @dev Wherever a record is cut, reading it reverts.
    function testFuzz_read_truncated_reverts(bytes memory raw, uint256 cut, bool opens) public {
        bytes memory record = _record(opens, BlockContext(7, 8, address(9)), raw);
        cut = bound(cut, 0, record.length - 1);
        bytes memory part = _head(record, cut);
        uint256 head = opens ? BLOCK_RECORD : 4;
        uint256 needed =
            cut < 1
                ? 1
                : cut < head - 3
                    ? head - 3
                    : cut < head
                        ? head
                        : record.length;
        vm.expectRevert(abi.encodeWithSelector(Records.RecordsTruncated.selector, needed, cut));
        harness.read(part, 0, BlockContext(1, 1, address(0)));
    }

    function testFuzz_count_truncated_reverts(bytes memory raw, uint256 cut, bool opens) public {
        bytes memory record = _record(opens, BlockContext(7, 8, address(9)), raw);
        uint256 head = opens ? BLOCK_RECORD : 4;
        cut = bound(cut, 1, head - 1);
        vm.expectRevert(abi.encodeWithSelector(Records.RecordsTruncated.selector, head, cut));
        harness.count(_head(record, cut));
    }

    function testFuzz_read_unknownFlag_reverts(uint8 flag, bytes memory rest) public {
        flag = uint8(bound(flag, 2, 255));
        vm.expectRevert(abi.encodeWithSelector(Records.RecordsUnknownFlag.selector, 0, flag));
        harness.read(bytes.concat(bytes1(flag), rest), 0, BlockContext(1, 1, address(0)));
    }

    function test_read_firstWithoutBlock_reverts() public {
        vm.expectRevert(Records.RecordsWithoutBlock.selector);
        harness.read(_record(false, BlockContext(0, 0, address(0)), hex"02"), 0, BlockContext(0, 0, address(0)));
    }

    function testFuzz_read_blockOutOfOrder_reverts(BlockContext memory last, BlockContext memory opened) public {
        last.number = uint64(bound(last.number, 1, type(uint64).max));
        if (opened.number > last.number && opened.timestamp >= last.timestamp) {
            (opened.number, last.number) = (last.number, opened.number);
        }
        bytes memory record = _record(true, opened, hex"02");
        vm.expectRevert(
            abi.encodeWithSelector(
                Records.RecordsBlockOutOfOrder.selector,
                opened.number,
                opened.timestamp,
                last.number,
                last.timestamp
            )
        );
        harness.read(record, 0, last);
    }

    function test_read_sameNumberAgain_reverts() public {
        bytes memory record = _record(true, BlockContext(7, 9, address(1)), hex"02");
        vm.expectRevert(abi.encodeWithSelector(Records.RecordsBlockOutOfOrder.selector, 7, 9, 7, 5));
        harness.read(record, 0, BlockContext(7, 5, address(2)));
    }

    function test_read_sameTimeInTheNextBlock_succeeds() public view {
        bytes memory record = _record(true, BlockContext(8, 5, address(1)), hex"02");
        (, uint256 end, BlockContext memory opened) = harness.read(record, 0, BlockContext(7, 5, address(2)));
        assertEq(end, record.length);
        assertEq(opened.number, 8);
        assertEq(opened.coinbase, address(1));
    }

    function test_count_nothing_succeeds() public view {
        assertEq(harness.count(""), 0);
    }

    function _record(bool opens, BlockContext memory context, bytes memory raw) private pure returns (bytes memory) {
        bytes memory head =
            opens
                ? abi.encodePacked(uint8(1), context.number, context.timestamp, context.coinbase)
                : abi.encodePacked(uint8(0));
        return bytes.concat(head, bytes3(uint24(raw.length)), raw);
    }

    function _head(bytes memory data, uint256 length) private pure returns (bytes memory part) {
        part = new bytes(length);
        for (uint256 i = 0; i < length; ++i) part[i] = data[i];
    }
}
