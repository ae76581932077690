// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {BatchTree} from "../../contracts/batches/BatchTree.sol";
import {Placement, Transition} from "../../contracts/disputes/IFraudProofs.sol";
import {Outcome} from "../../contracts/types/Outcome.sol";
import {BlockContext} from "../../contracts/types/BlockContext.sol";
import {L2Transaction} from "../../contracts/types/L2Transaction.sol";
import {ReferenceTree} from "../batches/ReferenceTree.sol";
import {ToyState} from "./ExecutorDouble.sol";

/// @dev What is wrong with a batch.
enum Fault {
    None,
    /// The claimed state root of one transaction.
    StateRoot,
    /// One transaction cannot be executed.
    InvalidTransaction,
    /// Two transactions of one block have two coinbases.
    Disorder,
    /// The first or last block is not the header's.
    Misplacement,
    GasUsed,
    DataSize,
    /// The MTTBR is that of nothing: there is no data to post.
    Withheld
}

/// @dev A batch with all that storage keeps of it.
/// @param roots The claimed state root after each transaction.
/// @param data The encoded transactions.
/// @param ends Where the record of each transaction ends in `data`.
/// @param place The transaction that `fault` is about.
struct Draft {
    BatchHeader header;
    L2Transaction[] transactions;
    bytes32[] roots;
    bytes data;
    uint256[] ends;
    Fault fault;
    uint32 place;
}

/// @title Drafts
/// @notice Builds batches, right or wrong in a known way, from the formats in docs/protocol.md.
library Drafts {
    /// @param seed Decides on the number of transactions, blocks and bytes; no two seeds give the same batch.
    function build(
        BatchHeader memory parent,
        address sequencer,
        uint256 seed,
        Fault fault
    ) internal view returns (Draft memory draft) {
        uint256 count = 1 + (seed % 5);
        if (fault == Fault.Disorder && count == 1) count = 2;
        draft.fault = fault;
        draft.place = uint32((seed >> 16) % count);
        if (fault == Fault.Disorder && draft.place == 0) draft.place = 1;
        if (fault == Fault.Misplacement && draft.place != 0) draft.place = uint32(count - 1);

        _fill(draft, parent, seed, count);
        _execute(draft, parent.postStateRoot);
        _encode(draft);
        _describe(draft, parent, sequencer);
        _spoil(draft);
    }

    function postStateProof(Draft memory draft) internal pure returns (bytes32[] memory) {
        return ReferenceTree.proof(draft.roots, draft.roots.length - 1);
    }

    function transition(Draft memory draft, uint32 index) internal pure returns (Transition memory t) {
        t.index = index;
        t.transaction = draft.transactions[index];
        t.transactionProof = ReferenceTree.proof(values(draft), index);
        if (index == 0) {
            t.preStateRoot = draft.header.preStateRoot;
        } else {
            t.preStateRoot = draft.roots[index - 1];
            t.preStateProof = ReferenceTree.proof(draft.roots, index - 1);
        }
        t.postStateRoot = draft.roots[index];
        t.postStateProof = ReferenceTree.proof(draft.roots, index);
    }

    function placement(Draft memory draft, uint32 index) internal pure returns (Placement memory) {
        return
            Placement({
                index: index,
                context: draft.transactions[index].context,
                txHash: keccak256(draft.transactions[index].raw),
                proof: ReferenceTree.proof(values(draft), index)
            });
    }

    /// @notice The values of the MTTBR.
    function values(Draft memory draft) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](draft.transactions.length);
        for (uint256 i = 0; i < leaves.length; ++i) {
            L2Transaction memory transaction = draft.transactions[i];
            leaves[i] = BatchTree.transactionValue(transaction.context, keccak256(transaction.raw));
        }
    }

    /// @notice The records of the transactions `[from, to)`, as they stand in the data.
    function records(Draft memory draft, uint256 from, uint256 to) internal pure returns (bytes memory part) {
        uint256 start = from == 0 ? 0 : draft.ends[from - 1];
        part = new bytes(draft.ends[to - 1] - start);
        for (uint256 i = 0; i < part.length; ++i) part[i] = draft.data[start + i];
    }

    function _fill(Draft memory draft, BatchHeader memory parent, uint256 seed, uint256 count) private view {
        draft.transactions = new L2Transaction[](count);
        // One block is left out, so that a header can name a wrong first block.
        BlockContext memory context = BlockContext({
            number: parent.lastBlock + 2,
            timestamp: uint64(block.timestamp),
            coinbase: address(uint160(seed))
        });
        for (uint256 i = 0; i < count; ++i) {
            if (i > 0 && (seed >> (32 + i)) & 1 == 1) context.number += 1 + uint64((seed >> 48) & 1);
            if (draft.fault == Fault.Disorder && i == draft.place) {
                context.number = draft.transactions[i - 1].context.number;
                context.coinbase = address(uint160(seed) ^ 1);
            }
            bool invalid = draft.fault == Fault.InvalidTransaction && i == draft.place;
            draft.transactions[i] = L2Transaction({
                context: BlockContext(context.number, context.timestamp, context.coinbase),
                raw: abi.encodePacked(
                    invalid ? ToyState.INVALID : bytes1(0x02),
                    seed,
                    i,
                    new bytes((seed >> (64 + i)) % 40)
                )
            });
        }
    }

    function _execute(Draft memory draft, bytes32 state) private pure {
        draft.roots = new bytes32[](draft.transactions.length);
        draft.header.preStateRoot = state;
        for (uint256 i = 0; i < draft.roots.length; ++i) {
            Outcome memory outcome = ToyState.step(state, draft.transactions[i].context, draft.transactions[i].raw);
            state = outcome.stateRoot;
            if (draft.fault == Fault.StateRoot && i == draft.place) state = keccak256(abi.encode("forged", state));
            draft.roots[i] = state;
            draft.header.gasUsed += outcome.gasUsed;
        }
        draft.header.postStateRoot = state;
    }

    function _encode(Draft memory draft) private pure {
        draft.ends = new uint256[](draft.transactions.length);
        bytes32 last;
        for (uint256 i = 0; i < draft.ends.length; ++i) {
            L2Transaction memory transaction = draft.transactions[i];
            BlockContext memory context = transaction.context;
            bytes32 opened = keccak256(abi.encode(context));
            bytes memory head =
                opened == last
                    ? abi.encodePacked(uint8(0))
                    : abi.encodePacked(uint8(1), context.number, context.timestamp, context.coinbase);
            last = opened;
            draft.data = bytes.concat(draft.data, head, bytes3(uint24(transaction.raw.length)), transaction.raw);
            draft.ends[i] = draft.data.length;
        }
    }

    function _describe(Draft memory draft, BatchHeader memory parent, address sequencer) private pure {
        BatchHeader memory header = draft.header;
        BlockContext memory last = draft.transactions[draft.transactions.length - 1].context;
        header.index = parent.index + 1;
        header.parent = parent.hashMemory();
        header.sequencer = sequencer;
        header.txCount = uint32(draft.transactions.length);
        header.dataSize = uint32(draft.data.length);
        header.firstBlock = draft.transactions[0].context.number;
        header.lastBlock = last.number;
        header.firstTimestamp = draft.transactions[0].context.timestamp;
        header.lastTimestamp = last.timestamp;
        header.mtsr = ReferenceTree.root(draft.roots);
        header.mttbr = ReferenceTree.root(values(draft));
        header.dataHash = keccak256(abi.encodePacked(draft.data, draft.roots));
    }

    function _spoil(Draft memory draft) private pure {
        BatchHeader memory header = draft.header;
        if (draft.fault == Fault.Misplacement && draft.place == 0) --header.firstBlock;
        if (draft.fault == Fault.Misplacement && draft.place != 0) ++header.lastBlock;
        if (draft.fault == Fault.GasUsed) header.gasUsed += 1;
        if (draft.fault == Fault.DataSize) header.dataSize += 1;
        if (draft.fault == Fault.Withheld) header.mttbr = keccak256("nothing");
    }
}
