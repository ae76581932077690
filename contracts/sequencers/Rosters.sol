// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Connected} from "./Connected.sol";
import {Seat} from "./ISequencerSet.sol";
import {Seats} from "./Seats.sol";

/// @title Rosters
/// @notice Who counts in which term, with which key and weight. A change in one term counts from the next one on, and no
/// term that has begun ever changes: so a signature keeps its meaning, and its author, for ever.
abstract contract Rosters is Connected {
    using Seats for uint128;

    /// @dev The term under way, in one word. `drawn` says whether the seed of the next draw is fixed; `transactions`
    /// stops at its maximum, far above every threshold.
    struct Current {
        uint32 number;
        uint24 transactions;
        bool drawn;
        uint32 startedAt;
        address sequencer;
    }

    /// @dev A roster, with the L1 block in which its term began: `PENDING` before.
    struct Frozen {
        uint128 active;
        uint64 weight;
        uint32 head;
        uint32 startBlock;
    }

    uint32 private constant PENDING = type(uint32).max;

    Current private _current;
    /// @dev One word for each term. The entry after the current one is there only once something has changed.
    mapping(uint32 term => Frozen) private _rosters;
    /// @dev The newest version of each seat, which holds from its term on.
    mapping(uint8 seat => Seat) private _latest;
    /// @dev The versions before, oldest first.
    mapping(uint8 seat => Seat[]) private _older;
    /// @dev A key serves one owner, for ever: nobody else can be blamed for what it signed.
    mapping(address key => address) internal _owners;

    // Words are read and written as a whole in one place each: the code of that is long.

    function _term() internal view returns (Current memory) {
        return _current;
    }

    function _setTerm(Current memory current) internal {
        _current = current;
    }

    function _roster(uint32 number) internal view returns (Frozen memory) {
        return _rosters[number];
    }

    function _setRoster(uint32 number, Frozen memory roster) internal {
        _rosters[number] = roster;
    }

    function _newest(uint8 seat) internal view returns (Seat memory) {
        return _latest[seat];
    }

    /// @dev The roster of the next term, as of now.
    function _pending() internal view returns (Frozen memory roster) {
        uint32 number = _term().number;
        roster = _roster(number + 1);
        if (roster.startBlock == 0) roster = _roster(number);
        (roster.head, roster.startBlock) = (0, PENDING);
    }

    /// @dev Replaces the roster of the next term.
    function _setPending(Frozen memory roster) internal {
        _setRoster(_term().number + 1, roster);
    }

    /// @dev Who held a seat in a term, whether active or not: the newest version that is not younger than the term.
    function _seatAt(uint8 seat, uint32 number) internal view returns (Seat memory version) {
        version = _newest(seat);
        if (version.since <= number) return version;
        Seat[] storage older = _older[seat];
        // Those below `low` are not younger than the term, those from `high` on are.
        (uint256 low, uint256 high) = (0, older.length);
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (older[middle].since <= number) low = middle + 1;
            else high = middle;
        }
        if (low == 0) return Seat(address(0), 0, 0);
        return older[low - 1];
    }

    /// @dev Writes what a seat is from the next term on; at most one version for each term is kept.
    function _setSeat(uint8 seat, address key, uint64 weight) internal {
        uint32 since = _term().number + 1;
        Seat memory latest = _newest(seat);
        if (latest.since != 0 && latest.since != since) _older[seat].push(latest);
        _latest[seat] = Seat(key, weight, since);
    }

    /// @dev Gives a seat of the next roster another key or weight.
    function _changeSeat(uint8 seat, address key, uint64 weight) internal {
        Frozen memory roster = _pending();
        roster.weight = roster.weight - _newest(seat).weight + weight;
        _setPending(roster);
        _setSeat(seat, key, weight);
    }

    /// @dev Adds a seat to the next roster.
    function _occupy(uint8 seat, address key, uint64 weight) internal {
        Frozen memory roster = _pending();
        roster.active |= Seats.bit(seat);
        roster.weight += weight;
        _setPending(roster);
        _setSeat(seat, key, weight);
    }

    /// @dev Takes a seat out of the next roster.
    function _vacate(uint8 seat) internal {
        Frozen memory roster = _pending();
        roster.active &= ~Seats.bit(seat);
        roster.weight -= _newest(seat).weight;
        _setPending(roster);
    }

    /// @dev A stake's weight: whole gwei.
    function _weightOf(uint256 stake) internal pure returns (uint64) {
        return SafeCast.toUint64(stake / 1 gwei);
    }

    /// @dev The roster of a term that has begun, or of the next one as of now; empty for later ones.
    function _rosterOf(uint32 number) internal view returns (Frozen memory) {
        return number == _term().number + 1 ? _pending() : _roster(number);
    }
}
