// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {OLD_REGIONS, PAGES_ROOT, REGIONS, WITNESS, load, store} from "../../../contracts/execution/evm/Machine.sol";
import {Pages} from "../../../contracts/execution/evm/Pages.sol";
import {Witness, WitnessIndex} from "../../../contracts/trie/Witness.sol";
import {MachineTest} from "./MachineTest.sol";

/// @notice The address space against a plain array.
contract PagesTest is MachineTest {
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

    /// @notice A range that is copied to another region needs of its old pages those that are overwritten in part, and none
    /// of the others.
    function test_copy_toAnotherRegion_needsNoPageThatIsOverwrittenAsAWhole() public {
        this.copyWithout(0, 2_048);
        this.copyWithout(1_024, 1_024);
        vm.expectRevert();
        this.copyWithout(1, 2_047);
        vm.expectRevert();
        this.copyWithout(0, 2_047);
        vm.expectRevert();
        this.copyWithout(1_000, 100);
    }

    /// @dev Copies from an odd place to a region of whose pages the witness has none.
    function copyWithout(uint256 to, uint256 size) external pure {
        _startHeap();
        store(WITNESS, Witness.unwrap(WitnessIndex.index(msg.data[0:0])));
        uint256 source = Pages.open();
        for (uint256 offset = 0; offset < 4_096; offset += 32) Pages.setWord(source + offset, offset + 1);
        uint256 target = Pages.open();
        store(OLD_REGIONS, load(REGIONS));
        store(PAGES_ROOT, uint256(keccak256("a tree that the witness does not have")));
        Pages.copy(target + to, source + 33, size);
        for (uint256 offset = 0; offset + 32 <= size; offset += 32) {
            require(Pages.word(target + to + offset) == Pages.word(source + 33 + offset), "content");
        }
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
}
