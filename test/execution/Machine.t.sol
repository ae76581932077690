// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Code} from "../../contracts/execution/evm/Code.sol";
import {Heap} from "../../contracts/execution/evm/Heap.sol";
import {
    CODE_HEADER,
    GAS_SHIFT,
    HALT,
    MEMORY,
    MEMORY_CAPACITY,
    MEMORY_SIZE,
    MEMORY_WORDS,
    UNDO,
    UNTIL,
    gasOf,
    load,
    store
} from "../../contracts/execution/evm/Machine.sol";
import {Memory} from "../../contracts/execution/evm/Memory.sol";
import {World} from "../../contracts/execution/evm/World.sol";
import {Test} from "../Test.sol";

/// @notice Parts of the machine against plain models. The machine's registers and its heap lie where they always do;
/// models lie between the two.
contract MachineTest is Test {
    uint256 private constant GAS = 10_000_000;

    uint256 private constant MODELS = 0x20000;
    uint256 private constant HEAP = 0x80000;

    /// @notice A place is a destination where a scan from the start comes to a JUMPDEST there.
    function testFuzz_isDestination_anyCode_agreesWithScan(bytes32 seed, uint256 size) public pure {
        size = bound(size, 1, 300);
        _startModels();
        bytes memory code = _code(seed, size);
        bytes memory expected = new bytes(size);
        for (uint256 index = 0; index < size; index++) {
            uint256 op = uint8(code[index]);
            if (op == 0x5b) expected[index] = 0x01;
            if (op >= 0x60 && op <= 0x7f) index += op - 0x5f;
        }
        _startHeap();
        uint256 record = Code.reserve(size);
        for (uint256 i = 0; i < size; i++) _storeByte(record + CODE_HEADER + i, uint8(code[i]));
        // In an order that is not the code's.
        for (uint256 i = 0; i < size; i++) {
            uint256 index = (i * 397 + (uint256(seed) % size)) % size;
            require(Code.isDestination(record, index) == (expected[index] == 0x01), "a destination");
            require(!Code.isDestination(record, size + i), "behind the end");
        }
        for (uint256 index = 0; index < size; index++) {
            require(Code.isDestination(record, index) == (expected[index] == 0x01), "a destination, asked again");
        }
    }

    /// @notice Memory reads back what was written, wherever it moved, is zero elsewhere, and costs what it should.
    function testFuzz_touch_anyOrder_agreesWithModel(bytes32 seed) public pure {
        _startModels();
        bytes memory model = new bytes(20_000);
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
                _storeByte(Memory.place(index), uint8(index + i));
                model[index] = bytes1(uint8(index + i));
            }
            // Now and then something else takes the place behind.
            if (uint8(seed[5]) % 3 == 0) store(Heap.allocate(64), type(uint256).max);
            if (uint8(seed[5]) % 5 == 0) store(Heap.keep(96), type(uint256).max);
        }
        for (uint256 index = 0; index < 32 * highest; index++) {
            require(_byte(Memory.place(index)) == uint8(model[index]), "content");
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

    /// @notice Undoing brings back every word as it was when the journal had that head, in any nesting.
    function testFuzz_revertTo_anyNesting_restoresModel(bytes32 seed) public pure {
        _startModels();
        uint256[8][] memory levels = new uint256[8][](24);
        uint256[] memory marks = new uint256[](24);
        uint256[8] memory current;
        _startHeap();
        uint256 place = Heap.keep(0x100);
        Heap.clear(place, 0x100);
        uint256 depth = 0;
        for (uint256 i = 0; i < 200; i++) {
            seed = _hash(seed);
            uint256 kind = uint8(seed[0]) % 6;
            if (kind == 0 && depth < 24) {
                for (uint256 j = 0; j < 8; j++) levels[depth][j] = current[j];
                marks[depth++] = load(UNDO);
            } else if (kind == 1 && depth > 0) {
                // Some frames end well: their changes stay, to be undone with those around them.
                depth--;
                if (uint8(seed[1]) % 2 == 0) {
                    World.revertTo(marks[depth]);
                    for (uint256 j = 0; j < 8; j++) current[j] = levels[depth][j];
                }
            } else {
                uint256 slot = uint8(seed[2]) % 8;
                // Often the word that is there.
                current[slot] = uint8(seed[3]) % 3;
                World.set(place + 32 * slot, current[slot]);
            }
            for (uint256 j = 0; j < 8; j++) require(load(place + 32 * j) == current[j], "word");
        }
    }

    /// @dev Bytes of which many are JUMPDEST or PUSH.
    function _code(bytes32 seed, uint256 size) private pure returns (bytes memory code) {
        code = new bytes(size);
        for (uint256 i = 0; i < size; i++) {
            seed = _hash(seed);
            uint8 kind = uint8(seed[0]) % 4;
            if (kind == 0) code[i] = 0x5b;
            else if (kind == 1 && uint8(seed[1]) % 4 == 0) code[i] = bytes1(0x60 + (uint8(seed[2]) % 32));
            else code[i] = seed[3];
        }
    }

    /// @dev From then on, memory that a test allocates is out of the machine's way.
    function _startModels() private pure {
        store(0x40, MODELS);
    }

    function _startHeap() private pure {
        require(load(0x40) < HEAP, "the models reach into the heap");
        Heap.startAt(HEAP);
        // None of what happens here may end the call.
        Heap.init(type(uint32).max);
        store(UNDO, 0);
        store(UNTIL, 0);
    }

    /// @dev Allocates nothing.
    function _hash(bytes32 seed) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore(0, seed)
            hash := keccak256(0, 0x20)
        }
    }

    function _emptyMemory() private pure {
        store(MEMORY, load(0x40));
        store(MEMORY_SIZE, 0);
        store(MEMORY_WORDS, 0);
        store(MEMORY_CAPACITY, 0);
    }

    function _price(uint256 words) private pure returns (uint256) {
        return 3 * words + (words * words) / 512;
    }

    function _storeByte(uint256 place, uint8 value) private pure {
        assembly ("memory-safe") {
            mstore8(place, value)
        }
    }

    function _byte(uint256 place) private pure returns (uint8 value) {
        assembly ("memory-safe") {
            value := byte(0, mload(place))
        }
    }
}
