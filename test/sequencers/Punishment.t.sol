// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Parameter} from "../../contracts/governance/IParameters.sol";
import {
    Certificate,
    ISequencerSet,
    Sequencer,
    SequencerStatus,
    Verdict
} from "../../contracts/sequencers/ISequencerSet.sol";
import {SequencerFixture} from "./SequencerFixture.sol";

/// @dev What a verdict takes, and where it goes. Four sequencers with 200 METIS each; shares: 30 % bounty, 20 %
/// treasury, 5 % for cosigners.
contract PunishmentTest is SequencerFixture {
    address[] private owners;
    address private guilty;
    uint256 private constant LOCKED = 2 * uint256(STAKE);

    function setUp() public override {
        super.setUp();
        owners = _found(4, uint96(LOCKED));
        chain.move(2, 1);
        guilty = _another(owners);
    }

    /// [11.11] [11.12] [3.3.6a.1]
    function test_punish_takesAllOfTheSequencersStake() public {
        uint256 bounty = (LOCKED * 30) / 100;
        uint256 kept = (LOCKED * 20) / 100;
        vm.expectEmit(address(set));
        emit ISequencerSet.SequencerKicked(guilty);
        vm.expectEmit(address(set));
        emit ISequencerSet.SequencerLeft(guilty, block.timestamp + UNBONDING, _term());
        vm.expectEmit(address(set));
        emit ISequencerSet.BountySet(HEADER, address(this), bounty);
        vm.expectEmit(address(set));
        emit ISequencerSet.SequencerSlashed(guilty, LOCKED, bounty, kept, LOCKED - bounty - kept);
        _punish(_verdict(guilty, 0));
        Sequencer memory now_ = _sequencer(guilty);
        assertTrue(now_.status == SequencerStatus.Leaving);
        assertTrue(now_.barred);
        assertEq(now_.stake, 0);
        (uint256 toTreasury, uint256 toBurn) = set.undistributed();
        assertEq(toTreasury, kept);
        assertEq(toBurn, LOCKED - bounty - kept);
        assertEq(set.totalStake(), 3 * LOCKED);
        _assertSolvent(owners, _one(HEADER));
    }

    /// @dev [H4] Each other signer loses its share, once for each epoch and however many headers are proven in it.
    function test_punish_H4_takesAShareOfEveryCosigner_onceAnEpoch() public {
        Verdict memory verdict = _verdict(guilty, 15);
        _punish(verdict);
        uint256 once = (LOCKED * 95) / 100;
        for (uint256 i = 0; i < 4; ++i) if (owners[i] != guilty) assertEq(_stakeOf(owners[i]), once);
        assertEq(_sequencer(_current()).punishedEpoch, 1);
        verdict.headerHash = keccak256("second");
        _punish(verdict);
        for (uint256 i = 0; i < 4; ++i) if (owners[i] != guilty) assertEq(_stakeOf(owners[i]), once);
        // A header of the next epoch costs them again; one that names an epoch to come buys nobody free of it.
        chain.rollBack(1);
        (verdict.epoch, verdict.headerHash) = (7, keccak256("third"));
        _punish(verdict);
        assertEq(_sequencer(_current()).punishedEpoch, 2);
        uint256 twice = (once * 95) / 100;
        for (uint256 i = 0; i < 4; ++i) if (owners[i] != guilty) assertEq(_stakeOf(owners[i]), twice);
        _assertSolvent(owners, _one(HEADER));
    }

    /// @dev [H4] A forger who has left is liable until its stake has gone, and pays for what an older key signed.
    function test_punish_H4_afterLeaving_takesAllTheSame() public {
        Verdict memory verdict = _verdict(guilty, 15);
        _rotateKey(guilty, "second");
        _resign(guilty);
        for (uint256 i = 0; i < 3; ++i) _nextTerm();
        _punish(verdict);
        assertEq(_stakeOf(guilty), 0);
        (, uint256 amount, ) = set.bountyOf(HEADER);
        assertEq(amount, (LOCKED * 30) / 100);
    }

    /// @dev The bounty is a share of what the header's sequencer lost, never of what the cosigners lost: sacrificing a
    /// small stake pays nothing out of the large ones.
    function test_punish_bountyIgnoresCosigners() public {
        for (uint256 i = 0; i < 4; ++i) if (owners[i] != guilty) _topUp(owners[i], 10_000 ether);
        _punish(_verdict(guilty, 15));
        (, uint256 amount, ) = set.bountyOf(HEADER);
        assertEq(amount, (LOCKED * 30) / 100);
    }

    /// @dev A header earns one bounty: who comes back with another stake does not lose it for the same proof.
    function test_punish_theSameHeaderAgain_takesNothing() public {
        Verdict memory verdict = _verdict(guilty, 0);
        _punish(verdict);
        chain.move(2, 2);
        _nextTerm();
        _nextTerm();
        skip(UNBONDING);
        set.withdraw(guilty);
        _join(guilty, "again", uint96(LOCKED));
        _punish(verdict);
        assertEq(_stakeOf(guilty), LOCKED);
        verdict.headerHash = keccak256("second");
        _punish(verdict);
        assertEq(_stakeOf(guilty), 0);
    }

    /// @dev [M5] A cosigner whose stake falls below the minimum leaves; L1 takes none of its headers any more.
    function test_punish_M5_belowTheMinimum_removesTheCosigner() public {
        address[] memory few = new address[](1);
        few[0] = _join("small", STAKE);
        _nextTerm();
        uint32 term = _term();
        uint128 seat = _seatOf(few[0]);
        _punish(_verdict(guilty, seat));
        Sequencer memory small = _sequencer(few[0]);
        assertTrue(small.status == SequencerStatus.Leaving);
        assertTrue(small.barred);
        assertEq(small.stake, (STAKE * 95) / 100);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerNotActive.selector, few[0]));
        _attest(few[0], term, 1, _empty());
    }

    /// @dev A verdict never fails for want of stake.
    function test_punish_unknownOrEmptied_takesNothing() public {
        Verdict memory verdict = _verdict(address(0xdead), 0);
        _punish(verdict);
        _punish(_verdict(guilty, 0));
        verdict = _verdict(guilty, 15);
        verdict.headerHash = keccak256("second");
        _punish(verdict);
        assertEq(_stakeOf(guilty), 0);
        _assertSolvent(owners, _one(HEADER));
    }

    function test_punish_byAnyoneButDisputes_reverts() public {
        Verdict memory verdict = _verdict(guilty, 0);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerUnauthorized.selector, address(this)));
        set.punish(verdict);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerUnauthorized.selector, address(this)));
        set.repay(guilty, address(this), 1);
    }

    /// @dev [11.13] The treasury gets its share, the rest is burned, and weight follows the stake from the next term on.
    function test_settle_distributesAndWeighs() public {
        uint256 supply = token.totalSupply();
        _punish(_verdict(guilty, 15));
        (uint256 toTreasury, uint256 toBurn) = set.undistributed();
        address cosigner = _current();
        uint32 next = _term() + 1;
        assertEq(set.seatAt(_sequencer(cosigner).seat, next).weight, LOCKED / 1 gwei);
        vm.expectEmit(address(set));
        emit ISequencerSet.SlashDistributed(toTreasury, toBurn);
        set.settle(cosigner);
        assertEq(set.seatAt(_sequencer(cosigner).seat, next).weight, (LOCKED * 95) / 100 / 1 gwei);
        assertEq(token.balanceOf(treasury), toTreasury);
        assertEq(token.totalSupply(), supply - toBurn);
        _assertSolvent(owners, _one(HEADER));
    }

    /// @dev [11.8] [H3] Who answered in its place is paid from the stake, as far as there is any.
    function test_repay_H3_neverReverts() public {
        vm.startPrank(disputes);
        set.repay(guilty, address(7), 5 ether);
        set.repay(address(0xdead), address(7), 5 ether);
        assertEq(set.owed(address(7)), 5 ether);
        assertEq(_stakeOf(guilty), LOCKED - 5 ether);
        // Below the minimum it leaves.
        set.repay(guilty, address(7), LOCKED - STAKE - 5 ether + 1);
        assertTrue(_sequencer(guilty).barred);
        set.repay(guilty, address(7), type(uint256).max);
        vm.stopPrank();
        assertEq(_stakeOf(guilty), 0);
        assertEq(set.owed(address(7)), LOCKED);
        _assertSolvent(owners, new bytes32[](0));
    }

    function testFuzz_punish_conservesMetis(uint128 signers, uint16[3] memory shares, bool restarts) public {
        _set(Parameter.SlashBounty, bound(shares[0], 0, 4_500));
        _set(Parameter.SlashTreasury, bound(shares[1], 0, 4_500));
        _set(Parameter.CosignerSlash, bound(shares[2], 0, 10_000));
        Verdict memory verdict = _verdict(guilty, signers & 15);
        verdict.restarts = restarts;
        _punish(verdict);
        _assertSolvent(owners, _one(HEADER));
        // A tenth of the sequencer's stake at least is burned.
        (, uint256 toBurn) = set.undistributed();
        assertGe(toBurn, LOCKED / 10);
    }

    function _empty() private pure returns (Certificate memory certificate) {}

    function _one(bytes32 hash) private pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](1);
        hashes[0] = hash;
    }
}
