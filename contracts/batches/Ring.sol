// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Commitments} from "./Commitments.sol";

/// @title Ring
/// @notice A word for the commitment of each batch. Words are used again: a new word of storage costs 17,100 gas more than
/// one that was in use.
///
/// Index `i` has the word `i % COUNT` of a ring. Where a batch there still counts, it has a word of its own, which is not
/// used again. A commitment tells its index, so it is clear whose a word is.
///
/// Invariant: `get` gives what was put last at every index from the last final batch on, below the head. A word of the ring
/// is taken only from a batch before the last final one, or from one that was rolled back. So the parent of the next batch
/// is always there, whatever is rolled back. Of older batches, which nothing needs, `get` gives what the ring still has.
library Ring {
    /// @notice Words of the ring: a batch every ten minutes for a week.
    uint256 internal constant COUNT = 1024;

    /// @param words What was put last, by index modulo `COUNT`.
    /// @param others Of batches whose word was taken.
    struct Store {
        bytes32[COUNT] words;
        mapping(uint256 index => bytes32) others;
    }

    /// @notice Keeps a commitment at the head, or at the last index.
    /// @param finalised Every index below it is final.
    function put(Store storage store, uint256 index, uint256 finalised, bytes32 commitment) internal {
        bytes32 occupant = store.words[index % COUNT];
        uint256 whose = Commitments.indexOf(occupant);
        bool counts = occupant != 0 && whose + 1 >= finalised && whose < index;
        if (counts) store.others[index] = commitment;
        else store.words[index % COUNT] = commitment;
    }

    /// @notice The commitment at an index below the head; zero where a final batch's is kept no more.
    function get(Store storage store, uint256 index, uint256 finalised) internal view returns (bytes32 commitment) {
        commitment = store.words[index % COUNT];
        if (Commitments.indexOf(commitment) == index) return commitment;
        return index + 1 < finalised ? bytes32(0) : store.others[index];
    }
}
