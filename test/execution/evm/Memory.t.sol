// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {
    GAS_SHIFT,
    HALT,
    MEMORY_LIMIT,
    MEMORY_SIZE,
    gasOf,
    load,
    store
} from "../../../contracts/execution/evm/Machine.sol";
import {Memory} from "../../../contracts/execution/evm/Memory.sol";
import {Pages} from "../../../contracts/execution/evm/Pages.sol";
import {MachineTest} from "./MachineTest.sol";

/// @notice Memory of a frame against a plain array.
contract MemoryTest is MachineTest {
    /// @notice Memory reads back what was written, is zero elsewhere, and costs what it should.
    function testFuzz_touch_anyOrder_agreesWithModel(bytes32 seed) public pure {
        _startModels();
        bytes memory model = new bytes(20_032);
        _startHeap();
        _emptyMemory();
        uint256 highest = 0;
        for (uint256 i = 0; i < 60; i++) {
            seed = _hash(seed);
            uint256 offset = uint256(seed) % (300 * (i + 1));
            uint256 size = (uint256(seed) >> 32) % 70;
            uint256 s = Memory.touch(GAS << GAS_SHIFT, offset, size);
            uint256 reached = size == 0 ? 0 : (offset + size + 31) / 32;
            uint256 price = reached > highest ? _price(reached) - _price(highest) : 0;
            if (reached > highest) highest = reached;
            require(gasOf(s) == GAS - price, "price");
            require(load(MEMORY_SIZE) == 32 * highest, "size");
            for (uint256 index = offset; index < offset + size; index++) {
                _storeByte(Pages.locate(Memory.place(index)), uint8(index + i));
                model[index] = bytes1(uint8(index + i));
            }
        }
        for (uint256 index = 0; index < 32 * highest; index++) {
            require(_byte(Pages.locate(Memory.place(index))) == uint8(model[index]), "content");
        }
        for (uint256 index = 0; index + 32 <= 32 * highest; index += 29) {
            require(Pages.word(Memory.place(index)) == _wordOf(model, index), "word");
        }
    }

    /// @notice What is out of reach halts, and an empty range is free wherever it lies.
    function testFuzz_touch_farRanges_halt(uint256 offset, uint256 size) public pure {
        offset = bound(offset, 1 << 26, type(uint256).max);
        _startHeap();
        _emptyMemory();
        require(Memory.touch(GAS << GAS_SHIFT, offset, 0) == GAS << GAS_SHIFT, "free");
        require(Memory.touch(GAS << GAS_SHIFT, offset, bound(size, 1, type(uint256).max)) == HALT, "far");
        require(Memory.touch(GAS << GAS_SHIFT, bound(size, 0, 1000), offset) == HALT, "long");
        require(load(MEMORY_SIZE) == 0, "size");
    }

    /// @notice Memory grows up to the chain's limit and not a byte further, whatever the gas.
    function testFuzz_touch_atLimit_halts(uint256 offset, uint256 size) public pure {
        _startHeap();
        _emptyMemory();
        store(MEMORY_LIMIT, 131_072);
        size = bound(size, 1, 131_072);
        offset = bound(offset, 131_073 - size, 262_144);
        require(Memory.touch(GAS << GAS_SHIFT, offset, size) == HALT, "beyond");
        require(load(MEMORY_SIZE) == 0, "size");
        require(Memory.touch(GAS << GAS_SHIFT, 131_072 - size, size) != HALT, "within");
        require(load(MEMORY_SIZE) == 131_072, "size at the limit");
    }

    function _price(uint256 words) private pure returns (uint256) {
        return 3 * words + (words * words) / 512;
    }
}
