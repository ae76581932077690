// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Machines
/// @notice An execution between two calls of L1, as bytes that travel in calldata: a word that says what it is doing,
/// then either the interpreter's snapshot, or the changes that it is committing: gas used, state root so far,
/// operations done, a word each, and the list of changes.
library Machines {
    /// @dev Work left is L2 gas left plus this while code runs, and operations left afterwards. No transaction has so many.
    uint256 internal constant COMMIT = 1 << 20;

    uint256 private constant RUNS = 0;
    uint256 private constant COMMITS = 1;

    /// @notice The L2 gas left that an amount of work left stands for.
    function gasOf(uint256 work) internal pure returns (uint256) {
        return work > COMMIT ? work - COMMIT : 0;
    }

    function ofSnapshot(bytes memory snapshot) internal pure returns (bytes memory) {
        return abi.encodePacked(RUNS, snapshot);
    }

    function ofCommit(
        uint256 gasUsed,
        bytes32 stateRoot,
        uint256 done,
        bytes memory changes
    ) internal pure returns (bytes memory) {
        return abi.encodePacked(COMMITS, gasUsed, stateRoot, done, changes);
    }

    /// @notice Whether a machine is committing its changes, and what follows the word that says so.
    function read(bytes calldata machine) internal pure returns (bool commits, bytes calldata rest) {
        commits = uint256(bytes32(machine)) == COMMITS;
        rest = machine[32:];
    }

    function readCommit(
        bytes calldata rest
    ) internal pure returns (uint256 gasUsed, bytes32 stateRoot, uint256 done, bytes memory changes) {
        gasUsed = uint256(bytes32(rest));
        stateRoot = bytes32(rest[32:]);
        done = uint256(bytes32(rest[64:]));
        changes = rest[96:];
    }
}
