// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {Ledger} from "../payments/Ledger.sol";
import {IParameters, Parameter} from "./IParameters.sol";
import {IRequestRecord, ISequencerRoll, Request, RequestState} from "./IRequestRecord.sol";
import {ITreasury} from "./ITreasury.sol";

/// @title Treasury
/// @notice Owned by the timelock: only a vote grants its money, and only the account that the vote named can claim it.
/// What the short delay can grant follows from L1's record of requests.
contract Treasury is ITreasury, Ownable {
    using SafeERC20 for IERC20;

    /// @notice METIS.
    IERC20 public immutable token;
    /// @notice The allowances of compensations.
    IParameters public immutable parameters;
    address private immutable _deployer;
    /// @notice The disputes: what was requested, by whom, and for how much.
    IRequestRecord public requests;
    /// @notice The sequencer set: who has a seat.
    ISequencerRoll public sequencers;

    Ledger private _metis;
    Ledger private _ether;
    mapping(bytes32 request => bool) private _compensated;

    /// @param token_ METIS.
    /// @param parameters_ The allowances of compensations.
    /// @param timelock Governance, the owner.
    constructor(IERC20 token_, IParameters parameters_, address timelock) Ownable(timelock) {
        token = token_;
        parameters = parameters_;
        _deployer = msg.sender;
    }

    /// @notice Takes ETH from anyone: fees of requests that were answered.
    receive() external payable {}

    /// @notice Names the disputes and the sequencer set, once; the deployer's only right.
    function connect(IRequestRecord requests_, ISequencerRoll sequencers_) external {
        if (msg.sender != _deployer || address(requests) != address(0)) revert TreasuryUnauthorized(msg.sender);
        requests = requests_;
        sequencers = sequencers_;
    }

    /// @inheritdoc ITreasury
    function grant(address account, uint256 metis, uint256 ether_) external onlyOwner {
        _grant(account, metis, ether_);
    }

    /// @inheritdoc ITreasury
    function compensate(address account, bytes32 request, uint256 metis, uint256 ether_) external onlyOwner {
        Request memory record = requests.requestOf(request);
        if (record.state != RequestState.Answered) revert TreasuryRequestNotAnswered(request);
        if (_compensated[request]) revert TreasuryAlreadyCompensated(request);
        if (account != record.requester && !sequencers.speaksFor(account, account)) {
            revert TreasuryInvalidAccount(account);
        }
        uint256 mostMetis = parameters.get(Parameter.GrantAllowanceMetis);
        if (metis > mostMetis) revert TreasuryCompensationTooLarge(address(token), metis, mostMetis);
        uint256 mostEther = uint256(record.fee) * 1 gwei + parameters.get(Parameter.GrantAllowance);
        if (ether_ > mostEther) revert TreasuryCompensationTooLarge(address(0), ether_, mostEther);

        _compensated[request] = true;
        emit RequestCompensated(request, account);
        _grant(account, metis, ether_);
    }

    /// @inheritdoc ITreasury
    function claimMetis() external returns (uint256 amount) {
        amount = _metis.settle(msg.sender);
        if (amount == 0) revert TreasuryNothingOwed(msg.sender);
        emit MetisClaimed(msg.sender, amount);
        token.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc ITreasury
    function claimEther() external returns (uint256 amount) {
        amount = _ether.settle(msg.sender);
        if (amount == 0) revert TreasuryNothingOwed(msg.sender);
        emit EtherClaimed(msg.sender, amount);
        Address.sendValue(payable(msg.sender), amount);
    }

    /// @inheritdoc ITreasury
    function owed(address account) external view returns (uint256 metis, uint256 ether_) {
        return (_metis.owed[account], _ether.owed[account]);
    }

    /// @inheritdoc ITreasury
    function isCompensated(bytes32 request) external view returns (bool) {
        return _compensated[request];
    }

    /// @inheritdoc ITreasury
    function available() public view returns (uint256 metis, uint256 ether_) {
        return (token.balanceOf(address(this)) - _metis.total, address(this).balance - _ether.total);
    }

    /// @dev Credits an account out of what is not granted yet.
    function _grant(address account, uint256 metis, uint256 ether_) private {
        if (account == address(0)) revert TreasuryInvalidAccount(account);
        (uint256 metisLeft, uint256 etherLeft) = available();
        if (metis > metisLeft) revert TreasuryInsufficient(address(token), metis, metisLeft);
        if (ether_ > etherLeft) revert TreasuryInsufficient(address(0), ether_, etherLeft);
        _metis.credit(account, metis);
        _ether.credit(account, ether_);
        emit Granted(account, metis, ether_);
    }
}
