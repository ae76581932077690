// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISequencerSet, Sequencer, SequencerStatus} from "../../contracts/sequencers/ISequencerSet.sol";
import {Seats} from "../../contracts/sequencers/Seats.sol";
import {SequencerFixture} from "./SequencerFixture.sol";

contract SeatsTest is SequencerFixture {
    using Seats for uint128;

    function testFuzz_lowest_isTheLowestBit(uint128 set_) public pure {
        vm.assume(set_ != 0);
        uint8 seat = set_.lowest();
        assertTrue(set_.has(seat));
        assertEq(set_ & (Seats.bit(seat) - 1), 0);
    }

    /// @dev Every lowest seat, alone and with all that may lie above it.
    function test_lowest_ofEachSeat_succeeds() public pure {
        for (uint8 seat = 0; seat < Seats.COUNT; ++seat) {
            assertEq(Seats.bit(seat).lowest(), seat);
            assertEq((type(uint128).max << seat).lowest(), seat);
        }
    }

    /// @dev [M5] Minimum stakes shut nobody out: a stake larger by a tenth takes the smallest one's seat.
    function test_join_M5_intoAFullSet_evictsTheSmallest() public {
        address[] memory owners = _full(2 * STAKE);
        uint96 enough = (2 * STAKE * 11) / 10;
        _refused("late", enough - 1, enough);
        address smallest = set.ownerOf(set.seatAt(_smallestSeat(), _term()).key);
        address late = _join("late", enough);
        Sequencer memory evicted = _sequencer(smallest);
        assertTrue(evicted.status == SequencerStatus.Leaving);
        assertEq(evicted.stake, 2 * STAKE);
        assertEq(evicted.lastTerm, _term());
        assertEq(evicted.leavesAt, block.timestamp + UNBONDING);
        assertEq(_sequencer(late).seat, evicted.seat);
        assertEq(set.totalStake(), 127 * 2 * uint256(STAKE) + enough);
        // It counts to the end of the term, and its stake answers for that.
        assertEq(set.seatAt(evicted.seat, _term()).key, evicted.key);
        assertEq(set.seatAt(evicted.seat, _term() + 1).key, _sequencer(late).key);
        _punish(_verdict(smallest, 0));
        assertEq(_stakeOf(smallest), 0);
        assertEq(_stakeOf(late), enough);
        assertEq(owners.length, 128);
    }

    /// @dev [M5] A stake never takes the current sequencer's seat: nobody ends a term by joining.
    function test_join_M5_neverTakesTheCurrentSeat() public {
        _full(2 * STAKE);
        for (uint256 i = 0; i < 128; ++i) {
            address owner = set.ownerOf(set.seatAt(uint8(i), _term()).key);
            if (owner != _current()) _topUp(owner, STAKE);
        }
        uint32 term = _term();
        address current = _current();
        assertEq(_stakeOf(current), 2 * STAKE);
        _refused("late", 3 * STAKE, (3 * STAKE * 11) / 10);
        _join("late", (3 * STAKE * 11) / 10);
        assertEq(_term(), term);
        assertEq(_current(), current);
        assertTrue(_sequencer(current).status == SequencerStatus.Active);
    }

    /// @dev [M5] A seat that somebody left or was kicked from is free at once.
    function test_join_M5_takesASeatThatWasLeft() public {
        address[] memory owners = _full(2 * STAKE);
        address leaver = owners[77] == _current() ? owners[78] : owners[77];
        uint8 seat = _sequencer(leaver).seat;
        _resign(leaver);
        address late = _join("late", STAKE);
        assertEq(_sequencer(late).seat, seat);
        assertTrue(_sequencer(leaver).status == SequencerStatus.Leaving);
        // Who left cannot come back while its stake is liable.
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerAlreadyJoined.selector, leaver));
        vm.prank(leaver);
        set.join(address(9), leaver, STAKE, "");
    }

    function _full(uint96 stake) private returns (address[] memory owners) {
        owners = _found(128, stake);
        chain.move(2, 1);
        assertEq(set.rosterOf(_term()).active, type(uint128).max);
    }

    function _refused(string memory name, uint96 amount, uint96 required) private {
        address owner = makeAddr(name);
        address key = _key(name);
        bytes memory possession = _possess(owner, key);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerNoSeat.selector, amount, required));
        vm.prank(owner);
        set.join(key, owner, amount, possession);
    }

    /// @dev The first of the smallest stakes but the current sequencer's.
    function _smallestSeat() private view returns (uint8) {
        return _sequencer(_current()).seat == 0 ? 1 : 0;
    }
}
