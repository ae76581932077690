// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Parameter} from "../../contracts/governance/IParameters.sol";
import {ISequencerSet, Work} from "../../contracts/sequencers/ISequencerSet.sol";
import {SequencerFixture} from "./SequencerFixture.sol";

/// @dev Half of a reward goes to the producer, 5 % in halves to who submitted and who finalised, 45 % to the signers.
contract RewardsTest is SequencerFixture {
    uint64 private constant GAS = 1_000_000;
    uint64 private constant BASE_FEE = 1 gwei;
    uint256 private constant REWARD = uint256(GAS) * 1 gwei;
    address private constant SUBMITTER = address(0x5b);
    address private constant FINALISER = address(0xf1);

    address[] private owners;
    address private alice;
    address private bob;

    function setUp() public override {
        super.setUp();
        alice = _join("s0", STAKE);
        bob = _join("s1", 3 * STAKE);
        set.rotate();
        (owners = new address[](2))[0] = alice;
        owners[1] = bob;
        chain.move(2, 1);
    }

    function test_fundRewards_fillsThePool() public {
        token.approve(address(set), 5 ether);
        vm.expectEmit(address(set));
        emit ISequencerSet.RewardsFunded(address(this), 5 ether);
        set.fundRewards(5 ether);
        assertEq(set.rewardPool(), 5 ether);
        _assertSolvent(owners, new bytes32[](0));
    }

    /// [Q4]
    function test_reward_sharesOut() public {
        _fill(1 ether);
        vm.expectEmit(address(set));
        emit ISequencerSet.BatchesRewarded(1, REWARD);
        _reward(_works(_work(alice, 3)));
        uint256 signed = (REWARD * 45) / 100;
        assertEq(set.owed(_rewards("s0")), REWARD / 2 + signed / 4);
        assertEq(set.owed(_rewards("s1")), (signed * 3) / 4);
        assertEq(set.owed(SUBMITTER), (REWARD * 25) / 1000);
        assertEq(set.owed(FINALISER), (REWARD * 25) / 1000);
        assertEq(set.rewardPool(), 1 ether - REWARD);
    }

    /// @dev [M9] A batch never earns more than the base fees that it paid in.
    function test_reward_M9_isAtMostTheBaseFee() public {
        _fill(1 ether);
        Work memory work = _work(alice, 3);
        work.baseFee = 7;
        _reward(_works(work));
        assertEq(1 ether - set.rewardPool(), 7 * uint256(GAS));
    }

    /// @dev [M2] Signatures that were added later count like those of the submission: weights are those of the term.
    function test_reward_M2_weighsTheBatchsTerm() public {
        _fill(1 ether);
        Work memory work = _work(alice, 3);
        _topUp(alice, 100 * STAKE);
        _rotateKey(bob, "another");
        _nextTerm();
        _reward(_works(work));
        assertEq(set.owed(_rewards("s1")), (((REWARD * 45) / 100) * 3) / 4);
    }

    function test_reward_withoutSigners_leavesTheirPartInThePool() public {
        _fill(1 ether);
        _reward(_works(_work(alice, 0)));
        assertEq(set.owed(_rewards("s0")), REWARD / 2);
        assertEq(set.rewardPool(), 1 ether - (REWARD * 55) / 100);
    }

    function test_reward_goesToTheRecipientOfNow() public {
        _fill(1 ether);
        vm.prank(alice);
        set.setRecipient(address(77));
        _reward(_works(_work(alice, 1)));
        assertEq(set.owed(address(77)), REWARD - 2 * ((REWARD * 25) / 1000));
    }

    function test_reward_byAnyoneButTheInbox_reverts() public {
        Work[] memory works = _works(_work(alice, 3));
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerUnauthorized.selector, disputes));
        vm.prank(disputes);
        set.reward(works, FINALISER);
    }

    /// @dev A run pays what its batches pay one by one, from a pool that may not suffice.
    function testFuzz_reward_ofARun_isTheSum(uint96 pool, uint64[4] memory gas, uint8 signers, uint16 share) public {
        _fill(bound(pool, 0, 2 ether));
        _set(Parameter.ProducerShare, bound(share, 0, 9_000));
        Work[] memory works = new Work[](4);
        for (uint256 i = 0; i < 4; ++i) {
            works[i] = _work(owners[i % 2], (signers >> (2 * i)) & 3);
            works[i].gasUsed = uint64(bound(gas[i], 0, 1e9));
            works[i].submitter = i < 2 ? SUBMITTER : FINALISER;
        }
        uint256 snapshot = vm.snapshotState();
        for (uint256 i = 0; i < 4; ++i) _reward(_works(works[i]));
        bytes memory single = _state();
        vm.revertToState(snapshot);
        _reward(works);
        assertEq(_state(), single);
        _assertSolvent(owners, new bytes32[](0));
    }

    function test_reward_128Signers_fitsATransaction() public {
        for (uint256 i = 2; i < 128; ++i) _join(string.concat("s", vm.toString(i)), STAKE);
        _nextTerm();
        _fill(1 ether);
        Work memory work = _work(alice, type(uint128).max);
        work.term = _term();
        vm.prank(address(chain));
        uint256 before = gasleft();
        set.reward(_works(work), FINALISER);
        assertLe(before - gasleft(), 8_000_000);
    }

    function _state() private returns (bytes memory) {
        return
            abi.encode(
                set.rewardPool(),
                set.owed(_rewards("s0")),
                set.owed(_rewards("s1")),
                set.owed(SUBMITTER),
                set.owed(FINALISER)
            );
    }

    function _work(address sequencer, uint128 signers) private pure returns (Work memory) {
        return Work(sequencer, 2, signers, GAS, BASE_FEE, SUBMITTER);
    }

    function _works(Work memory work) private pure returns (Work[] memory works) {
        works = new Work[](1);
        works[0] = work;
    }

    function _fill(uint256 amount) private {
        token.approve(address(set), amount);
        set.fundRewards(amount);
    }

    function _reward(Work[] memory works) private {
        vm.prank(address(chain));
        set.reward(works, FINALISER);
    }

    function _rewards(string memory name) private returns (address) {
        return makeAddr(string.concat(name, " rewards"));
    }
}
