// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Outcome} from "../../types/Outcome.sol";
import {L2Transaction} from "../../types/L2Transaction.sol";
import {ISessions} from "./ISessions.sol";

/// @title Sessions
/// @notice What L1 remembers of executions that take more than one call: machines that it saw paused, and outcomes.
/// @dev Both are facts about a pure function, and nothing is ever taken back. So there is no session to own, to disturb
/// or to close: whoever knows a machine that was reached may go on from there, and whoever goes another way reaches
/// other machines.
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

    /// @dev Invariant: a machine only goes on that the pure function paused in, for this very transition.
    function _requireReached(bytes32 key, bytes32 machineHash) internal view {
        if (!isReached(key, machineHash)) revert ExecutionUnknownMachine(key, machineHash);
    }

    function _reach(bytes32 key, bytes32 machineHash) internal {
        _reached[_machineKey(key, machineHash)] = true;
        emit ExecutionPaused(key, machineHash);
    }

    function _remember(bytes32 key, Outcome memory outcome) internal {
        _outcomes[key] = outcome;
        emit ExecutionFinished(key, outcome);
    }

    function _machineKey(bytes32 key, bytes32 machineHash) private pure returns (bytes32) {
        return keccak256(abi.encode(key, machineHash));
    }
}
