// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISequencerSet, Verdict} from "../../contracts/sequencers/ISequencerSet.sol";
import {SequencerFixture} from "./SequencerFixture.sol";

/// @dev Who gets a bounty (11.13): the claimant, or who had committed to a proof before that could be copied.
contract BountiesTest is SequencerFixture {
    bytes32 private constant FINDING = keccak256("finding");
    bytes32 private constant SALT = keccak256("salt");

    address private guilty;
    address private honest;
    address private copier;

    function setUp() public override {
        super.setUp();
        address[] memory owners = _found(4, 2 * STAKE);
        chain.move(2, 1);
        guilty = _another(owners);
        (honest, copier) = (makeAddr("honest"), makeAddr("copier"));
    }

    function test_payBounty_afterAnHour_creditsTheClaimant() public {
        uint256 amount = _prove(copier, 0);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.BountyTooEarly.selector, block.timestamp + 1 hours));
        set.payBounty(HEADER);
        skip(1 hours);
        set.payBounty(HEADER);
        assertEq(set.owed(copier), amount);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.BountyUnknown.selector, HEADER));
        set.payBounty(HEADER);
        assertEq(set.owed(copier), amount);
    }

    /// @dev A proof that was copied from the mempool: the copy comes first, and takes nothing.
    function test_punish_byOneThatCommitted_takesTheBountyFromACopy() public {
        bytes32 commitment = _commit(honest);
        skip(24);
        uint256 amount = _prove(copier, 0);
        vm.expectEmit(address(set));
        emit ISequencerSet.BountyTaken(HEADER, honest);
        _prove(honest, commitment);
        skip(1 hours);
        set.payBounty(HEADER);
        assertEq(set.owed(honest), amount);
        assertEq(set.owed(copier), 0);
    }

    /// @dev A commitment that is made when the proof is seen is too young: also in the very next blocks.
    function test_punish_byOneThatCommittedLate_takesNothing() public {
        bytes32 early = _commit(honest);
        skip(1);
        bytes32 late = _commit(copier);
        skip(23);
        uint256 amount = _prove(copier, late);
        _prove(honest, early);
        skip(1 hours);
        set.payBounty(HEADER);
        assertEq(set.owed(honest), amount);
    }

    /// @dev Of several the oldest wins, in whichever order their proofs come.
    function testFuzz_punish_theOldestCommitmentWins(uint32 first, uint32 second, bool swapped) public {
        first = uint32(bound(first, 0, 60_000));
        second = uint32(bound(second, 1, 60_000));
        bytes32 older = _commit(honest);
        skip(second);
        bytes32 younger = _commit(copier);
        skip(24 + (first % 1_000));
        uint256 amount = swapped ? _prove(copier, younger) : _prove(honest, older);
        if (swapped) _prove(honest, older);
        else _prove(copier, younger);
        skip(1 hours);
        set.payBounty(HEADER);
        // What is older by more than a word tells apart goes to who is first.
        if (uint256(24) + (first % 1_000) + second <= type(uint16).max) assertEq(set.owed(honest), amount);
    }

    /// @dev Nobody opens another's commitment, and none to another finding or header is any use.
    function test_punish_withAnothersCommitment_takesNothing() public {
        _commit(honest);
        skip(24);
        uint256 amount = _prove(copier, 0);
        _prove(guilty, _commitmentOf(guilty));
        _prove(guilty, keccak256("made up"));
        skip(1 hours);
        _prove(honest, _commitmentOf(honest));
        set.payBounty(HEADER);
        assertEq(set.owed(copier), amount);
    }

    /// @dev To repeat somebody's commitment makes it neither younger nor one's own.
    function test_commitProof_again_changesNothing() public {
        bytes32 commitment = _commit(honest);
        skip(24);
        vm.prank(copier);
        set.commitProof(commitment);
        uint256 amount = _prove(copier, 0);
        _prove(honest, commitment);
        skip(1 hours);
        set.payBounty(HEADER);
        assertEq(set.owed(honest), amount);
    }

    function _commit(address who) private returns (bytes32 commitment) {
        commitment = _commitmentOf(who);
        vm.prank(who);
        set.commitProof(commitment);
    }

    function _commitmentOf(address who) private pure returns (bytes32) {
        return keccak256(abi.encode(HEADER, FINDING, who, SALT));
    }

    /// @return amount The bounty of the header.
    function _prove(address claimant, bytes32 commitment) private returns (uint256 amount) {
        Verdict memory verdict = _verdict(guilty, 0);
        (verdict.claimant, verdict.commitment) = (claimant, commitment);
        _punish(verdict);
        (, amount, ) = set.bountyOf(HEADER);
    }
}
