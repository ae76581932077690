// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ISequencerSet, Term} from "./ISequencerSet.sol";
import {Membership} from "./Membership.sol";
import {Seats} from "./Seats.sol";

/// @title Rotation
/// @notice Selects the current sequencer, at random and weighted by stake (steps 5, 5.2).
abstract contract Rotation is Membership {
    using Seats for uint128;

    Term internal _term;
    /// @dev Fixed one rotation ahead: whoever chooses the moment of a rotation cannot choose the next sequencer.
    bytes32 private _seed;

    /// @inheritdoc ISequencerSet
    function term() external view override returns (Term memory) {
        return _term;
    }

    /// @inheritdoc ISequencerSet
    function next() external view override returns (address) {
        (address selected, ) = _select();
        return selected;
    }

    /// @dev Starts the term of the sequencer that was drawn, and fixes the draw after it by L1's randomness.
    function _rotate() internal {
        address previous = _term.sequencer;
        (address selected, uint8 seat) = _select();
        uint32 number = _term.number + 1;
        _term = Term({
            number: number,
            transactions: 0,
            startedAt: SafeCast.toUint32(block.timestamp),
            sequencer: selected
        });
        _roster.current = seat;
        _seed = keccak256(abi.encode(_seed, block.prevrandao, number));
        emit SequencerRotated(number, selected, previous);
    }

    /// @dev Draws among all active sequencers but the current one, in proportion to their stakes. Where no other has
    /// any stake the current one goes on.
    function _select() private view returns (address selected, uint8 number) {
        address current = _term.sequencer;
        uint128 candidates = _roster.active;
        uint256 stake = _roster.stake;
        if (_isKnown(current)) {
            number = _seatOf(current);
            uint256 own = _seats[number].stake;
            if (candidates.has(number) && stake > own) {
                candidates &= ~Seats.bit(number);
                stake -= own;
            }
        }
        if (stake == 0) return (address(0), 0);
        // The loop ends: the point lies below the sum of the candidates' stakes.
        uint256 point = uint256(_seed) % stake;
        for (uint128 left = candidates; selected == address(0); left &= left - 1) {
            number = left.lowest();
            Seat storage seat = _seats[number];
            if (point < seat.stake) selected = seat.owner;
            else point -= seat.stake;
        }
    }
}
