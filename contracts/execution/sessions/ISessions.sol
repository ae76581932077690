// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Outcome} from "../../types/Outcome.sol";
import {L2Transaction} from "../../types/L2Transaction.sol";

/// @title Sessions
/// @notice Executions that take more than one call of L1. Between two calls the machine travels in calldata, and L1
/// keeps its hash. Anyone who knows a machine that was reached may go on with it, and nobody can undo that it was
/// reached.
interface ISessions {
    /// @notice No execution of this transition paused in this machine.
    /// @param key The transition (`transitionKey`).
    /// @param machineHash keccak-256 of the machine.
    error ExecutionUnknownMachine(bytes32 key, bytes32 machineHash);

    /// @notice An execution paused.
    /// @param key The transition (`transitionKey`).
    /// @param machineHash keccak-256 of the machine that goes on with it.
    event ExecutionPaused(bytes32 indexed key, bytes32 machineHash);

    /// @notice An execution is complete.
    /// @param key The transition (`transitionKey`).
    /// @param outcome Its outcome.
    event ExecutionFinished(bytes32 indexed key, Outcome outcome);

    /// @notice Begins to execute a transaction that is too heavy for one call; `advance` goes on with it. Anyone may
    /// begin, again as well. A static call returns beforehand what the call leads to. Reverts with `MissingWitness` if the
    /// witness is incomplete.
    /// @param transaction The transaction.
    /// @param preStateRoot The state root before it.
    /// @param until The least work to leave: the execution pauses before it has less to do. Zero runs to the end. The
    /// work left is measured as follows (evm/Snapshot.sol says how exactly):
    ///
    ///     while code runs             2^24 x (1 + L2 gas left) + 2^24 - 1
    ///     while a frame ends          2^24 x (1 + L2 gas left) + length of the journal + depth
    ///     while changes are listed    2^23 + accounts and slots still to be listed
    ///     while changes are written   accounts and slots still to be written
    ///
    /// @param witness The trie nodes and the code that this part needs.
    /// @return next The machine to go on with; empty if the execution is complete: then `execute` knows its outcome.
    /// @return items What the next part may need that was in no witness so far, in the format of a witness: pages of
    /// the machine's memory, nodes of their tree, and new code.
    function begin(
        L2Transaction calldata transaction,
        bytes32 preStateRoot,
        uint256 until,
        bytes calldata witness
    ) external returns (bytes memory next, bytes memory items);

    /// @notice Goes on with an execution. Anyone may. What it needs of the transaction is in the machine. Reverts with
    /// `ExecutionUnknownMachine` if no execution of the transition paused in the machine, and as `begin` does.
    /// @param key The transition (`transitionKey`).
    /// @param machine The machine to go on with.
    /// @param until As for `begin`.
    /// @param witness The trie nodes and the code that this part needs, and the `items` of earlier parts that it needs.
    /// @return next As for `begin`; so is the other one.
    function advance(
        bytes32 key,
        bytes calldata machine,
        uint256 until,
        bytes calldata witness
    ) external returns (bytes memory next, bytes memory items);

    /// @notice The key of a transition: a hash of block, transaction and state root before it.
    function transitionKey(L2Transaction calldata transaction, bytes32 preStateRoot) external pure returns (bytes32);

    /// @notice The outcome of a transition that was executed in a session; all zero if none is complete.
    /// @param key The transition (`transitionKey`).
    function outcomeOf(bytes32 key) external view returns (Outcome memory);

    /// @notice Whether an execution paused in a machine.
    /// @param key The transition (`transitionKey`).
    /// @param machineHash keccak-256 of the machine.
    function isReached(bytes32 key, bytes32 machineHash) external view returns (bool);
}
