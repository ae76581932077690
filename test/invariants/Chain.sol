// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {Batch, BatchStatus, IBatchInbox, Parent, Standing} from "../../contracts/batches/IBatchInbox.sol";
import {Fault, Place, RequestState} from "../../contracts/disputes/IDisputes.sol";
import {Certificate} from "../../contracts/sequencers/ISequencerSet.sol";
import {BlockContext} from "../../contracts/types/BlockContext.sol";
import {Outcome} from "../../contracts/types/Outcome.sol";
import {Links} from "../batches/Links.sol";
import {ReferenceTree} from "../batches/ReferenceTree.sol";
import {ToyState} from "../disputes/Doubles.sol";
import {Made} from "../disputes/Making.sol";
import {Log} from "../Test.sol";
import {World} from "./World.sol";

/// @title Chain
/// @notice How batches are made, submitted, requested and checked, with the model kept in step.
abstract contract Chain is World {
    /// @dev Ways to forge a batch.
    uint256 internal constant FORGERIES = 6;

    /// @dev A right batch behind another one, of three transactions.
    function _draft(bytes32 parent, address sequencer) internal returns (Made memory made) {
        Made memory before = _made(parent);
        BatchHeader memory header = made.header;
        header.index = before.header.index + 1;
        header.parent = parent;
        header.epoch = inbox.epoch();
        header.term = set.term().number;
        header.sequencer = sequencer;
        header.baseFee = BASE_FEE;
        header.blockBefore = keccak256(
            abi.encode(
                before.header.lastBlock,
                before.header.lastTimestamp,
                before.header.postStateRoot,
                before.header.mttbr
            )
        );
        header.preStateRoot = before.header.postStateRoot;
        uint64 time = uint64(block.timestamp);
        made.contexts = new BlockContext[](3);
        made.raws = new bytes[](3);
        for (uint64 i = 0; i < 3; ++i) {
            made.contexts[i] = BlockContext(before.header.lastBlock + 1 + i, time, address(0xc0), 0);
            made.raws[i] = abi.encodePacked(bytes1(0x02), _random());
        }
        _execute(made);
        _seal(made);
    }

    /// @dev Makes a right batch wrong.
    function _forge(Made memory made, uint256 how) internal pure {
        if (how == 0) {
            made.roots[1] = keccak256(abi.encode(made.roots[1]));
            _seal(made);
        } else if (how == 1) {
            made.raws[2][0] = 0xff;
            _seal(made);
        } else if (how == 2) {
            // Another time in the same block.
            made.contexts[1].number = made.contexts[0].number;
            ++made.contexts[1].timestamp;
            _execute(made);
            _seal(made);
            (made.header.lastBlock, made.header.lastTimestamp) = (made.contexts[2].number, made.contexts[2].timestamp);
        } else if (how == 3) {
            made.contexts[1].randomness = bytes32(uint256(1));
            _execute(made);
            _seal(made);
        } else if (how == 4) {
            ++made.header.gasUsed;
        } else {
            // A fourth row, where the tree of three has padding.
            bytes32[] memory values = new bytes32[](4);
            for (uint256 i = 0; i < 3; ++i) values[i] = made.values[i];
            values[3] = keccak256("hidden");
            made.values = values;
            made.header.mttbr = ReferenceTree.root(values);
        }
    }

    /// @dev What L1 has to find wrong with a forgery.
    function _truth(Made memory made) internal pure returns (uint256 fault, bytes32 truth) {
        if (made.values.length == 4) return (uint256(Fault.Padding), 0);
        bytes32 state = made.header.preStateRoot;
        for (uint256 i = 0; i < 3; ++i) {
            if (made.contexts[i].randomness != 0) return (uint256(Fault.Placement), 0);
            bool same = i != 0 && made.contexts[i].number == made.contexts[i - 1].number;
            if (same && made.contexts[i].timestamp != made.contexts[i - 1].timestamp) {
                return (uint256(Fault.Order), 0);
            }
        }
        for (uint256 i = 0; i < 3; ++i) {
            Outcome memory outcome = ToyState.step(state, made.contexts[i], made.raws[i]);
            if (!outcome.valid) return (uint256(Fault.Transition), 0);
            if (outcome.stateRoot != made.roots[i]) return (uint256(Fault.Transition), outcome.stateRoot);
            state = outcome.stateRoot;
        }
        return (uint256(Fault.Sum), 0);
    }

    /// @dev Submits with a certificate. The model learns of it where L1 takes it.
    function _submit(Made memory made, Certificate memory certificate, Entry memory entry) internal returns (bool) {
        bytes32 hash = _keep(made);
        Parent memory parent = _parentOf(made);
        bytes32[] memory proof = ReferenceTree.proof(made.roots, 2);
        vm.recordLogs();
        try inbox.submit(parent, made.header, proof, certificate) {
            // One that was not certified gives way.
            if (chain.length > made.header.index) _cut(made.header.index);
            _taken(hash, entry);
            _keepCertificate(hash, certificate);
            return true;
        } catch {
            return false;
        }
    }

    /// @dev Submits as the current sequencer alone.
    function _submitAlone(Made memory made, Entry memory entry) internal returns (bool) {
        bytes32 hash = _keep(made);
        Parent memory parent = _parentOf(made);
        bytes32[] memory proof = ReferenceTree.proof(made.roots, 2);
        vm.recordLogs();
        vm.prank(made.header.sequencer);
        try inbox.submitUnattested(parent, made.header, proof) {
            entry.alone = true;
            _taken(hash, entry);
            entries[hash].deadline = uint40(disputes.requestOf(_commitment(hash)).deadline);
            return true;
        } catch {
            return false;
        }
    }

    function _taken(bytes32 hash, Entry memory entry) private {
        entry.index = entries[hash].index;
        assertEq(entry.index, chain.length, "the index of a batch that L1 took");
        assertFalse(entries[_made(hash).header.parent].alone, "a batch on one that nobody certified");
        (entry.stands, entry.submittedAt) = (true, uint40(block.timestamp));
        entries[hash] = entry;
        chain.push(hash);
        Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IBatchInbox.BatchSubmitted.selector) continue;
            (Standing memory standing, ) = abi.decode(logs[i].data, (Standing, BatchHeader));
            _restand(hash, standing);
        }
        if (entry.forged && !entry.withheld) suspects.push(hash);
    }

    /// @dev Requests the data of a batch that stands.
    function _request(bytes32 hash, address verifier) internal returns (bool) {
        Made memory made = _made(hash);
        Batch[] memory batches = new Batch[](1);
        batches[0] = Batch(made.header, made.standing);
        uint256 fee = disputes.requestFee(made.header, block.basefee);
        vm.prank(verifier);
        try disputes.requestData{value: fee}(batches) {
            bytes32 commitment = _commitment(hash);
            requested.push(commitment);
            entries[hash].deadline = uint40(disputes.requestOf(commitment).deadline);
            return true;
        } catch {
            return false;
        }
    }

    /// @dev Has L1 check the transitions `[from, to)` of a header, wherever it is. The model follows a verdict, and the end
    /// of a request.
    function _check(bytes32 hash, uint256 from, uint256 to, address who, bytes32 salt) internal returns (bool) {
        Made memory made = _made(hash);
        Entry storage entry = entries[hash];
        Place memory place = Place(Links.linkOf(made.header), made.standing, _certificateOf(hash));
        if (!entry.stands) (place.inPlace, place.standing) = _inPlace(entry.index);
        uint32 epoch = inbox.epoch();
        vm.prank(who);
        try disputes.check(made.header, place, _range(made, from, to), WITNESS, salt) {
            if (entry.forged && !entry.condemned) {
                entry.condemned = true;
                condemned.push(hash);
            }
            bool open = entry.deadline != 0;
            if (inbox.epoch() != epoch) _cut(entry.index);
            else if (open) _answered(hash);
            return true;
        } catch {
            return false;
        }
    }

    function _inPlace(uint64 index) internal view returns (bytes32 link, Standing memory standing) {
        if (index >= chain.length) return (link, standing);
        Made memory made = _made(chain[index]);
        return (Links.linkOf(made.header), made.standing);
    }

    function _parentOf(Made memory made) private view returns (Parent memory) {
        Made memory before = _made(made.header.parent);
        BatchHeader memory header = before.header;
        return Parent(header.lastBlock, header.lastTimestamp, header.mttbr, before.standing);
    }

    /// @dev Where the last transition was checked the request is over, and an uncertified batch is recomputed.
    function _answered(bytes32 hash) private {
        if (disputes.requestOf(_commitment(hash)).state != RequestState.Answered) return;
        Entry storage entry = entries[hash];
        (entry.deadline, entry.answered) = (0, true);
        if (!entry.alone) return;
        entry.alone = false;
        Made memory made = _made(hash);
        // What L1 keeps of it says "recomputed" now.
        made.standing.status = BatchStatus.Recomputed;
        _restand(hash, made.standing);
    }

    /// @dev Settles a request whose window is over.
    function _expire(bytes32 hash, address who) internal returns (bool) {
        Made memory made = _made(hash);
        vm.prank(who);
        try disputes.expire(Batch(made.header, made.standing)) {
            entries[hash].condemned = true;
            condemned.push(hash);
            _cut(entries[hash].index);
            return true;
        } catch {
            return false;
        }
    }
}
