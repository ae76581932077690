// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {IDataRequests, Posting, Recomputing, RequestState} from "../../contracts/disputes/IDataRequests.sol";
import {IFraudProofs} from "../../contracts/disputes/IFraudProofs.sol";
import {Parameter} from "../../contracts/governance/IParameters.sol";
import {ReferenceTree} from "../batches/ReferenceTree.sol";
import {Draft, Drafts, Fault} from "./Drafts.sol";
import {Judging} from "./Judging.sol";

/// @title Disputing
/// @notice Requests, posts, recomputes, settles and proves; the honest as they must, the hostile as they like.
abstract contract Disputing is Judging {
    using Drafts for Draft;

    function _requestData(uint256 seed) internal {
        (bytes32 headerHash, bool found) = _waiting(seed);
        if (!found) return;
        address verifier = verifiers[(seed >> 64) % VERIFIERS];
        BatchHeader memory header = _draft(headerHash).header;
        uint256 fee = disputes.requestFee(header);
        assertEq(
            fee,
            ((100_000 + 40 * uint256(header.dataSize) + 25 * uint256(header.gasUsed)) *
                parameters.get(Parameter.RequestFeeFloor) *
                parameters.get(Parameter.RequestFeeFactor)) / 10_000,
            "a request pays for its answer"
        );
        bool may = registry.isVerifier(verifier) && disputes.requestOf(headerHash).state == RequestState.None;
        assertFalse(_pay(verifier, fee + 1, header), "the fee is exact");
        bool ok = _pay(verifier, fee, header);
        assertTrue(ok == may, "a verifier may request what was not requested before");
        if (ok) asked.push(Asked(headerHash, verifier, fee, false));
        _done(ok, "requestData");
    }

    /// @notice The sequencer posts some records; a hostile one may forge them, and others try to post in its name.
    function _post(uint256 seed) internal {
        (bytes32 headerHash, bool found) = _requested(seed, RequestState.Posting);
        if (!found) return;
        Draft memory draft = _draft(headerHash);
        uint256 from = postings[headerHash].count;
        if (from >= draft.ends.length) return;
        uint256 to = from + 1 + ((seed >> 64) % (draft.ends.length - from));
        bytes memory records = draft.records(from, to);
        address sequencer = draft.header.sequencer;
        bytes memory call = abi.encodeCall(IDataRequests.post, (draft.header, postings[headerHash], records));
        address other = accounts[(seed >> 32) % accounts.length];
        if (other != sequencer) assertFalse(_try(other, address(disputes), call), "only the sequencer posts");
        if (_isHonest(sequencer)) {
            assertTrue(_step(_speaker(sequencer, seed), headerHash, call), "the honest can answer");
            _done(true, "post honest");
            return;
        }
        if (seed % 3 == 0) records[records.length - 1] ^= 0x01;
        call = abi.encodeCall(IDataRequests.post, (draft.header, postings[headerHash], records));
        _done(_step(_speaker(sequencer, seed), headerHash, call), "post");
    }

    /// @notice Anyone executes some transactions; wrong witnesses and records lead nowhere.
    function _recompute(uint256 seed) internal {
        (bytes32 headerHash, bool found) = _requested(seed, RequestState.Recomputing);
        if (!found) return;
        Draft memory draft = _draft(headerHash);
        uint256 from = recomputings[headerHash].count;
        uint256 to = from + 1 + ((seed >> 64) % (draft.ends.length - from));
        address anyone = accounts[(seed >> 32) % accounts.length];
        _spoiledStep(anyone, headerHash, draft, to, seed % 4);
        bool inTime = block.timestamp <= disputes.requestOf(headerHash).deadline;
        bool ok = _step(anyone, headerHash, _recomputing(headerHash, draft, to, "witness"));
        assertTrue(ok == inTime, "anyone advances a recomputation in its window");
        _done(ok, "recompute");
    }

    /// @notice Closes a request whose window passed, or whose batch is gone.
    function _settle(uint256 seed) internal {
        if (seed % 2 == 0) _expire(seed >> 1);
        else _refund(seed >> 1);
    }

    function _expire(uint256 seed) private {
        (bytes32 headerHash, bool found) = _pickAsked(seed);
        if (!found) return;
        bool due =
            _isOpen(headerHash) && _isLive(headerHash) && block.timestamp > disputes.requestOf(headerHash).deadline;
        address anyone = accounts[(seed >> 32) % accounts.length];
        bytes memory call = abi.encodeCall(IDataRequests.expire, (_draft(headerHash).header));
        bool ok = _step(anyone, headerHash, call);
        assertTrue(ok == due, "a request expires when its window is over, and only then");
        _done(ok, "expire");
    }

    function _refund(uint256 seed) private {
        (bytes32 headerHash, bool found) = _pickAsked(seed);
        if (!found) return;
        bool due = _isOpen(headerHash) && !_isLive(headerHash);
        bytes memory call = abi.encodeCall(IDataRequests.refund, (_draft(headerHash).header));
        bool ok = _try(accounts[(seed >> 32) % accounts.length], address(disputes), call);
        assertTrue(ok == due, "a request is refunded when its batch is gone, and only then");
        _done(ok, "refund");
    }

    /// @notice A fraud proof of what is wrong, or attempts at what is right.
    function _prove(uint256 seed) internal {
        (bytes32 headerHash, bool found) = _waiting(seed);
        for (uint256 i = 0; found && seed % 2 == 0 && i < 8 && known[headerHash].fault == Fault.None; ++i) {
            (headerHash, found) = _waiting((seed >> 8) + i);
        }
        if (!found) return;
        Draft memory draft = _draft(headerHash);
        address anyone = accounts[(seed >> 32) % accounts.length];
        bool ok;
        if (draft.fault == Fault.StateRoot || draft.fault == Fault.InvalidTransaction) {
            ok = _proveWith(anyone, headerHash, _transitionProof(draft, draft.place));
        } else if (draft.fault == Fault.Disorder) {
            ok = _proveWith(anyone, headerHash, _disorderProof(draft, draft.place - 1));
        } else if (draft.fault == Fault.Misplacement) {
            ok = _proveWith(anyone, headerHash, _misplacementProof(draft, draft.place));
        } else {
            uint32 index = uint32((seed >> 64) % draft.ends.length);
            uint32 before = index == 0 ? 0 : index - 1;
            assertFalse(_proveWith(anyone, headerHash, _transitionProof(draft, index)), "no proof of what is right");
            assertFalse(_proveWith(anyone, headerHash, _misplacementProof(draft, index)), "no proof of what is right");
            if (index != 0) {
                assertFalse(_proveWith(anyone, headerHash, _disorderProof(draft, before)), "no proof of what is right");
            }
            return;
        }
        assertTrue(ok, "what is wrong is proven in one call");
        _done(ok, "prove");
    }

    function _pay(address verifier_, uint256 fee, BatchHeader memory header) internal returns (bool ok) {
        vm.deal(verifier_, fee);
        vm.prank(verifier_);
        // solhint-disable-next-line avoid-low-level-calls
        (ok, ) = address(disputes).call{value: fee}(abi.encodeCall(IDataRequests.requestData, (header)));
        vm.deal(verifier_, 0);
    }

    function _spoiledStep(address anyone, bytes32 headerHash, Draft memory draft, uint256 to, uint256 how) private {
        bytes memory call;
        if (how == 0) {
            call = _recomputing(headerHash, draft, to, "another witness");
        } else {
            uint256 from = recomputings[headerHash].count;
            bytes memory records = draft.records(from, to);
            if (how == 1) records[records.length - 1] ^= 0x01;
            // One more transaction than the batch has, of the same block, that cannot be executed.
            if (how == 2) records = bytes.concat(draft.records(from, draft.ends.length), hex"00000001ff");
            if (how == 3) return;
            uint256 end = how == 2 ? draft.ends.length : to;
            call = abi.encodeCall(
                IDataRequests.recompute,
                (
                    draft.header,
                    recomputings[headerHash],
                    records,
                    ReferenceTree.rangeProof(draft.values(), from, end),
                    "witness"
                )
            );
        }
        assertFalse(_try(anyone, address(disputes), call), "wrong records or witness lead nowhere");
    }

    function _transitionProof(Draft memory draft, uint32 index) private pure returns (bytes memory) {
        return abi.encodeCall(IFraudProofs.proveTransition, (draft.header, draft.transition(index), "witness"));
    }

    function _disorderProof(Draft memory draft, uint32 first) private pure returns (bytes memory) {
        return
            abi.encodeCall(
                IFraudProofs.proveDisorder,
                (draft.header, draft.placement(first), draft.placement(first + 1))
            );
    }

    function _misplacementProof(Draft memory draft, uint32 index) private pure returns (bytes memory) {
        return abi.encodeCall(IFraudProofs.proveMisplacement, (draft.header, draft.placement(index)));
    }

    function _speaker(address sequencer, uint256 seed) private view returns (address) {
        return seed % 2 == 0 ? sequencer : vm.addr(keyOf[sequencer]);
    }

    /// @dev A batch that is not final.
    function _waiting(uint256 seed) private view returns (bytes32 headerHash, bool found) {
        uint64 finalised = inbox.finalised();
        uint64 head = inbox.head();
        if (finalised == head) return (0, false);
        return (_hashAt(finalised + uint64(seed % (head - finalised))), true);
    }

    /// @dev Half of the time any request, else one that is open.
    function _pickAsked(uint256 seed) private view returns (bytes32 headerHash, bool found) {
        found = asked.length != 0;
        for (uint256 i = 0; i < asked.length; ++i) {
            headerHash = asked[((seed >> 8) + i) % asked.length].headerHash;
            if (seed % 2 == 0 || _isOpen(headerHash)) break;
        }
    }

    /// @dev A request in this state on a live batch.
    function _requested(uint256 seed, RequestState state) private view returns (bytes32, bool) {
        for (uint256 i = 0; i < asked.length; ++i) {
            bytes32 headerHash = asked[((seed >> 128) + i) % asked.length].headerHash;
            if (_isLive(headerHash) && disputes.requestOf(headerHash).state == state) return (headerHash, true);
        }
        return (0, false);
    }
}
