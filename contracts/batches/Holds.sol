// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Holds
/// @notice A set of batches under request, as a ring of 256 words of 256 bits with a word that says which of them are in
/// use. Every operation costs the same however many members there are.
///
/// The members lie less than `SPAN` apart, so that no two of them meet in the ring. A word that is not in use keeps old
/// bits, which mean nothing: to leave it is to clear it, and to use it again costs less.
library Holds {
    /// @notice Most distance between the lowest member and the end of the highest: a range of that length touches at most
    /// 256 words, wherever it begins.
    uint256 internal constant SPAN = 255 * 256;

    /// @dev Invariant: a word in use has at least one bit set.
    /// @param unused One bit for each word that is not in use: the other way round it would be zero most of the time, and
    /// a word of storage that leaves zero is dear.
    struct Set {
        uint256 unused;
        uint256[256] words;
    }

    /// @notice Empties a set, and makes a new one ready.
    function clear(Set storage set) internal {
        set.unused = type(uint256).max;
    }

    /// @notice Whether an index within the span is in the set.
    function contains(Set storage set, uint256 index) internal view returns (bool) {
        return set.unused & _wordBit(index) == 0 && set.words[_slot(index)] & _bit(index) != 0;
    }

    /// @notice Adds an index that is not in the set.
    function add(Set storage set, uint256 index) internal {
        uint256 unused = set.unused;
        uint256 wordBit = _wordBit(index);
        if (unused & wordBit == 0) {
            set.words[_slot(index)] |= _bit(index);
        } else {
            set.words[_slot(index)] = _bit(index);
            set.unused = unused ^ wordBit;
        }
    }

    /// @notice Removes an index that is in the set. Returns whether others are left.
    function remove(Set storage set, uint256 index) internal returns (bool) {
        return _keep(set, set.unused, index, set.words[_slot(index)] & ~_bit(index));
    }

    /// @notice Removes the lowest member of a set that is not empty.
    /// @param below A lower index within the span.
    /// @return index The member.
    /// @return others Whether others are left.
    function takeLowest(Set storage set, uint256 below) internal returns (uint256 index, bool others) {
        uint256 unused = set.unused;
        uint256 start = below >> 8;
        uint256 word = start + _lowestBit(_rotateRight(~unused, start));
        uint256 bits = set.words[word & 0xff];
        index = (word << 8) | _lowestBit(bits);
        others = _keep(set, unused, index, bits & (bits - 1));
    }

    /// @notice Removes all members from `from` on. Returns whether others are left.
    /// @param below An index that is lower than `from` and than all members, within the span.
    function removeFrom(Set storage set, uint256 below, uint256 from) internal returns (bool) {
        uint256 start = below >> 8;
        uint256 unused = set.unused;
        // Words before that of `from`, and that one, counted from `start`: the rest is not in use any more.
        uint256 before = (1 << ((from >> 8) - start)) - 1;
        unused |= ~_rotateLeft((before << 1) | 1, start);
        if (unused & _wordBit(from) == 0) {
            return _keep(set, unused, from, set.words[_slot(from)] & (_bit(from) - 1));
        }
        set.unused = unused;
        return unused != type(uint256).max;
    }

    /// @dev Writes the word of an index, which is in use, or frees it where no bit is left.
    function _keep(Set storage set, uint256 unused, uint256 index, uint256 bits) private returns (bool others) {
        if (bits == 0) unused |= _wordBit(index);
        else set.words[_slot(index)] = bits;
        set.unused = unused;
        return unused != type(uint256).max;
    }

    function _slot(uint256 index) private pure returns (uint256) {
        return (index >> 8) & 0xff;
    }

    function _wordBit(uint256 index) private pure returns (uint256) {
        return 1 << _slot(index);
    }

    function _bit(uint256 index) private pure returns (uint256) {
        return 1 << (index & 0xff);
    }

    /// @dev Place of the lowest bit of a word that is not zero.
    function _lowestBit(uint256 word) private pure returns (uint256) {
        // The negative of a word wraps, as two's complement has it.
        unchecked {
            return Math.log2(word & (0 - word));
        }
    }

    /// @dev Shifts by 256 give zero, so a rotation by 0 is right too.
    function _rotateRight(uint256 word, uint256 places) private pure returns (uint256) {
        places &= 0xff;
        return (word >> places) | (word << (256 - places));
    }

    function _rotateLeft(uint256 word, uint256 places) private pure returns (uint256) {
        places &= 0xff;
        return (word << places) | (word >> (256 - places));
    }
}
