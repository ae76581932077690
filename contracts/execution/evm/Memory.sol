// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {Heap} from "./Heap.sol";
import {HALT, MEMORY, MEMORY_CAPACITY, MEMORY_SIZE, MEMORY_WORDS, charge, halted, load} from "./Machine.sol";

/// @title Memory
/// @notice The memory of the frame that runs.
library Memory {
    /// @dev No gas reaches this far: growing to 2^32 bytes would cost 2^45.
    uint256 private constant LIMIT = 0xffffffff;

    /// @notice Makes memory reach over a range, and charges for it. An empty range is free wherever it lies.
    /// @return The state, HALT where gas does not suffice.
    function touch(uint256 s, uint256 offset, uint256 size) internal pure returns (uint256) {
        if (size == 0) return s;
        if (offset > LIMIT || size > LIMIT) return HALT;
        unchecked {
            // Both are below 2^32.
            uint256 end = offset + size;
            if (end <= load(MEMORY_SIZE)) return s;
            end = (end + 31) & ~uint256(31);
            s = charge(s, _price(end) - _price(load(MEMORY_SIZE)));
            if (halted(s)) return HALT;
            _grow(end);
            return s;
        }
    }

    /// @notice Where a byte of memory lies.
    function place(uint256 offset) internal pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := add(mload(MEMORY), offset)
        }
    }

    function _price(uint256 size) private pure returns (uint256 gas_) {
        assembly ("memory-safe") {
            let words := shr(5, size)
            gas_ := add(mul(3, words), shr(9, mul(words, words)))
        }
    }

    /// @dev A memory that is not the last thing allocated moves behind it, and gets room to spare.
    function _grow(uint256 size) private pure {
        uint256 old = load(MEMORY_SIZE);
        if (size > load(MEMORY_CAPACITY)) {
            uint256 base = load(MEMORY);
            uint256 free = load(0x40);
            uint256 capacity = size + (size >> 2) + 0x100;
            capacity = capacity & ~uint256(31);
            if (base + load(MEMORY_CAPACITY) != free) {
                assembly ("memory-safe") {
                    mcopy(free, base, old)
                    mstore(MEMORY, free)
                }
                base = free;
            }
            assembly ("memory-safe") {
                mstore(MEMORY_CAPACITY, capacity)
                mstore(0x40, add(base, capacity))
            }
            Heap.check();
        }
        assembly ("memory-safe") {
            // Copying from behind the calldata writes zeroes.
            calldatacopy(add(mload(MEMORY), old), calldatasize(), sub(size, old))
            mstore(MEMORY_SIZE, size)
            mstore(MEMORY_WORDS, sub(size, 31))
        }
    }
}
