// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {Fork} from "../fork/Fork.sol";
import {HALT, MEMORY, MEMORY_LIMIT, MEMORY_SIZE, MEMORY_WORDS, charge, halted, load, store} from "./Machine.sol";

/// @title Memory
/// @notice The memory of the running frame, which is a region of the machine's address space (Pages).
library Memory {
    /// @notice Grows memory to contain a range, and charges for it. An empty range is free wherever it lies.
    /// @return The state; HALT if gas runs out or if memory would exceed the chain's limit.
    function touch(uint256 s, uint256 offset, uint256 size) internal pure returns (uint256) {
        if (size == 0) return s;
        uint256 limit = load(MEMORY_LIMIT);
        if (offset > limit || size > limit) return HALT;
        unchecked {
            // Offset and size are at most the limit, which is below 2^32. Memory only grows, so its price does.
            uint256 end = (offset + size + 31) & ~uint256(31);
            if (end <= load(MEMORY_SIZE)) return s;
            if (end > limit) return HALT;
            s = charge(s, _price(end) - _price(load(MEMORY_SIZE)));
            if (halted(s)) return HALT;
            store(MEMORY_SIZE, end);
            store(MEMORY_WORDS, end - 31);
            return s;
        }
    }

    /// @notice The address of a byte of memory.
    function place(uint256 offset) internal pure returns (uint256 address_) {
        assembly ("memory-safe") {
            // Reads a register.
            address_ := add(mload(MEMORY), offset)
        }
    }

    /// @dev What memory of a size costs in all, in gas.
    function _price(uint256 size) private pure returns (uint256 gas_) {
        unchecked {
            // The size is below 2^32.
            uint256 words = size >> 5;
            gas_ = Fork.MEMORY_WORD_GAS * words + ((words * words) >> Fork.MEMORY_SQUARE_SHIFT);
        }
    }
}
