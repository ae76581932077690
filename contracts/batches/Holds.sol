// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Holds
/// @notice The set of batches under request, as a bitmap: a rollback clears 256 batches with one write.
library Holds {
    /// @dev Invariant: `count` is the number of bits set in `words`.
    struct Set {
        uint256 count;
        mapping(uint256 word => uint256) words;
    }

    function contains(Set storage set, uint64 index) internal view returns (bool) {
        return set.words[index >> 8] & _bit(index) != 0;
    }

    /// @dev The index is not in the set.
    function add(Set storage set, uint64 index) internal {
        set.words[index >> 8] |= _bit(index);
        ++set.count;
    }

    /// @dev The index is in the set.
    function remove(Set storage set, uint64 index) internal {
        set.words[index >> 8] &= ~_bit(index);
        --set.count;
    }

    /// @notice Empties `[from, end)`. The inbox bounds the distance by the batches that may wait for finality.
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

    function _ones(uint256 word) private pure returns (uint256 total) {
        for (; word != 0; word &= word - 1) ++total;
    }
}
