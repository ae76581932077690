// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../batches/BatchHeader.sol";
import {Commitments} from "../batches/Commitments.sol";
import {IBatchInbox, Standing} from "../batches/IBatchInbox.sol";
import {Certificate, ISequencerSet, Verdict} from "../sequencers/ISequencerSet.sol";
import {Fault, IDisputes} from "./IDisputes.sol";

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
    /// @param stood Whether it was rolled back just now.
    function _condemn(
        BatchHeader calldata header,
        bytes32 headerHash,
        Fault fault,
        address claimant,
        uint128 signers,
        bool stood
    ) internal {
        emit BatchCondemned(headerHash, claimant, fault, signers, stood);
        sequencers.punish(Verdict(headerHash, header.sequencer, header.epoch, header.term, signers, claimant, stood));
    }

    /// @dev Whether a header stands, and is not final. Reverts unless the caller says what stands at its index: nobody
    /// gets a verdict on a header that stands without the rollback.
    /// @param inPlace Hash of the header that stands there.
    /// @param standing Where that one stands.
    /// @return commitment What L1 keeps of that one while it is not final.
    function _locate(
        uint64 index,
        bytes32 headerHash,
        bytes32 inPlace,
        Standing calldata standing
    ) internal view returns (bytes32 commitment, bool pending) {
        commitment = Commitments.commit(inPlace, standing);
        bytes32 kept = inbox.commitmentAt(index);
        if (kept == commitment) return (commitment, inPlace == headerHash);
        if (kept != 0 && (kept != inPlace || index >= inbox.finalised())) revert RequestUnknownBatch(index, inPlace);
    }

    /// @dev Who signed a header that does not stand. Reverts unless a quorum did, or its sequencer had L1 take it.
    function _signersOf(
        BatchHeader calldata header,
        bytes32 headerHash,
        Certificate calldata certificate
    ) internal view returns (uint128 signers) {
        signers = certificate.signers;
        if (signers == 0) {
            if (!inbox.vouched(headerHash)) revert HeaderNotSigned(headerHash);
            return 0;
        }
        sequencers.requireCertificate(headerHash, header.sequencer, header.term, certificate, true);
    }
}
