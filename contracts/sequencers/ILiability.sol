// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Liability
/// @notice What the sequencer set needs to know of the chain of batches: where a term begins, and which batches a stake
/// still answers for.
interface ILiability {
    /// @notice The index that the next batch takes.
    function head() external view returns (uint64);

    /// @notice Every index below this is final.
    function finalised() external view returns (uint64);
}
