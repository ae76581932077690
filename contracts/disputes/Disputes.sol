// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBatchInbox} from "../batches/IBatchInbox.sol";
import {IExecutor} from "../execution/IExecutor.sol";
import {IParameters} from "../governance/IParameters.sol";
import {ISequencerSet} from "../sequencers/ISequencerSet.sol";
import {IVerifierRegistry} from "../verifiers/IVerifierRegistry.sol";
import {DataRequests} from "./DataRequests.sol";
import {FraudProofs} from "./FraudProofs.sol";
import {Settlement} from "./Settlement.sol";

/// @title Disputes
/// @notice Data requests and fraud proofs in one contract, which the inbox and the sequencer set obey.
contract Disputes is DataRequests, FraudProofs {
    /// @param inbox_ The chain of batches.
    /// @param sequencers_ Punishes.
    /// @param verifiers_ Tells who may request data.
    /// @param parameters_ Fees and the request window.
    /// @param treasury_ Receives the fees of answered requests.
    /// @param executor_ Executes L2 transactions.
    constructor(
        IBatchInbox inbox_,
        ISequencerSet sequencers_,
        IVerifierRegistry verifiers_,
        IParameters parameters_,
        address treasury_,
        IExecutor executor_
    ) Settlement(inbox_, sequencers_, executor_) DataRequests(verifiers_, parameters_, treasury_) {}
}
