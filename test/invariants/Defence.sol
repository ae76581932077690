// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Batch} from "../../contracts/batches/IBatchInbox.sol";
import {Certificate, Sequencer, SequencerStatus} from "../../contracts/sequencers/ISequencerSet.sol";
import {Seats} from "../../contracts/sequencers/Seats.sol";
import {Made} from "../disputes/Making.sol";
import {Chain} from "./Chain.sol";

/// @title Defence
/// @notice What the honest do, whatever the others are up to: they make batches, answer within a minute, request what they
/// cannot get, prove every forgery, settle what nobody answered, and finalise what is due. Each of these has to succeed.
abstract contract Defence is Chain {
    using Seats for uint128;

    /// @dev Time passes, and the honest act: half a minute after whatever happened, and whenever something is due. The chain
    /// goes on meanwhile, and somebody tries to finalise before anything is answered.
    function _pass(uint256 time) internal {
        _wait(time < 30 ? time : 30);
        if (_random() % 4 == 0) _produce(true);
        _finalise();
        _defend();
        uint256 end = block.timestamp + (time < 30 ? 0 : time - 30);
        while (block.timestamp < end) {
            uint256 step = end - block.timestamp;
            // A verdict or an answer waits for no more than a minute.
            if (suspects.length != 0 && step > 1 minutes) step = 1 minutes;
            // The last second of a window is still in it; the next one is not.
            uint256 first = _firstDeadline();
            if (first == block.timestamp) step = 1;
            else if (first > block.timestamp && first - block.timestamp < step) step = first - block.timestamp;
            _wait(step);
            _defend();
        }
    }

    /// @dev Until some seconds before the first pending batch's window ends: a good moment to request it.
    function _passToTheBrink() internal {
        uint256 index = inbox.finalised();
        if (index >= chain.length) return;
        Entry storage entry = entries[chain[index]];
        uint256 due = uint256(entry.submittedAt) + WINDOW + entry.stood;
        if (due > block.timestamp + 20) _pass(due - block.timestamp - 20);
    }

    function _defend() internal {
        for (uint256 i = suspects.length; i > 0; --i) _accuse(i - 1);
        // What is answered or settled may change the rest of the chain.
        for (uint256 i = inbox.finalised(); i < chain.length; ++i) _tend(chain[i]);
        _finalise();
        _rotate();
    }

    /// @dev A right batch, by an honest sequencer and signed by all who are willing.
    function _produce(bool hostileSign) internal returns (bool) {
        address sequencer = set.term().sequencer;
        if (sequencer == address(0) || !_isHonest(_placeOf(sequencer))) sequencer = _anyHonest();
        if (sequencer == address(0)) return false;
        bytes32 parent = chain[chain.length - 1];
        // Nothing builds on what nobody certified: a certified batch takes its place.
        if (entries[parent].alone) parent = _made(parent).header.parent;
        // The honest do not build on what they know to be wrong, or cannot execute.
        if (_isTainted(parent)) return false;
        Made memory made = _draft(parent, sequencer);
        bytes32 hash = made.header.hashMemory();
        (Certificate memory certificate, bool quorum) = _certify(
            hash,
            made.header.term,
            hostileSign ? _everybody : _isHonest
        );
        Entry memory entry;
        bool taken = _submit(made, certificate, entry);
        assertTrue(taken == quorum, "an honest batch with a quorum");
        return taken;
    }

    /// @dev Commits to a proof, and sends it when the commitment is old enough. Every forgery costs its signers, whether its
    /// header stands, stood, or was never submitted (H4).
    function _accuse(uint256 place) private {
        bytes32 hash = suspects[place];
        Entry storage entry = entries[hash];
        Made memory made = _made(hash);
        if (entry.committedAt == 0) {
            entry.committedAt = uint40(block.timestamp);
            bytes32 commitment = keccak256(abi.encode(hash, _finding(made), watcher, SALT));
            vm.prank(watcher);
            set.commitProof(commitment);
            return;
        }
        if (block.timestamp < entry.committedAt + 24) return;
        bool liable = set.sequencerOf(made.header.sequencer).stake != 0 && !entry.condemned;
        // Somebody copies the proof, and is faster.
        if (_random() % 3 == 0) _check(hash, 0, 3, mallory, 0);
        assertTrue(_check(hash, 0, 3, watcher, SALT), "a proof of a forgery");
        suspects[place] = suspects[suspects.length - 1];
        suspects.pop();
        _assertPunished(hash, made);
        (address claimant, , ) = set.bountyOf(hash);
        if (liable) assertEq(claimant, watcher, "the bounty");
    }

    function _finding(Made memory made) private pure returns (bytes32) {
        (uint256 fault, bytes32 truth) = _truth(made);
        return keccak256(abi.encode(fault, uint32(0), keccak256(_records(made, 0, 3)), truth));
    }

    /// @dev The header's sequencer has lost all, and each other signer its share for the epoch.
    function _assertPunished(bytes32 hash, Made memory made) private view {
        assertEq(set.sequencerOf(made.header.sequencer).stake, 0, "the stake of a forger");
        uint32 epoch = made.header.epoch;
        uint128 left = _certificateOf(hash).signers;
        for (; left != 0; left &= left - 1) {
            address owner = set.ownerOf(set.seatAt(left.lowest(), made.header.term).key);
            Sequencer memory signer = set.sequencerOf(owner);
            if (owner == made.header.sequencer || signer.status == SequencerStatus.None) continue;
            assertGe(signer.punishedEpoch, uint256(epoch) + 1, "the share of a cosigner");
        }
    }

    /// @dev What the honest owe a batch that stands.
    function _tend(bytes32 hash) private {
        Entry storage entry = entries[hash];
        if (!entry.stands) return;
        if (entry.deadline != 0) {
            bool over = block.timestamp > entry.deadline;
            assertTrue(_expire(hash, over ? watcher : mallory) == over, "the end of a request's window");
            if (over) return;
        }
        if (entry.withheld && entry.deadline == 0 && !entry.alone && !entry.answered) {
            assertTrue(_request(hash, watcher), "a request for withheld data");
            return;
        }
        if (entry.deadline == 0 || entry.withheld || entry.forged) return;
        // Somebody answers with a small part in front (M7).
        if (_random() % 3 == 0) _check(hash, 1, 2, mallory, 0);
        assertTrue(_check(hash, 0, 3, owners[0], 0), "an answer");
        assertEq(entry.deadline, 0, "the window of an answered request");
    }

    /// @dev Finalises what is due, and nothing else: the chain makes progress within the bound of rule 2.
    function _finalise() private {
        while (true) {
            uint256 index = inbox.finalised();
            if (index >= chain.length) return;
            bytes32 hash = chain[index];
            Entry storage entry = entries[hash];
            bool due = _lowest() > index && block.timestamp >= uint256(entry.submittedAt) + WINDOW + entry.stood;
            Batch[] memory run = new Batch[](1);
            run[0] = Batch(_made(hash).header, _made(hash).standing);
            try inbox.finalise(run) {
                assertTrue(due, "final before its window has passed");
                assertFalse(entry.forged, "a forgery is final");
            } catch {
                assertFalse(due, "a batch that is due is not final");
                return;
            }
        }
    }

    function _rotate() private {
        if (block.timestamp >= set.term().startedAt + 1 days) set.rotate();
        else set.draw();
    }

    function _isTainted(bytes32 hash) private view returns (bool) {
        for (uint256 i = inbox.finalised(); i < chain.length && i <= entries[hash].index; ++i) {
            Entry storage entry = entries[chain[i]];
            if (entry.forged || (entry.withheld && !entry.answered)) return true;
        }
        return false;
    }

    function _anyHonest() private view returns (address) {
        for (uint256 i = 0; i < HONEST; ++i) if (_sits(owners[i])) return owners[i];
        return address(0);
    }

    function _firstDeadline() private view returns (uint256 first) {
        first = type(uint128).max;
        for (uint256 i = inbox.finalised(); i < chain.length; ++i) {
            uint256 deadline = entries[chain[i]].deadline;
            if (deadline != 0 && deadline < first) first = deadline;
        }
    }
}
