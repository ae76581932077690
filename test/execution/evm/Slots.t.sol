// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PLACE} from "../../../contracts/execution/evm/Entries.sol";
import {Journal} from "../../../contracts/execution/evm/Journal.sol";
import {GAS_SHIFT, HALT, STATE_ROOT, UNDO, gasOf, load, store} from "../../../contracts/execution/evm/Machine.sol";
import {Slots} from "../../../contracts/execution/evm/Slots.sol";
import {SLOTS, World} from "../../../contracts/execution/evm/World.sol";
import {EMPTY_ROOT} from "../../../contracts/trie/Trie.sol";
import {MachineTest} from "./MachineTest.sol";

/// @notice Slots of accounts without storage.
contract SlotsTest is MachineTest {
    /// @notice A cold slot costs extra once, and again after a revert. Another account's slot is another one.
    function test_access_coldSlot_chargesOnce() public pure {
        (uint256 owner, uint256 other) = _start();
        require(_cost(owner, 7) == 2_100 && _cost(owner, 7) == 0, "once");
        require(_cost(other, 7) == 2_100, "another account");
        Slots.warm(owner, 8);
        require(_cost(owner, 8) == 0, "warmed before");
        Journal.revertTo(0);
        require(_cost(owner, 7) == 2_100 && _cost(owner, 8) == 2_100, "after a revert");
    }

    /// @notice Where gas does not suffice, the instruction halts and the slot stays cold.
    function test_access_tooLittleGas_halts() public pure {
        (uint256 owner, ) = _start();
        (uint256 s, uint256 entry) = Slots.access(2_099 << GAS_SHIFT, owner, 7, 2_100);
        require(s == HALT && load(entry + Slots.WARM) == 0, "cold");
        (s, entry) = Slots.access(2_100 << GAS_SHIFT, owner, 7, 2_100);
        require(s == 0 && load(entry + Slots.WARM) == 1, "warm");
    }

    /// @notice An account leads to all its slots and to no other.
    function test_access_slots_areListedWithTheirAccount() public pure {
        (uint256 owner, uint256 other) = _start();
        uint256[3] memory entries;
        for (uint256 key = 0; key < 3; key++) {
            (, entries[key]) = Slots.access(GAS << GAS_SHIFT, owner, key, 0);
            Slots.access(GAS << GAS_SHIFT, other, key, 0);
        }
        uint256 listed = load(owner + SLOTS);
        for (uint256 key = 3; key > 0; key--) {
            uint256 entry = entries[key - 1];
            require(listed == load(entry + PLACE) && load(entry + Slots.KEY) == key - 1, "in the list");
            listed = load(entry + Slots.NEXT_SLOT);
        }
        require(listed == 0, "the end of the list");
    }

    /// @notice Transient slots keep what was set, each account its own, and a revert brings back what was there.
    function testFuzz_setTransient_anyKeys_agreesWithModel(bytes32 seed) public pure {
        _startModels();
        uint256[2][24] memory model;
        uint256[2][24] memory saved;
        uint256[] memory keys = new uint256[](24);
        for (uint256 i = 0; i < 24; i++) {
            // Neighbours, and distant ones whose low bits are the same.
            keys[i] = i < 12 ? uint256(seed) - (uint256(seed) % 16) + i : keys[i - 12] ^ (1 << (16 + i * 10));
        }
        (uint256 owner, uint256 other) = _start();
        uint256 mark = 0;
        for (uint256 i = 0; i < 100; i++) {
            seed = _hash(seed);
            if (i == 50) {
                mark = load(UNDO);
                for (uint256 j = 0; j < 24; j++) saved[j] = [model[j][0], model[j][1]];
            }
            uint256 index = uint256(seed) % 24;
            uint256 side = (uint256(seed) >> 16) % 2;
            model[index][side] = (uint256(seed) >> 32) % 3;
            Slots.setTransient(side == 0 ? owner : other, keys[index], model[index][side]);
            for (uint256 j = 0; j < 24; j++) _requireTransient(owner, other, keys[j], model[j]);
        }
        Journal.revertTo(mark);
        for (uint256 j = 0; j < 24; j++) _requireTransient(owner, other, keys[j], saved[j]);
    }

    function _requireTransient(uint256 owner, uint256 other, uint256 key, uint256[2] memory expected) private pure {
        require(Slots.transientAt(owner, key) == expected[0], "of the one account");
        require(Slots.transientAt(other, key) == expected[1], "of the other account");
    }

    function _start() private pure returns (uint256 owner, uint256 other) {
        _startHeap();
        store(STATE_ROOT, uint256(EMPTY_ROOT));
        return (World.account(0xabcdef), World.account(0xabcdf0));
    }

    /// @dev What a cold slot costs extra.
    function _cost(uint256 owner, uint256 key) private pure returns (uint256) {
        (uint256 s, ) = Slots.access(GAS << GAS_SHIFT, owner, key, 2_100);
        return GAS - gasOf(s);
    }
}
