// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {Ledger} from "../payments/Ledger.sol";
import {ITreasury} from "./ITreasury.sol";

/// @title Treasury
/// @notice Owned by the timelock: only a vote grants its money, and only the account that the vote named can claim it.
contract Treasury is ITreasury, Ownable {
    using SafeERC20 for IERC20;

    /// @notice METIS.
    IERC20 public immutable token;

    Ledger private _metis;
    Ledger private _ether;

    /// @param token_ METIS.
    /// @param timelock Governance, the owner.
    constructor(IERC20 token_, address timelock) Ownable(timelock) {
        token = token_;
    }

    /// @notice Takes ETH from anyone: fees of requests that a sequencer answered.
    receive() external payable {}

    /// @inheritdoc ITreasury
    function grant(address account, uint256 metis, uint256 ether_) external onlyOwner {
        if (account == address(0)) revert TreasuryInvalidAccount(account);
        (uint256 metisLeft, uint256 etherLeft) = available();
        if (metis > metisLeft) revert TreasuryInsufficient(address(token), metis, metisLeft);
        if (ether_ > etherLeft) revert TreasuryInsufficient(address(0), ether_, etherLeft);
        _metis.credit(account, metis);
        _ether.credit(account, ether_);
        emit Granted(account, metis, ether_);
    }

    /// @inheritdoc ITreasury
    function claim() external returns (uint256 metis, uint256 ether_) {
        metis = _metis.settle(msg.sender);
        ether_ = _ether.settle(msg.sender);
        if (metis == 0 && ether_ == 0) revert TreasuryNothingOwed(msg.sender);
        emit GrantClaimed(msg.sender, metis, ether_);
        if (metis != 0) token.safeTransfer(msg.sender, metis);
        if (ether_ != 0) Address.sendValue(payable(msg.sender), ether_);
    }

    /// @inheritdoc ITreasury
    function owed(address account) external view returns (uint256 metis, uint256 ether_) {
        return (_metis.owed[account], _ether.owed[account]);
    }

    /// @inheritdoc ITreasury
    function available() public view returns (uint256 metis, uint256 ether_) {
        return (token.balanceOf(address(this)) - _metis.total, address(this).balance - _ether.total);
    }
}
