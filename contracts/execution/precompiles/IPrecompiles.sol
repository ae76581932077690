// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Precompiles
/// @notice The precompiled contracts of the L2, with the L2's prices and failures, which do not depend on those of L1.
/// A shortage of L1 gas reverts, with or without an error; it never leads to a result.
interface IPrecompiles {
    /// @notice A precompile of L1 did not get enough L1 gas.
    /// @param number The precompile.
    error PrecompileInsufficientGas(uint256 number);

    /// @notice The L2 has no precompile with this number.
    error PrecompileUnknown(uint256 number);

    /// @notice Calls a precompile.
    /// @dev Reverts with `PrecompileUnknown` and `PrecompileInsufficientGas`.
    /// @param number The address of the precompile, 1 to 17, or 0x100.
    /// @param gasLimit The L2 gas of the call, less than 2^64.
    /// @param input The input of the call.
    /// @return success False if the L2 gas does not suffice, if the precompile refuses the input, or if the call
    /// costs more than one instruction may take of L1. The last depends on the input alone.
    /// @return gasLeft The L2 gas that is left; zero after a failure.
    /// @return output The output; empty after a failure.
    function run(
        uint256 number,
        uint256 gasLimit,
        bytes calldata input
    ) external view returns (bool success, uint256 gasLeft, bytes memory output);
}
