// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchTree} from "../../contracts/batches/BatchTree.sol";
import {Proof} from "./Proof.sol";

/// @dev Over a tree of four rows with any values, built here from its definition. Assumes that keccak-256 has no
/// collisions.
contract BatchTreeProof is Proof {
    /// @notice Whatever is proven is a row of the tree, with its index: for all proofs of up to three hashes, one more than
    /// a proof of this tree has.
    function check_contains_onlyRowsOfTheTree(
        bytes32[4] calldata values,
        uint256 index,
        bytes32 value,
        bytes32[] calldata proof
    ) external pure {
        bytes32[4] memory leaves;
        for (uint256 i = 0; i < 4; ++i) leaves[i] = keccak256(abi.encode(keccak256(abi.encode(i, values[i]))));
        bytes32 root = _pair(_pair(leaves[0], leaves[1]), _pair(leaves[2], leaves[3]));
        if (!BatchTree.contains(root, index, value, proof)) return;
        assert(index < 4);
        // By branches: a symbol cannot be a place in calldata.
        for (uint256 i = 0; i < 4; ++i) {
            if (index == i) assert(value == values[i]);
        }
    }

    function _pair(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return left < right ? keccak256(abi.encode(left, right)) : keccak256(abi.encode(right, left));
    }
}
