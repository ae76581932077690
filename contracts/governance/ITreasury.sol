// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Treasury
/// @notice Holds request fees (ETH) and its share of slashed stakes (METIS), and compensates by vote (steps 11.6.1,
/// 11.10.3.2). What it grants is credited and claimed.
interface ITreasury {
    /// @notice An account was granted money that it may claim, in wei.
    event Granted(address indexed account, uint256 metis, uint256 ether_);
    /// @notice An account claimed what it was granted, in wei.
    event GrantClaimed(address indexed account, uint256 metis, uint256 ether_);

    /// @notice The treasury does not hold that much that it has not granted already.
    /// @param token METIS, or zero for ETH.
    error TreasuryInsufficient(address token, uint256 requested, uint256 available);
    /// @notice The zero address can claim nothing.
    error TreasuryInvalidAccount(address account);
    /// @notice The account has nothing to claim.
    error TreasuryNothingOwed(address account);

    /// @notice Grants METIS and ETH, in wei, to an account. Governance only.
    function grant(address account, uint256 metis, uint256 ether_) external;

    /// @notice Pays the caller all that it was granted and has not claimed.
    /// @return metis METIS paid, in wei.
    /// @return ether_ ETH paid, in wei.
    function claim() external returns (uint256 metis, uint256 ether_);

    /// @notice What an account was granted and has not claimed, in wei.
    function owed(address account) external view returns (uint256 metis, uint256 ether_);

    /// @notice What can be granted: what the treasury holds and has not granted, in wei.
    function available() external view returns (uint256 metis, uint256 ether_);
}
