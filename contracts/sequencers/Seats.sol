// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Seats
/// @notice Sets of seats as 128-bit maps.
library Seats {
    uint8 internal constant COUNT = 128;

    function bit(uint8 seat) internal pure returns (uint128) {
        return uint128(1) << seat;
    }

    function has(uint128 set, uint8 seat) internal pure returns (bool) {
        return set & bit(seat) != 0;
    }

    /// @notice The lowest seat of a set that is not empty.
    function lowest(uint128 set) internal pure returns (uint8 seat) {
        uint256 isolated = set & (~uint256(set) + 1);
        assembly ("memory-safe") {
            seat := sub(255, clz(isolated))
        }
    }
}
