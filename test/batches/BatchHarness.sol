// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {BatchTree, Frontier} from "../../contracts/batches/BatchTree.sol";
import {Records} from "../../contracts/batches/Records.sol";
import {BlockContext} from "../../contracts/types/BlockContext.sol";
import {L2Transaction} from "../../contracts/types/L2Transaction.sol";

/// @title Batch harness
/// @notice Makes the libraries of `contracts/batches/` callable, to compare them with `l2/batch/`.
contract BatchHarness {
    function hashHeader(BatchHeader calldata header) external pure returns (bytes32 inCalldata, bytes32 inMemory) {
        return (header.hash(), header.hashMemory());
    }

    function transactionValue(BlockContext calldata context, bytes32 txHash) external pure returns (bytes32) {
        return BatchTree.transactionValue(context, txHash);
    }

    function contains(
        bytes32 tree,
        uint256 index,
        bytes32 value,
        bytes32[] calldata proof
    ) external pure returns (bool) {
        return BatchTree.contains(tree, index, value, proof);
    }

    /// @return root The root of a tree that goes on from `peaks`, which is padded where it ends.
    /// @return grown Its peaks before the padding.
    function grow(
        uint256 count,
        bytes32[] calldata peaks,
        bytes32[] calldata values
    ) external pure returns (bytes32 root, bytes32[] memory grown) {
        Frontier memory frontier = BatchTree.resume(count, peaks);
        for (uint256 i = 0; i < values.length; ++i) BatchTree.append(frontier, values[i]);
        grown = new bytes32[](frontier.peaks.length);
        for (uint256 i = 0; i < grown.length; ++i) grown[i] = frontier.peaks[i];
        root = BatchTree.root(frontier);
    }

    function rangeRoot(
        bytes32[] calldata values,
        uint256 from,
        uint256 count,
        bytes32[] calldata siblings
    ) external pure returns (bytes32) {
        bytes32[] memory nodes = new bytes32[](values.length);
        for (uint256 i = 0; i < nodes.length; ++i) nodes[i] = BatchTree.leaf(from + i, values[i]);
        return BatchTree.rangeRoot(nodes, from, count, siblings);
    }

    function readRecords(
        bytes calldata records,
        BlockContext memory context
    ) external pure returns (L2Transaction[] memory transactions) {
        transactions = new L2Transaction[](Records.count(records));
        uint256 offset = 0;
        for (uint256 i = 0; i < transactions.length; ++i) {
            bytes calldata raw;
            (raw, offset) = Records.read(records, offset, context);
            transactions[i] = L2Transaction(BlockContext(context.number, context.timestamp, context.coinbase), raw);
        }
    }

    function readRecord(
        bytes calldata records,
        uint256 offset,
        BlockContext memory context
    ) external pure returns (bytes memory raw, uint256 end, BlockContext memory last) {
        (raw, end) = Records.read(records, offset, context);
        last = context;
    }
}
