// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Parameter} from "../governance/IParameters.sol";
import {ILiability} from "./ILiability.sol";
import {ISequencerSet, SequencerStatus} from "./ISequencerSet.sol";
import {Seats} from "./Seats.sol";
import {Settling} from "./Settling.sol";

/// @title Seating
/// @notice How a stake comes, changes and goes.
abstract contract Seating is Settling {
    using SafeERC20 for IERC20;
    using Seats for uint128;

    /// @dev A certificate counts in its term and in the one after.
    uint32 private constant CERTIFICATE_TERMS = 2;

    /// @dev See `ISequencerSet`.
    function join(address key, address recipient, uint96 amount, bytes calldata possession) external {
        if (_member(msg.sender).status != SequencerStatus.None) revert ISequencerSet.SequencerAlreadyJoined(msg.sender);
        _requireRecipient(recipient);
        uint256 minimum = _get(Parameter.MinimumLock);
        if (amount < minimum) revert ISequencerSet.SequencerLockTooSmall(amount, minimum);
        _takeKey(msg.sender, key, possession);
        _accounts[msg.sender].recipient = recipient;
        uint8 seat = _makeRoom(msg.sender, amount);
        _sit(msg.sender, seat, amount);
        emit ISequencerSet.SequencerJoined(msg.sender, seat, key, recipient, amount);
        if (_term().sequencer == address(0)) _begin();
        _payoutToken.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @dev See `ISequencerSet`.
    function topUp(uint96 amount) external {
        Member memory member = _active(msg.sender);
        member.stake += amount;
        _totals.stake += amount;
        _setMember(msg.sender, member);
        _syncWeight(member);
        emit ISequencerSet.StakeAdded(msg.sender, amount, member.stake);
        _payoutToken.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @dev See `ISequencerSet`.
    function rotateKey(address key, bytes calldata possession) external {
        uint8 seat = _active(msg.sender).seat;
        _takeKey(msg.sender, key, possession);
        _changeSeat(seat, key, _newest(seat).weight);
        emit ISequencerSet.KeyRotated(msg.sender, key);
    }

    /// @dev See `ISequencerSet`.
    function setRecipient(address recipient) external {
        _requireRecipient(recipient);
        _known(msg.sender);
        _accounts[msg.sender].recipient = recipient;
        emit ISequencerSet.RecipientChanged(msg.sender, recipient);
    }

    /// @dev See `ISequencerSet`.
    function resign() external {
        Member memory member = _active(msg.sender);
        bool wasCurrent = _retire(msg.sender, member);
        _setMember(msg.sender, member);
        if (wasCurrent) _begin();
    }

    /// @dev See `ISequencerSet`.
    function withdraw(address sequencer) external {
        Member memory member = _known(sequencer);
        if (member.status == SequencerStatus.Active) revert ISequencerSet.SequencerStillActive(sequencer);
        uint32 over = member.lastTerm + CERTIFICATE_TERMS;
        if (block.timestamp < member.leavesAt || _term().number < over) {
            revert ISequencerSet.SequencerStillLiable(member.leavesAt, member.lastTerm, _term().number);
        }
        // Batches from the head on were rolled back, and their certificates are over.
        uint64 head = _head();
        uint64 finalised = ILiability(inbox).finalised();
        uint64 liableBelow = _roster(over).head;
        if (head < liableBelow) liableBelow = head;
        if (finalised < liableBelow) revert ISequencerSet.SequencerBatchesPending(liableBelow, finalised);

        Member memory none;
        _setMember(sequencer, none);
        (_accounts[sequencer].key, _accounts[sequencer].recipient) = (address(0), address(0));
        emit ISequencerSet.StakeWithdrawn(sequencer, member.stake);
        _credit(sequencer, member.stake);
    }

    /// @dev Registers the key of an owner who proves to have it.
    function _takeKey(address owner, address key, bytes calldata possession) private {
        if (key == address(0)) revert ISequencerSet.SequencerInvalidAddress("key");
        if (_owners[key] != address(0)) revert ISequencerSet.SequencerKeyTaken(key);
        _requirePossession(owner, key, possession);
        _owners[key] = owner;
        _accounts[owner].key = key;
    }

    /// @dev Puts a newcomer on a seat that is not taken in the next roster.
    function _sit(address owner, uint8 seat, uint96 stake) private {
        _setMember(
            owner,
            Member({
                status: SequencerStatus.Active,
                barred: false,
                seat: seat,
                stake: stake,
                leavesAt: 0,
                since: _term().number + 1,
                lastTerm: 0,
                punishedEpoch: 0
            })
        );
        _totals.stake += stake;
        _occupy(seat, _accounts[owner].key, _weightOf(stake));
    }

    /// @dev The seat that a stake may take: a free one, or, where it is larger by a tenth, the smallest one's, whose
    /// owner then leaves. The current sequencer keeps its seat: nobody ends a term by joining.
    function _makeRoom(address owner, uint96 amount) private returns (uint8 seat) {
        uint128 active = _pending().active;
        if (active != type(uint128).max) return (~active).lowest();

        uint128 left = active & ~Seats.bit(_member(_term().sequencer).seat);
        uint256 least = type(uint256).max;
        // All seats but one, at most 127.
        for (; left != 0; left &= left - 1) {
            uint8 candidate = left.lowest();
            uint256 weight = _newest(candidate).weight;
            if (weight < least) (seat, least) = (candidate, weight);
        }
        address smallest = _owners[_newest(seat).key];
        Member memory member = _member(smallest);
        uint256 required = (uint256(member.stake) * 11) / 10;
        if (amount < required) revert ISequencerSet.SequencerNoSeat(amount, required);
        emit ISequencerSet.SequencerEvicted(smallest, owner, seat);
        _retire(smallest, member);
        _setMember(smallest, member);
    }

    function _requireRecipient(address recipient) private pure {
        if (recipient == address(0)) revert ISequencerSet.SequencerInvalidAddress("recipient");
    }
}
