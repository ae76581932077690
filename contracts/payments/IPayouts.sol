// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Payouts
/// @notice Pull payments of one asset: accounts are credited, and claim themselves. An account that cannot be paid
/// holds up nobody else.
interface IPayouts {
    /// @notice An account may claim this much more, in wei.
    event PayoutCredited(address indexed account, uint256 amount);
    /// @notice An account claimed what it was owed, in wei.
    event PayoutClaimed(address indexed account, uint256 amount);

    /// @notice There is nothing to claim.
    error PayoutNothingOwed(address account);
    /// @notice The zero address can claim nothing.
    error PayoutInvalidAccount(address account);

    /// @notice Pays the caller all that it is owed. Reverts with `PayoutNothingOwed` where that is nothing.
    /// @return amount In wei.
    function claim() external returns (uint256 amount);

    /// @notice What an account is owed, in wei.
    function owed(address account) external view returns (uint256);

    /// @notice What all accounts are owed together, in wei; the contract holds at least this much.
    function totalOwed() external view returns (uint256);
}
