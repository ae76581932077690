// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Draw} from "./Draw.sol";
import {ISequencerSet} from "./ISequencerSet.sol";

/// @title Terms
/// @notice Ends terms and begins them (steps 5, 5.2).
abstract contract Terms is Draw {
    /// @dev Begins the next term: freezes its roster, and gives it the sequencer that was drawn. A verdict that comes
    /// before the seed's block does not wait for it.
    function _begin() internal {
        Current memory current = _term();
        (bytes32 seed, ) = _seedOf(current);
        address previous = current.sequencer;
        address selected = _select(current, seed);
        Frozen memory roster = _pending();
        uint32 number = current.number + 1;
        roster.head = SafeCast.toUint32(_head());
        roster.startBlock = SafeCast.toUint32(block.number);
        _setRoster(number, roster);
        _setTerm(
            Current({
                number: number,
                transactions: 0,
                drawn: false,
                startedAt: SafeCast.toUint32(block.timestamp),
                sequencer: selected
            })
        );
        if (!current.drawn) _seed = seed;
        if (_totals.gone != 0) _totals.gone = 0;
        emit ISequencerSet.SequencerRotated(number, selected, previous);
    }

    /// @dev Fixes the seed of the draw that ends the term, where it is not and can be; the caller stores the term.
    function _fix(Current memory current) internal returns (bool) {
        if (current.drawn) return false;
        (bytes32 seed, bool there) = _seedOf(current);
        if (!there) return false;
        _seed = seed;
        current.drawn = true;
        return true;
    }
}
