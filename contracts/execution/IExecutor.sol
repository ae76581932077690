// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {L2Transaction} from "../types/L2Transaction.sol";
import {Outcome} from "../types/Outcome.sol";

/// @title Executor
/// @notice The L2's state transition as a pure function of its input (steps 11.5, 11.9). It knows neither batches nor
/// disputes. An incomplete witness reverts with `MissingWitness`: neither the witness nor L1's gas can change an
/// outcome.
///
/// A witness is a sequence of RLP items in any order: trie nodes as lists, code as byte strings. Surplus items are
/// ignored.
interface IExecutor {
    /// @notice Executes transactions one after the other.
    /// @param transactions The transactions, in order.
    /// @param preStateRoot The state root before the first of them.
    /// @param witness The nodes and the code that all of them need. A transaction that runs code needs the nodes of the
    /// state right before it, also those that earlier transactions of the list made. If the witness is empty, outcomes
    /// of sessions are taken over where there are any (ISessions).
    /// @return outcomes An outcome for each transaction up to and including the first invalid one, none after it.
    function execute(
        L2Transaction[] calldata transactions,
        bytes32 preStateRoot,
        bytes calldata witness
    ) external view returns (Outcome[] memory outcomes);

    /// @notice The part of the price of a unit of L2 gas that is burned, in wei.
    function baseFee() external view returns (uint256);
}
