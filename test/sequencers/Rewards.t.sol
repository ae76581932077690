// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Parameter} from "../../contracts/governance/IParameters.sol";
import {ISequencerSet} from "../../contracts/sequencers/ISequencerSet.sol";
import {SequencerFixture} from "./SequencerFixture.sol";

contract RewardTest is SequencerFixture {
    uint64 private constant GAS = 1_000_000;
    /// @dev GAS times the reward of one gwei.
    uint256 private constant REWARD = 1e15;
    address private alice;
    address private bob;

    function setUp() public override {
        super.setUp();
        alice = _join("alice", STAKE);
        bob = _join("bob", 3 * STAKE);
    }

    function test_fundRewards_succeeds() public {
        token.approve(address(set), 5 ether);
        vm.expectEmit(address(set));
        emit ISequencerSet.RewardsFunded(address(this), 5 ether);
        set.fundRewards(5 ether);
        assertEq(set.rewardPool(), 5 ether);
        assertEq(token.balanceOf(address(set)), 4 * STAKE + 5 ether);
    }

    /// [Q4]
    function test_reward_goesToProducerAndSigners_succeeds() public {
        _fill(1 ether);
        vm.expectEmit(address(set));
        emit ISequencerSet.BatchRewarded(alice, REWARD / 2, REWARD / 2);
        _reward(alice, 3, GAS);
        // Half for producing, and a quarter of the signers' half.
        assertEq(set.owed(_rewards("alice")), REWARD / 2 + REWARD / 8);
        assertEq(set.owed(_rewards("bob")), (REWARD * 3) / 8);
        assertEq(set.rewardPool(), 1 ether - REWARD);
    }

    function test_reward_withoutSigners_staysInThePool_succeeds() public {
        _fill(1 ether);
        _reward(alice, 0, GAS);
        assertEq(set.owed(_rewards("alice")), REWARD / 2);
        assertEq(set.rewardPool(), 1 ether - REWARD / 2);
    }

    function test_reward_moreThanThePool_takesWhatIsThere_succeeds() public {
        _fill(1000);
        _reward(alice, 3, GAS);
        assertEq(set.rewardPool(), 0);
        assertEq(set.totalOwed(), 1000);
        _reward(alice, 3, GAS);
        assertEq(set.totalOwed(), 1000);
    }

    function test_reward_slashedToNothing_earnsNothing_succeeds() public {
        _fill(1 ether);
        _punish(alice, 0, address(this));
        _reward(alice, 3, GAS);
        assertEq(set.owed(_rewards("alice")), 0);
        assertEq(set.owed(_rewards("bob")), REWARD / 2);
        assertEq(set.rewardPool(), 1 ether - REWARD / 2);
    }

    function test_reward_goesToTheRecipientOfNow_succeeds() public {
        _fill(1 ether);
        vm.prank(alice);
        set.setRecipient(address(this));
        _reward(alice, 1, GAS);
        assertEq(set.owed(address(this)), REWARD);
    }

    function test_reward_byAnyoneButTheInbox_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerUnauthorized.selector, disputes));
        vm.prank(disputes);
        set.reward(alice, 3, GAS);
    }

    function testFuzz_reward_neverExceedsThePool_succeeds(
        uint96 pool,
        uint64 gasUsed,
        uint96 perGas,
        uint16 share,
        uint96 more
    ) public {
        pool = uint96(bound(pool, 0, 1000 ether));
        more = uint96(bound(more, 0, 1000 ether));
        _set(Parameter.RewardPerGas, bound(perGas, 0, 1 gwei));
        _set(Parameter.ProducerShare, bound(share, 0, 9_000));
        _fund(bob, more);
        vm.prank(bob);
        set.topUp(more);
        _fill(pool);
        _reward(bob, 3, gasUsed);
        assertEq(set.rewardPool() + set.totalOwed(), pool);
        assertEq(token.balanceOf(address(set)), set.totalStake() + pool);
        uint256 due = gasUsed * parameters.get(Parameter.RewardPerGas);
        if (due > pool) due = pool;
        // Rounding leaves less than one wei for each of those who are credited.
        assertLe(set.totalOwed(), due);
        assertLe(due - set.totalOwed(), 2);
    }

    function test_reward_128Signers_fitsATransaction_succeeds() public {
        for (uint256 i = 2; i < 128; ++i) _join(string.concat("s", vm.toString(i)), STAKE);
        _fill(1 ether);
        vm.prank(address(chain));
        uint256 before = gasleft();
        set.reward(alice, type(uint128).max, GAS);
        assertLe(before - gasleft(), 8_000_000);
    }

    function _fill(uint256 amount) private {
        token.approve(address(set), amount);
        set.fundRewards(amount);
    }

    function _reward(address sequencer, uint128 signers, uint64 gasUsed) private {
        vm.prank(address(chain));
        set.reward(sequencer, signers, gasUsed);
    }

    function _rewards(string memory name) private returns (address) {
        return makeAddr(string.concat(name, " rewards"));
    }
}
