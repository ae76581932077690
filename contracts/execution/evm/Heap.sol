// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Heap
/// @notice Memory of L1 for what this call of L1 keeps to its end.
library Heap {
    /// @notice Where memory is allocated from then on.
    function startAt(uint256 place) internal pure {
        assembly ("memory-safe") {
            mstore(0x40, place)
        }
    }

    /// @notice Allocates behind everything else. The content is undefined.
    function allocate(uint256 size) internal pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := mload(0x40)
            mstore(0x40, and(add(add(place, size), 0x1f), not(0x1f)))
        }
    }

    /// @notice Fills memory with zeroes.
    function clear(uint256 place, uint256 size) internal pure {
        assembly ("memory-safe") {
            // Copying from behind the calldata writes zeroes.
            calldatacopy(place, calldatasize(), size)
        }
    }
}
