// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Machines
/// @notice The format of a machine: an execution between two calls of L1, as bytes that travel in calldata. It is one
/// of
///
///     a running machine       a word of zero, then the rest of the interpreter's snapshot (evm/Snapshot.sol)
///     a committing machine    a word of one, gas used, state root so far, number of operations done, list of changes
///
/// The work left of a committing machine is its number of operations left (Changes). A transaction has fewer than the
/// 2^23 at which the interpreter's work ends.
library Machines {
    uint256 private constant COMMITS = 1;

    /// @notice The machine of an execution that is committing its changes.
    /// @param root The root of the state so far.
    /// @param done The number of operations that are committed.
    function ofCommit(
        uint256 gasUsed,
        bytes32 root,
        uint256 done,
        bytes memory changes
    ) internal pure returns (bytes memory) {
        return abi.encodePacked(COMMITS, gasUsed, root, done, changes);
    }

    /// @notice Whether a machine is committing its changes.
    function commits(bytes calldata machine) internal pure returns (bool) {
        return uint256(bytes32(machine)) == COMMITS;
    }

    /// @notice The state root so far, of a committing machine.
    function stateRoot(bytes calldata machine) internal pure returns (bytes32) {
        return bytes32(machine[64:]);
    }

    /// @notice The reverse of `ofCommit`.
    function readCommit(
        bytes calldata machine
    ) internal pure returns (uint256 gasUsed, uint256 done, bytes memory changes) {
        gasUsed = uint256(bytes32(machine[32:]));
        done = uint256(bytes32(machine[96:]));
        changes = machine[128:];
    }
}
