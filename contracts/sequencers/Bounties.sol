// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISequencerSet} from "./ISequencerSet.sol";
import {Office} from "./Office.sol";

/// @title Bounties
/// @notice Bounties wait until it is known who was first: the claimant, who sent the proof, or who had committed to it
/// before the proof could be copied.
abstract contract Bounties is Office {
    /// @dev See `ISequencerSet`.
    function commitProof(bytes32 commitment) external {
        // The first one counts: repeating somebody's commitment does not make it younger.
        if (_commitments[commitment] != 0) return;
        _commitments[commitment] = block.timestamp;
        emit ISequencerSet.ProofCommitted(commitment);
    }

    /// @dev See `ISequencerSet`.
    function takeBounty(bytes32 headerHash, bytes32 salt) external {
        Bounty memory bounty = _bounties[headerHash];
        if (bounty.amount == 0 || block.timestamp >= _payableAt(bounty)) revert ISequencerSet.BountyUnknown(headerHash);
        bytes32 commitment = keccak256(abi.encode(headerHash, msg.sender, salt));
        uint256 since = _commitments[commitment];
        uint256 before = _claimedSince[headerHash];
        // The oldest commitment wins: it is the one that nobody can have copied.
        if (since == 0 || since + COMMIT_DELAY > bounty.setAt || (before != 0 && since >= before)) {
            revert ISequencerSet.BountyNotCommitted(commitment);
        }
        _claimedSince[headerHash] = since;
        _bounties[headerHash].claimant = msg.sender;
        emit ISequencerSet.BountyTaken(headerHash, msg.sender);
    }

    /// @dev See `ISequencerSet`.
    function payBounty(bytes32 headerHash) external {
        Bounty memory bounty = _bounties[headerHash];
        if (bounty.amount == 0) revert ISequencerSet.BountyUnknown(headerHash);
        if (block.timestamp < _payableAt(bounty)) revert ISequencerSet.BountyTooEarly(_payableAt(bounty));
        _bounties[headerHash].amount = 0;
        uint256 amount = uint256(bounty.amount) * 1 gwei;
        emit ISequencerSet.BountyPaid(headerHash, bounty.claimant, amount);
        _credit(bounty.claimant, amount);
    }
}
