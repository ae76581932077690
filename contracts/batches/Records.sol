// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BlockContext} from "../types/BlockContext.sol";

/// @title Records
/// @notice Reads encoded transactions one by one. A record is a flag, the block where the flag is 1, a 3-byte length
/// and the raw transaction.
library Records {
    // Sizes in bytes.
    uint256 private constant FLAG = 1;
    uint256 private constant BLOCK = 8 + 8 + 20;
    uint256 private constant LENGTH = 3;

    /// @notice The bytes end within a record.
    error RecordsTruncated(uint256 offset, uint256 length);
    /// @notice A record's first byte is neither 0 nor 1.
    error RecordsUnknownFlag(uint256 offset, uint8 flag);
    /// @notice The first record of a batch opens no block.
    error RecordsWithoutBlock();
    /// @notice A new block has no higher number than the one before, or a lower time.
    error RecordsBlockOutOfOrder(uint64 number, uint64 timestamp, uint64 lastNumber, uint64 lastTimestamp);

    /// @notice Reads the record at an offset.
    /// @param context The block of the record before, zeroes before the first; becomes that of this record.
    /// @return raw The raw transaction.
    /// @return end Where the next record starts.
    function read(
        bytes calldata records,
        uint256 offset,
        BlockContext memory context
    ) internal pure returns (bytes calldata raw, uint256 end) {
        end = offset + FLAG;
        _within(records, end);
        uint8 flag = uint8(records[offset]);
        if (flag == 1) {
            end += BLOCK;
            _within(records, end);
            _open(records, offset + FLAG, context);
        } else if (flag != 0) {
            revert RecordsUnknownFlag(offset, flag);
        } else if (context.number == 0) {
            revert RecordsWithoutBlock();
        }
        uint256 start = end + LENGTH;
        _within(records, start);
        uint256 length = uint24(bytes3(records[end:start]));
        end = start + length;
        _within(records, end);
        raw = records[start:end];
    }

    /// @notice Number of records in well-formed bytes. Takes any flag but 0 for 1, and does not check blocks: `read`
    /// does.
    function count(bytes calldata records) internal pure returns (uint256 total) {
        for (uint256 offset = 0; offset < records.length; ++total) {
            uint256 start = offset + FLAG + (records[offset] == 0 ? 0 : BLOCK) + LENGTH;
            _within(records, start);
            offset = start + uint24(bytes3(records[start - LENGTH:start]));
        }
    }

    /// @dev Makes the block at `start` the present one.
    function _open(bytes calldata records, uint256 start, BlockContext memory context) private pure {
        uint64 number = uint64(bytes8(records[start:start + 8]));
        uint64 timestamp = uint64(bytes8(records[start + 8:start + 16]));
        if (number <= context.number || timestamp < context.timestamp) {
            revert RecordsBlockOutOfOrder(number, timestamp, context.number, context.timestamp);
        }
        context.number = number;
        context.timestamp = timestamp;
        context.coinbase = address(bytes20(records[start + 16:start + 36]));
    }

    function _within(bytes calldata records, uint256 end) private pure {
        if (end > records.length) revert RecordsTruncated(end, records.length);
    }
}
