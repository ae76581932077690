// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev What the last batch is.
enum Tail {
    /// Nothing takes its place except after a verdict.
    Solid,
    /// Unattested: nothing builds on it, and a certified batch takes its place.
    Unattested,
    /// Unattested and recomputed: certified batches build on it or, for some time, take its place.
    Recomputed
}

/// @dev The chain of batches as a whole, kept in one word of storage: a submission reads and writes it once.
/// @param head The index that the next batch takes.
/// @param finalised Every index below it is final.
/// @param epoch How often a verdict has moved the head back.
/// @param standstill Seconds for which the clock of the last batch has stood still, up to `openSince` where a request is
/// open.
/// @param openSince Since when `lowest` has been the lowest batch under request, in seconds; without meaning where no
/// request is open.
/// @param lowest The lowest batch under request; `ChainStates.NONE` where no request is open.
/// @param window The challenge window of batches that are submitted now, in seconds.
/// @param tail What the last batch is.
/// @param others Whether further batches are under request.
/// @param stale Whether the record of shifts may hold entries of rolled back batches from the head on.
struct ChainState {
    uint256 head;
    uint256 finalised;
    uint256 epoch;
    uint256 standstill;
    uint256 openSince;
    uint256 lowest;
    uint256 window;
    Tail tail;
    bool others;
    bool stale;
}

using ChainStates for ChainState global;

/// @title Chain states
/// @notice Packs the state of the chain of batches into a word.
library ChainStates {
    /// @notice `lowest` where no request is open. More than any index.
    uint256 internal constant NONE = type(uint32).max;
    /// @notice The longest challenge window that fits, 194 days.
    uint256 internal constant MAX_WINDOW = type(uint24).max;

    uint256 private constant MASK_32 = type(uint32).max;
    uint256 private constant MASK_40 = type(uint40).max;

    /// @notice The state that a word holds.
    function unpack(uint256 word) internal pure returns (ChainState memory state) {
        state.head = word & MASK_32;
        state.finalised = (word >> 32) & MASK_32;
        state.epoch = (word >> 64) & MASK_32;
        state.lowest = (word >> 96) & MASK_32;
        state.standstill = (word >> 128) & MASK_40;
        state.openSince = (word >> 168) & MASK_40;
        state.window = (word >> 208) & MAX_WINDOW;
        state.tail = Tail((word >> 232) & 3);
        state.others = (word >> 240) & 1 != 0;
        state.stale = (word >> 248) & 1 != 0;
    }

    /// @notice Head and number of final batches of a state, out of its word.
    function bounds(uint256 word) internal pure returns (uint256 head, uint256 finalised) {
        return (word & MASK_32, (word >> 32) & MASK_32);
    }

    /// @notice The word that holds a state. Nothing spills: four billion batches are more than anybody submits, times
    /// are those of blocks, and the window is at most `MAX_WINDOW`.
    function pack(ChainState memory state) internal pure returns (uint256 word) {
        word = state.head | (state.finalised << 32) | (state.epoch << 64) | (state.lowest << 96);
        word |= (state.standstill << 128) | (state.openSince << 168) | (state.window << 208);
        word |= uint256(state.tail) << 232;
        if (state.others) word |= 1 << 240;
        if (state.stale) word |= 1 << 248;
    }

    /// @notice Seconds for which the clock of a batch that is submitted now has stood still.
    function standstillNow(ChainState memory state) internal view returns (uint256) {
        if (state.lowest == NONE) return state.standstill;
        return state.standstill + block.timestamp - state.openSince;
    }

    /// @notice The first batch under request; the head where none is.
    function secureBelow(ChainState memory state) internal pure returns (uint256) {
        return state.lowest == NONE ? state.head : state.lowest;
    }
}
