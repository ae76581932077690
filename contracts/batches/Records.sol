// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BlockContext} from "../types/BlockContext.sol";

/// @title Records
/// @notice Reads encoded transactions one by one. A record is a flag, the block where the flag is 1, a 3-byte length
/// and the raw transaction. What a record says is a fact, however wrong; reverts only where bytes are no records.
library Records {
    // Sizes in bytes.
    uint256 private constant FLAG = 1;
    uint256 private constant BLOCK = 8 + 8 + 20 + 32;
    uint256 private constant LENGTH = 3;

    /// @notice The bytes end within a record.
    error RecordsTruncated(uint256 offset, uint256 length);
    /// @notice A record's first byte is neither 0 nor 1.
    error RecordsUnknownFlag(uint256 offset, uint8 flag);
    /// @notice The first record opens no block.
    error RecordsWithoutBlock();

    /// @notice Reads the record at an offset.
    /// @param last The block of the record before; not read at offset 0.
    /// @return raw The raw transaction.
    /// @return end Where the next record starts.
    /// @return context The block of this record: `last` itself, unless the record opens one.
    function read(
        bytes calldata records,
        uint256 offset,
        BlockContext memory last
    ) internal pure returns (bytes calldata raw, uint256 end, BlockContext memory context) {
        uint256 start = offset + FLAG;
        _within(records, start);
        uint256 flag = _number(records, offset, FLAG);
        if (flag == 1) {
            _within(records, start + BLOCK);
            context = BlockContext({
                number: uint64(_number(records, start, 8)),
                timestamp: uint64(_number(records, start + 8, 8)),
                coinbase: address(uint160(_number(records, start + 16, 20))),
                randomness: bytes32(_number(records, start + 36, 32))
            });
            start += BLOCK;
        } else if (flag != 0) {
            revert RecordsUnknownFlag(offset, uint8(flag));
        } else if (offset == 0) {
            revert RecordsWithoutBlock();
        } else {
            context = last;
        }
        start += LENGTH;
        _within(records, start);
        end = start + _number(records, start - LENGTH, LENGTH);
        _within(records, end);
        raw = records[start:end];
    }

    /// @notice Number of records in well-formed bytes. Takes any flag but 0 for 1: `read` checks.
    function count(bytes calldata records) internal pure returns (uint256 total) {
        for (uint256 offset = 0; offset < records.length; ++total) {
            uint256 start = offset + FLAG + (_number(records, offset, FLAG) == 0 ? 0 : BLOCK) + LENGTH;
            _within(records, start);
            offset = start + _number(records, start - LENGTH, LENGTH);
        }
    }

    /// @notice Bytes of a record as a batch encodes it.
    /// @param opens Whether it is the first of its batch, or of another block than the one before.
    function size(bytes calldata raw, bool opens) internal pure returns (uint256) {
        return FLAG + (opens ? BLOCK : 0) + LENGTH + raw.length;
    }

    /// @dev The big-endian number in `length` bytes, 1 to 32. Relies on the callers' check that they lie within the
    /// records: a slice would check each once more.
    function _number(bytes calldata records, uint256 offset, uint256 length) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := shr(sub(256, shl(3, length)), calldataload(add(records.offset, offset)))
        }
    }

    function _within(bytes calldata records, uint256 end) private pure {
        if (end > records.length) revert RecordsTruncated(end, records.length);
    }
}
