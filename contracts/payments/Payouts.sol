// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {IPayouts} from "./IPayouts.sol";
import {Ledger} from "./Ledger.sol";

/// @title Payouts
/// @notice Pull payments of one asset. A contract that inherits this keeps at least `totalOwed` of the asset aside from
/// what it holds for other purposes.
abstract contract Payouts is IPayouts {
    Ledger private _ledger;

    /// @inheritdoc IPayouts
    function claim() external returns (uint256 amount) {
        amount = _ledger.settle(msg.sender);
        if (amount == 0) revert PayoutNothingOwed(msg.sender);
        emit PayoutClaimed(msg.sender, amount);
        _pay(msg.sender, amount);
    }

    /// @inheritdoc IPayouts
    function owed(address account) public view returns (uint256) {
        return _ledger.owed[account];
    }

    /// @inheritdoc IPayouts
    function totalOwed() public view returns (uint256) {
        return _ledger.total;
    }

    /// @dev Credits an account, in wei. An amount of zero changes nothing, and emits nothing.
    function _credit(address account, uint256 amount) internal {
        if (amount == 0) return;
        if (account == address(0)) revert PayoutInvalidAccount(account);
        _ledger.credit(account, amount);
        emit PayoutCredited(account, amount);
    }

    /// @dev Transfers the asset. The ledger is settled before, so that the recipient cannot be paid twice by calling
    /// back.
    function _pay(address to, uint256 amount) internal virtual;
}

/// @title Payouts in ETH
abstract contract EtherPayouts is Payouts {
    /// @inheritdoc Payouts
    function _pay(address to, uint256 amount) internal override {
        Address.sendValue(payable(to), amount);
    }
}

/// @title Payouts in an ERC-20 token
abstract contract TokenPayouts is Payouts {
    /// @dev The token. METIS: it neither calls back nor takes a fee.
    IERC20 internal immutable _payoutToken;

    /// @param token The asset that is paid out.
    constructor(IERC20 token) {
        _payoutToken = token;
    }

    /// @inheritdoc Payouts
    function _pay(address to, uint256 amount) internal override {
        SafeERC20.safeTransfer(_payoutToken, to, amount);
    }
}
