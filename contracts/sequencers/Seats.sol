// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Seats
/// @notice Sets of seats as 128-bit maps: bit 0 is seat 0.
library Seats {
    /// @dev Number of seats.
    uint8 internal constant COUNT = 128;

    /// @notice The set of one seat.
    function bit(uint8 seat) internal pure returns (uint128) {
        return uint128(1) << seat;
    }

    /// @notice Whether a seat is in a set.
    function has(uint128 set, uint8 seat) internal pure returns (bool) {
        return set & bit(seat) != 0;
    }

    /// @notice The lowest seat of a set that is not empty.
    function lowest(uint128 set) internal pure returns (uint8 seat) {
        uint256 isolated = set & (~uint256(set) + 1);
        // The set is not empty, so one bit is left, and its place is 255 less the zeros before it.
        assembly ("memory-safe") {
            seat := sub(255, clz(isolated))
        }
    }
}
