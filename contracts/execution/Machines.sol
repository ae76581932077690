// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Machines
/// @notice An execution between two calls of L1, as bytes that travel in calldata: the interpreter's snapshot, which
/// starts with a word of zero; or the changes that it is committing: a word of one, gas used, state root so far,
/// operations done, and the list of changes.
library Machines {
    /// @dev Work left is L2 gas left plus this while code runs, and operations left afterwards. No transaction has so many.
    uint256 internal constant COMMIT = 1 << 20;

    uint256 private constant COMMITS = 1;

    /// @notice The L2 gas left that an amount of work left stands for.
    /// @dev Invariant: it has 64 bits. The interpreter takes it from a state in which other things stand above the gas.
    function gasOf(uint256 work) internal pure returns (uint256) {
        return Math.min(Math.saturatingSub(work, COMMIT), type(uint64).max);
    }

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
