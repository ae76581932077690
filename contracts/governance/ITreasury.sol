// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Treasury
/// @notice Holds request fees (ETH) and its share of slashed stakes (METIS), and compensates by vote (steps 11.6.1,
/// 11.10.3.2). What it grants is credited and claimed, METIS and ETH apart.
interface ITreasury {
    /// @notice An account was granted money that it may claim, in wei.
    event Granted(address indexed account, uint256 metis, uint256 ether_);
    /// @notice What was granted compensates for this request.
    event RequestCompensated(bytes32 indexed request, address indexed account);
    /// @notice An account claimed METIS that it was granted, in wei.
    event MetisClaimed(address indexed account, uint256 amount);
    /// @notice An account claimed ETH that it was granted, in wei.
    event EtherClaimed(address indexed account, uint256 amount);

    /// @notice Only the deployer connects, once.
    error TreasuryUnauthorized(address account);
    /// @notice The treasury does not hold that much that it has not granted already.
    /// @param token METIS, or zero for ETH.
    error TreasuryInsufficient(address token, uint256 requested, uint256 available);
    /// @notice The zero address can claim nothing; and a compensation is for the requester or a sequencer alone.
    error TreasuryInvalidAccount(address account);
    /// @notice The account has nothing to claim.
    error TreasuryNothingOwed(address account);
    /// @notice Only a request that was answered calls for a compensation.
    error TreasuryRequestNotAnswered(bytes32 request);
    /// @notice A request is compensated once.
    error TreasuryAlreadyCompensated(bytes32 request);
    /// @notice A compensation is bounded by what was paid for the request and the allowances.
    /// @param token METIS, or zero for ETH.
    error TreasuryCompensationTooLarge(address token, uint256 requested, uint256 limit);

    /// @notice Grants METIS and ETH, in wei, to an account. Governance only; waits for the long delay.
    function grant(address account, uint256 metis, uint256 ether_) external;

    /// @notice Compensates for an answered request, once: its requester, since a sequencer had the data that it
    /// withheld (step 11.10.3.2), or a sequencer, since the request was needless (step 11.6.1). Governance only; waits
    /// for the short delay.
    /// @dev L1 does not keep who answered; that the sequencer is the right one is for the vote to see.
    /// @param account The requester of that request, or a sequencer that has a seat, active or leaving.
    /// @param request Key of the request.
    /// @param metis In wei of METIS; at most `GrantAllowanceMetis`.
    /// @param ether_ In wei of ETH; at most what was paid for the request, and `GrantAllowance`.
    function compensate(address account, bytes32 request, uint256 metis, uint256 ether_) external;

    /// @notice Pays the caller all METIS that it was granted and has not claimed.
    /// @return amount In wei.
    function claimMetis() external returns (uint256 amount);

    /// @notice Pays the caller all ETH that it was granted and has not claimed.
    /// @return amount In wei.
    function claimEther() external returns (uint256 amount);

    /// @notice What an account was granted and has not claimed, in wei.
    function owed(address account) external view returns (uint256 metis, uint256 ether_);

    /// @notice What can be granted: what the treasury holds and has not granted, in wei.
    function available() external view returns (uint256 metis, uint256 ether_);

    /// @notice Whether a compensation was granted for a request.
    function isCompensated(bytes32 request) external view returns (bool);
}
