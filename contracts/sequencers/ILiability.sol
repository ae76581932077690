// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Liability
/// @notice What the sequencer set needs to know of the chain of batches: where a term begins, which batches a stake
/// still answers for, and which epoch is under way.
interface ILiability {
    /// @notice The index that the next batch takes.
    function head() external view returns (uint64);

    /// @notice Every index below this is final.
    function finalised() external view returns (uint64);

    /// @notice How often a verdict has moved the head back.
    function epoch() external view returns (uint32);
}
