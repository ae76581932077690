// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchStatus, Standing} from "../../contracts/batches/IBatchInbox.sol";
import {Fault, IDisputes, Place, Range, RequestState} from "../../contracts/disputes/IDisputes.sol";
import {Certificate, Verdict} from "../../contracts/sequencers/ISequencerSet.sol";
import {SequencersDouble} from "./Doubles.sol";
import {DisputesFixture} from "./Fixture.sol";
import {Made} from "./Making.sol";

/// @notice Guilt follows signatures, not positions (H4).
contract VerdictsTest is DisputesFixture {
    Standing private _nowhere;

    /// @dev [11.11] [11.13] [11.14] The header stands: the chain rolls back, and all signers that L1 saw answer.
    function test_check_standing_rollsBack() public {
        Made memory made = _forged(1);
        _submit(made);
        inbox.setAdded(8);
        vm.prank(address(0xaa));
        _check(made, 1, 2);
        Verdict memory verdict = sequencers.last();
        assertEq(verdict.headerHash, _hash(made));
        assertEq(verdict.sequencer, SEQUENCER);
        assertEq(verdict.epoch, made.header.epoch);
        assertEq(verdict.term, 3);
        assertEq(verdict.signers, 7 | 8);
        assertEq(verdict.claimant, address(0xaa));
        assertTrue(verdict.restarts);
        assertEq(inbox.head(), 1);
    }

    /// @dev [11.16] A fraud proof under an open request gives its fee back at once.
    function test_check_underARequest_refunds() public {
        Made memory made = _forged(1);
        (bytes32 commitment, uint256 fee) = _request(made);
        _check(made, 0, 1);
        _check(made, 1, 2);
        assertEq(disputes.owed(verifier), fee);
        assertEq(uint256(disputes.requestOf(commitment).state), uint256(RequestState.Closed));
    }

    /// @dev [11.5] [11.D1] After the deadline too: a fault needs no request.
    function test_check_faultAfterTheDeadline_condemns() public {
        Made memory made = _forged(1);
        (bytes32 commitment, ) = _request(made);
        vm.warp(disputes.requestOf(commitment).deadline + 1);
        _check(made, 1, 2);
        assertEq(sequencers.verdicts(), 1);
    }

    /// @dev [H4] A, C: the forged batch went with an earlier one, or with itself. Its signers pay all the same.
    function test_check_rolledBackBefore_condemnsSigners() public {
        Made memory first = _forged(1);
        Made memory forged = _forged(2);
        _submit(first);
        _submit(forged);
        _check(first, 1, 2);
        sequencers.sign(forged.header, 31);
        _expectGone(forged, 31);
        _checkGone(forged, _range(forged, 1, 2), 31);
        Verdict memory verdict = sequencers.last();
        assertEq(verdict.signers, 31);
        assertFalse(verdict.restarts);
        assertEq(inbox.epoch(), 1);
    }

    /// @dev [H4] D: another batch took its place. L1 had taken it from its sequencer, which vouched for it.
    function test_check_replacedUnattested_condemnsItsSequencer() public {
        Made memory forged = _forged(1);
        (forged.standing.status, forged.standing.signers) = (BatchStatus.Unattested, 0);
        _submit(forged);
        inbox.openUnattested(forged.header, forged.standing);
        Made memory right = _make(1, 4, "right");
        _submit(right);
        _expectGone(forged, 0);
        disputes.check(
            forged.header,
            Place(_link(right), right.standing, _noCertificate()),
            _range(forged, 1, 2),
            WITNESS,
            0
        );
        assertFalse(sequencers.last().restarts);
        assertEq(inbox.head(), 2);
    }

    /// @dev [H4] Certified and never submitted, at an index where another batch is final.
    function test_check_besideAFinalBatch_condemnsSigners() public {
        Made memory forged = _forged(1);
        Made memory right = _make(1, 4, "right");
        inbox.putFinal(right.header);
        sequencers.sign(forged.header, 7);
        _expectGone(forged, 7);
        disputes.check(
            forged.header,
            Place(_link(right), _nowhere, Certificate(7, "")),
            _range(forged, 1, 2),
            WITNESS,
            0
        );
    }

    /// @dev [H4] Final and wrong: nothing rolls back, and the signers pay.
    function test_check_finalBatch_condemnsSigners() public {
        Made memory forged = _forged(1);
        inbox.putFinal(forged.header);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.HeaderNotSigned.selector, _hash(forged)));
        _check(forged, 1, 2);
        sequencers.sign(forged.header, 7);
        _expectGone(forged, 7);
        disputes.check(
            forged.header,
            Place(_link(forged), _nowhere, Certificate(7, "")),
            _range(forged, 1, 2),
            WITNESS,
            0
        );
        assertEq(inbox.head(), 2);
    }

    /// @dev [H4] A verdict on a header that stands always rolls back: nobody hides that it stands, to take the bounty and
    /// leave the chain as it is.
    function test_check_standingHidden_reverts() public {
        Made memory forged = _forged(1);
        bytes32 commitment = _submit(forged);
        sequencers.sign(forged.header, 7);
        bytes32[4] memory claims = [bytes32(0), _hash(forged), _link(forged), commitment];
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IDisputes.RequestUnknownBatch.selector, 1, _hash(forged)));
            disputes.check(
                forged.header,
                Place(claims[i], _nowhere, Certificate(7, "")),
                _range(forged, 1, 2),
                WITNESS,
                0
            );
        }
        assertEq(sequencers.verdicts(), 0);
    }

    /// @dev [H4] A signature alone is a draft: without a quorum's certificate nobody is condemned.
    function test_check_draft_reverts() public {
        Made memory forged = _forged(1);
        Range memory range = _range(forged, 1, 2);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.HeaderNotSigned.selector, _hash(forged)));
        _checkGone(forged, range, 0);
        vm.expectRevert(SequencersDouble.SequencersDoubleNoQuorum.selector);
        _checkGone(forged, range, 3);
    }

    /// @dev A right header that does not stand is right, with or without a certificate.
    function test_check_rightAndGone_reverts() public {
        Made memory made = _make(1, 4, 0);
        sequencers.sign(made.header, 7);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.FraudNotFound.selector, _hash(made)));
        _checkGone(made, _range(made, 0, 4), 7);
    }

    /// @dev The request of the batch that stands is left alone by a verdict on another header at its index.
    function test_check_besideARequestedBatch_leavesItsRequest() public {
        Made memory right = _make(1, 4, "right");
        (bytes32 commitment, ) = _request(right);
        Made memory forged = _forged(1);
        sequencers.sign(forged.header, 7);
        disputes.check(
            forged.header,
            Place(_link(right), right.standing, Certificate(7, "")),
            _range(forged, 1, 2),
            WITNESS,
            0
        );
        assertEq(uint256(disputes.requestOf(commitment).state), uint256(RequestState.Open));
        assertEq(disputes.owed(verifier), 0);
        _check(right, 0, 4);
        assertEq(uint256(disputes.requestOf(commitment).state), uint256(RequestState.Answered));
    }

    /// @dev A batch whose second state root is made up.
    function _forged(uint64 index) private view returns (Made memory made) {
        made = _make(index, 4, "forged");
        made.roots[1] = keccak256("we stole everything");
        _seal(made);
    }

    function _expectGone(Made memory made, uint128 signers) private {
        vm.expectEmit(address(disputes));
        emit IDisputes.BatchCondemned(_hash(made), address(this), Fault.Transition, signers, false);
    }
}
