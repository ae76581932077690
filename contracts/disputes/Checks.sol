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
/// @param transactions The transactions, each with its block.
/// @param sizes Bytes of each record, as a batch encodes it.
/// @param truth The state root after the first wrong transition; zero where it cannot be executed, and for other faults.
/// @param padding What both trees hold right of the last transaction; empty where the range ends before.
struct Findings {
    Fault fault;
    L2Transaction[] transactions;
    uint256[] sizes;
    Outcome[] outcomes;
    bytes32 truth;
    bytes32[] padding;
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
        uint256 count = Records.count(range.records);
        if (count == 0) revert IDisputes.RangeEmpty();
        bool isLast = range.from + count == header.txCount;
        if (isLast) found.padding = BatchTree.padding(header.txCount);

        // Faults of blocks come first: to prove them takes neither state roots nor a witness.
        found.transactions = new L2Transaction[](count);
        found.sizes = new uint256[](count);
        if (header.baseFee != baseFee) found.fault = Fault.Placement;
        bytes32[] memory leaves = _readRecords(found, header, range);
        _prove(found, header, range.from, leaves, range.recordProof, header.mttbr);
        if (found.fault != Fault.None) return found;

        bytes32 preStateRoot = _readRoots(found, header, range, leaves);
        if (found.fault != Fault.None) return found;

        found.outcomes = executor.execute(found.transactions, preStateRoot, witness);
        found.fault = _compare(found, header, range.stateRoots, isLast);
    }

    /// @notice What was found, as commitments to proofs have it: nobody knows it who has not looked.
    function finding(Fault fault, Range calldata range, bytes32 truth) internal pure returns (bytes32) {
        return keccak256(abi.encode(fault, range.from, keccak256(range.records), truth));
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

    /// @dev Reads the records and compares their blocks.
    /// @return leaves Their leaves, behind that of the transaction before.
    function _readRecords(
        Findings memory found,
        BatchHeader calldata header,
        Range calldata range
    ) private pure returns (bytes32[] memory leaves) {
        uint256 index = range.from;
        uint256 skip = index - _start(index);
        leaves = new bytes32[](skip + found.sizes.length);
        BlockContext memory last;
        if (skip != 0) {
            last = range.before;
            leaves[0] = BatchTree.leaf(index - 1, BatchTree.transactionValue(last, range.hashBefore));
        }
        uint256 offset = 0;
        for (uint256 i = 0; i < found.sizes.length; ++i) {
            BlockContext memory context;
            bytes calldata raw;
            (raw, offset, context) = Records.read(range.records, offset, last);
            Fault fault = _faultOf(header, index, last, context);
            if (fault != Fault.None) found.fault = fault;
            found.sizes[i] = Records.size(raw, index == 0 || context.number != last.number);
            found.transactions[i] = L2Transaction(context, raw);
            leaves[skip + i] = BatchTree.leaf(index++, BatchTree.transactionValue(context, keccak256(raw)));
            last = context;
        }
    }

    /// @dev Proves the state roots that the header claims.
    /// @param leaves Takes their leaves.
    /// @return preStateRoot The state root before the range.
    function _readRoots(
        Findings memory found,
        BatchHeader calldata header,
        Range calldata range,
        bytes32[] memory leaves
    ) private pure returns (bytes32 preStateRoot) {
        bytes32[] calldata roots = range.stateRoots;
        if (roots.length != leaves.length) revert IDisputes.RangeWrongLength(roots.length, leaves.length);
        uint256 start = _start(range.from);
        for (uint256 i = 0; i < roots.length; ++i) leaves[i] = BatchTree.leaf(start + i, roots[i]);
        _prove(found, header, range.from, leaves, range.rootProof, header.mtsr);
        return range.from == 0 ? header.preStateRoot : roots[0];
    }

    /// @dev Compares what was executed with the state roots and sums of the header.
    /// @param roots These state roots; where there is one more than transactions, the first is that before them.
    /// @param isLast Whether the range ends with the last transaction.
    function _compare(
        Findings memory found,
        BatchHeader calldata header,
        bytes32[] calldata roots,
        bool isLast
    ) private pure returns (Fault) {
        (uint256 size, uint256 gasUsed) = (0, 0);
        uint256 skip = roots.length - found.sizes.length;
        for (uint256 i = 0; i < found.outcomes.length; ++i) {
            Outcome memory outcome = found.outcomes[i];
            if (!outcome.valid || outcome.stateRoot != roots[skip + i]) {
                if (outcome.valid) found.truth = outcome.stateRoot;
                return Fault.Transition;
            }
            size += found.sizes[i];
            gasUsed += outcome.gasUsed;
        }
        if (isLast && roots[roots.length - 1] != header.postStateRoot) return Fault.Transition;
        return sumIsWrong(header, size, gasUsed, isLast && skip == 0) ? Fault.Sum : Fault.None;
    }

    /// @dev Reverts unless the tree has these leaves, which go with the range from `from` on.
    function _prove(
        Findings memory found,
        BatchHeader calldata header,
        uint256 from,
        bytes32[] memory leaves,
        bytes32[] calldata proof,
        bytes32 tree
    ) private pure {
        (bytes32 root, bool padded) = BatchTree.rangeRoot(leaves, _start(from), header.txCount, proof, found.padding);
        if (root != tree) revert IDisputes.RangeWrongLeaves(root, tree);
        if (!padded) found.fault = Fault.Padding;
    }

    /// @dev Index of the first leaf for a range: that of the transaction before, where there is one.
    function _start(uint256 from) private pure returns (uint256) {
        return from == 0 ? 0 : from - 1;
    }

    /// @dev What is wrong with the block of a transaction.
    /// @param last Block of the transaction before; ignored where there is none.
    function _faultOf(
        BatchHeader calldata header,
        uint256 index,
        BlockContext memory last,
        BlockContext memory context
    ) private pure returns (Fault) {
        (uint64 number, uint64 timestamp) = (context.number, context.timestamp);
        if (index == 0) {
            if (number != header.firstBlock || timestamp != header.firstTimestamp) return Fault.Placement;
        } else if (number == last.number) {
            if (timestamp != last.timestamp || context.coinbase != last.coinbase) return Fault.Order;
            if (context.randomness != last.randomness) return Fault.Order;
        } else if (number < last.number || timestamp < last.timestamp) {
            return Fault.Order;
        }
        if (index + 1 == header.txCount && (number != header.lastBlock || timestamp != header.lastTimestamp)) {
            return Fault.Placement;
        }
        // No block of the chain has randomness so far.
        return context.randomness == 0 ? Fault.None : Fault.Placement;
    }
}
