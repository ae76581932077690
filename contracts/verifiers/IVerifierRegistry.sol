// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPayouts} from "../payments/IPayouts.sol";

/// @dev A verifier.
/// @param bond Locked METIS, in wei; zero while not registered.
/// @param leavesAt When the bond may leave at the earliest, in seconds; zero while it has not resigned.
/// @param banned Whether it was banned, which is for good.
struct Verifier {
    uint96 bond;
    uint40 leavesAt;
    bool banned;
}

/// @title Verifier registry
/// @notice Who may request data (step 11.6), for a bond that a ban forfeits (steps 11.6.1, 11.6.2).
/// Pays out METIS.
interface IVerifierRegistry is IPayouts {
    /// @notice An account became a verifier and locked its bond, in wei.
    event VerifierRegistered(address indexed verifier, uint256 bond);
    /// @notice A verifier requests no more; its bond stays locked until `leavesAt`, in seconds.
    event VerifierResigned(address indexed verifier, uint256 leavesAt);
    /// @notice A verifier was banned; its bond went to the treasury.
    event VerifierBanned(address indexed verifier, uint256 bond);
    /// @notice A bond was credited to its verifier, in wei.
    event BondWithdrawn(address indexed verifier, uint256 bond);

    /// @notice The account has a bond here, also one that it resigned from.
    error VerifierAlreadyRegistered(address verifier);
    /// @notice The account is no verifier.
    error VerifierNotRegistered(address verifier);
    /// @notice A ban is for good.
    error VerifierIsBanned(address verifier);
    /// @notice A bond is withdrawn only after its verifier resigned.
    error VerifierNotResigned(address verifier);
    /// @notice The bond is locked until `leavesAt`, in seconds.
    error VerifierStillBonded(uint256 leavesAt);

    /// @notice Registers the caller and locks its bond, which it must have approved.
    function register() external;

    /// @notice Ends the caller's right to request; its bond stays locked for the unbonding delay.
    function resign() external;

    /// @notice Credits the caller its bond, after it resigned and the delay passed.
    function withdraw() external;

    /// @notice Bans an account for good, registered or not, and forfeits its bond to the treasury, also one that waits
    /// to be withdrawn. Governance only. Its open requests stand (step 11.6.4).
    function ban(address verifier) external;

    /// @notice Whether the account may request data.
    function isVerifier(address account) external view returns (bool);

    /// @notice Whether the account was banned.
    function isBanned(address account) external view returns (bool);

    /// @notice What is known of an account.
    function verifierOf(address account) external view returns (Verifier memory);
}
