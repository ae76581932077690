// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPayouts} from "../payments/IPayouts.sol";

/// @title Verifier registry
/// @notice Who may request data (step 11.6), for a bond that a ban forfeits (steps 11.6.1, 11.6.2).
/// Pays out METIS.
interface IVerifierRegistry is IPayouts {
    event VerifierRegistered(address indexed verifier, uint256 bond);
    event VerifierResigned(address indexed verifier, uint256 leavesAt);
    /// @notice A verifier was banned; its bond went to the treasury.
    event VerifierBanned(address indexed verifier, uint256 bond);
    event BondWithdrawn(address indexed verifier, uint256 bond);

    error VerifierAlreadyRegistered(address verifier);
    error VerifierNotRegistered(address verifier);
    error VerifierIsBanned(address verifier);
    error VerifierStillBonded(uint256 leavesAt);

    /// @notice Locks the bond. The bond must be approved.
    function register() external;

    /// @notice Stops requesting; the bond stays liable for the unbonding delay.
    function resign() external;

    /// @notice Credits the bond of a verifier that resigned, after the delay.
    function withdraw() external;

    /// @notice Bans a verifier for good. Governance only. Its open requests stand (step 11.6.4).
    function ban(address verifier) external;

    /// @notice Whether the account may request data.
    function isVerifier(address account) external view returns (bool);

    /// @notice Whether the account was banned.
    function isBanned(address account) external view returns (bool);
}
