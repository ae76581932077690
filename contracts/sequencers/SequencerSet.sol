// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IParameters, Parameter} from "../governance/IParameters.sol";
import {TokenPayouts} from "../payments/Payouts.sol";
import {Certificates} from "./Certificates.sol";
import {ILiability} from "./ILiability.sol";
import {Certificate, ISequencerSet, SequencerStatus, Term} from "./ISequencerSet.sol";
import {Rotation} from "./Rotation.sol";
import {Seats} from "./Seats.sol";

/// @title Sequencer set
/// @notice Joins seats, certificates and rotation with money: stakes, rewards, slashing and what governance decides.
contract SequencerSet is ISequencerSet, Certificates, Rotation, TokenPayouts, Ownable {
    using SafeERC20 for IERC20;
    using Seats for uint128;

    /// @dev What a punishment takes in total, in wei, and the shares that split it, in basis points.
    struct Loss {
        uint256 bountyShare;
        uint256 treasuryShare;
        uint256 bounty;
        uint256 treasury;
        uint256 burned;
    }

    /// @dev What was slashed and waits for `settle`, in wei.
    struct Proceeds {
        uint128 treasury;
        uint128 burned;
    }

    /// @dev One, in basis points.
    uint256 private constant SHARES = 10_000;

    /// @notice Minimum stake, delays and shares.
    IParameters public immutable parameters;
    /// @notice Receives its share of what is slashed.
    address public immutable treasury;
    address private immutable _deployer;
    /// @notice The chain of batches: it attests and rewards, and tells which batches a stake still answers for.
    address public inbox;
    /// @notice The contract that may punish.
    address public disputes;
    /// @notice METIS that batch rewards are paid from, in wei.
    uint256 public rewardPool;
    Proceeds private _proceeds;

    /// @param token_ METIS.
    /// @param parameters_ Minimum stake, delays and shares.
    /// @param treasury_ Receives its share of what is slashed.
    /// @param timelock Governance, the owner.
    constructor(
        IERC20 token_,
        IParameters parameters_,
        address treasury_,
        address timelock
    ) TokenPayouts(token_) Ownable(timelock) {
        parameters = parameters_;
        treasury = treasury_;
        _deployer = msg.sender;
    }

    /// @notice Names the inbox and the disputes contract, once; the deployer's only right.
    function connect(address inbox_, address disputes_) external {
        if (msg.sender != _deployer || inbox != address(0)) revert SequencerUnauthorized(msg.sender);
        inbox = inbox_;
        disputes = disputes_;
    }

    /// @inheritdoc ISequencerSet
    function join(address key, address recipient, uint96 amount) external override {
        if (_isKnown(msg.sender)) revert SequencerAlreadyJoined(msg.sender);
        _requireRecipient(recipient);
        uint256 minimum = parameters.get(Parameter.MinimumLock);
        if (amount < minimum) revert SequencerLockTooSmall(amount, minimum);

        uint8 seat = _sit(msg.sender, key, recipient);
        _addStake(seat, amount);
        emit SequencerJoined(msg.sender, seat, key, recipient, amount);
        if (_term.sequencer == address(0)) _rotate();
        _payoutToken.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc ISequencerSet
    function topUp(uint96 amount) external override {
        uint8 seat = _activeSeatOf(msg.sender);
        _addStake(seat, amount);
        emit StakeAdded(msg.sender, amount, _seats[seat].stake);
        if (_term.sequencer == address(0)) _rotate();
        _payoutToken.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc ISequencerSet
    function rotateKey(address key) external override {
        Seat storage seat = _seats[_activeSeatOf(msg.sender)];
        _takeKey(key);
        emit KeyRotated(msg.sender, key, seat.key);
        (seat.previousKey, seat.key, seat.keyChangedAt) = (seat.key, key, uint40(block.timestamp));
    }

    /// @inheritdoc ISequencerSet
    function setRecipient(address recipient) external override {
        _requireRecipient(recipient);
        _seats[_seatOf(msg.sender)].recipient = recipient;
        emit RecipientChanged(msg.sender, recipient);
    }

    /// @inheritdoc ISequencerSet
    function resign() external override {
        _retire(_activeSeatOf(msg.sender));
    }

    /// @inheritdoc ISequencerSet
    function withdraw(address sequencer) external override {
        uint8 number = _seatOf(sequencer);
        Seat storage seat = _seats[number];
        if (seat.status == SequencerStatus.Active) revert SequencerStillActive(sequencer);
        // Batches from the head on were rolled back; what is submitted there now does not carry its signature.
        uint64 head = ILiability(inbox).head();
        uint64 finalised = ILiability(inbox).finalised();
        uint64 liableBelow = seat.liableBelow < head ? seat.liableBelow : head;
        if (block.timestamp < seat.leavesAt || finalised < liableBelow) {
            revert SequencerStillLiable(seat.leavesAt, liableBelow, finalised);
        }
        uint256 stake = seat.stake;
        _removeStake(number, stake);
        _syncVotes(number);
        _stand(number);
        _credit(sequencer, stake);
        emit StakeWithdrawn(sequencer, stake);
    }

    /// @inheritdoc ISequencerSet
    function rotate() external override {
        uint256 required = parameters.get(Parameter.RotationTransactions);
        if (_term.transactions < required) revert RotationTooEarly(_term.transactions, required);
        _rotate();
    }

    /// @inheritdoc ISequencerSet
    function rotateSilent(uint32 number, Certificate calldata certificate) external override {
        Term memory current = _term;
        if (number != current.number) revert RotationWrongTerm(number, current.number);
        uint256 required = current.startedAt + parameters.get(Parameter.RotationTimeout);
        if (block.timestamp < required) revert RotationTooEarly(block.timestamp, required);
        _requireQuorum(_silenceHash(number, current.sequencer), certificate);
        _rotate();
    }

    /// @inheritdoc ISequencerSet
    function fundRewards(uint256 amount) external override {
        rewardPool += amount;
        emit RewardsFunded(msg.sender, amount);
        _payoutToken.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc ISequencerSet
    function kick(address sequencer, uint16 slashShare) external override onlyOwner {
        if (slashShare > SHARES) revert SequencerSlashTooLarge(slashShare, SHARES);
        uint8 seat = _seatOf(sequencer);
        Loss memory loss = _newLoss();
        _slash(seat, slashShare, loss);
        // Nobody claims a bounty: compensation is the vote's to grant.
        (loss.bounty, loss.treasury) = (0, loss.bounty + loss.treasury);
        _kick(seat);
        _keep(loss, address(0));
        _syncVotes(seat);
        _distribute();
    }

    /// @inheritdoc ISequencerSet
    function settle(address sequencer) external override {
        bool synced = _isKnown(sequencer) && _syncVotes(_seatOf(sequencer));
        // Also for an unknown sequencer: what was slashed is distributed even when everybody has left.
        if (!_distribute() && !synced) revert SequencerNothingToSettle(sequencer);
        emit SequencerSettled(sequencer);
    }

    /// @inheritdoc ISequencerSet
    function attest(
        bytes32 headerHash,
        address sequencer,
        uint32 transactions,
        Certificate calldata certificate
    ) external override {
        if (msg.sender != inbox) revert SequencerUnauthorized(msg.sender);
        bool current = sequencer == _term.sequencer;
        uint128 seat = current ? Seats.bit(_roster.current) : _seatsOf(sequencer);
        if (certificate.signers & seat == 0) revert CertificateWithoutSequencer(sequencer);
        _requireQuorum(headerHash, certificate);
        if (current) _term.transactions += transactions;
    }

    /// @inheritdoc ISequencerSet
    function reward(address sequencer, uint128 signers, uint64 gasUsed) external override {
        if (msg.sender != inbox) revert SequencerUnauthorized(msg.sender);
        uint256 amount = gasUsed * parameters.get(Parameter.RewardPerGas);
        if (amount > rewardPool) amount = rewardPool;
        uint256 produced = (amount * parameters.get(Parameter.ProducerShare)) / SHARES;
        uint256 signed = _creditByStake(signers, amount - produced);
        produced = _creditByStake(Seats.bit(_seatOf(sequencer)), produced);
        rewardPool -= produced + signed;
        emit BatchRewarded(sequencer, produced, signed);
    }

    /// @inheritdoc ISequencerSet
    function punish(address sequencer, uint128 signers, address claimant) external override {
        if (msg.sender != disputes) revert SequencerUnauthorized(msg.sender);
        Loss memory loss = _newLoss();
        uint8 seat = _seatOf(sequencer);
        _slash(seat, SHARES, loss);
        uint256 share = parameters.get(Parameter.CosignerSlash);
        for (uint128 left = signers & ~Seats.bit(seat); left != 0; left &= left - 1) {
            _slash(left.lowest(), share, loss);
        }
        _kick(seat);
        _keep(loss, claimant);
    }

    /// @inheritdoc ISequencerSet
    function undistributed() external view override returns (uint256 toTreasury, uint256 toBurn) {
        return (_proceeds.treasury, _proceeds.burned);
    }

    /// @dev Takes a sequencer out of office, and rotates where it was the current one.
    function _retire(uint8 number) private {
        uint256 leavesAt = block.timestamp + parameters.get(Parameter.UnbondingDelay);
        uint64 liableBelow = ILiability(inbox).head();
        _deactivate(number, leavesAt, liableBelow);
        address sequencer = _seats[number].owner;
        emit SequencerLeft(sequencer, leavesAt, liableBelow);
        if (sequencer == _term.sequencer) _rotate();
    }

    /// @dev A sequencer that left before is kicked all the same: leaving dodges nothing.
    function _kick(uint8 number) private {
        emit SequencerKicked(_seats[number].owner);
        if (_seats[number].status == SequencerStatus.Active) _retire(number);
    }

    /// @dev Nothing taken yet, with the shares of now.
    function _newLoss() private view returns (Loss memory loss) {
        loss.bountyShare = parameters.get(Parameter.SlashBounty);
        loss.treasuryShare = parameters.get(Parameter.SlashTreasury);
    }

    /// @dev Takes a share of a stake, in basis points, and adds it to the loss. Rounding falls to the burned part.
    function _slash(uint8 number, uint256 share, Loss memory loss) private {
        uint256 amount = (_seats[number].stake * share) / SHARES;
        uint256 bounty = (amount * loss.bountyShare) / SHARES;
        uint256 kept = (amount * loss.treasuryShare) / SHARES;
        uint256 burned = amount - bounty - kept;
        _removeStake(number, amount);
        loss.bounty += bounty;
        loss.treasury += kept;
        loss.burned += burned;
        emit SequencerSlashed(_seats[number].owner, amount, bounty, kept, burned);
    }

    /// @dev Credits the bounty, and keeps the rest for `settle`.
    function _keep(Loss memory loss, address claimant) private {
        _credit(claimant, loss.bounty);
        _proceeds.treasury += SafeCast.toUint128(loss.treasury);
        _proceeds.burned += SafeCast.toUint128(loss.burned);
    }

    /// @dev Sends the treasury its share and burns the rest. Returns whether there was anything.
    function _distribute() private returns (bool) {
        Proceeds memory proceeds = _proceeds;
        if (proceeds.treasury == 0 && proceeds.burned == 0) return false;
        delete _proceeds;
        emit SlashDistributed(proceeds.treasury, proceeds.burned);
        _payoutToken.safeTransfer(treasury, proceeds.treasury);
        ERC20Burnable(address(_payoutToken)).burn(proceeds.burned);
        return true;
    }

    /// @dev Credits the recipients of these seats in proportion to their stakes. Rounding, and the share of seats
    /// without any stake, is not paid.
    function _creditByStake(uint128 seats, uint256 amount) private returns (uint256 paid) {
        uint256 total = 0;
        for (uint128 left = seats; left != 0; left &= left - 1) total += _seats[left.lowest()].stake;
        if (total == 0) return 0;
        for (uint128 left = seats; left != 0; left &= left - 1) {
            Seat storage seat = _seats[left.lowest()];
            uint256 part = (amount * seat.stake) / total;
            _credit(seat.recipient, part);
            paid += part;
        }
    }

    function _requireRecipient(address recipient) private pure {
        if (recipient == address(0)) revert SequencerInvalidAddress("recipient");
    }
}
