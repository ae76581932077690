// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {BatchTree} from "../../contracts/batches/BatchTree.sol";
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

    function rangeRoot(
        bytes32[] calldata values,
        uint256 from,
        uint256 count,
        bytes32[] calldata siblings
    ) external pure returns (bytes32 root, bool padded) {
        bytes32[] memory nodes = new bytes32[](values.length);
        for (uint256 i = 0; i < nodes.length; ++i) nodes[i] = BatchTree.leaf(from + i, values[i]);
        bytes32[] memory expected = from + nodes.length == count ? BatchTree.padding(count) : new bytes32[](0);
        return BatchTree.rangeRoot(nodes, from, count, siblings, expected);
    }

    function readRecords(bytes calldata records) external pure returns (L2Transaction[] memory transactions) {
        transactions = new L2Transaction[](Records.count(records));
        BlockContext memory context;
        uint256 offset = 0;
        for (uint256 i = 0; i < transactions.length; ++i) {
            bytes calldata raw;
            (raw, offset, context) = Records.read(records, offset, context);
            transactions[i] = L2Transaction(context, raw);
        }
    }
}
