// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISequencerSet, Sequencer, SequencerStatus} from "../../contracts/sequencers/ISequencerSet.sol";
import {SequencerFixture} from "./SequencerFixture.sol";

contract LeavingTest is SequencerFixture {
    address private alice;
    address private bob;

    function setUp() public override {
        super.setUp();
        alice = _join("alice", STAKE);
        bob = _join("bob", STAKE);
        chain.move(9, 4);
    }

    function test_resign_leavesTheStakeLiable_succeeds() public {
        vm.expectEmit(address(set));
        emit ISequencerSet.SequencerLeft(alice, block.timestamp + UNBONDING, 9);
        _resign(alice);
        Sequencer memory left = set.sequencerOf(alice);
        assertTrue(left.status == SequencerStatus.Leaving);
        assertEq(left.stake, STAKE);
        assertEq(left.leavesAt, block.timestamp + UNBONDING);
        assertEq(left.liableBelow, 9);
        assertEq(set.totalStake(), STAKE);
        assertEq(set.activeSeats(), 2);
        assertEq(set.ownerAt(0), alice);
    }

    function test_resign_theCurrentOne_rotates_succeeds() public {
        address current = _current();
        address other = current == alice ? bob : alice;
        _resign(current);
        assertEq(_current(), other);
        _resign(other);
        assertEq(_current(), address(0));
        assertEq(set.totalStake(), 0);
    }

    function test_resign_another_doesNotRotate_succeeds() public {
        address current = _current();
        uint32 number = set.term().number;
        _resign(current == alice ? bob : alice);
        assertEq(_current(), current);
        assertEq(set.term().number, number);
    }

    function test_join_afterAllLeft_startsATerm_succeeds() public {
        _resign(alice);
        _resign(bob);
        assertEq(_current(), address(0));
        address carol = _join("carol", STAKE);
        assertEq(_current(), carol);
    }

    function test_resign_twice_reverts() public {
        _resign(alice);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerNotActive.selector, alice));
        _resign(alice);
    }

    function test_resign_unknown_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerUnknown.selector, address(this)));
        set.resign();
    }

    function test_withdraw_afterDelayAndFinality_succeeds() public {
        _resign(alice);
        skip(UNBONDING);
        chain.move(20, 9);
        vm.expectEmit(address(set));
        emit ISequencerSet.StakeWithdrawn(alice, STAKE);
        set.withdraw(alice);
        assertEq(set.owed(alice), STAKE);
        assertTrue(set.sequencerOf(alice).status == SequencerStatus.None);
        vm.prank(alice);
        set.claim();
        assertEq(token.balanceOf(alice), STAKE);
        assertEq(token.balanceOf(address(set)), STAKE);
    }

    function test_withdraw_active_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerStillActive.selector, alice));
        set.withdraw(alice);
    }

    function test_withdraw_unknown_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerUnknown.selector, address(this)));
        set.withdraw(address(this));
    }

    function test_withdraw_twice_reverts() public {
        _resign(alice);
        chain.move(9, 9);
        skip(UNBONDING);
        set.withdraw(alice);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerUnknown.selector, alice));
        set.withdraw(alice);
    }

    function test_withdraw_beforeTheDelay_reverts() public {
        _resign(alice);
        uint256 leavesAt = _leavesAt(alice);
        chain.move(9, 9);
        vm.warp(leavesAt - 1);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerStillLiable.selector, leavesAt, 9, 9));
        set.withdraw(alice);
    }

    function test_withdraw_beforeItsBatchesAreFinal_reverts() public {
        _resign(alice);
        uint256 leavesAt = _leavesAt(alice);
        skip(UNBONDING);
        chain.move(20, 8);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerStillLiable.selector, leavesAt, 9, 8));
        set.withdraw(alice);
    }

    /// @dev Batches that it signed were rolled back: its stake answers only for those that are left.
    function test_withdraw_afterARollback_succeeds() public {
        _resign(alice);
        uint256 leavesAt = _leavesAt(alice);
        skip(UNBONDING);
        chain.move(6, 5);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerStillLiable.selector, leavesAt, 6, 5));
        set.withdraw(alice);
        chain.move(6, 6);
        set.withdraw(alice);
        assertEq(set.owed(alice), STAKE);
    }

    function testFuzz_withdraw_onlyOnceNothingIsLeftToAnswerFor_succeeds(
        uint64 head,
        uint64 finalised,
        uint256 waited
    ) public {
        head = uint64(bound(head, 4, 20));
        finalised = uint64(bound(finalised, 4, head));
        waited = bound(waited, 0, 2 * UNBONDING);
        _resign(alice);
        skip(waited);
        chain.move(head, finalised);
        bool free = waited >= UNBONDING && (finalised >= 9 || finalised == head);
        if (!free) vm.expectPartialRevert(ISequencerSet.SequencerStillLiable.selector);
        set.withdraw(alice);
        assertEq(set.owed(alice), free ? STAKE : 0);
        assertEq(set.ownerAt(0), free ? address(0) : alice);
    }

    function test_join_again_takesAnyFreeSeat_succeeds() public {
        _resign(alice);
        chain.move(9, 9);
        skip(UNBONDING);
        set.withdraw(alice);
        vm.prank(alice);
        set.claim();
        address key = _key("alice 2");
        vm.startPrank(alice);
        token.approve(address(set), STAKE);
        set.join(key, alice, STAKE);
        vm.stopPrank();
        Sequencer memory again = set.sequencerOf(alice);
        assertTrue(again.status == SequencerStatus.Active);
        assertEq(again.seat, 0);
        assertEq(again.previousKey, address(0));
        assertEq(again.leavesAt, 0);
        assertEq(again.liableBelow, 0);
    }
}
