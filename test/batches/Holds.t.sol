// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Holds} from "../../contracts/batches/Holds.sol";
import {Test} from "../Test.sol";

contract HoldsTest is Test {
    using Holds for Holds.Set;

    Holds.Set private set;
    uint64[] private members;

    function setUp() public {
        set.clear();
    }

    /// @dev Against a plain list, over a range that begins anywhere in the ring and is as long as it may be, or short.
    function testFuzz_set_equalsAList_succeeds(uint256 seed, uint32 start, uint16 length) public {
        uint256 span = 1 + (uint256(length) % (Holds.SPAN - 1));
        if (seed & 1 == 0) span = 1 + (span % 700);
        for (uint256 step = 0; step < 60; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint64 index = uint64(uint256(start) + 1 + ((seed >> 32) % span));
            // `start` is below all members, and the range that they lie in is never longer than the span.
            if (seed % 8 < 5) _add(index);
            else if (seed % 8 < 6) _remove(seed >> 8);
            else if (seed % 8 < 7) _takeLowest(start);
            else if (seed & 0x800 == 0) _removeFrom(start, index);
            for (uint256 i = 0; i < members.length; ++i) assertTrue(set.contains(members[i]));
            index = uint64(uint256(start) + 1 + ((seed >> 64) % span));
            assertTrue(set.contains(index) == _isMember(index));
            assertTrue((set.unused == type(uint256).max) == (members.length == 0));
        }
    }

    function test_removeFrom_atTheBordersOfAWord_succeeds() public {
        uint64[6] memory indices = [uint64(1), 255, 256, 511, 512, 767];
        for (uint256 i = 0; i < indices.length; ++i) set.add(indices[i]);
        assertTrue(set.removeFrom(0, 512));
        assertTrue(set.contains(511) && !set.contains(512) && !set.contains(767));
        assertTrue(set.removeFrom(0, 256));
        assertTrue(set.contains(255) && !set.contains(256) && !set.contains(511));
        assertTrue(set.removeFrom(0, 255));
        assertFalse(set.removeFrom(0, 1));
        assertFalse(set.contains(1));
    }

    /// @dev A word that was left holds old bits, which mean nothing when it is used again.
    function test_add_toAWordThatWasLeft_succeeds() public {
        set.add(10);
        set.add(300);
        assertTrue(set.removeFrom(5, 256));
        set.add(301);
        assertFalse(set.contains(300));
        set.clear();
        assertFalse(set.contains(10) || set.contains(301));
    }

    function _add(uint64 index) private {
        if (_isMember(index)) return;
        set.add(index);
        members.push(index);
    }

    function _remove(uint256 x) private {
        if (members.length == 0) return;
        uint256 place = x % members.length;
        uint64 index = members[place];
        _drop(place);
        assertTrue(set.remove(index) == (members.length != 0));
    }

    function _takeLowest(uint64 below) private {
        if (members.length == 0) return;
        uint256 place = 0;
        for (uint256 i = 1; i < members.length; ++i) if (members[i] < members[place]) place = i;
        uint64 lowest = members[place];
        _drop(place);
        (uint256 index, bool others) = set.takeLowest(below);
        assertEq(index, lowest);
        assertTrue(others == (members.length != 0));
    }

    function _removeFrom(uint64 below, uint64 from) private {
        for (uint256 i = members.length; i > 0; --i) if (members[i - 1] >= from) _drop(i - 1);
        assertTrue(set.removeFrom(below, from) == (members.length != 0));
    }

    function _drop(uint256 place) private {
        members[place] = members[members.length - 1];
        members.pop();
    }

    function _isMember(uint64 index) private view returns (bool) {
        for (uint256 i = 0; i < members.length; ++i) if (members[i] == index) return true;
        return false;
    }
}
