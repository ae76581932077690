// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../batches/BatchHeader.sol";
import {IBatchInbox} from "../batches/IBatchInbox.sol";
import {IExecutor} from "../execution/IExecutor.sol";
import {ISequencerSet} from "../sequencers/ISequencerSet.sol";
import {IDisputes} from "./IDisputes.sol";

/// @title Settlement
/// @notice The consequences when a batch is found wrong, the same for every kind of dispute (steps 11.11 to 11.16).
abstract contract Settlement is IDisputes {
    /// @notice The chain of batches.
    IBatchInbox public immutable inbox;
    /// @notice Punishes.
    ISequencerSet public immutable sequencers;
    /// @notice Executes L2 transactions.
    IExecutor public immutable executor;

    constructor(IBatchInbox inbox_, ISequencerSet sequencers_, IExecutor executor_) {
        inbox = inbox_;
        sequencers = sequencers_;
        executor = executor_;
    }

    /// @inheritdoc IDisputes
    function insecure() external view override returns (bool) {
        return inbox.insecure();
    }

    /// @dev Rolls the batch back and punishes. Reverts unless the inbox contains the header and it is not final.
    /// @param claimant The account that is credited the bounty.
    /// @param provenAgainstSigners Whether what the certificate signs is proven wrong, and not only the posted data.
    function _condemn(
        BatchHeader calldata header,
        bytes32 headerHash,
        address claimant,
        bool provenAgainstSigners
    ) internal {
        emit BatchCondemned(headerHash, claimant, provenAgainstSigners);
        uint128 signers = inbox.invalidate(header);
        sequencers.punish(header.sequencer, provenAgainstSigners ? signers : 0, claimant);
    }
}
