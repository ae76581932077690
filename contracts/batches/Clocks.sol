// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILiability} from "../sequencers/ILiability.sol";
import {ChainState, ChainStates, Tail} from "./ChainState.sol";
import {Holds} from "./Holds.sol";
import {IBatchInbox} from "./IBatchInbox.sol";
import {Standstill} from "./Standstill.sol";

/// @title Clocks
/// @notice Each batch has a clock, which stands still while a request for it or for a batch before it is open. At any
/// time all clocks from the lowest batch under request on stand still, and those before run: L1 records each such stretch
/// of time once, at that batch, when the lowest one changes.
abstract contract Clocks is IBatchInbox, ILiability {
    using Holds for Holds.Set;
    using Standstill for Standstill.Record;

    /// @notice Most batches that wait for finality; bounds the work of a rollback.
    uint64 public constant MAX_PENDING = uint64(Holds.SPAN);

    /// @dev A packed `ChainState`.
    uint256 private _state;
    /// @dev The highest head that left shifts behind in a rollback.
    uint64 private _peak;
    /// @dev The shifts of the batches' clocks.
    Standstill.Record private _shifts;
    /// @dev Batches under request, without the lowest, which the state names: mostly there is one at a time.
    Holds.Set private _holds;

    constructor() {
        _holds.clear();
        ChainState memory state;
        (state.head, state.finalised, state.lowest) = (1, 1, ChainStates.NONE);
        _store(state);
    }

    /// @inheritdoc IBatchInbox
    function head() external view override(IBatchInbox, ILiability) returns (uint64) {
        return uint64(_load().head);
    }

    /// @inheritdoc IBatchInbox
    function finalised() external view override(IBatchInbox, ILiability) returns (uint64) {
        return uint64(_load().finalised);
    }

    /// @inheritdoc IBatchInbox
    function epoch() external view override(IBatchInbox, ILiability) returns (uint32) {
        return uint32(_load().epoch);
    }

    /// @inheritdoc IBatchInbox
    function standstill(uint64 index) external view override returns (uint256) {
        ChainState memory state = _load();
        uint256 total = index < state.lowest ? state.standstill : state.standstillNow();
        return total - _shifts.sumFrom(uint256(index) + 1, state.head);
    }

    /// @inheritdoc IBatchInbox
    function held(uint64 index) external view override returns (bool) {
        ChainState memory state = _load();
        return index < state.head && _isHeld(state, index);
    }

    /// @inheritdoc IBatchInbox
    function insecure() external view override returns (bool) {
        return _load().lowest != ChainStates.NONE;
    }

    /// @inheritdoc IBatchInbox
    function secureBelow() external view override returns (uint64) {
        return uint64(_load().secureBelow());
    }

    /// @dev Whether a request is open for the batch at an index below the head.
    function _isHeld(ChainState memory state, uint256 index) private view returns (bool) {
        if (index == state.lowest) return true;
        return state.others && index > state.lowest && _holds.contains(index);
    }

    /// @dev Opens a request: clocks from the batch on stand still.
    function _hold(ChainState memory state, uint64 index) internal {
        if (_isHeld(state, index)) revert InboxAlreadyHeld(index);
        emit BatchHeld(index);
        if (index > state.lowest && state.lowest != ChainStates.NONE) {
            _holds.add(index);
            state.others = true;
            return;
        }
        if (state.lowest != ChainStates.NONE) {
            _record(state);
            _holds.add(state.lowest);
            state.others = true;
        }
        state.lowest = index;
        state.openSince = block.timestamp;
        emit SecurityChanged(true, index);
    }

    /// @dev Ends a request: clocks from the batch on go on, up to the next batch under request.
    function _release(ChainState memory state, uint64 index) internal {
        if (!_isHeld(state, index)) revert InboxNotHeld(index);
        if (index != state.lowest) {
            state.others = _holds.remove(index);
            return;
        }
        _record(state);
        if (state.others) (state.lowest, state.others) = _holds.takeLowest(index);
        else state.lowest = ChainStates.NONE;
        state.openSince = block.timestamp;
        emit SecurityChanged(state.lowest != ChainStates.NONE, uint64(state.secureBelow()));
    }

    /// @dev Records for how long clocks have stood still since `openSince`.
    function _record(ChainState memory state) private {
        uint256 time = block.timestamp - state.openSince;
        if (time == 0) return;
        state.standstill += time;
        _shifts.add(state.lowest, time);
    }

    /// @dev Removes all batches from an index on, with their requests and with the shifts that only they counted. A
    /// stretch that began at one of them is not recorded at all: nobody is left whose clock it stopped.
    function _cut(ChainState memory state, uint64 index) internal {
        uint256 removed = _shifts.cut(index, state.head);
        if (removed != 0) {
            state.standstill -= removed;
            if (state.head > _peak) _peak = uint64(state.head);
            state.stale = true;
        }
        state.head = index;
        state.tail = Tail.Solid;
        if (state.lowest >= index) {
            if (state.lowest == ChainStates.NONE) return;
            if (state.others) _holds.clear();
            (state.lowest, state.others) = (ChainStates.NONE, false);
            emit SecurityChanged(false, index);
        } else if (state.others) {
            state.others = _holds.removeFrom(state.lowest, index);
        }
    }

    /// @dev Makes an index the last one.
    function _grow(ChainState memory state) internal {
        if (state.stale) {
            if (state.head < _peak) _shifts.renew(state.head);
            else state.stale = false;
        }
        ++state.head;
    }

    /// @dev For how long a recorded request stopped clocks from the batch at an index on, in seconds.
    function _shiftAt(uint256 index) internal view returns (uint256) {
        return _shifts.shiftAt(index);
    }

    /// @dev Two numbers of the state, where the rest is not needed.
    function _bounds() internal view returns (uint256 head_, uint256 finalised_) {
        return ChainStates.bounds(_state);
    }

    function _load() internal view returns (ChainState memory) {
        return ChainStates.unpack(_state);
    }

    function _store(ChainState memory state) internal {
        _state = state.pack();
    }
}
