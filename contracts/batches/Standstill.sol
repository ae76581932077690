// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Standstill
/// @notice Records for how long the clocks of batches stood still. While requests are open, the clock of each batch from
/// the lowest one under request on stands still; that time is recorded once, as a shift at the lowest one. So a clock has
/// stood still for the sum of all shifts up to its batch.
///
/// Shifts are added up over 256 indices too, so that the sum over any number of pending batches takes few reads. Every
/// second is recorded at most once, so that all shifts together are less than the time since the chain began, and fit
/// into 32 bits.
library Standstill {
    /// @dev Eight 32-bit numbers a word.
    /// @param shifts One for each index, in seconds.
    /// @param sums One for each 256 indices: the sum of their shifts.
    ///
    /// Invariant: from the head on, the head's own word (where an index below the head shares it) and the head's own sum
    /// count nothing. Later words and sums may be those of batches that were rolled back, until `renew`.
    struct Record {
        mapping(uint256 word => uint256) shifts;
        mapping(uint256 word => uint256) sums;
    }

    /// @dev Multiplying with it adds up all eight numbers in the highest place. What is lower does not carry into it, since
    /// no partial sum exceeds 32 bits.
    uint256 private constant ADD_UP = 0x0000000100000001000000010000000100000001000000010000000100000001;

    /// @notice Adds to the shift at an index below the head.
    function add(Record storage record, uint256 index, uint256 time) internal {
        record.shifts[index >> 3] += time << _place(index);
        record.sums[index >> 11] += time << _place(index >> 8);
    }

    /// @notice The shift at an index below the head, in seconds.
    function shiftAt(Record storage record, uint256 index) internal view returns (uint256) {
        return (record.shifts[index >> 3] >> _place(index)) & type(uint32).max;
    }

    /// @notice The sum of the shifts from `from` on. Reads at most 32 words, and one for each 2,048 indices.
    function sumFrom(Record storage record, uint256 from, uint256 head) internal view returns (uint256) {
        if (from >= head) return 0;
        (uint256 near, uint256 far) = _sums(record, from, head);
        return near + far;
    }

    /// @notice Removes the shifts from `from` on, which becomes the head. Returns their sum. Words and sums that begin
    /// later stay as they are; where the result is not 0, `renew` must be called as batches are added again.
    function cut(Record storage record, uint256 from, uint256 head) internal returns (uint256) {
        (uint256 near, uint256 far) = _sums(record, from, head);
        if (near != 0) {
            uint256 word = record.shifts[from >> 3];
            uint256 kept = word & ~_from(from);
            if (kept != word) record.shifts[from >> 3] = kept;
            record.sums[from >> 11] -= near << _place(from >> 8);
        }
        return near + far;
    }

    /// @notice Forgets what rolled back batches left in the words that begin with an index, which is added to the chain.
    function renew(Record storage record, uint256 index) internal {
        if (index & 7 == 0 && record.shifts[index >> 3] != 0) record.shifts[index >> 3] = 0;
        if (index & 0xff == 0) {
            uint256 word = record.sums[index >> 11];
            uint256 kept = word & ~(uint256(type(uint32).max) << _place(index >> 8));
            if (kept != word) record.sums[index >> 11] = kept;
        }
    }

    /// @dev The sum of the shifts from `from` on, which is below the head.
    /// @return near The part within the 256 indices of `from`.
    /// @return far The part beyond.
    function _sums(Record storage record, uint256 from, uint256 head) private view returns (uint256 near, uint256 far) {
        uint256 last = head - 1;
        // Eight sums in parallel, which are added up at last. A sum of any shifts fits into 32 bits: nothing overflows
        // into the neighbour. Indices are 32-bit numbers.
        unchecked {
            uint256 end = from | 0xff;
            if (end > last) end = last;
            uint256 word = from >> 3;
            near = record.shifts[word] & _from(from);
            while (++word <= end >> 3) near += record.shifts[word];
            near = (near * ADD_UP) >> 224;

            // Sums of later indices. Those beyond the head's may be left from before a rollback.
            uint256 bucket = (from >> 8) + 1;
            uint256 lastBucket = last >> 8;
            if (bucket > lastBucket) return (near, 0);
            word = bucket >> 3;
            uint256 mask = _from(bucket);
            for (; word < lastBucket >> 3; ++word) {
                far += record.sums[word] & mask;
                mask = type(uint256).max;
            }
            far += record.sums[word] & mask & ~(_from(lastBucket) << 32);
            far = (far * ADD_UP) >> 224;
        }
    }

    /// @dev Where the number of an index lies in its word.
    function _place(uint256 index) private pure returns (uint256) {
        return (index & 7) << 5;
    }

    /// @dev All numbers of a word from that of an index on.
    function _from(uint256 index) private pure returns (uint256) {
        return type(uint256).max << _place(index);
    }
}
