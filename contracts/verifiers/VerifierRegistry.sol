// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IParameters, Parameter} from "../governance/IParameters.sol";
import {TokenPayouts} from "../payments/Payouts.sol";
import {IVerifierRegistry, Verifier} from "./IVerifierRegistry.sol";

/// @title Verifier registry
/// @notice Owned by the timelock. A bond outlives a vote: the shortest unbonding delay is longer than governance takes,
/// which the governor checks.
contract VerifierRegistry is IVerifierRegistry, TokenPayouts, Ownable {
    using SafeERC20 for IERC20;

    /// @notice Bond and unbonding delay.
    IParameters public immutable parameters;
    /// @notice Receives forfeited bonds.
    address public immutable treasury;

    mapping(address account => Verifier) private _verifiers;

    /// @param token METIS.
    /// @param parameters_ Bond and unbonding delay.
    /// @param treasury_ Receives forfeited bonds.
    /// @param timelock Governance, the owner.
    constructor(
        IERC20 token,
        IParameters parameters_,
        address treasury_,
        address timelock
    ) TokenPayouts(token) Ownable(timelock) {
        parameters = parameters_;
        treasury = treasury_;
    }

    /// @inheritdoc IVerifierRegistry
    function register() external {
        Verifier storage verifier = _verifiers[msg.sender];
        if (verifier.banned) revert VerifierIsBanned(msg.sender);
        if (verifier.bond != 0) revert VerifierAlreadyRegistered(msg.sender);
        // `Parameters` bounds the bond: it fits, and is not zero.
        uint96 bond = uint96(parameters.get(Parameter.VerifierBond));
        verifier.bond = bond;
        emit VerifierRegistered(msg.sender, bond);
        _payoutToken.safeTransferFrom(msg.sender, address(this), bond);
    }

    /// @inheritdoc IVerifierRegistry
    function resign() external {
        if (!isVerifier(msg.sender)) revert VerifierNotRegistered(msg.sender);
        // Fits: `Parameters` bounds the delay to ten years.
        uint40 leavesAt = uint40(block.timestamp + parameters.get(Parameter.UnbondingDelay));
        _verifiers[msg.sender].leavesAt = leavesAt;
        emit VerifierResigned(msg.sender, leavesAt);
    }

    /// @inheritdoc IVerifierRegistry
    function withdraw() external {
        Verifier storage verifier = _verifiers[msg.sender];
        uint256 bond = verifier.bond;
        uint256 leavesAt = verifier.leavesAt;
        if (bond == 0) revert VerifierNotRegistered(msg.sender);
        if (leavesAt == 0) revert VerifierNotResigned(msg.sender);
        if (block.timestamp < leavesAt) revert VerifierStillBonded(leavesAt);
        delete _verifiers[msg.sender];
        emit BondWithdrawn(msg.sender, bond);
        _credit(msg.sender, bond);
    }

    /// @inheritdoc IVerifierRegistry
    function ban(address account) external onlyOwner {
        Verifier storage verifier = _verifiers[account];
        if (verifier.banned) revert VerifierIsBanned(account);
        uint256 bond = verifier.bond;
        _verifiers[account] = Verifier({bond: 0, leavesAt: 0, banned: true});
        emit VerifierBanned(account, bond);
        if (bond != 0) _payoutToken.safeTransfer(treasury, bond);
    }

    /// @inheritdoc IVerifierRegistry
    function isVerifier(address account) public view returns (bool) {
        Verifier storage verifier = _verifiers[account];
        return verifier.bond != 0 && verifier.leavesAt == 0;
    }

    /// @inheritdoc IVerifierRegistry
    function isBanned(address account) external view returns (bool) {
        return _verifiers[account].banned;
    }

    /// @inheritdoc IVerifierRegistry
    function verifierOf(address account) external view returns (Verifier memory) {
        return _verifiers[account];
    }
}
