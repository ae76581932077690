// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Batch} from "../../contracts/batches/IBatchInbox.sol";
import {Certificate, SequencerStatus, Verdict} from "../../contracts/sequencers/ISequencerSet.sol";
import {Made} from "../disputes/Making.sol";
import {Defence} from "./Defence.sol";

/// @title Attacks
/// @notice What the hostile do, with as many seats as they have: they forge, withhold, request, copy, get in between, come
/// and go, and call what they may not.
abstract contract Attacks is Defence {
    uint256 private constant MOST_OWNERS = 24;

    /// @dev A batch of the hostile: right or forged, with or without its data, submitted or kept back (H4).
    function _forgeCertified(uint256 seed) internal {
        address sequencer = _anyHostile(seed);
        if (sequencer == address(0)) return;
        bytes32 parent = chain[chain.length - 1];
        // At the place of one that nobody certified too; on top of it L1 takes nothing.
        if (entries[parent].alone && seed % 3 != 0) parent = _made(parent).header.parent;
        Made memory made = _draft(parent, sequencer);
        Entry memory entry;
        entry.forged = seed % 4 != 0;
        entry.withheld = seed % 5 == 0;
        if (entry.forged) _forge(made, (seed >> 8) % FORGERIES);
        bytes32 hash = made.header.hashMemory();
        (Certificate memory certificate, bool quorum) = _certify(hash, made.header.term, _isHostile);
        if ((seed >> 16) % 4 == 0) {
            if (quorum) _leak(made, certificate, entry);
            return;
        }
        bool taken = _submit(made, certificate, entry);
        assertTrue(quorum || !taken, "a batch without a quorum");
    }

    /// @dev A certificate that never reaches L1, seen by the honest.
    function _leak(Made memory made, Certificate memory certificate, Entry memory entry) private {
        if (!entry.forged || entry.withheld) return;
        bytes32 hash = _keep(made);
        entry.index = made.header.index;
        entries[hash] = entry;
        _keepCertificate(hash, certificate);
        suspects.push(hash);
    }

    /// @dev A batch that the current sequencer submits alone, right or forged, with or without its data (M8).
    function _forgeAlone(uint256 seed) internal {
        address sequencer = set.term().sequencer;
        if (sequencer == address(0) || _isHonest(_placeOf(sequencer))) return;
        bytes32 parent = chain[chain.length - 1];
        Made memory made = _draft(parent, sequencer);
        Entry memory entry;
        entry.forged = seed % 2 == 0;
        entry.withheld = seed % 3 == 0;
        if (entry.forged) _forge(made, (seed >> 8) % FORGERIES);
        _submitAlone(made, entry);
    }

    /// @dev Requests for whatever stands: each costs a fee, and delays nothing for more than its answer (H1, H2).
    function _spam(uint256 seed) internal {
        uint64 finalised = inbox.finalised();
        if (chain.length == finalised) return;
        for (uint256 i = 0; i <= seed % 3; ++i) {
            bytes32 hash = chain[finalised + ((seed >> (8 * (i + 1))) % (chain.length - finalised))];
            _request(hash, mallory);
        }
    }

    /// @dev The hostile answer for their own withheld batch, as far as L1 takes it.
    function _answerWithheld(uint256 seed) internal {
        for (uint256 i = inbox.finalised(); i < chain.length; ++i) {
            bytes32 hash = chain[i];
            Entry storage entry = entries[hash];
            if (!entry.withheld || entry.deadline == 0 || entry.forged) continue;
            uint256 from = seed % 3;
            _check(hash, from, from + 1 + ((seed >> 8) % (3 - from)), mallory, 0);
            if (!entry.stands || i >= chain.length) return;
        }
    }

    /// @dev An accomplice proves the hostile's own forgery, to get it out of the way or to take the bounty.
    function _betray(uint256 seed) internal {
        if (seed % 2 == 0) return;
        for (uint256 i = inbox.finalised(); i < chain.length; ++i) {
            bytes32 hash = chain[i];
            if (!entries[hash].forged) continue;
            assertTrue(_check(hash, 0, 3, mallory, 0), "an accomplice's proof");
            return;
        }
    }

    /// @dev Hostile stakes come, grow, change keys, leave and withdraw; the honest stay.
    function _membership(uint256 seed) internal {
        uint256 count = owners.length - HONEST;
        if (seed % 6 == 0 && owners.length < MOST_OWNERS && count != 0) {
            _join(uint96(100 ether + ((seed >> 8) % 2_000 ether)));
            return;
        }
        if (count == 0) return;
        address owner = owners[HONEST + ((seed >> 8) % count)];
        SequencerStatus status = set.sequencerOf(owner).status;
        if (status == SequencerStatus.Leaving) {
            try set.withdraw(owner) {} catch {}
            return;
        }
        if (status == SequencerStatus.None) return;
        vm.startPrank(owner);
        if (seed % 6 < 3) {
            vm.stopPrank();
            (address key, bytes memory possession) = _newKey(owner);
            vm.prank(owner);
            set.rotateKey(key, possession);
            return;
        }
        // Leaving is not for every day: there would be nobody left.
        if (seed % 6 == 3 && (seed >> 16) % 8 == 0) set.resign();
        else set.setRecipient(address(uint160(0xbeef)));
        vm.stopPrank();
    }

    /// @dev Calls that nobody may make, or that nothing comes of.
    function _trespass(uint256 seed) internal {
        bytes32 hash = chain[(seed >> 8) % chain.length];
        Made memory made = _made(hash);
        Batch memory batch = Batch(made.header, made.standing);
        Verdict memory verdict;
        verdict.sequencer = owners[0];
        verdict.claimant = mallory;
        bytes[8] memory calls = [
            abi.encodeCall(set.punish, (verdict)),
            abi.encodeCall(set.repay, (owners[0], mallory, 1 ether)),
            abi.encodeCall(set.kick, (owners[0], 0)),
            abi.encodeCall(inbox.hold, (_commitment(hash))),
            abi.encodeCall(inbox.invalidate, (made.header, made.standing)),
            abi.encodeCall(inbox.confirm, (made.header, made.standing)),
            abi.encodeCall(disputes.openUnattested, (made.header, hash, hash)),
            abi.encodeCall(set.join, (vm.addr(uint256(hash)), mallory, 1_000 ether, ""))
        ];
        uint256 which = seed % 8;
        address target =
            which < 3 || which == 7
                ? address(set)
                : which == 6
                    ? address(disputes)
                    : address(inbox);
        vm.prank(mallory);
        (bool success, ) = target.call(calls[which]);
        assertFalse(success, "a call that nobody may make");
        // What is right and not under request cannot be condemned, and counts for nothing.
        if (!entries[hash].forged && entries[hash].stands && entries[hash].deadline == 0 && made.header.index != 0) {
            assertFalse(_check(hash, 0, 3, mallory, 0), "a proof of what is right");
        }
        vm.prank(mallory);
        try disputes.refund(batch) {} catch {}
        vm.prank(mallory);
        try disputes.expire(batch) {
            assertTrue(false, "a request that nobody settled in time");
        } catch {}
    }

    function _anyHostile(uint256 seed) private view returns (address) {
        uint256 count = owners.length - HONEST;
        for (uint256 i = 0; i < count; ++i) {
            address owner = owners[HONEST + (((seed >> 24) + i) % count)];
            if (_sits(owner)) return owner;
        }
        return address(0);
    }
}
