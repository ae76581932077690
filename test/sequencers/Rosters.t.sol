// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Roster, Seat} from "../../contracts/sequencers/ISequencerSet.sol";
import {SequencerFixture} from "./SequencerFixture.sol";

/// @dev A model that copies the whole set at the beginning of each term, beside what the contract keeps of it.
contract RostersTest is SequencerFixture {
    struct Copy {
        address[6] keys;
        uint64[6] weights;
        uint128 active;
        uint64 total;
    }

    string[6] private names = ["a", "b", "c", "d", "e", "f"];
    address[6] private owners;
    uint256 private keysMade;
    /// @dev What the next term will be, seat by seat.
    Copy private pending;
    mapping(uint32 term => Copy) private frozen;

    /// @dev [M3] [M4] Whatever happens in a history of joins, stakes, keys, slashes and leavings: each term's seats, keys
    /// and weights stay what they were when it began.
    function testFuzz_rosters_keepEveryTerm(uint256 seed) public {
        _enter(0, STAKE);
        _check();
        for (uint256 step = 0; step < 40; ++step) {
            seed = uint256(keccak256(abi.encode(seed, step)));
            _step(seed % 7, (seed >> 8) % 6, uint96(bound(seed >> 16, 1, 50 ether)));
        }
        _check();
    }

    function _step(uint256 what, uint256 who, uint96 amount) private {
        bool active = pending.active & (1 << who) != 0;
        bool known = _stakeOf(owners[who]) != 0;
        if (what == 0 && !known) _enter(who, STAKE + amount);
        if (what == 1 && active) {
            _topUp(owners[who], amount);
            _weigh(who);
        }
        if (what == 2 && active) {
            _rotateKey(owners[who], string.concat("key ", vm.toString(++keysMade)));
            pending.keys[who] = _sequencer(owners[who]).key;
        }
        // The last one stays, so that a term has somebody.
        if (what == 3 && active && pending.active & (pending.active - 1) != 0) {
            uint32 term = _term();
            _resign(owners[who]);
            _vacate(who);
            if (_term() != term) _begin();
        }
        if (what == 4 && active && pending.active & (pending.active - 1) != 0) {
            // A small repayment lowers the stake; the weight follows with `settle`.
            uint32 term = _term();
            vm.prank(disputes);
            set.repay(owners[who], address(this), 1 gwei);
            if (_sequencer(owners[who]).leavesAt != 0) {
                _vacate(who);
                if (_term() != term) _begin();
            } else if (amount % 2 == 0) {
                set.settle(owners[who]);
                _weigh(who);
            }
        }
        if (what >= 5) {
            _nextTerm();
            _begin();
        }
    }

    /// @dev "a" takes seat 0, "b" seat 1, and so on, each where all lower seats are held: the contract gives out the lowest
    /// free one.
    function _enter(uint256 who, uint96 stake) private {
        if (pending.active & ((1 << who) - 1) != (1 << who) - 1 || owners[who] != address(0)) return;
        owners[who] = _join(names[who], stake);
        assertEq(_sequencer(owners[who]).seat, who);
        pending.active |= uint128(1 << who);
        pending.keys[who] = _sequencer(owners[who]).key;
        _weigh(who);
        if (who == 0) _begin();
    }

    function _weigh(uint256 who) private {
        uint64 weight = uint64(_stakeOf(owners[who]) / 1 gwei);
        pending.total = pending.total - pending.weights[who] + weight;
        pending.weights[who] = weight;
    }

    function _vacate(uint256 who) private {
        pending.active &= ~uint128(1 << who);
        pending.total -= pending.weights[who];
        pending.weights[who] = 0;
    }

    function _begin() private {
        frozen[_term()] = pending;
    }

    function _check() private view {
        for (uint32 term = 1; term <= _term() + 1; ++term) {
            Copy storage copy = term > _term() ? pending : frozen[term];
            Roster memory roster = set.rosterOf(term);
            assertEq(roster.active, copy.active, "active");
            assertEq(roster.weight, copy.total, "weight");
            for (uint8 seat = 0; seat < 6; ++seat) {
                if (copy.active & (1 << seat) == 0) continue;
                Seat memory kept = set.seatAt(seat, term);
                assertEq(kept.key, copy.keys[seat], "key");
                assertEq(kept.weight, copy.weights[seat], "weight of a seat");
            }
        }
    }
}
