// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {Batch, BatchStatus, IBatchInbox} from "../../contracts/batches/IBatchInbox.sol";
import {Parameter} from "../../contracts/governance/IParameters.sol";
import {Certificate} from "../../contracts/sequencers/ISequencerSet.sol";
import {Draft, Drafts, Fault} from "./Drafts.sol";
import {World} from "./World.sol";

/// @title Batching
/// @notice Submits and finalises batches: right and wrong, certified and alone.
abstract contract Batching is World {
    using Drafts for Draft;

    /// @notice A certified batch: at the head, or in the place of an unattested one.
    function _submitCertified(uint256 seed) internal {
        uint64 index = inbox.head() - (_headIsUnattested() ? 1 : 0);
        Fault fault = _fault(seed >> 192);
        uint128 signers = _seats(fault != Fault.None);
        if (signers == 0) return;
        uint128 fewer = signers & uint128(seed | (seed >> 128));
        if (_isQuorum(fewer)) signers = fewer;
        address sequencer = _pick(signers, seed >> 64);
        Draft memory draft;
        if (_headIsUnattested() && seed % 4 == 0 && known[_hashAt(index)].fault == fault) {
            // The very header that is there.
            draft = _draft(_hashAt(index));
            if (!_signs(signers, draft.header.sequencer)) return;
        } else {
            draft = Drafts.build(_draft(_hashAt(index - 1)).header, sequencer, seed, fault);
        }
        bool ok = _submit(draft, signers, seed >> 32);
        assertTrue(ok == _isQuorum(signers), "a quorum's batch is accepted, and no other");
        _done(ok, fault == Fault.None ? "submit" : "submit wrong");
    }

    /// @notice A batch by the current sequencer alone, and one by somebody else.
    function _submitAlone(uint256 seed) internal {
        address current = set.term().sequencer;
        if (current == address(0)) return;
        Fault fault = _isHonest(current) ? Fault.None : _fault(seed >> 192);
        BatchHeader memory parent = _draft(_hashAt(inbox.head() - 1)).header;
        Draft memory draft = Drafts.build(parent, current, seed, fault);
        bytes memory call = abi.encodeCall(
            IBatchInbox.submitUnattested,
            (parent, draft.header, draft.postStateProof())
        );
        address other = owners[seed % SEQUENCERS];
        if (other != current) assertFalse(_try(other, address(inbox), call), "only the current one submits alone");
        bool free = !_headIsUnattested();
        bool ok = _try(seed % 2 == 0 ? current : vm.addr(keyOf[current]), address(inbox), call);
        assertTrue(ok == free, "the current one submits alone, once");
        if (ok) _remember(draft, 0);
        _done(ok, fault == Fault.None ? "submitAlone" : "submitAlone wrong");
    }

    /// @notice Finalises when it is due, and tries when it is not.
    function _finalise() internal {
        uint64 index = inbox.finalised();
        if (index == inbox.head()) return;
        Batch memory batch = inbox.batchAt(index);
        bool due =
            batch.status == BatchStatus.Pending &&
                !inbox.insecure() &&
                block.timestamp >= batch.clock + parameters.get(Parameter.ChallengeWindow);
        bool ok = _try(
            verifiers[0],
            address(inbox),
            abi.encodeCall(IBatchInbox.finalise, (_draft(batch.headerHash).header))
        );
        assertTrue(ok == due, "finalises when due, secure and attested, and only then");
        if (ok) finalHash[index] = batch.headerHash;
        _done(ok, "finalise");
    }

    function _submit(Draft memory draft, uint128 signers, uint256 old) private returns (bool ok) {
        Certificate memory certificate = _certify(draft.header.hashMemory(), signers, old);
        BatchHeader memory parent = _draft(_hashAt(draft.header.index - 1)).header;
        ok = _try(
            verifiers[0],
            address(inbox),
            abi.encodeCall(IBatchInbox.submit, (parent, draft.header, draft.postStateProof(), certificate))
        );
        if (ok) _remember(draft, signers);
    }

    function _fault(uint256 wrong) private pure returns (Fault) {
        return wrong % 2 == 0 ? Fault(1 + ((wrong >> 8) % 7)) : Fault.None;
    }

    function _pick(uint128 seats, uint256 seed) private view returns (address) {
        uint8 seat = uint8(seed % 128);
        while ((seats >> seat) & 1 == 0) seat = (seat + 1) % 128;
        return set.ownerAt(seat);
    }

    function _signs(uint128 signers, address owner) private view returns (bool) {
        return _isActive(owner) && (signers >> set.sequencerOf(owner).seat) & 1 == 1;
    }
}
