// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDataRequests, Posting, Recomputing, RequestState} from "../../contracts/disputes/IDataRequests.sol";
import {Parameter} from "../../contracts/governance/IParameters.sol";
import {ReferenceTree} from "../batches/ReferenceTree.sol";
import {Log} from "../Test.sol";
import {Draft, Drafts, Fault} from "./Drafts.sol";
import {World} from "./World.sol";

/// @title Judging
/// @notice Takes one step of a dispute and checks what it led to: every verdict is just, and moves no other dispute.
abstract contract Judging is World {
    using Drafts for Draft;

    /// @dev Sends one call of a dispute. It moves no other dispute on a live batch, and its verdict is just.
    function _step(address caller, bytes32 headerHash, bytes memory call) internal returns (bool ok) {
        bytes32 others = _progressOfOthers(headerHash);
        bool wasLive = _isLive(headerHash);
        vm.recordLogs();
        ok = _try(caller, address(disputes), call);
        Log[] memory logs = vm.getRecordedLogs();
        if (!ok) return false;
        assertEq(_progressOfOthers(headerHash), others, "a step of one dispute moves no other");
        for (uint256 i = 0; i < logs.length; ++i) _follow(headerHash, logs[i]);
        Fault fault = known[headerHash].fault;
        if (wasLive && !_isLive(headerHash)) {
            bool honestly = _isHonest(known[headerHash].sequencer);
            assertFalse(honestly, "no batch of the honest is condemned");
            _done(true, "condemned");
        } else if (!_isOpen(headerHash)) {
            assertTrue(fault == Fault.None, "L1 confirms only what is right");
            assertGe(
                inbox.batchAt(known[headerHash].index).clock + parameters.get(Parameter.ChallengeWindow),
                block.timestamp + parameters.get(Parameter.RequestWindow),
                "a window leaves its user time"
            );
            _done(true, "confirmed");
        }
    }

    function _proveWith(address caller, bytes32 headerHash, bytes memory call) internal returns (bool ok) {
        ok = _step(caller, headerHash, call);
        if (!ok) return false;
        assertFalse(_isLive(headerHash), "a batch that is proven wrong is gone");
        assertTrue(known[headerHash].fault != Fault.None, "only what is wrong is proven wrong");
        assertEq(inbox.head(), known[headerHash].index, "its index is open");
        assertEq(set.sequencerOf(known[headerHash].sequencer).stake, 0, "its sequencer is slashed");
        assertFalse(_isActive(known[headerHash].sequencer), "its sequencer is out");
    }

    function _follow(bytes32 headerHash, Log memory entry) private {
        if (entry.emitter != address(disputes)) return;
        bytes32 topic = entry.topics[0];
        if (topic == IDataRequests.DataPosted.selector) {
            postings[headerHash] = abi.decode(entry.data, (Posting));
        } else if (
            topic == IDataRequests.DataCompleted.selector || topic == IDataRequests.RecomputationAdvanced.selector
        ) {
            recomputings[headerHash] = abi.decode(entry.data, (Recomputing));
        } else if (topic == IDataRequests.RequestAnswered.selector) {
            for (uint256 i = 0; i < asked.length; ++i) if (asked[i].headerHash == headerHash) asked[i].answered = true;
        }
    }

    /// @dev Digest of the disputes on earlier batches, which a verdict on this one leaves standing.
    function _progressOfOthers(bytes32 headerHash) private view returns (bytes32 digest) {
        for (uint256 i = 0; i < asked.length; ++i) {
            bytes32 other = asked[i].headerHash;
            if (known[other].index >= known[headerHash].index || !_isLive(other)) continue;
            digest = keccak256(abi.encode(digest, disputes.requestOf(other)));
        }
    }

    function _recomputing(
        bytes32 headerHash,
        Draft memory draft,
        uint256 to,
        bytes memory witness
    ) internal view returns (bytes memory) {
        uint256 from = recomputings[headerHash].count;
        return
            abi.encodeCall(
                IDataRequests.recompute,
                (
                    draft.header,
                    recomputings[headerHash],
                    draft.records(from, to),
                    ReferenceTree.rangeProof(draft.values(), from, to),
                    witness
                )
            );
    }

    /// @dev The honest sequencer's duty: post all that is left, and recompute it.
    function _answer(bytes32 headerHash) internal {
        Draft memory draft = _draft(headerHash);
        uint256 length = draft.ends.length;
        if (disputes.requestOf(headerHash).state == RequestState.Posting) {
            Posting memory posting = postings[headerHash];
            bytes memory call = abi.encodeCall(
                IDataRequests.post,
                (draft.header, posting, draft.records(posting.count, length))
            );
            assertTrue(_step(draft.header.sequencer, headerHash, call), "the honest can answer");
        }
        bytes memory rest = _recomputing(headerHash, draft, length, "witness");
        assertTrue(_step(draft.header.sequencer, headerHash, rest), "the honest can have it recomputed");
        assertFalse(_isOpen(headerHash), "an answer closes the request");
        _done(true, "answer");
    }

    function _pass(uint256 time) internal {
        uint256 target = block.timestamp + time;
        for (uint256 i = 0; i < asked.length; ++i) {
            bytes32 headerHash = asked[i].headerHash;
            if (!_isHonest(known[headerHash].sequencer) || !_isOpen(headerHash) || !_isLive(headerHash)) continue;
            if (target > disputes.requestOf(headerHash).deadline) _answer(headerHash);
        }
        vm.warp(target);
    }
}
