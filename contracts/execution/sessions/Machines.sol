// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Machines
/// @notice An execution between two calls of L1, as bytes that travel in calldata: the interpreter's snapshot, which
/// starts with a word of zero; or the changes that it is committing: a word of one, gas used, state root so far,
/// operations done, and the list of changes. Work left is the number of operations then; the interpreter counts its own
/// from 2^23 upwards, which no transaction has operations for.
library Machines {
    uint256 private constant COMMITS = 1;

    function ofCommit(
        uint256 gasUsed,
        bytes32 stateRoot,
        uint256 done,
        bytes memory changes
    ) internal pure returns (bytes memory) {
        return abi.encodePacked(COMMITS, gasUsed, stateRoot, done, changes);
    }

    /// @notice Whether a machine is committing its changes.
    function commits(bytes calldata machine) internal pure returns (bool) {
        return uint256(bytes32(machine)) == COMMITS;
    }

    function readCommit(
        bytes calldata machine
    ) internal pure returns (uint256 gasUsed, bytes32 stateRoot, uint256 done, bytes memory changes) {
        gasUsed = uint256(bytes32(machine[32:]));
        stateRoot = bytes32(machine[64:]);
        done = uint256(bytes32(machine[96:]));
        changes = machine[128:];
    }
}
