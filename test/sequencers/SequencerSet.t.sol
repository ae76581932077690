// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {ISequencerSet, Sequencer, SequencerStatus} from "../../contracts/sequencers/ISequencerSet.sol";
import {SequencerSet} from "../../contracts/sequencers/SequencerSet.sol";
import {SequencerFixture} from "./SequencerFixture.sol";

contract SequencerSetTest is SequencerFixture {
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
