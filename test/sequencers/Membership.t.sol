// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISequencerSet, Sequencer, SequencerStatus} from "../../contracts/sequencers/ISequencerSet.sol";
import {SequencerFixture} from "./SequencerFixture.sol";

contract SeatTest is SequencerFixture {
    function test_join_whenAll128SeatsAreTaken_reverts() public {
        address[] memory owners = _joinMany(128, STAKE);
        assertEq(set.activeSeats(), type(uint128).max);
        assertEq(set.totalStake(), 128 * uint256(STAKE));
        assertEq(set.ownerAt(127), owners[127]);

        address late = makeAddr("late");
        _fund(late, STAKE);
        address key = _key("late");
        // A sequencer that leaves keeps its seat while it is liable.
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

        // Its batches may still be requested, so it can answer while it leaves.
        _resign(alice);
        assertTrue(set.speaksFor(alice, alice));
        assertTrue(set.speaksFor(_key("alice 2"), alice));
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
