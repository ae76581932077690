// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Outcome} from "../../types/Outcome.sol";
import {L2Transaction} from "../../types/L2Transaction.sol";
import {ISessions} from "./ISessions.sol";

/// @title Sessions
/// @notice Remembers executions that take more than one call: the machines in which they paused, and their outcomes.
/// @dev Both are facts about a pure function, and are only ever added. There is no session that somebody owns, disturbs
/// or closes: anyone goes on from any machine that was reached, and a rival who pauses elsewhere reaches other
/// machines.
abstract contract Sessions is ISessions {
    mapping(bytes32 machineKey => bool) private _reached;
    mapping(bytes32 transitionKey => Outcome) private _outcomes;

    /// @inheritdoc ISessions
    function outcomeOf(bytes32 key) public view override returns (Outcome memory) {
        return _outcomes[key];
    }

    /// @inheritdoc ISessions
    function isReached(bytes32 key, bytes32 machineHash) public view override returns (bool) {
        return _reached[_machineKey(key, machineHash)];
    }

    /// @inheritdoc ISessions
    function transitionKey(
        L2Transaction calldata transaction,
        bytes32 preStateRoot
    ) public pure override returns (bytes32) {
        return keccak256(abi.encode(transaction.context, keccak256(transaction.raw), preStateRoot));
    }

    /// @dev Invariant: only a machine goes on in which this very transition paused.
    function _requireReached(bytes32 key, bytes32 machineHash) internal view {
        if (!isReached(key, machineHash)) revert ExecutionUnknownMachine(key, machineHash);
    }

    /// @dev Remembers a machine in which a transition paused.
    function _reach(bytes32 key, bytes32 machineHash) internal {
        _reached[_machineKey(key, machineHash)] = true;
        emit ExecutionPaused(key, machineHash);
    }

    /// @dev Remembers the outcome of a transition.
    function _remember(bytes32 key, Outcome memory outcome) internal {
        _outcomes[key] = outcome;
        emit ExecutionFinished(key, outcome);
    }

    function _machineKey(bytes32 key, bytes32 machineHash) private pure returns (bytes32) {
        return keccak256(abi.encode(key, machineHash));
    }
}
