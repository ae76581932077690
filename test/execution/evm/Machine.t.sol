// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Code} from "../../../contracts/execution/evm/Code.sol";
import {PLACE} from "../../../contracts/execution/evm/Entries.sol";
import {Heap} from "../../../contracts/execution/evm/Heap.sol";
import {Journal} from "../../../contracts/execution/evm/Journal.sol";
import {
    CODE_HEADER,
    CODE_LENGTH,
    GAS_SHIFT,
    HALT,
    KEPT_END,
    MEMORY,
    MEMORY_LIMIT,
    MEMORY_SIZE,
    MEMORY_WORDS,
    REGIONS,
    UNDO,
    UNTIL,
    gasOf,
    load,
    store
} from "../../../contracts/execution/evm/Machine.sol";
import {Memory} from "../../../contracts/execution/evm/Memory.sol";
import {PageTree} from "../../../contracts/execution/evm/PageTree.sol";
import {Pages} from "../../../contracts/execution/evm/Pages.sol";
import {Test} from "../../Test.sol";

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
        uint256 address_ = Pages.open() + (uint256(seed) % 2000);
        for (uint256 i = 0; i < size; i++) _storeByte(Pages.locate(address_ + i), uint8(code[i]));
        uint256 record = Code.fromPages(address_, size);
        require(load(record + CODE_LENGTH) == size, "size");
        require(load(record) == uint256(keccak256(code)), "hash");
        require(Code.fromPages(address_, size) == record, "the same code");
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

    /// @notice Words and ranges that are copied, overlapping or not, read back as in a memory without pages.
    function testFuzz_pages_anyRanges_agreeWithModel(bytes32 seed) public pure {
        _startModels();
        bytes memory model = new bytes(8_192);
        bytes memory chunk = new bytes(4_096);
        _startHeap();
        uint256 base = Pages.open() + 32 * (uint256(seed) % 32);
        for (uint256 i = 0; i < 40; i++) {
            seed = _hash(seed);
            uint256 kind = uint8(seed[0]) % 4;
            uint256 size = (uint256(seed) >> 16) % 3_000;
            uint256 from = (uint256(seed) >> 64) % 5_000;
            uint256 to = (uint256(seed) >> 128) % 5_000;
            if (kind == 0) {
                Pages.setWord(base + to, uint256(_hash(seed)));
                _setWordOf(model, to, uint256(_hash(seed)));
            } else if (kind == 1) {
                Pages.copy(base + to, base + from, size);
                assembly ("memory-safe") {
                    mcopy(add(add(model, 0x20), to), add(add(model, 0x20), from), size)
                }
            } else if (kind == 2) {
                Pages.clear(base + to, size);
                for (uint256 index = 0; index < size; index++) model[to + index] = 0;
            } else {
                for (uint256 index = 0; index < size; index += 32)
                    _setWordOf(chunk, index, uint256(_hash(seed)) + index);
                uint256 place;
                assembly ("memory-safe") {
                    place := add(chunk, 0x20)
                    mcopy(add(add(model, 0x20), to), place, size)
                }
                Pages.write(base + to, place, size, Pages.MEMORY_OF_L1);
            }
        }
        uint256 gathered = Pages.gather(base, 8_192);
        for (uint256 index = 0; index < 8_192; index += 32) {
            require(load(gathered + index) == _wordOf(model, index), "content");
        }
    }

    /// @notice A tree of pages has the same root whatever the order of its pages, and another one for other contents.
    function testFuzz_put_anyOrder_givesOneRoot(bytes32 seed) public pure {
        _startModels();
        uint256[] memory pages = new uint256[](40);
        for (uint256 i = 0; i < 40; i++) {
            seed = _hash(seed);
            // Neighbours, distant ones, and some twice.
            pages[i] = i % 3 == 0 ? uint256(seed) >> 10 : (uint256(seed) % 50) + (i % 5) * 2 ** 22;
        }
        _startHeap();
        uint256 forwards = 0;
        uint256 backwards = 0;
        for (uint256 i = 0; i < 40; i++) {
            forwards = PageTree.put(forwards, pages[i], keccak256(abi.encode(pages[i])));
            backwards = PageTree.put(backwards, pages[39 - i], keccak256(abi.encode(pages[39 - i])));
        }
        uint256 nodes = Heap.allocate(40_000);
        (uint256 root, ) = PageTree.seal(forwards, nodes);
        (uint256 other, ) = PageTree.seal(backwards, nodes);
        require(root == other, "order");
        other = PageTree.put(0, pages[0], keccak256("another"));
        for (uint256 i = 1; i < 40; i++) {
            if (pages[i] != pages[0]) other = PageTree.put(other, pages[i], keccak256(abi.encode(pages[i])));
        }
        (other, ) = PageTree.seal(other, nodes);
        require(root != other, "content");
    }

    /// @notice What is given back reads as zero where its number is used again in the same call of L1.
    function test_release_pages_becomeOtherPages() public pure {
        _startHeap();
        uint256 first = Pages.open();
        Pages.setWord(first + 1_000, type(uint256).max);
        uint256 free = load(0x40);
        Pages.release(first, 1_500);
        uint256 second = Pages.open();
        for (uint256 offset = 0; offset < 2_048; offset += 32) require(Pages.word(second + offset) == 0, "zero");
        require(load(0x40) == free, "memory is used again");
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

    /// @notice Undoing brings back every word as it was when the journal had that head, in any nesting.
    function testFuzz_revertTo_anyNesting_restoresModel(bytes32 seed) public pure {
        _startModels();
        uint256[8][] memory levels = new uint256[8][](24);
        uint256[] memory marks = new uint256[](24);
        uint256[8] memory current;
        _startHeap();
        uint256 entry = Pages.locate(Pages.KEPT);
        store(entry + PLACE, Pages.KEPT);
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
                    Journal.revertTo(marks[depth]);
                    for (uint256 j = 0; j < 8; j++) current[j] = levels[depth][j];
                }
            } else {
                uint256 slot = uint8(seed[2]) % 8;
                // Often the word that is there.
                current[slot] = uint8(seed[3]) % 3;
                Journal.set(entry, 0x40 + 32 * slot, current[slot]);
            }
            for (uint256 j = 0; j < 8; j++) require(load(entry + 0x40 + 32 * j) == current[j], "word");
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
        store(REGIONS, Pages.FIRST_REGIONS);
        store(KEPT_END, Pages.KEPT);
        store(MEMORY_LIMIT, type(uint32).max);
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
        store(MEMORY, Pages.open());
        store(MEMORY_SIZE, 0);
        store(MEMORY_WORDS, 0);
    }

    function _price(uint256 words) private pure returns (uint256) {
        return 3 * words + (words * words) / 512;
    }

    function _wordOf(bytes memory data, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), offset))
        }
    }

    function _setWordOf(bytes memory data, uint256 offset, uint256 word) private pure {
        assembly ("memory-safe") {
            mstore(add(add(data, 0x20), offset), word)
        }
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
