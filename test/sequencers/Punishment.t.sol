// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {Parameter} from "../../contracts/governance/IParameters.sol";
import {ISequencerSet, SequencerStatus} from "../../contracts/sequencers/ISequencerSet.sol";
import {Log} from "../Test.sol";
import {SequencerFixture} from "./SequencerFixture.sol";

contract PunishmentTest is SequencerFixture {
    uint256 private constant GAS_LIMIT = 16_777_216;
    address private verifier;

    function setUp() public override {
        super.setUp();
        verifier = makeAddr("verifier");
        _joinMany(4, STAKE);
        chain.move(5, 1);
    }

    /// [11.11] [11.12] [11.13] [11.15] [3.3.6a.1]
    function test_punish_theCurrentOne_succeeds() public {
        address culprit = _current();
        uint256 supply = token.totalSupply();
        vm.expectEmit(address(set));
        emit ISequencerSet.SequencerSlashed(culprit, STAKE, 30 ether, 20 ether, 50 ether);
        vm.expectEmit(address(set));
        emit ISequencerSet.SequencerKicked(culprit);
        vm.expectEmit(address(set));
        emit ISequencerSet.SequencerLeft(culprit, block.timestamp + UNBONDING, 5);
        _punish(culprit, 0, verifier);
        assertEq(_stakeOf(culprit), 0);
        assertTrue(set.sequencerOf(culprit).status == SequencerStatus.Leaving);
        assertTrue(_current() != culprit && _current() != address(0));
        assertEq(set.owed(verifier), 30 ether);
        assertEq(set.totalStake(), 3 * STAKE);

        (uint256 toTreasury, uint256 toBurn) = set.undistributed();
        assertEq(toTreasury, 20 ether);
        assertEq(toBurn, 50 ether);
        vm.expectEmit(address(set));
        emit ISequencerSet.SlashDistributed(20 ether, 50 ether);
        vm.expectEmit(address(set));
        emit ISequencerSet.SequencerSettled(culprit);
        set.settle(culprit);
        assertEq(token.balanceOf(treasury), 20 ether);
        assertEq(supply - token.totalSupply(), 50 ether);
    }

    function test_settle_withNothingToDo_reverts() public {
        address culprit = _other();
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerNothingToSettle.selector, culprit));
        set.settle(culprit);
        _punish(culprit, 0, verifier);
        set.settle(culprit);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerNothingToSettle.selector, culprit));
        set.settle(culprit);
    }

    function test_settle_afterTheCulpritWithdrew_succeeds() public {
        address culprit = _other();
        _punish(culprit, 0, verifier);
        chain.move(5, 5);
        skip(UNBONDING);
        set.withdraw(culprit);
        set.settle(culprit);
        assertEq(token.balanceOf(treasury), 20 ether);
        assertEq(token.balanceOf(address(set)), set.totalStake() + set.totalOwed());
    }

    function test_settle_bringsCosignersVotesInLine_succeeds() public {
        _set(Parameter.CosignerSlash, 1000);
        address culprit = _current();
        address cosigner = _other();
        _punish(culprit, 15, verifier);
        set.settle(culprit);
        assertEq(set.getVotes(culprit), 0);
        assertEq(set.getVotes(cosigner), STAKE);
        set.settle(cosigner);
        assertEq(set.getVotes(cosigner), (STAKE * 9) / 10);
    }

    function test_punish_another_doesNotRotate_succeeds() public {
        address current = _current();
        uint32 number = set.term().number;
        _punish(_other(), 0, verifier);
        assertEq(_current(), current);
        assertEq(set.term().number, number);
    }

    function test_punish_cosigners_loseAShare_succeeds() public {
        _set(Parameter.CosignerSlash, 1000);
        address culprit = _other();
        vm.recordLogs();
        _punish(culprit, 15, verifier);
        // The culprit signed too, and is slashed only once, all it has.
        assertEq(_count(vm.getRecordedLogs(), ISequencerSet.SequencerSlashed.selector), 4);
        set.settle(culprit);
        uint256 slashed = STAKE + (3 * uint256(STAKE)) / 10;
        for (uint8 seat = 0; seat < 4; ++seat) {
            address owner = set.ownerAt(seat);
            assertEq(_stakeOf(owner), owner == culprit ? 0 : (STAKE * 9) / 10);
            assertTrue(owner == culprit || set.sequencerOf(owner).status == SequencerStatus.Active);
        }
        assertEq(set.owed(verifier), (slashed * 3) / 10);
        assertEq(token.balanceOf(treasury), slashed / 5);
        assertEq(set.totalStake(), 4 * uint256(STAKE) - slashed);
    }

    function test_punish_byAnyoneButDisputes_reverts() public {
        address culprit = _current();
        address[3] memory callers = [address(this), timelock, address(chain)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerUnauthorized.selector, callers[i]));
            vm.prank(callers[i]);
            set.punish(culprit, 0, verifier);
        }
    }

    function test_punish_oneThatResigned_succeeds() public {
        address culprit = _other();
        _resign(culprit);
        skip(UNBONDING);
        _punish(culprit, 0, verifier);
        assertEq(_stakeOf(culprit), 0);
        assertEq(set.owed(verifier), 30 ether);
    }

    function test_punish_twice_takesNothingMore_succeeds() public {
        address culprit = _other();
        _punish(culprit, 0, verifier);
        _punish(culprit, 0, verifier);
        assertEq(set.owed(verifier), 30 ether);
        chain.move(5, 5);
        skip(UNBONDING);
        set.withdraw(culprit);
        assertEq(set.owed(culprit), 0);
    }

    /// @dev A culprit that claims its own bounty still loses the burned share and the treasury's.
    function test_punish_itself_doesNotPay_succeeds() public {
        _set(Parameter.SlashBounty, 4500);
        _set(Parameter.SlashTreasury, 4500);
        address culprit = _other();
        _punish(culprit, 0, culprit);
        set.settle(culprit);
        chain.move(5, 5);
        skip(UNBONDING);
        set.withdraw(culprit);
        vm.prank(culprit);
        set.claim();
        assertEq(token.balanceOf(culprit), (STAKE * 45) / 100);
        assertEq(token.balanceOf(treasury), (STAKE * 45) / 100);
        assertEq(token.balanceOf(address(set)), 3 * STAKE);
    }

    function testFuzz_punish_splitsWithoutRemainder_succeeds(
        uint96 stake,
        uint16 bounty,
        uint16 kept,
        uint16 cosigner
    ) public {
        _set(Parameter.SlashBounty, bound(bounty, 0, 4500));
        _set(Parameter.SlashTreasury, bound(kept, 0, 4500));
        _set(Parameter.CosignerSlash, bound(cosigner, 0, 10_000));
        stake = uint96(bound(stake, STAKE, 100_000 ether));
        address culprit = _join("culprit", stake);
        uint256 supply = token.totalSupply();
        uint256 all = token.balanceOf(address(set));
        _punish(culprit, 31, verifier);
        set.settle(culprit);
        uint256 burned = supply - token.totalSupply();
        uint256 slashed = all - set.totalStake();
        assertEq(set.owed(verifier) + token.balanceOf(treasury) + burned, slashed);
        assertGe(burned, slashed / 10);
        assertEq(token.balanceOf(address(set)), set.totalStake() + set.totalOwed());
    }

    /// [11.15]
    function test_punish_128Signers_fitsATransaction_succeeds() public {
        for (uint256 i = 4; i < 128; ++i) _join(string.concat("s", vm.toString(i)), STAKE);
        skip(12);
        address culprit = _current();
        vm.prank(disputes);
        uint256 before = gasleft();
        set.punish(culprit, type(uint128).max, verifier);
        assertLe(before - gasleft(), GAS_LIMIT - 2_000_000);
        assertEq(set.totalStake(), (127 * uint256(STAKE) * 95) / 100);
        assertNotEq(_current(), culprit);
    }

    /// [11.10.3.1] [11.10.3.3] [3.3.8]
    function test_kick_slashesKicksAndRotates_succeeds() public {
        address culprit = _current();
        uint256 supply = token.totalSupply();
        vm.prank(timelock);
        set.kick(culprit, 5000);
        assertEq(_stakeOf(culprit), 50 ether);
        assertTrue(set.sequencerOf(culprit).status == SequencerStatus.Leaving);
        assertTrue(_current() != culprit);
        // Without a claimant the treasury gets the bounty too, and compensates by vote.
        assertEq(token.balanceOf(treasury), 25 ether);
        assertEq(supply - token.totalSupply(), 25 ether);
        assertEq(set.totalOwed(), 0);
    }

    function test_kick_withoutSlash_succeeds() public {
        address culprit = _other();
        vm.prank(timelock);
        set.kick(culprit, 0);
        assertEq(_stakeOf(culprit), STAKE);
        assertTrue(set.sequencerOf(culprit).status == SequencerStatus.Leaving);
        chain.move(5, 5);
        skip(UNBONDING);
        set.withdraw(culprit);
        assertEq(set.owed(culprit), STAKE);
    }

    /// @dev The kick slashes, and changes nothing about how the sequencer leaves.
    function test_kick_oneThatResigned_leavesAsItDid_succeeds() public {
        address culprit = _other();
        _resign(culprit);
        uint256 leavesAt = _leavesAt(culprit);
        skip(1 days);
        chain.move(9, 5);
        vm.prank(timelock);
        set.kick(culprit, 5000);
        assertEq(_stakeOf(culprit), 50 ether);
        assertEq(set.totalStake(), 3 * STAKE);
        assertEq(_leavesAt(culprit), leavesAt);
        assertEq(set.sequencerOf(culprit).liableBelow, 5);
    }

    function test_kick_byAnyoneButTheTimelock_reverts() public {
        address culprit = _current();
        address[3] memory callers = [address(this), disputes, address(chain)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, callers[i]));
            vm.prank(callers[i]);
            set.kick(culprit, 0);
        }
    }

    function test_kick_moreThanAll_reverts() public {
        address culprit = _current();
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerSlashTooLarge.selector, 10_001, 10_000));
        vm.prank(timelock);
        set.kick(culprit, 10_001);
    }

    function test_kick_unknown_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerUnknown.selector, address(this)));
        vm.prank(timelock);
        set.kick(address(this), 0);
    }

    /// @dev Whatever it does when it sees the kick coming, it is kicked and slashed.
    function testFuzz_kick_cannotBeDodged_succeeds(uint8 tricks, uint256 wait) public {
        address culprit = _current();
        wait = bound(wait, 0, UNBONDING - 1);
        vm.startPrank(culprit);
        if (tricks & 1 != 0) set.setRecipient(address(1));
        if (tricks & 2 != 0) set.rotateKey(_keyUnpranked());
        if (tricks & 4 != 0) set.delegate(address(0));
        if (tricks & 8 != 0) set.resign();
        vm.stopPrank();
        skip(wait);
        if (tricks & 8 != 0) {
            vm.expectPartialRevert(ISequencerSet.SequencerStillLiable.selector);
            set.withdraw(culprit);
        }
        vm.expectEmit(address(set));
        emit ISequencerSet.SequencerKicked(culprit);
        vm.prank(timelock);
        set.kick(culprit, 10_000);
        assertEq(_stakeOf(culprit), 0);
        assertTrue(set.sequencerOf(culprit).status == SequencerStatus.Leaving);
        assertTrue(_current() != culprit);
        assertEq(set.activeSeats() & (uint128(1) << set.sequencerOf(culprit).seat), 0);
        assertEq(set.totalStake(), 3 * STAKE);
    }

    function test_kick_theLastOne_leavesNobody_succeeds() public {
        for (uint8 seat = 0; seat < 4; ++seat) {
            address owner = set.ownerAt(seat);
            vm.prank(timelock);
            set.kick(owner, 10_000);
        }
        assertEq(_current(), address(0));
        assertEq(set.totalStake(), 0);
        assertEq(token.balanceOf(address(set)), 0);
    }

    function _count(Log[] memory logs, bytes32 topic) private pure returns (uint256 count) {
        for (uint256 i = 0; i < logs.length; ++i) if (logs[i].topics[0] == topic) ++count;
    }

    function _other() private view returns (address) {
        return _current() == set.ownerAt(0) ? set.ownerAt(1) : set.ownerAt(0);
    }

    function _keyUnpranked() private pure returns (address) {
        return vm.addr(0xbeef);
    }
}
