// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Parameter} from "../../contracts/governance/IParameters.sol";
import {ISequencerSet, Sequencer, SequencerStatus} from "../../contracts/sequencers/ISequencerSet.sol";
import {SequencerFixture} from "./SequencerFixture.sol";

contract MembershipTest is SequencerFixture {
    /// [Q4]
    function test_join_theFirst_beginsATermOfItsOwn() public {
        address alice = _join("alice", STAKE);
        Sequencer memory joined = _sequencer(alice);
        assertTrue(joined.status == SequencerStatus.Active);
        assertEq(joined.seat, 0);
        assertEq(joined.stake, STAKE);
        assertEq(joined.key, _key("alice"));
        assertEq(joined.recipient, makeAddr("alice rewards"));
        assertEq(set.ownerOf(_key("alice")), alice);
        assertEq(_current(), alice);
        assertEq(_term(), 1);
        assertEq(set.rosterOf(1).active, 1);
        assertEq(set.totalStake(), STAKE);
        assertEq(token.balanceOf(address(set)), STAKE);
    }

    /// [Q4] [5.2]
    function test_join_another_countsFromTheNextTermOn() public {
        address alice = _join("alice", STAKE);
        address bob = _join("bob", 2 * STAKE);
        assertEq(_sequencer(bob).seat, 1);
        assertEq(set.rosterOf(1).active, 1);
        assertEq(set.seatAt(1, 1).key, address(0));
        assertEq(set.rosterOf(2).active, 3);
        assertEq(set.rosterOf(2).weight, (3 * uint256(STAKE)) / 1 gwei);
        set.rotate();
        assertEq(set.seatAt(1, 2).key, _key("bob"));
        assertEq(set.seatAt(1, 1).key, address(0));
        assertEq(set.totalStake(), 3 * STAKE);
        assertNotEq(alice, bob);
    }

    function test_join_badInput_reverts() public {
        address alice = makeAddr("alice");
        address key = _key("alice");
        bytes memory possession = _possess(alice, key);
        _fund(alice, STAKE);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerInvalidAddress.selector, "key"));
        set.join(address(0), alice, STAKE, possession);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerInvalidAddress.selector, "recipient"));
        set.join(key, address(0), STAKE, possession);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerLockTooSmall.selector, STAKE - 1, STAKE));
        set.join(key, alice, STAKE - 1, possession);
        set.join(key, alice, STAKE, possession);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerAlreadyJoined.selector, alice));
        set.join(key, alice, STAKE, possession);
        vm.stopPrank();
    }

    /// @dev [L1] Only who has a key registers it: nobody takes another's key in front of it.
    function test_join_L1_withAKeyThatItDoesNotHave_reverts() public {
        address mallory = makeAddr("mallory");
        address key = _key("alice");
        bytes memory possession = _possess(makeAddr("alice"), key);
        _fund(mallory, STAKE);
        vm.startPrank(mallory);
        vm.expectPartialRevert(ISequencerSet.SequencerKeyNotOwned.selector);
        set.join(key, mallory, STAKE, possession);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerKeyNotOwned.selector, key, address(0)));
        set.join(key, mallory, STAKE, "");
        vm.stopPrank();
        address alice = _join("alice", STAKE);
        assertEq(set.ownerOf(key), alice);
    }

    /// @dev A key belongs to one owner for ever, also after the stake has left.
    function test_join_withAKeyOfBefore_reverts() public {
        address[] memory owners = _found(2, STAKE);
        address key = _key("s0");
        _resign(owners[0]);
        _nextTerm();
        _nextTerm();
        skip(UNBONDING);
        set.withdraw(owners[0]);
        assertEq(set.ownerOf(key), owners[0]);
        bytes memory possession = _possess(owners[0], key);
        _fund(owners[0], STAKE);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerKeyTaken.selector, key));
        vm.prank(owners[0]);
        set.join(key, owners[0], STAKE, possession);
    }

    function test_topUp_countsFromTheNextTermOn() public {
        address[] memory owners = _found(2, STAKE);
        uint32 term = _term();
        uint64 before = set.seatAt(0, term).weight;
        _topUp(owners[0], 50 ether);
        assertEq(_stakeOf(owners[0]), STAKE + 50 ether);
        assertEq(set.seatAt(0, term).weight, before);
        assertEq(set.seatAt(0, term + 1).weight, before + 50 gwei);
        assertEq(set.rosterOf(term + 1).weight, set.rosterOf(term).weight + 50 gwei);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerUnknown.selector, address(this)));
        set.topUp(1);
    }

    function test_setRecipient_badInput_reverts() public {
        address alice = _join("alice", STAKE);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerInvalidAddress.selector, "recipient"));
        vm.prank(alice);
        set.setRecipient(address(0));
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerUnknown.selector, address(this)));
        set.setRecipient(address(this));
        vm.prank(alice);
        set.setRecipient(address(7));
        assertEq(_sequencer(alice).recipient, address(7));
    }

    function test_sequencerOf_unknown_isNone() public view {
        Sequencer memory none = _sequencer(address(this));
        assertTrue(none.status == SequencerStatus.None);
        assertEq(none.stake, 0);
        assertEq(none.key, address(0));
        assertEq(set.ownerOf(address(0)), address(0));
    }

    function test_speaksFor_ownerAndNewestKey() public {
        address[] memory owners = _found(2, STAKE);
        address alice = owners[0];
        assertTrue(set.speaksFor(alice, alice));
        assertTrue(set.speaksFor(_key("s0"), alice));
        assertFalse(set.speaksFor(owners[1], alice));
        assertFalse(set.speaksFor(_key("s1"), alice));
        assertFalse(set.speaksFor(address(0), address(0)));
        assertFalse(set.speaksFor(address(this), address(this)));
        _rotateKey(alice, "second");
        assertTrue(set.speaksFor(_key("second"), alice));
        // Its batches may still be requested, so it can answer while it leaves.
        _resign(alice);
        assertTrue(set.speaksFor(alice, alice));
        assertTrue(set.speaksFor(_key("second"), alice));
    }

    /// @dev The desk runs on the set's storage. Called by itself it is empty, and nobody joins it.
    function test_desk_byItself_takesNobody() public {
        address desk = address(set.desk());
        address alice = makeAddr("alice");
        address key = _key("alice");
        bytes memory possession = _possess(alice, key);
        token.transfer(alice, STAKE);
        vm.startPrank(alice);
        token.approve(desk, STAKE);
        vm.expectRevert();
        ISequencerSet(desk).join(key, alice, STAKE, possession);
        vm.stopPrank();
        assertEq(token.balanceOf(desk), 0);
    }
}

contract KeyRotationTest is SequencerFixture {
    /// @dev [M3] A new key counts from the next term on; what either signed keeps its author.
    function test_rotateKey_M3_countsFromTheNextTermOn() public {
        address[] memory owners = _found(4, STAKE);
        uint32 term = _term();
        _rotateKey(owners[0], "second");
        assertEq(_sequencer(owners[0]).key, _key("second"));
        assertEq(set.seatAt(0, term).key, _key("s0"));
        assertEq(set.seatAt(0, term + 1).key, _key("second"));
        _nextTerm();
        assertEq(set.seatAt(0, term).key, _key("s0"));
        assertEq(set.ownerOf(_key("s0")), owners[0]);
        assertEq(set.ownerOf(_key("second")), owners[0]);
    }

    function test_rotateKey_badInput_reverts() public {
        address[] memory owners = _found(2, STAKE);
        address taken = _key("s1");
        vm.startPrank(owners[0]);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerKeyTaken.selector, taken));
        set.rotateKey(taken, "");
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerInvalidAddress.selector, "key"));
        set.rotateKey(address(0), "");
        vm.stopPrank();
        _resign(owners[0]);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerNotActive.selector, owners[0]));
        vm.prank(owners[0]);
        set.rotateKey(address(9), "");
    }
}

contract StakeVotesTest is SequencerFixture {
    function test_votes_followTheStake() public {
        address[] memory owners = _found(12, STAKE);
        address alice = owners[0];
        assertEq(set.delegates(alice), alice);
        assertEq(set.getVotes(alice), STAKE);
        _topUp(alice, 20 ether);
        assertEq(set.getVotes(alice), STAKE + 20 ether);
        _resign(alice);
        assertEq(set.getVotes(alice), STAKE + 20 ether);
        _kick(alice, 1000);
        assertEq(set.getVotes(alice), ((STAKE + 20 ether) * 9) / 10);
        _nextTerm();
        _nextTerm();
        skip(UNBONDING);
        set.withdraw(alice);
        assertEq(set.getVotes(alice), 0);
        vm.prank(alice);
        set.delegate(address(this));
        assertEq(set.getVotes(address(this)), 0);
    }

    /// @dev A verdict leaves the votes for `settle`, which anyone may call.
    function test_votes_afterAVerdict_goWithSettle() public {
        address[] memory owners = _found(3, STAKE);
        address bob = makeAddr("bob");
        vm.prank(owners[0]);
        set.delegate(bob);
        uint256 then = block.timestamp;
        skip(1);
        _punish(_verdict(owners[0], 1));
        assertEq(set.getVotes(bob), STAKE);
        set.settle(owners[0]);
        assertEq(set.getVotes(bob), 0);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerNothingToSettle.selector, owners[0]));
        set.settle(owners[0]);
        skip(1);
        assertEq(set.getPastVotes(bob, then), STAKE);
    }

    function test_votes_ofOneThatDelegatedBefore_goToItsDelegate() public {
        address alice = makeAddr("alice");
        vm.prank(alice);
        set.delegate(address(this));
        _join("alice", STAKE);
        assertEq(set.getVotes(address(this)), STAKE);
    }

    function test_clock_isTheTokens() public view {
        assertEq(set.clock(), token.clock());
        assertEq(set.CLOCK_MODE(), token.CLOCK_MODE());
    }

    function testFuzz_votes_sumToTheStakes(uint96[4] calldata stakes, uint16 share) public {
        uint256 total = 0;
        address[] memory owners = new address[](4);
        _set(Parameter.KickSlash, 5000);
        for (uint256 i = 0; i < 4; ++i) {
            uint96 stake = uint96(bound(stakes[i], STAKE, 10_000 ether));
            owners[i] = _join(string.concat("s", vm.toString(i)), stake);
        }
        _kick(owners[1], uint16(bound(share, 0, 100)));
        for (uint256 i = 0; i < 4; ++i) {
            assertEq(set.getVotes(owners[i]), _stakeOf(owners[i]));
            total += _stakeOf(owners[i]);
        }
        skip(1);
        assertEq(set.getPastTotalSupply(block.timestamp - 1), total);
        _assertSolvent(owners, new bytes32[](0));
    }
}
