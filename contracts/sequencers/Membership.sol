// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {ISequencerSet, Sequencer, SequencerStatus} from "./ISequencerSet.sol";
import {Seats} from "./Seats.sol";

/// @title Membership
/// @notice Seats, with the stake and the keys of their owners. Locked stake votes for its owner or the owner's
/// delegate.
abstract contract Membership is ISequencerSet, Votes {
    using Seats for uint128;

    /// @dev Key and stake share a slot, the only one that certificates and selection read.
    struct Seat {
        address key;
        uint96 stake;
        address owner;
        uint40 keyChangedAt;
        SequencerStatus status;
        uint40 leavesAt;
        address previousKey;
        uint96 votes;
        address recipient;
        uint64 liableBelow;
    }

    /// @dev Seats of active sequencers, the sum of their stakes, and the seat of the current one while there is one.
    struct Roster {
        uint128 active;
        uint120 stake;
        uint8 current;
    }

    Roster internal _roster;
    uint128 private _taken;
    mapping(uint8 seat => Seat) internal _seats;
    mapping(address owner => uint256 seatPlusOne) private _seatByOwner;
    /// @dev A key serves one owner, for ever: nobody else can be blamed for what it signed.
    mapping(address key => bool) private _keyTaken;

    /// @inheritdoc ISequencerSet
    function sequencerOf(address owner) external view override returns (Sequencer memory) {
        if (!_isKnown(owner)) return _none();
        uint8 number = _seatOf(owner);
        Seat storage seat = _seats[number];
        return
            Sequencer({
                status: seat.status,
                seat: number,
                stake: seat.stake,
                key: seat.key,
                previousKey: seat.previousKey,
                keyChangedAt: seat.keyChangedAt,
                recipient: seat.recipient,
                leavesAt: seat.leavesAt,
                liableBelow: seat.liableBelow
            });
    }

    /// @inheritdoc ISequencerSet
    function ownerAt(uint8 seat) external view override returns (address) {
        return _seats[seat].owner;
    }

    /// @inheritdoc ISequencerSet
    function speaksFor(address actor, address sequencer) external view override returns (bool) {
        return _isKnown(sequencer) && (actor == sequencer || actor == _seats[_seatOf(sequencer)].key);
    }

    /// @inheritdoc ISequencerSet
    function totalStake() external view override returns (uint256) {
        return _roster.stake;
    }

    /// @inheritdoc ISequencerSet
    function activeSeats() external view override returns (uint128) {
        return _roster.active;
    }

    /// @dev The clock of governance: seconds, as the METIS token has it.
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    /// @dev ERC-6372 description of the clock.
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @dev Gives an owner the lowest free seat, still without stake.
    function _sit(address owner, address key, address recipient) internal returns (uint8 number) {
        uint128 free = ~_taken;
        if (free == 0) revert SequencerNoSeat();
        number = free.lowest();
        _taken |= Seats.bit(number);
        _seatByOwner[owner] = uint256(number) + 1;
        _takeKey(key);
        Seat storage seat = _seats[number];
        seat.owner = owner;
        seat.key = key;
        seat.status = SequencerStatus.Active;
        seat.recipient = recipient;
        _roster.active |= Seats.bit(number);
        if (delegates(owner) == address(0)) _delegate(owner, owner);
    }

    /// @dev Frees a seat. Certificates of batches name seats, so its owner must not answer for any batch any more.
    function _stand(uint8 number) internal {
        delete _seatByOwner[_seats[number].owner];
        delete _seats[number];
        _taken &= ~Seats.bit(number);
    }

    /// @dev Marks a key as used.
    function _takeKey(address key) internal {
        if (key == address(0)) revert SequencerInvalidAddress("key");
        if (_keyTaken[key]) revert SequencerKeyTaken(key);
        _keyTaken[key] = true;
    }

    /// @dev Adds to the stake of an active sequencer, and to its votes.
    function _addStake(uint8 number, uint96 amount) internal {
        Seat storage seat = _seats[number];
        seat.stake += amount;
        _roster.stake += amount;
        _syncVotes(number);
    }

    /// @dev Leaves the votes as they are until `_syncVotes`: a verdict over many signers must stay cheap.
    function _removeStake(uint8 number, uint256 amount) internal {
        Seat storage seat = _seats[number];
        seat.stake = SafeCast.toUint96(seat.stake - amount);
        if (seat.status == SequencerStatus.Active) _roster.stake -= SafeCast.toUint120(amount);
    }

    /// @dev Brings the votes in line with the stake. Returns whether they were not.
    function _syncVotes(uint8 number) internal returns (bool changed) {
        Seat storage seat = _seats[number];
        (uint96 votes, uint96 stake) = (seat.votes, seat.stake);
        if (votes == stake) return false;
        seat.votes = stake;
        if (votes < stake) _transferVotingUnits(address(0), seat.owner, stake - votes);
        else _transferVotingUnits(seat.owner, address(0), votes - stake);
        return true;
    }

    /// @dev Takes a seat out of certificates and selection; stake and votes stay.
    function _deactivate(uint8 number, uint256 leavesAt, uint64 liableBelow) internal {
        Seat storage seat = _seats[number];
        seat.status = SequencerStatus.Leaving;
        seat.leavesAt = SafeCast.toUint40(leavesAt);
        seat.liableBelow = liableBelow;
        _roster.active &= ~Seats.bit(number);
        _roster.stake -= seat.stake;
    }

    /// @dev Whether this owner has a seat, active or leaving.
    function _isKnown(address owner) internal view returns (bool) {
        return _seatByOwner[owner] != 0;
    }

    /// @dev The owner's seat; reverts where it has none.
    function _seatOf(address owner) internal view returns (uint8) {
        if (!_isKnown(owner)) revert SequencerUnknown(owner);
        return uint8(_seatByOwner[owner] - 1);
    }

    /// @dev The owner's seat as a set; empty where it has none.
    function _seatsOf(address owner) internal view returns (uint128) {
        uint256 seatPlusOne = _seatByOwner[owner];
        return seatPlusOne == 0 ? 0 : Seats.bit(uint8(seatPlusOne - 1));
    }

    /// @dev The owner's seat; reverts unless it is active.
    function _activeSeatOf(address owner) internal view returns (uint8 number) {
        number = _seatOf(owner);
        if (!_roster.active.has(number)) revert SequencerNotActive(owner);
    }

    /// @dev The stake as of the last `_syncVotes`.
    function _getVotingUnits(address account) internal view override returns (uint256) {
        return _isKnown(account) ? _seats[_seatOf(account)].votes : 0;
    }

    function _none() private pure returns (Sequencer memory empty) {}
}
