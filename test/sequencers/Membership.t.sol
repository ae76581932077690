// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {ISequencerSet, Sequencer, SequencerStatus} from "../../contracts/sequencers/ISequencerSet.sol";
import {SequencerSet} from "../../contracts/sequencers/SequencerSet.sol";
import {SequencerFixture} from "./SequencerFixture.sol";

contract JoiningTest is SequencerFixture {
    /// [Q4]
    function test_join_locksTheStakeAndTakesASeat_succeeds() public {
        address alice = makeAddr("alice");
        _fund(alice, STAKE);
        address key = _key("alice");
        address rewards = makeAddr("alice rewards");
        vm.expectEmit(address(set));
        emit ISequencerSet.SequencerJoined(alice, 0, key, rewards, STAKE);
        vm.expectEmit(address(set));
        emit ISequencerSet.SequencerRotated(1, alice, address(0));
        vm.prank(alice);
        set.join(key, rewards, STAKE);

        Sequencer memory joined = set.sequencerOf(alice);
        assertTrue(joined.status == SequencerStatus.Active);
        assertEq(joined.seat, 0);
        assertEq(joined.stake, STAKE);
        assertEq(joined.key, key);
        assertEq(joined.previousKey, address(0));
        assertEq(joined.recipient, rewards);
        assertEq(joined.leavesAt, 0);
        assertEq(joined.liableBelow, 0);
        assertEq(set.ownerAt(0), alice);
        assertEq(set.totalStake(), STAKE);
        assertEq(set.activeSeats(), 1);
        assertEq(token.balanceOf(address(set)), STAKE);
        assertEq(token.balanceOf(alice), 0);
    }

    function test_join_twice_reverts() public {
        address alice = _join("alice", STAKE);
        _fund(alice, STAKE);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerAlreadyJoined.selector, alice));
        vm.prank(alice);
        set.join(_key("other"), alice, STAKE);
    }

    function test_join_whileLeaving_reverts() public {
        address alice = _join("alice", STAKE);
        _resign(alice);
        _fund(alice, STAKE);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerAlreadyJoined.selector, alice));
        vm.prank(alice);
        set.join(_key("other"), alice, STAKE);
    }

    function test_join_withoutRecipient_reverts() public {
        _fund(address(this), STAKE);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerInvalidAddress.selector, "recipient"));
        set.join(_key("x"), address(0), STAKE);
    }

    function test_join_withoutKey_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerInvalidAddress.selector, "key"));
        set.join(address(0), address(this), STAKE);
    }

    function test_join_withAKeyThatServes_reverts() public {
        _join("alice", STAKE);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerKeyTaken.selector, _key("alice")));
        set.join(_key("alice"), address(this), STAKE);
    }

    function test_join_withAKeyThatServedOnce_reverts() public {
        address alice = _join("alice", STAKE);
        _resign(alice);
        skip(UNBONDING);
        set.withdraw(alice);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerKeyTaken.selector, _key("alice")));
        set.join(_key("alice"), address(this), STAKE);
    }

    function testFuzz_join_belowTheMinimum_reverts(uint96 amount) public {
        amount = uint96(bound(amount, 0, STAKE - 1));
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerLockTooSmall.selector, amount, STAKE));
        set.join(_key("x"), address(this), amount);
    }

    function test_join_unapproved_reverts() public {
        token.transfer(makeAddr("alice"), STAKE);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(set), 0, STAKE)
        );
        vm.prank(makeAddr("alice"));
        set.join(_key("x"), address(this), STAKE);
    }

    function test_join_whenAll128SeatsAreTaken_reverts() public {
        address[] memory owners = _joinMany(128, STAKE);
        assertEq(set.activeSeats(), type(uint128).max);
        assertEq(set.totalStake(), 128 * uint256(STAKE));
        assertEq(set.ownerAt(127), owners[127]);

        address late = makeAddr("late");
        _fund(late, STAKE);
        address key = _key("late");
        // One that leaves keeps its seat while it is liable.
        _resign(owners[77]);
        vm.expectRevert(ISequencerSet.SequencerNoSeat.selector);
        vm.prank(late);
        set.join(key, late, STAKE);

        skip(UNBONDING);
        set.withdraw(owners[77]);
        assertEq(set.ownerAt(77), address(0));
        vm.prank(late);
        set.join(key, late, STAKE);
        assertEq(set.sequencerOf(late).seat, 77);
    }

    function test_topUp_addsToTheStake_succeeds() public {
        address alice = _join("alice", STAKE);
        _fund(alice, 5 ether);
        vm.expectEmit(address(set));
        emit ISequencerSet.StakeAdded(alice, 5 ether, STAKE + 5 ether);
        vm.prank(alice);
        set.topUp(5 ether);
        assertEq(_stakeOf(alice), STAKE + 5 ether);
        assertEq(set.totalStake(), STAKE + 5 ether);
        assertEq(token.balanceOf(address(set)), STAKE + 5 ether);
    }

    function test_topUp_unknown_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerUnknown.selector, address(this)));
        set.topUp(1);
    }

    function test_topUp_whileLeaving_reverts() public {
        address alice = _join("alice", STAKE);
        _resign(alice);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerNotActive.selector, alice));
        vm.prank(alice);
        set.topUp(1);
    }

    function test_setRecipient_succeeds() public {
        address alice = _join("alice", STAKE);
        vm.expectEmit(address(set));
        emit ISequencerSet.RecipientChanged(alice, address(this));
        vm.prank(alice);
        set.setRecipient(address(this));
        assertEq(set.sequencerOf(alice).recipient, address(this));
    }

    function test_setRecipient_zero_reverts() public {
        address alice = _join("alice", STAKE);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerInvalidAddress.selector, "recipient"));
        vm.prank(alice);
        set.setRecipient(address(0));
    }

    function test_setRecipient_unknown_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerUnknown.selector, address(this)));
        set.setRecipient(address(this));
    }

    function test_sequencerOf_unknown_isNone_succeeds() public view {
        Sequencer memory none = set.sequencerOf(address(this));
        assertTrue(none.status == SequencerStatus.None);
        assertEq(none.stake, 0);
        assertEq(none.key, address(0));
    }

    function test_speaksFor_ownerAndPresentKey_succeeds() public {
        address alice = _join("alice", STAKE);
        address bob = _join("bob", STAKE);
        assertTrue(set.speaksFor(alice, alice));
        assertTrue(set.speaksFor(_key("alice"), alice));
        assertFalse(set.speaksFor(bob, alice));
        assertFalse(set.speaksFor(_key("bob"), alice));
        assertFalse(set.speaksFor(address(0), address(0)));
        assertFalse(set.speaksFor(address(this), address(this)));

        vm.prank(alice);
        set.rotateKey(_key("alice 2"));
        assertFalse(set.speaksFor(_key("alice"), alice));
        assertTrue(set.speaksFor(_key("alice 2"), alice));

        // What it signed may still be asked for: one that leaves can answer.
        _resign(alice);
        assertTrue(set.speaksFor(alice, alice));
        assertTrue(set.speaksFor(_key("alice 2"), alice));
    }

    function test_connect_twice_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerUnauthorized.selector, address(this)));
        set.connect(address(this), address(this));
    }

    function test_connect_byAnother_reverts() public {
        SequencerSet fresh = new SequencerSet(token, parameters, treasury, timelock);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerUnauthorized.selector, timelock));
        vm.prank(timelock);
        fresh.connect(address(this), address(this));
        fresh.connect(address(chain), disputes);
        assertEq(fresh.inbox(), address(chain));
        assertEq(fresh.disputes(), disputes);
    }
}

contract KeyRotationTest is SequencerFixture {
    function test_rotateKey_keepsThePreviousOne_succeeds() public {
        address alice = _join("alice", STAKE);
        skip(5);
        address key = _key("alice 2");
        vm.expectEmit(address(set));
        emit ISequencerSet.KeyRotated(alice, key, _key("alice"));
        vm.prank(alice);
        set.rotateKey(key);
        Sequencer memory rotated = set.sequencerOf(alice);
        assertEq(rotated.key, key);
        assertEq(rotated.previousKey, _key("alice"));
        assertEq(rotated.keyChangedAt, block.timestamp);
    }

    function test_rotateKey_backToAnOldKey_reverts() public {
        address alice = _join("alice", STAKE);
        address old = _key("alice");
        vm.startPrank(alice);
        set.rotateKey(_key("alice 2"));
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerKeyTaken.selector, old));
        set.rotateKey(old);
        vm.stopPrank();
    }

    function test_rotateKey_toAnothersKey_reverts() public {
        address alice = _join("alice", STAKE);
        _join("bob", STAKE);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerKeyTaken.selector, _key("bob")));
        vm.prank(alice);
        set.rotateKey(_key("bob"));
    }

    function test_rotateKey_toZero_reverts() public {
        address alice = _join("alice", STAKE);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerInvalidAddress.selector, "key"));
        vm.prank(alice);
        set.rotateKey(address(0));
    }

    function test_rotateKey_whileLeaving_reverts() public {
        address alice = _join("alice", STAKE);
        _resign(alice);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerNotActive.selector, alice));
        vm.prank(alice);
        set.rotateKey(_key("alice 2"));
    }
}

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

    /// @dev The batches that it signed were rolled back; only what is left of them binds its stake.
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

contract VotesTest is SequencerFixture {
    function test_votes_followTheStake_succeeds() public {
        address alice = _join("alice", STAKE);
        assertEq(set.delegates(alice), alice);
        assertEq(set.getVotes(alice), STAKE);

        _fund(alice, 20 ether);
        vm.prank(alice);
        set.topUp(20 ether);
        assertEq(set.getVotes(alice), STAKE + 20 ether);

        _resign(alice);
        assertEq(set.getVotes(alice), STAKE + 20 ether);

        vm.prank(timelock);
        set.kick(alice, 5000);
        assertEq(set.getVotes(alice), (STAKE + 20 ether) / 2);

        skip(UNBONDING);
        set.withdraw(alice);
        assertEq(set.getVotes(alice), 0);
        vm.prank(alice);
        set.delegate(address(this));
        assertEq(set.getVotes(address(this)), 0);
    }

    function test_votes_goToTheDelegate_succeeds() public {
        address alice = _join("alice", STAKE);
        address bob = makeAddr("bob");
        vm.prank(alice);
        set.delegate(bob);
        assertEq(set.getVotes(alice), 0);
        assertEq(set.getVotes(bob), STAKE);
        uint256 then = block.timestamp;
        skip(1);
        _punish(alice, 0, bob);
        set.settle(alice);
        assertEq(set.getVotes(bob), 0);
        skip(1);
        assertEq(set.getPastVotes(bob, then), STAKE);
        assertEq(set.getPastTotalSupply(then), STAKE);
        assertEq(set.getPastTotalSupply(then + 1), 0);
    }

    function test_votes_ofOneThatDelegatedBefore_succeeds() public {
        address alice = makeAddr("alice");
        vm.prank(alice);
        set.delegate(address(this));
        _join("alice", STAKE);
        assertEq(set.getVotes(address(this)), STAKE);
    }

    function test_clock_isTheTokens_succeeds() public view {
        assertEq(set.clock(), token.clock());
        assertEq(set.CLOCK_MODE(), token.CLOCK_MODE());
    }

    function testFuzz_votes_sumToTheStakes_succeeds(uint96[4] calldata stakes, uint16[4] calldata slashes) public {
        uint256 total = 0;
        for (uint256 i = 0; i < 4; ++i) {
            uint96 stake = uint96(bound(stakes[i], STAKE, 10_000 ether));
            address owner = _join(string.concat("s", vm.toString(i)), stake);
            uint16 share = uint16(bound(slashes[i], 0, 10_000));
            if (share % 2 == 1) {
                vm.prank(timelock);
                set.kick(owner, share);
            }
            assertEq(set.getVotes(owner), _stakeOf(owner));
            total += _stakeOf(owner);
        }
        skip(1);
        assertEq(set.getPastTotalSupply(block.timestamp - 1), total);
        assertEq(token.balanceOf(address(set)), total);
    }
}
