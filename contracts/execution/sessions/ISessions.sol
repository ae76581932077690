// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Outcome} from "../../types/Outcome.sol";
import {L2Transaction} from "../../types/L2Transaction.sol";

/// @title Sessions
/// @notice Executions that take more than one call of L1. A machine between two calls travels in calldata; L1 remembers
/// its hash. Whoever knows a machine that was reached may go on with it, and nothing that anyone does takes it back.
interface ISessions {
    /// @notice No execution of this transition paused in this machine.
    /// @param key The transition (`transitionKey`).
    /// @param machineHash keccak-256 of the machine.
    error ExecutionUnknownMachine(bytes32 key, bytes32 machineHash);

    /// @notice An execution paused.
    /// @param key The transition (`transitionKey`).
    /// @param machineHash keccak-256 of the machine that goes on with it.
    event ExecutionPaused(bytes32 indexed key, bytes32 machineHash);

    /// @notice An execution came to its end.
    /// @param key The transition (`transitionKey`).
    /// @param outcome What it led to.
    event ExecutionFinished(bytes32 indexed key, Outcome outcome);

    /// @notice Executes a part of one transaction that is too heavy for one call. Anyone may begin and anyone may go on;
    /// a static call tells beforehand what it leads to.
    /// @param transaction The transaction.
    /// @param preStateRoot The state root before it.
    /// @param machine Where to go on; empty to begin.
    /// @param until How much work may be left: the execution pauses before what would leave less. While code runs, the
    /// work left is 2^24 for each unit of L2 gas that is left and one more (evm/Snapshot.sol); in the end it is the number
    /// of slots and accounts that are still to be written. Zero goes on to the end.
    /// @param witness What this part needs.
    /// @return next The machine to go on with; empty where the execution has come to its end, so that `execute` knows
    /// its outcome.
    /// @return items What the machine is made of beside the items of this witness and those before: pages of its memory,
    /// nodes of their tree, and code, as a witness has them.
    function advance(
        L2Transaction calldata transaction,
        bytes32 preStateRoot,
        bytes calldata machine,
        uint256 until,
        bytes calldata witness
    ) external returns (bytes memory next, bytes memory items);

    /// @notice What identifies an execution: block, transaction and state root before it.
    function transitionKey(L2Transaction calldata transaction, bytes32 preStateRoot) external pure returns (bytes32);

    /// @notice The outcome that sessions of `advance` led to; all zero where none has come to its end.
    function outcomeOf(bytes32 key) external view returns (Outcome memory);

    /// @notice Whether an execution paused in a machine.
    function isReached(bytes32 key, bytes32 machineHash) external view returns (bool);
}
