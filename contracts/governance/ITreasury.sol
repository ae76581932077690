// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Treasury
/// @notice Holds request fees (ETH) and its share of slashed stakes (METIS), and compensates by vote (steps 11.6.1,
/// 11.10.3.2). What it grants is credited and claimed.
interface ITreasury {
    event Granted(address indexed account, uint256 metis, uint256 ether_);

    error TreasuryInsufficient(uint256 requested, uint256 available);
    error TreasuryInvalidAccount();

    /// @notice Grants METIS and ETH, in wei, to an account. Governance only.
    function grant(address account, uint256 metis, uint256 ether_) external;

    /// @notice Pays out what the caller was granted.
    /// @return metis METIS paid, in wei.
    /// @return ether_ ETH paid, in wei.
    function claim() external returns (uint256 metis, uint256 ether_);

    /// @notice What an account was granted and has not claimed, in wei.
    function owed(address account) external view returns (uint256 metis, uint256 ether_);
}
