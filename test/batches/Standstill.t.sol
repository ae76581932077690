// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchInbox} from "../../contracts/batches/BatchInbox.sol";
import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {ChainState} from "../../contracts/batches/ChainState.sol";
import {IParameters} from "../../contracts/governance/IParameters.sol";
import {ISequencerSet} from "../../contracts/sequencers/ISequencerSet.sol";
import {InboxFixture} from "./InboxFixture.sol";

/// @dev An inbox that takes and drops batches by the thousand, without headers.
contract ClocksHarness is BatchInbox {
    constructor(
        ISequencerSet sequencers_,
        IParameters parameters_,
        BatchHeader memory genesis
    ) BatchInbox(sequencers_, parameters_, genesis, 0) {}

    function grow(uint256 count) external {
        ChainState memory state = _load();
        for (uint256 i = 0; i < count; ++i) _grow(state);
        _store(state);
    }

    function open(uint64 index) external {
        ChainState memory state = _load();
        _hold(state, index);
        _store(state);
    }

    function release(uint64 index) external {
        ChainState memory state = _load();
        _release(state, index);
        _store(state);
    }

    function cut(uint64 index) external {
        ChainState memory state = _load();
        _cut(state, index);
        _store(state);
    }

    function finaliseTo(uint64 index) external {
        ChainState memory state = _load();
        state.finalised = index;
        _store(state);
    }
}

/// @title Standstill test
/// @notice Clocks against a naive model: a list of the stretches of time with the batches under request in each.
contract StandstillTest is InboxFixture {
    /// @dev A stretch of time in which nothing happened.
    /// @param lowest The lowest batch under request in it; a huge number where there was none.
    struct Stretch {
        uint256 time;
        uint256 lowest;
    }

    /// @dev Batches added together.
    /// @param from The first of them.
    /// @param stretch Stretches that were over then.
    /// @param stood What the inbox said of the standstill then.
    struct Group {
        uint256 from;
        uint256 stretch;
        uint256 stood;
    }

    ClocksHarness private clocks;
    Stretch[] private stretches;
    Group[] private groups;
    uint64[] private holds;
    uint64 private head;
    uint64 private finalised;

    function _deploy() internal override returns (BatchInbox) {
        clocks = new ClocksHarness(
            ISequencerSet(address(sequencers)),
            IParameters(address(parameters)),
            genesis.header
        );
        return clocks;
    }

    function setUp() public override {
        super.setUp();
        (head, finalised) = (1, 1);
    }

    /// @dev H1, H2: over long histories of submissions, requests out of order, answers, rollbacks and finality, each
    /// clock stands still for exactly the time in which a request for its batch or for one before it was open.
    function testFuzz_clocks_equalTheNaiveModel_succeeds(uint256 seed) public {
        for (uint256 step = 0; step < 40; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            _act(seed % 16, seed >> 8);
            _check(seed >> 64);
        }
    }

    /// @dev The same within one word and around it, where leftovers of rollbacks share words with what is new.
    function testFuzz_clocks_inOneWord_equalTheNaiveModel_succeeds(uint256 seed) public {
        for (uint256 step = 0; step < 60; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 kind = seed % 16;
            if (kind < 3) _grow(1 + ((seed >> 8) % 4));
            else _act(kind, seed >> 8);
            _check(seed >> 64);
        }
    }

    function _act(uint256 kind, uint256 x) private {
        if (kind < 3) _grow(1 + (x % (kind == 0 ? 900 : 20)));
        else if (kind < 7) _hold(x);
        else if (kind < 10) _release(x);
        else if (kind < 12) _cut(x, kind == 11 ? 12 : type(uint64).max);
        else if (kind < 13) _finalise(x);
        else _skip(1 + (x % 2 days));
    }

    function _grow(uint256 count) private {
        if (head + count - finalised > 6000) return;
        // All clocks of batches not yet submitted have stood still for as long as the last one's.
        groups.push(Group(head, stretches.length, clocks.standstill(head)));
        clocks.grow(count);
        head += uint64(count);
    }

    function _hold(uint256 x) private {
        if (head == finalised) return;
        uint64 index = finalised + uint64(x % (head - finalised));
        if (_place(index) < holds.length) return;
        clocks.open(index);
        holds.push(index);
    }

    function _release(uint256 x) private {
        if (holds.length == 0) return;
        uint256 place = x % holds.length;
        clocks.release(holds[place]);
        _drop(place);
    }

    function _cut(uint256 x, uint256 reach) private {
        if (head == finalised) return;
        uint256 pending = head - finalised;
        uint64 index = head - 1 - uint64(x % (pending < reach ? pending : reach));
        clocks.cut(index);
        head = index;
        for (uint256 i = holds.length; i > 0; --i) if (holds[i - 1] >= index) _drop(i - 1);
        while (groups.length > 0 && groups[groups.length - 1].from >= index) groups.pop();
    }

    function _finalise(uint256 x) private {
        uint256 end = _lowest() < head ? _lowest() : head;
        finalised += uint64(x % (end - finalised + 1));
        clocks.finaliseTo(finalised);
    }

    function _skip(uint256 time) private {
        stretches.push(Stretch(time, _lowest()));
        skip(time);
    }

    function _check(uint256 x) private view {
        uint256 lowest = _lowest();
        assertEq(clocks.head(), head);
        assertEq(clocks.secureBelow(), lowest < head ? lowest : head);
        assertEq(clocks.insecure(), holds.length > 0);
        for (uint256 i = 0; i < holds.length; ++i) {
            assertTrue(clocks.held(holds[i]));
            _checkAt(holds[i]);
            if (holds[i] > finalised) _checkAt(holds[i] - 1);
        }
        if (head == finalised) return;
        _checkAt(head - 1);
        for (uint256 i = 0; i < 6; ++i) {
            uint64 index = finalised + uint64((x >> (16 * i)) % (head - finalised));
            _checkAt(index);
            assertEq(clocks.held(index), _place(index) < holds.length);
        }
    }

    function _checkAt(uint64 index) private view {
        uint256 place = groups.length - 1;
        while (groups[place].from > index) --place;
        uint256 stood = groups[place].stood;
        for (uint256 i = groups[place].stretch; i < stretches.length; ++i) {
            if (stretches[i].lowest <= index) stood += stretches[i].time;
        }
        assertEq(clocks.standstill(index), stood);
    }

    function _lowest() private view returns (uint256 lowest) {
        lowest = type(uint256).max;
        for (uint256 i = 0; i < holds.length; ++i) if (holds[i] < lowest) lowest = holds[i];
    }

    function _place(uint64 index) private view returns (uint256 place) {
        while (place < holds.length && holds[place] != index) ++place;
    }

    function _drop(uint256 place) private {
        holds[place] = holds[holds.length - 1];
        holds.pop();
    }
}
