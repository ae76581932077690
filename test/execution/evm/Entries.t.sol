// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Entries, PLACE} from "../../../contracts/execution/evm/Entries.sol";
import {load} from "../../../contracts/execution/evm/Machine.sol";
import {Pages} from "../../../contracts/execution/evm/Pages.sol";
import {MachineTest} from "./MachineTest.sol";

/// @notice The trees of entries against a plain list.
contract EntriesTest is MachineTest {
    /// @notice What was added is found, whatever the hashes have in common, and nothing else is.
    function testFuzz_find_anyHashes_findsThoseAdded(bytes32 seed) public pure {
        _startModels();
        uint256[] memory hashes = new uint256[](120);
        uint256[] memory entries = new uint256[](120);
        _startHeap();
        for (uint256 i = 0; i < 120; i++) {
            seed = _hash(seed);
            // Half of them share a tree, and most of the way in it.
            hashes[i] = i % 2 == 0 ? uint256(seed) : (uint256(seed) << 200) | (uint256(seed) >> 254);
            require(Entries.find(hashes[i]) == 0, "found before it is there");
            uint256 size = 0x60 + 0x20 * (uint256(seed) % 8);
            entries[i] = Entries.add(hashes[i], size);
            uint256 address_ = load(entries[i] + PLACE);
            require((address_ % Pages.SIZE) + size <= Pages.SIZE, "crosses pages");
            for (uint256 word = 0x40; word < size; word += 0x20) require(load(entries[i] + word) == 0, "content");
        }
        for (uint256 i = 0; i < 120; i++) {
            require(Entries.find(hashes[i]) == entries[i], "not found");
            require(load(entries[i]) == hashes[i], "hash");
            require(Pages.locate(load(entries[i] + PLACE)) == entries[i], "address");
            require(Entries.find(hashes[i] ^ (1 << 255)) == 0, "found what is not there");
        }
    }
}
