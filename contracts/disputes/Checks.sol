// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../batches/BatchHeader.sol";
import {BatchTree} from "../batches/BatchTree.sol";
import {Records} from "../batches/Records.sol";
import {IExecutor} from "../execution/IExecutor.sol";
import {BlockContext} from "../types/BlockContext.sol";
import {L2Transaction} from "../types/L2Transaction.sol";
import {Outcome} from "../types/Outcome.sol";
import {Fault, IDisputes, Range} from "./IDisputes.sol";

/// @dev What a check found.
/// @param fault The first fault. What follows is complete only where there is none.
/// @param outcomes The outcome of each transition.
/// @param sizes Bytes of each record, as a batch encodes it.
struct Findings {
    Fault fault;
    Outcome[] outcomes;
    uint256[] sizes;
}

/// @title Checks
/// @notice The one primitive of disputes: whether transitions that a header commits to are right (steps 11.5, 11.8 to
/// 11.10).
/// @dev A finding follows from the header and what it commits to, alone. A range that does not lead to the header's
/// roots reverts, so that nobody makes a fault out of a right header.
library Checks {
    /// @notice Proves a range, executes it, and compares everything with the header.
    /// @param baseFee The base fee that the executor executes with.
    function run(
        IExecutor executor,
        uint256 baseFee,
        BatchHeader calldata header,
        Range calldata range,
        bytes calldata witness
    ) internal view returns (Findings memory found) {
        uint256 end = range.from + Records.count(range.records);
        if (end == range.from) revert IDisputes.RangeEmpty();
        // What lies right of the last transaction is the same in both trees.
        bytes32[] memory padding = end == header.txCount ? BatchTree.padding(end) : new bytes32[](0);

        // Faults of order and place come first: to prove them takes neither state roots nor a witness.
        L2Transaction[] memory transactions = _readRecords(found, header, range, end, padding);
        if (header.baseFee != baseFee) found.fault = Fault.Placement;
        if (found.fault != Fault.None) return found;
        bytes32 preStateRoot = _readRoots(found, header, range, end, padding);
        if (found.fault != Fault.None) return found;

        found.outcomes = executor.execute(transactions, preStateRoot, witness);
        _compare(found, header, range, end);
    }

    /// @dev Reads the records, proves them and the one before them, and compares their blocks.
    function _readRecords(
        Findings memory found,
        BatchHeader calldata header,
        Range calldata range,
        uint256 end,
        bytes32[] memory padding
    ) private pure returns (L2Transaction[] memory transactions) {
        uint256 from = range.from;
        transactions = new L2Transaction[](end - from);
        found.sizes = new uint256[](end - from);
        uint256 skip = from == 0 ? 0 : 1;
        bytes32[] memory leaves = new bytes32[](end - from + skip);
        BlockContext memory last;
        if (skip == 1) {
            last = range.before;
            leaves[0] = BatchTree.leaf(from - 1, BatchTree.transactionValue(last, range.hashBefore));
        }
        BlockContext memory context = last;
        uint256 offset = 0;
        for (uint256 i = 0; i < transactions.length; ++i) {
            bytes calldata raw;
            (raw, offset, context) = Records.read(range.records, offset, context);
            bool opens = from + i == 0 || context.number != last.number;
            if (from + i != 0 && !_inOrder(last, context)) found.fault = Fault.Order;
            if (!_inPlace(header, from + i, context)) found.fault = Fault.Placement;
            transactions[i] = L2Transaction(context, raw);
            found.sizes[i] = Records.size(raw, opens);
            leaves[skip + i] = BatchTree.leaf(from + i, BatchTree.transactionValue(context, keccak256(raw)));
            last = context;
        }
        if (!_prove(leaves, from - skip, header, padding, range.recordProof, header.mttbr)) found.fault = Fault.Padding;
    }

    /// @dev Proves the state roots that the header claims.
    /// @return preStateRoot The state root before the range.
    function _readRoots(
        Findings memory found,
        BatchHeader calldata header,
        Range calldata range,
        uint256 end,
        bytes32[] memory padding
    ) private pure returns (bytes32 preStateRoot) {
        uint256 start = range.from == 0 ? 0 : range.from - 1;
        bytes32[] calldata roots = range.stateRoots;
        if (roots.length != end - start) revert IDisputes.RangeWrongLength(roots.length, end - start);
        bytes32[] memory leaves = new bytes32[](roots.length);
        for (uint256 i = 0; i < roots.length; ++i) leaves[i] = BatchTree.leaf(start + i, roots[i]);
        if (!_prove(leaves, start, header, padding, range.rootProof, header.mtsr)) found.fault = Fault.Padding;
        return range.from == 0 ? header.preStateRoot : roots[0];
    }

    /// @dev Compares what was executed with the state roots and sums of the header.
    function _compare(
        Findings memory found,
        BatchHeader calldata header,
        Range calldata range,
        uint256 end
    ) private pure {
        bytes32[] calldata roots = range.stateRoots;
        uint256 skip = range.from == 0 ? 0 : 1;
        (uint256 size, uint256 gasUsed) = (0, 0);
        for (uint256 i = 0; i < found.outcomes.length; ++i) {
            Outcome memory outcome = found.outcomes[i];
            if (!outcome.valid || outcome.stateRoot != roots[skip + i]) {
                found.fault = Fault.Transition;
                return;
            }
            size += found.sizes[i];
            gasUsed += outcome.gasUsed;
        }
        bool isLast = end == header.txCount;
        if (isLast && roots[roots.length - 1] != header.postStateRoot) found.fault = Fault.Transition;
        else if (sumIsWrong(header, size, gasUsed, isLast && skip == 0)) found.fault = Fault.Sum;
    }

    /// @notice Whether sums over transitions of a header contradict it.
    /// @param all Whether these are all transitions of the header.
    function sumIsWrong(
        BatchHeader calldata header,
        uint256 size,
        uint256 gasUsed,
        bool all
    ) internal pure returns (bool) {
        if (size > header.dataSize || gasUsed > header.gasUsed) return true;
        return all && (size < header.dataSize || gasUsed < header.gasUsed);
    }

    /// @dev Reverts unless the leaves are in the tree, from this place on.
    /// @return padded Whether the tree is padded as it should be, as far as the proof shows.
    function _prove(
        bytes32[] memory leaves,
        uint256 start,
        BatchHeader calldata header,
        bytes32[] memory padding,
        bytes32[] calldata proof,
        bytes32 tree
    ) private pure returns (bool padded) {
        bytes32 root;
        (root, padded) = BatchTree.rangeRoot(leaves, start, header.txCount, proof, padding);
        if (root != tree) revert IDisputes.RangeWrongLeaves(root, tree);
    }

    /// @dev Whether a transaction may follow one in `last`: in the same block, or in a later one.
    function _inOrder(BlockContext memory last, BlockContext memory context) private pure returns (bool) {
        if (context.number > last.number) return context.timestamp >= last.timestamp;
        return
            context.number == last.number &&
            context.timestamp == last.timestamp &&
            context.coinbase == last.coinbase &&
            context.randomness == last.randomness;
    }

    /// @dev Whether a transaction's block is what the header says of the first and the last one. The randomness of
    /// every block is zero so far.
    function _inPlace(
        BatchHeader calldata header,
        uint256 index,
        BlockContext memory context
    ) private pure returns (bool) {
        (uint64 number, uint64 timestamp) = (context.number, context.timestamp);
        if (index == 0 && (number != header.firstBlock || timestamp != header.firstTimestamp)) return false;
        if (index + 1 == header.txCount && (number != header.lastBlock || timestamp != header.lastTimestamp)) {
            return false;
        }
        return context.randomness == 0;
    }
}
