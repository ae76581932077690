// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../batches/BatchHeader.sol";
import {BlockContext} from "../types/BlockContext.sol";
import {L2Transaction} from "../types/L2Transaction.sol";

/// @dev One transition that a batch commits to.
/// @param index Place of the transaction in the batch.
/// @param transaction The transaction and its block.
/// @param transactionProof Merkle proof of its leaf in the MTTBR.
/// @param preStateRoot The state root before it; the header's own for index 0.
/// @param preStateProof Merkle proof of the leaf `[index - 1, preStateRoot]` in the MTSR; empty for index 0.
/// @param postStateRoot The state root that the batch claims after it.
/// @param postStateProof Merkle proof of the leaf `[index, postStateRoot]` in the MTSR.
struct Transition {
    uint32 index;
    L2Transaction transaction;
    bytes32[] transactionProof;
    bytes32 preStateRoot;
    bytes32[] preStateProof;
    bytes32 postStateRoot;
    bytes32[] postStateProof;
}

/// @dev The block of one transaction of a batch.
/// @param index Place of the transaction in the batch.
/// @param context Its block.
/// @param txHash Its hash.
/// @param proof Merkle proof of its leaf in the MTTBR.
struct Placement {
    uint32 index;
    BlockContext context;
    bytes32 txHash;
    bytes32[] proof;
}

/// @title Fraud proofs
/// @notice Single-round proofs that a batch is wrong (steps 11.4, 11.5). Success has all consequences 11.11 to 11.16;
/// failure reverts and changes nothing. Anyone may call.
interface IFraudProofs {
    /// @notice The disputed transaction is on L1, and the batch is challenged (step 11.4).
    event BatchChallenged(bytes32 indexed headerHash, address indexed challenger, uint32 index, bytes32 txHash);
    /// @notice A fraud proof succeeded (step 11.5).
    event FraudProven(bytes32 indexed headerHash, address indexed challenger);

    /// @notice The proof does not lead from the value at this index to the MTSR or MTTBR.
    /// @param tree The root that the proof should lead to.
    error FraudWrongLeaf(bytes32 tree, uint32 index, bytes32 value);
    /// @notice The pre-state root of transaction 0 is that of the header.
    error FraudWrongPreState(bytes32 preStateRoot, bytes32 expected);
    /// @notice What was to be proven wrong is right.
    error FraudNotFound(bytes32 headerHash);
    /// @notice The second transaction is not the one right after the first.
    error FraudNotNeighbours(uint32 first, uint32 second);
    /// @notice The index lies outside of the batch.
    error FraudIndexOutOfRange(uint32 index, uint32 txCount);

    /// @notice Proves that a transaction is invalid, or leads to another state root than the batch claims (step 11.5).
    /// @param witness Trie nodes of the state before the transaction.
    function proveTransition(
        BatchHeader calldata header,
        Transition calldata transition,
        bytes calldata witness
    ) external;

    /// @notice Proves that the blocks of a transaction and of the next one are out of order: the number falls, the time
    /// falls, or one number has two times or coinbases.
    function proveDisorder(BatchHeader calldata header, Placement calldata first, Placement calldata second) external;

    /// @notice Proves that the first or last transaction does not lie in the first or last block of the header.
    function proveMisplacement(BatchHeader calldata header, Placement calldata placement) external;
}
