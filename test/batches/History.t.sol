// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Batch, BatchStatus} from "../../contracts/batches/IBatchInbox.sol";
import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {Parameter} from "../../contracts/governance/IParameters.sol";
import {InboxFixture} from "./InboxFixture.sol";

/// @title History test
/// @notice Whole histories of the inbox against a naive model: a list of batches, each with a stopwatch that is moved on
/// by hand where no request at or before it is open.
contract HistoryTest is InboxFixture {
    /// @dev A batch as the model knows it.
    /// @param ran Seconds that its stopwatch ran.
    /// @param window How long it must run.
    /// @param yieldsUntil Until when it gives way once recomputed.
    struct Known {
        Batch batch;
        uint256 ran;
        uint256 window;
        uint256 yieldsUntil;
        bool held;
    }

    /// @dev The chain by index; entry 0 is genesis.
    Known[] private known;
    uint256 private finalised;
    uint256 private epoch;
    uint256 private window;

    function setUp() public override {
        super.setUp();
        known.push();
        known[0].batch = genesis;
        (finalised, window) = (1, WINDOW);
    }

    /// @dev H1, H2, M4, M8
    function testFuzz_histories_equalTheNaiveModel_succeeds(uint256 seed) public {
        for (uint256 step = 0; step < 50; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            _act(seed % 20, seed >> 8);
            _check();
        }
        _finish();
    }

    function _act(uint256 kind, uint256 x) private {
        if (kind < 5) _submitCertified(x);
        else if (kind < 6) _submitAlone(x);
        else if (kind < 9) _holdOne(x);
        else if (kind < 12) _confirmOne(x);
        else if (kind < 13) _invalidateOne(x);
        else if (kind < 15) _finaliseRun(x);
        else if (kind < 16) _changeWindow(x);
        else _wait(kind == 19 ? x % 4 days : x % 6 hours);
    }

    function _submitCertified(uint256 x) private {
        for (uint256 count = 1 + (x % 4); count > 0; --count) {
            Known storage last = known[known.length - 1];
            BatchStatus status = last.batch.standing.status;
            bool replaces = status == BatchStatus.Unattested;
            if (status == BatchStatus.Recomputed && block.timestamp < last.yieldsUntil) {
                replaces = (x >> 8) & 1 == 0 && known.length - 1 >= finalised;
            }
            if (replaces)
                known.pop();
                // What carries another, even one that a verdict takes later, gives way no more.
            else last.yieldsUntil = 0;
            _push(_submit(known[known.length - 1].batch, uint256(keccak256(abi.encode(x, count)))));
        }
    }

    function _submitAlone(uint256 x) private {
        Known storage last = known[known.length - 1];
        BatchStatus status = last.batch.standing.status;
        if (status == BatchStatus.Unattested) return;
        if (status == BatchStatus.Recomputed && block.timestamp < last.yieldsUntil) return;
        _push(_submitUnattested(last.batch, x));
        known[known.length - 1].held = true;
        known[known.length - 1].yieldsUntil = block.timestamp + REQUEST;
    }

    function _push(Batch memory batch) private {
        known.push();
        Known storage last = known[known.length - 1];
        last.batch = batch;
        last.window = window;
    }

    function _holdOne(uint256 x) private {
        uint256 index = _pending(x);
        if (index == 0 || known[index].held) return;
        inbox.hold(_commitment(known[index].batch));
        known[index].held = true;
    }

    /// @dev The first one under request from a random place on.
    function _confirmOne(uint256 x) private {
        for (uint256 index = _pending(x); index != 0 && index < known.length; ++index) {
            if (!known[index].held) continue;
            known[index].batch = _confirm(known[index].batch);
            known[index].held = false;
            return;
        }
    }

    function _invalidateOne(uint256 x) private {
        uint256 index = _pending(x);
        if (index == 0) return;
        // Mostly one of the last.
        if (x & 0x300 != 0 && known.length - index > 3) index = known.length - 3;
        Batch memory batch = known[index].batch;
        inbox.invalidate(batch.header, batch.standing);
        while (known.length > index) known.pop();
        ++epoch;
    }

    function _finaliseRun(uint256 x) private {
        uint256 length = 1 + (x % 12);
        if (finalised + length > known.length) length = known.length - finalised;
        if (length == 0) return;
        Batch[] memory run = new Batch[](length);
        uint256 ready = 0;
        for (uint256 i = 0; i < length; ++i) {
            run[i] = known[finalised + i].batch;
            if (ready == i && _isReady(finalised + i)) ++ready;
        }
        if (ready == 0) vm.expectRevert();
        inbox.finalise(run);
        if (ready != 0) window = parameters.get(Parameter.ChallengeWindow);
        for (uint256 i = 0; i < ready; ++i) _setFinal(finalised++);
    }

    /// @dev What is final gives way to nothing.
    function _setFinal(uint256 index) private {
        known[index].yieldsUntil = 0;
    }

    function _isReady(uint256 index) private view returns (bool) {
        return index < _lowest() && known[index].ran >= known[index].window;
    }

    function _changeWindow(uint256 x) private {
        parameters.set(Parameter.ChallengeWindow, 1 days + (x % 7 days));
        if (x & 1 == 0) return;
        inbox.syncWindow();
        window = parameters.get(Parameter.ChallengeWindow);
    }

    function _wait(uint256 time) private {
        skip(time);
        uint256 lowest = _lowest();
        for (uint256 i = finalised; i < known.length && i < lowest; ++i) known[i].ran += time;
    }

    /// @dev Liveness: as soon as no request is open, everything becomes final when the last window has passed.
    function _finish() private {
        for (uint256 i = finalised; i < known.length; ++i) {
            if (!known[i].held) continue;
            known[i].batch = _confirm(known[i].batch);
            known[i].held = false;
        }
        if (finalised == known.length) return;
        uint256 left = 0;
        Batch[] memory run = new Batch[](known.length - finalised);
        for (uint256 i = 0; i < run.length; ++i) {
            Known storage one = known[finalised + i];
            run[i] = one.batch;
            if (one.window > one.ran && one.window - one.ran > left) left = one.window - one.ran;
        }
        if (left > 0) {
            skip(left - 1);
            try inbox.finalise(run) {} catch {}
            assertLt(inbox.finalised(), known.length);
            skip(1);
        }
        inbox.finalise(run);
        assertEq(inbox.finalised(), known.length);
    }

    /// @dev A random batch that is not final; 0 where there is none.
    function _pending(uint256 x) private view returns (uint256) {
        return finalised == known.length ? 0 : finalised + ((x >> 16) % (known.length - finalised));
    }

    function _lowest() private view returns (uint256) {
        for (uint256 i = finalised; i < known.length; ++i) if (known[i].held) return i;
        return type(uint256).max;
    }

    function _check() private view {
        uint256 lowest = _lowest();
        assertEq(inbox.head(), known.length);
        assertEq(inbox.finalised(), finalised);
        assertEq(inbox.epoch(), epoch);
        assertEq(inbox.challengeWindow(), window);
        assertEq(inbox.secureBelow(), lowest < known.length ? lowest : known.length);
        for (uint256 i = finalised; i < known.length; ++i) {
            Known storage one = known[i];
            assertTrue(inbox.held(uint64(i)) == one.held);
            // What the inbox counts is what the stopwatch shows, to the second.
            uint256 clock = block.timestamp - inbox.standstill(uint64(i));
            assertEq(clock + one.window, one.ran + one.batch.standing.due);
        }
        for (uint256 i = finalised - 1; i < known.length; ++i) assertTrue(_stands(known[i].batch));
        bytes32 chain = 0;
        for (uint256 i = (finalised - 1) & ~uint256(31); i < finalised; ++i) {
            bytes32[] memory following = new bytes32[](finalised - i - 1);
            for (uint256 j = 0; j < following.length; ++j) following[j] = known[i + 1 + j].batch.header.hashMemory();
            bytes32 hash = known[i].batch.header.hashMemory();
            assertTrue(inbox.isFinal(uint64(i), hash, chain, following));
            chain = keccak256(abi.encode(chain, hash));
        }
    }
}
