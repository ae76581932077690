// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Seats} from "../../contracts/sequencers/Seats.sol";
import {Test} from "../Test.sol";

contract SeatsTest is Test {
    using Seats for uint128;

    function test_bit_isOneForEachSeat_succeeds() public pure {
        uint128 all = 0;
        for (uint8 seat = 0; seat < Seats.COUNT; ++seat) all |= Seats.bit(seat);
        assertEq(Seats.bit(0), 1);
        assertEq(all, type(uint128).max);
    }

    function testFuzz_has_tellsMembers_succeeds(uint128 set, uint8 seat) public pure {
        seat = seat % Seats.COUNT;
        assertEq(set.has(seat), (set >> seat) & 1 == 1);
        assertTrue((set | Seats.bit(seat)).has(seat));
        assertFalse((set & ~Seats.bit(seat)).has(seat));
    }

    function testFuzz_lowest_isTheFirstMember_succeeds(uint128 set, uint8 seat) public pure {
        // Every seat is the lowest of some sets, also the last one.
        seat = seat % Seats.COUNT;
        set = (set << seat) | Seats.bit(seat);
        assertEq(set.lowest(), seat);
        for (uint8 below = 0; below < seat; ++below) assertFalse(set.has(below));
    }
}
