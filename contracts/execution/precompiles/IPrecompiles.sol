// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Precompiles
/// @notice The precompiled contracts of the L2, with its prices and its failures, whatever L1 makes of them. A shortage
/// of L1 gas reverts, with or without an error; it never becomes a result.
interface IPrecompiles {
    /// @notice A precompile of L1 did not get the L1 gas that it takes.
    /// @param number The precompile.
    error PrecompileInsufficientGas(uint256 number);

    /// @notice The L2 has no precompile with this number.
    error PrecompileUnknown(uint256 number);

    /// @notice Calls a precompile.
    /// @param number Its address, 1 to 10.
    /// @param gasLimit L2 gas handed to the call, less than 2^64.
    /// @param input What it is called with.
    /// @return success False where the gas does not suffice, the precompile refuses its input, or its input takes more
    /// than L1 can do at once, which is a matter of the input alone.
    /// @return gasLeft L2 gas that is left; zero without success.
    /// @return output What it returns; empty without success.
    function run(
        uint256 number,
        uint256 gasLimit,
        bytes calldata input
    ) external view returns (bool success, uint256 gasLeft, bytes memory output);
}
