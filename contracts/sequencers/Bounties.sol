// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISequencerSet} from "./ISequencerSet.sol";
import {Office} from "./Office.sol";

/// @title Bounties
/// @notice Bounties wait until it is known who was first: the claimant, whose proof was, or who had committed to one
/// before that could be copied.
abstract contract Bounties is Office {
    /// @dev See `ISequencerSet`.
    function commitProof(bytes32 commitment) external {
        // The first one counts: repeating somebody's commitment does not make it younger.
        if (_commitments[commitment] != 0) return;
        _commitments[commitment] = block.timestamp;
        emit ISequencerSet.ProofCommitted(commitment);
    }

    /// @dev See `ISequencerSet`.
    function payBounty(bytes32 headerHash) external {
        Bounty memory bounty = _bounties[headerHash];
        if (bounty.amount == 0) revert ISequencerSet.BountyUnknown(headerHash);
        if (block.timestamp < _payableAt(bounty)) revert ISequencerSet.BountyTooEarly(_payableAt(bounty));
        _bounties[headerHash].amount = 0;
        uint256 amount = bounty.amount * BOUNTY_UNIT;
        emit ISequencerSet.BountyPaid(headerHash, bounty.claimant, amount);
        _credit(bounty.claimant, amount);
    }
}
