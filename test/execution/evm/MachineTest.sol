// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Heap} from "../../../contracts/execution/evm/Heap.sol";
import {
    KEPT_END,
    MEMORY,
    MEMORY_LIMIT,
    MEMORY_SIZE,
    MEMORY_WORDS,
    REGIONS,
    UNDO,
    UNTIL,
    load,
    store
} from "../../../contracts/execution/evm/Machine.sol";
import {Pages} from "../../../contracts/execution/evm/Pages.sol";
import {Test} from "../../Test.sol";

/// @notice What tests of parts of the machine share. The machine's registers and its heap lie where they always do;
/// models lie between the two.
abstract contract MachineTest is Test {
    uint256 internal constant GAS = 10_000_000;

    uint256 private constant MODELS = 0x20000;
    uint256 private constant HEAP = 0x80000;

    /// @dev From then on, memory that a test allocates is out of the machine's way.
    function _startModels() internal pure {
        store(0x40, MODELS);
    }

    function _startHeap() internal pure {
        require(load(0x40) < HEAP, "the models reach into the heap");
        Heap.startAt(HEAP);
        store(REGIONS, Pages.FIRST_REGIONS);
        store(KEPT_END, Pages.KEPT);
        store(MEMORY_LIMIT, type(uint32).max);
        store(UNDO, 0);
        store(UNTIL, 0);
    }

    function _emptyMemory() internal pure {
        store(MEMORY, Pages.open());
        store(MEMORY_SIZE, 0);
        store(MEMORY_WORDS, 0);
    }

    /// @dev Allocates nothing.
    function _hash(bytes32 seed) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore(0, seed)
            hash := keccak256(0, 0x20)
        }
    }

    function _wordOf(bytes memory data, uint256 offset) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), offset))
        }
    }

    function _setWordOf(bytes memory data, uint256 offset, uint256 word) internal pure {
        assembly ("memory-safe") {
            mstore(add(add(data, 0x20), offset), word)
        }
    }

    function _storeByte(uint256 place, uint8 value) internal pure {
        assembly ("memory-safe") {
            mstore8(place, value)
        }
    }

    function _byte(uint256 place) internal pure returns (uint8 value) {
        assembly ("memory-safe") {
            value := byte(0, mload(place))
        }
    }
}
