// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Holds
/// @notice The set of batches under request, as a bitmap: a rollback clears up to 256 batches with one write.
library Holds {
    /// @dev Invariant: `count` is the number of bits set in `words`.
    struct Set {
        uint256 count;
        mapping(uint256 word => uint256) words;
    }

    /// @notice Whether an index is in the set.
    function contains(Set storage set, uint64 index) internal view returns (bool) {
        return set.words[index >> 8] & _bit(index) != 0;
    }

    /// @notice Adds an index that is not in the set.
    function add(Set storage set, uint64 index) internal {
        set.words[index >> 8] |= _bit(index);
        ++set.count;
    }

    /// @notice Removes an index that is in the set.
    function remove(Set storage set, uint64 index) internal {
        set.words[index >> 8] &= ~_bit(index);
        --set.count;
    }

    /// @notice Removes all indices in `[from, end)`; there are none from `end` on. The inbox bounds the distance by the
    /// number of batches that may wait for finality.
    function removeFrom(Set storage set, uint64 from, uint64 end) internal {
        uint256 mask = type(uint256).max << (from & 0xff);
        for (uint256 word = from >> 8; word <= end >> 8 && set.count > 0; ++word) {
            uint256 gone = set.words[word] & mask;
            if (gone != 0) {
                set.words[word] ^= gone;
                set.count -= _ones(gone);
            }
            mask = type(uint256).max;
        }
    }

    function _bit(uint64 index) private pure returns (uint256) {
        return 1 << (index & 0xff);
    }

    /// @dev Counts the bits: sums of pairs, of nibbles, of bytes and of 16-bit lanes, and at last the sum of the
    /// sixteen lanes. Any word costs the same.
    function _ones(uint256 word) private pure returns (uint256) {
        // No lane overflows: its sum is at most its number of bits. The product wraps, but its top lane, which is the
        // result, is at most 256.
        unchecked {
            word -= (word >> 1) & 0x5555555555555555555555555555555555555555555555555555555555555555;
            word =
                (word & 0x3333333333333333333333333333333333333333333333333333333333333333) +
                ((word >> 2) & 0x3333333333333333333333333333333333333333333333333333333333333333);
            word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f;
            word =
                (word & 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff) +
                ((word >> 8) & 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff);
            return (word * 0x0001000100010001000100010001000100010001000100010001000100010001) >> 240;
        }
    }
}
