// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Holds} from "../../contracts/batches/Holds.sol";
import {Test} from "../Test.sol";

contract HoldsTest is Test {
    using Holds for Holds.Set;

    Holds.Set private set;
    mapping(uint64 index => bool) private naive;
    uint64[] private added;

    /// @dev Against a plain map, over indices that share words and lie across their borders.
    function testFuzz_set_equalsAMap_succeeds(
        uint16[24] calldata adds,
        uint8 removes,
        uint16 from,
        uint16 more
    ) public {
        for (uint256 i = 0; i < adds.length; ++i) {
            uint64 index = adds[i] % 1200;
            if (naive[index]) continue;
            set.add(index);
            naive[index] = true;
            added.push(index);
        }
        for (uint256 i = 0; i < added.length && i < removes % 8; ++i) {
            set.remove(added[i]);
            naive[added[i]] = false;
        }
        _check();

        uint64 start = from % 1200;
        uint64 end = start + 1 + (more % 1200);
        for (uint256 i = 0; i < added.length; ++i) {
            // The inbox holds nothing from its head on.
            if (added[i] >= end && naive[added[i]]) {
                set.remove(added[i]);
                naive[added[i]] = false;
            }
            if (added[i] >= start && added[i] < end) naive[added[i]] = false;
        }
        set.removeFrom(start, end);
        _check();
    }

    function test_removeFrom_atTheBorderOfAWord_succeeds() public {
        uint64[6] memory indices = [uint64(0), 255, 256, 511, 512, 767];
        for (uint256 i = 0; i < indices.length; ++i) set.add(indices[i]);
        set.removeFrom(256, 768);
        assertEq(set.count, 2);
        assertTrue(set.contains(0) && set.contains(255));
        assertFalse(set.contains(256) || set.contains(511) || set.contains(512) || set.contains(767));
        set.removeFrom(255, 256);
        assertEq(set.count, 1);
        assertTrue(set.contains(0));
    }

    /// @dev A rollback of all batches that may wait, each under request, leaves enough gas for the punishment.
    function test_removeFrom_everything_fitsATransaction_succeeds() public {
        uint256 slot;
        assembly {
            slot := set.slot
        }
        set.count = 2 ** 16;
        for (uint256 word = 0; word < 256; ++word) {
            vm.store(address(this), keccak256(abi.encode(word, slot + 1)), bytes32(type(uint256).max));
        }
        uint256 before = gasleft();
        set.removeFrom(0, 2 ** 16);
        assertLe(before - gasleft(), 3_000_000);
        assertEq(set.count, 0);
        assertFalse(set.contains(0) || set.contains(2 ** 16 - 1));
    }

    function _check() private view {
        uint256 total = 0;
        for (uint64 index = 0; index < 1200; ++index) {
            assertTrue(set.contains(index) == naive[index]);
            if (naive[index]) ++total;
        }
        assertEq(set.count, total);
    }
}
