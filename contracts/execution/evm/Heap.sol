// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Heap
/// @notice Allocates L1's memory. What is allocated stays until the call of L1 ends.
/// @dev It moves Solidity's own free memory pointer, at 0x40, so that both allocate from one heap.
library Heap {
    /// @notice Sets where the next block is allocated.
    /// @param place At or after the end of everything that is still in use.
    function startAt(uint256 place) internal pure {
        assembly ("memory-safe") {
            // The free memory pointer is what an allocator may write.
            mstore(0x40, place)
        }
    }

    /// @notice Allocates a block. Its content is undefined.
    function allocate(uint256 size) internal pure returns (uint256 place) {
        assembly ("memory-safe") {
            // As Solidity allocates: the block is at the free memory pointer, which moves on by whole words.
            place := mload(0x40)
            mstore(0x40, and(add(add(place, size), 0x1f), not(0x1f)))
        }
    }

    /// @notice Fills a block, or a part of it, with zeroes.
    function clear(uint256 place, uint256 size) internal pure {
        assembly ("memory-safe") {
            // Writes to a block that the caller has allocated. Calldata reads as zero after its end.
            calldatacopy(place, calldatasize(), size)
        }
    }
}
