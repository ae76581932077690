// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {L2Transaction} from "../types/L2Transaction.sol";
import {Outcome} from "../types/Outcome.sol";

/// @title Executor
/// @notice The state transition of the L2 as a pure function of its input (steps 11.5, 11.9). It knows neither batches
/// nor disputes. A missing or wrong witness reverts; it never changes an outcome, and neither does the gas of L1.
///
/// A witness is a sequence of RLP items in any order: trie nodes, which are lists, and code as byte strings. Surplus
/// items are ignored.
interface IExecutor {
    /// @notice Executes transactions one after the other.
    /// @param transactions The transactions, in order.
    /// @param preStateRoot The state root before the first of them.
    /// @param witness What all of them need. A transaction that runs code needs the nodes of the state right before it,
    /// also those that others of the list led to. Where it is empty, outcomes are
    /// taken from what sessions led to (ISessions).
    /// @return outcomes One outcome for each transaction up to and including the first invalid one, none after it.
    function execute(
        L2Transaction[] calldata transactions,
        bytes32 preStateRoot,
        bytes calldata witness
    ) external view returns (Outcome[] memory outcomes);
}
