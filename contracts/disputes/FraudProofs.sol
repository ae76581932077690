// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../batches/BatchHeader.sol";
import {BatchTree} from "../batches/BatchTree.sol";
import {Outcome} from "../types/Outcome.sol";
import {BlockContext} from "../types/BlockContext.sol";
import {L2Transaction} from "../types/L2Transaction.sol";
import {IFraudProofs, Placement, Transition} from "./IFraudProofs.sol";
import {Settlement} from "./Settlement.sol";

/// @title Fraud proofs
/// @dev A proof is one call that depends on nothing but its batch: no rival can interfere with it.
abstract contract FraudProofs is Settlement {
    /// @inheritdoc IFraudProofs
    function proveTransition(
        BatchHeader calldata header,
        Transition calldata transition,
        bytes calldata witness
    ) external override {
        bytes32 headerHash = header.hash();
        bytes32 txHash = keccak256(transition.transaction.raw);
        _requireTransaction(
            header,
            transition.index,
            transition.transaction.context,
            txHash,
            transition.transactionProof
        );
        _requireStateRoots(header, transition);
        emit BatchChallenged(headerHash, msg.sender, transition.index, txHash);

        L2Transaction[] memory transactions = new L2Transaction[](1);
        transactions[0] = transition.transaction;
        Outcome memory outcome = executor.execute(transactions, transition.preStateRoot, witness)[0];
        if (outcome.valid && outcome.stateRoot == transition.postStateRoot) revert FraudNotFound(headerHash);
        _prove(header, headerHash);
    }

    /// @inheritdoc IFraudProofs
    function proveDisorder(
        BatchHeader calldata header,
        Placement calldata first,
        Placement calldata second
    ) external override {
        if (second.index != first.index + 1) revert FraudNotNeighbours(first.index, second.index);
        _requirePlacement(header, first);
        _requirePlacement(header, second);
        bytes32 headerHash = header.hash();
        if (_inOrder(first.context, second.context)) revert FraudNotFound(headerHash);
        _prove(header, headerHash);
    }

    /// @inheritdoc IFraudProofs
    function proveMisplacement(BatchHeader calldata header, Placement calldata placement) external override {
        _requirePlacement(header, placement);
        bytes32 headerHash = header.hash();
        BlockContext calldata context = placement.context;
        bool firstWrong =
            placement.index == 0 && (context.number != header.firstBlock || context.timestamp != header.firstTimestamp);
        bool lastWrong =
            placement.index == header.txCount - 1 &&
                (context.number != header.lastBlock || context.timestamp != header.lastTimestamp);
        if (!firstWrong && !lastWrong) revert FraudNotFound(headerHash);
        _prove(header, headerHash);
    }

    function _prove(BatchHeader calldata header, bytes32 headerHash) private {
        emit FraudProven(headerHash, msg.sender);
        _condemn(header, headerHash, msg.sender, true);
    }

    /// @dev Invariant: the batch itself commits to both roots, one right after the other.
    function _requireStateRoots(BatchHeader calldata header, Transition calldata transition) private pure {
        uint32 index = transition.index;
        if (index == 0) {
            if (transition.preStateRoot != header.preStateRoot) {
                revert FraudWrongPreState(transition.preStateRoot, header.preStateRoot);
            }
        } else {
            _requireLeaf(header.mtsr, index - 1, transition.preStateRoot, transition.preStateProof);
        }
        _requireLeaf(header.mtsr, index, transition.postStateRoot, transition.postStateProof);
    }

    function _requirePlacement(BatchHeader calldata header, Placement calldata placement) private pure {
        _requireTransaction(header, placement.index, placement.context, placement.txHash, placement.proof);
    }

    /// @dev Reverts unless the MTTBR has this transaction at this index. Rows of the padding prove nothing.
    function _requireTransaction(
        BatchHeader calldata header,
        uint32 index,
        BlockContext calldata context,
        bytes32 txHash,
        bytes32[] calldata proof
    ) private pure {
        if (index >= header.txCount) revert FraudIndexOutOfRange(index, header.txCount);
        _requireLeaf(header.mttbr, index, BatchTree.transactionValue(context, txHash), proof);
    }

    function _requireLeaf(bytes32 tree, uint32 index, bytes32 value, bytes32[] calldata proof) private pure {
        if (!BatchTree.contains(tree, index, value, proof)) revert FraudWrongLeaf(tree, index, value);
    }

    function _inOrder(BlockContext calldata first, BlockContext calldata second) private pure returns (bool) {
        if (second.number > first.number) return second.timestamp >= first.timestamp;
        return
            second.number == first.number && second.timestamp == first.timestamp && second.coinbase == first.coinbase;
    }
}
