// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Parameter} from "../governance/IParameters.sol";
import {Certificate, ISequencerSet, SequencerStatus} from "./ISequencerSet.sol";
import {Office} from "./Office.sol";
import {Seats} from "./Seats.sol";

/// @title Rotation
/// @notice When a term ends, and which certificates count in it.
abstract contract Rotation is ISequencerSet, Office {
    using Seats for uint128;

    /// @notice How long a term lasts at most before anyone may end it, in seconds.
    uint256 public constant TERM_LIMIT = 1 days;

    /// @inheritdoc ISequencerSet
    function rotate() external override {
        Current memory current = _term();
        if (!_isOld(current) && !_isFounding(current.number)) {
            uint256 required = _get(Parameter.RotationTransactions);
            if (current.transactions < required) revert ISequencerSet.RotationTooEarly(current.transactions, required);
            // Who can fill a term within a block shall not take the draw that it knows instead of the next block's.
            uint256 drawnFrom = uint256(_roster(current.number).startBlock) + 2;
            if (block.number < drawnFrom) revert ISequencerSet.RotationTooEarly(block.number, drawnFrom);
        }
        _begin();
    }

    /// @inheritdoc ISequencerSet
    function rotateSilent(uint32 number, Certificate calldata certificate) external override {
        Current memory current = _term();
        if (number != current.number) revert ISequencerSet.RotationWrongTerm(number, current.number);
        uint256 required = current.startedAt + _get(Parameter.RotationTimeout);
        if (block.timestamp < required) revert ISequencerSet.RotationTooEarly(block.timestamp, required);
        _requireQuorum(_silenceHash(number, current.sequencer), number, certificate);
        emit ISequencerSet.SilenceCertified(number, current.sequencer);
        _begin();
    }

    /// @inheritdoc ISequencerSet
    function draw() external override {
        Current memory current = _term();
        if (_fix(current)) _setTerm(current);
    }

    /// @inheritdoc ISequencerSet
    function attest(
        bytes32 headerHash,
        address sequencer,
        uint32 number,
        uint32 transactions,
        Certificate calldata certificate
    ) external override onlyInbox {
        Current memory current = _term();
        if (number != current.number && uint256(number) + 1 != current.number) {
            revert ISequencerSet.CertificateWrongTerm(number, current.number);
        }
        _requireOffice(sequencer, number, certificate.signers);
        _requireQuorum(headerHash, number, certificate);
        bool changed = _fix(current);
        if (sequencer == current.sequencer) {
            uint256 sum = uint256(current.transactions) + transactions;
            current.transactions = sum > type(uint24).max ? type(uint24).max : uint24(sum);
            changed = true;
        }
        if (changed) _setTerm(current);
    }

    /// @inheritdoc ISequencerSet
    function next() external view override returns (address) {
        Current memory current = _term();
        (bytes32 seed, bool there) = _seedOf(current);
        return there ? _select(current, seed) : address(0);
    }

    /// @inheritdoc ISequencerSet
    function requireCertificate(
        bytes32 headerHash,
        address sequencer,
        uint32 number,
        Certificate calldata certificate,
        bool quorum
    ) external view override {
        uint32 current = _term().number;
        if (number > current) revert ISequencerSet.CertificateWrongTerm(number, current);
        if (quorum) {
            _requireQuorum(headerHash, number, certificate);
            _requireAmong(sequencer, number, certificate.signers);
        } else {
            _requireSignatures(headerHash, number, _roster(number).active, certificate);
        }
    }

    /// @dev Reverts unless the sequencer is among the signers in this term, and L1 still takes its headers: it was neither
    /// kicked nor fell below the minimum stake. Who left otherwise hands over what it signed before.
    function _requireOffice(address sequencer, uint32 number, uint128 signers) private view {
        Member memory member = _member(sequencer);
        bool leaving = member.status == SequencerStatus.Leaving;
        if (member.status == SequencerStatus.None || member.barred || (leaving && number > member.lastTerm)) {
            revert ISequencerSet.SequencerNotActive(sequencer);
        }
        // In these terms the seat is its own.
        if (member.since > number || !signers.has(member.seat))
            revert ISequencerSet.CertificateWithoutSequencer(sequencer);
    }

    function _isOld(Current memory current) private view returns (bool) {
        return block.timestamp >= current.startedAt + TERM_LIMIT;
    }

    /// @dev Before the first batch nobody waits for a term to end whose sequencers are not all there.
    function _isFounding(uint32 number) private view returns (bool) {
        return _pending().active != _roster(number).active && _head() == 1;
    }
}
