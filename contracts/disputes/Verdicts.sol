// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../batches/BatchHeader.sol";
import {Commitments} from "../batches/Commitments.sol";
import {IBatchInbox} from "../batches/IBatchInbox.sol";
import {ISequencerSet, Verdict} from "../sequencers/ISequencerSet.sol";
import {Fault, IDisputes, Place} from "./IDisputes.sol";

/// @title Verdicts
/// @notice The consequences where a header is wrong, the same for every kind of fault (steps 11.11 to 11.16). Guilt
/// follows signatures, not positions: a header that stands no more costs its signers what one that stands costs them.
abstract contract Verdicts is IDisputes {
    /// @notice The chain of batches.
    IBatchInbox public immutable inbox;
    /// @notice Punishes.
    ISequencerSet public immutable sequencers;

    constructor(IBatchInbox inbox_, ISequencerSet sequencers_) {
        inbox = inbox_;
        sequencers = sequencers_;
    }

    /// @dev Punishes those who answer for a wrong header.
    /// @param signers Seats of the header's term that signed it.
    /// @param commitment What the claimant committed to; zero if nothing.
    /// @param stood Whether it was rolled back just now.
    function _condemn(
        BatchHeader calldata header,
        bytes32 headerHash,
        Fault fault,
        address claimant,
        bytes32 commitment,
        uint128 signers,
        bool stood
    ) internal {
        emit BatchCondemned(headerHash, claimant, fault, signers, stood);
        sequencers.punish(
            Verdict({
                headerHash: headerHash,
                sequencer: header.sequencer,
                epoch: header.epoch,
                term: header.term,
                signers: signers,
                claimant: claimant,
                commitment: commitment,
                restarts: stood
            })
        );
    }

    /// @dev Whether a header stands, and is not final. Reverts unless the caller says what stands at its index: nobody
    /// gets a verdict on a header that stands without the rollback.
    /// @return commitment What L1 keeps of it where it stands.
    function _locate(
        BatchHeader calldata header,
        bytes32 headerHash,
        Place calldata place
    ) internal view returns (bytes32 commitment, bool pending) {
        uint64 index = header.index;
        commitment = Commitments.commitLink(index, place.inPlace, place.standing);
        bytes32 kept = inbox.commitmentAt(index);
        if (kept == 0) return (commitment, false);
        if (kept != commitment) revert RequestUnknownBatch(index, headerHash);
        pending = place.inPlace == Commitments.linkOf(headerHash, header.lastBlockHash());
    }

    /// @dev Who signed a header that does not stand. Reverts unless a quorum did, or its sequencer had L1 take it.
    function _signersOf(
        BatchHeader calldata header,
        bytes32 headerHash,
        Place calldata place
    ) internal view returns (uint128 signers) {
        signers = place.certificate.signers;
        if (signers == 0) {
            if (!inbox.vouched(headerHash)) revert HeaderNotSigned(headerHash);
            return 0;
        }
        sequencers.requireCertificate(headerHash, header.sequencer, header.term, place.certificate, true);
    }
}
