// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {BlockContext} from "../types/BlockContext.sol";

/// @title Batch tree
/// @notice The Merkle tree of MTSR and MTTBR: what `StandardMerkleTree` of `@openzeppelin/merkle-tree` gives for the
/// rows `[uint256 index, bytes32 value]` in order, padded with rows of value zero to a power of two.
library BatchTree {
    /// @notice The proof carries more or fewer hashes than the range needs.
    error BatchTreeWrongProof(uint256 length, uint256 used);
    /// @notice The range ends after the last row. The root does not commit to leaves there, so they prove nothing.
    error BatchTreeOutOfRange(uint256 end, uint256 count);

    /// @notice The leaf of a row: its hash, hashed again, so that no inner node passes for a leaf.
    function leaf(uint256 index, bytes32 value) internal pure returns (bytes32 hash) {
        // The scratch space holds the row, then its hash.
        assembly ("memory-safe") {
            mstore(0x00, index)
            mstore(0x20, value)
            mstore(0x00, keccak256(0x00, 0x40))
            hash := keccak256(0x00, 0x20)
        }
    }

    /// @notice The MTTBR's value for a transaction: it commits to the transaction and to the block that it runs in.
    function transactionValue(BlockContext memory context, bytes32 txHash) internal pure returns (bytes32 value) {
        (uint256 height_, uint256 time, address payee) = (context.number, context.timestamp, context.coinbase);
        bytes32 randomness = context.randomness;
        // keccak-256 of the packed 8 + 8 + 20 + 32 + 32 bytes. Solidity keeps no surplus bits in memory, so no value
        // spills into its neighbour. Writes beyond the free memory pointer only, and leaves the memory free.
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, or(shl(192, height_), or(shl(128, time), shr(32, payee))))
            mstore(add(free, 32), shl(224, payee))
            mstore(add(free, 36), randomness)
            mstore(add(free, 68), txHash)
            value := keccak256(free, 100)
        }
    }

    /// @notice Whether the tree contains the row `[index, value]`.
    /// @param proof The siblings of the leaf and of the nodes above it, from the bottom up.
    function contains(
        bytes32 tree,
        uint256 index,
        bytes32 value,
        bytes32[] calldata proof
    ) internal pure returns (bool) {
        bytes32 node = leaf(index, value);
        // Reads the proof from calldata, whose bounds the ABI decoder has checked, and hashes in the scratch space.
        assembly ("memory-safe") {
            let end := add(proof.offset, shl(5, proof.length))
            for {
                let at := proof.offset
            } lt(at, end) {
                at := add(at, 0x20)
            } {
                let sibling := calldataload(at)
                // The smaller of the two comes first. By a branch: a place in memory that is computed from the two would cost
                // a little less, and `test/proofs/` could not follow it.
                switch lt(sibling, node)
                case 0 {
                    mstore(0x00, node)
                    mstore(0x20, sibling)
                }
                default {
                    mstore(0x00, sibling)
                    mstore(0x20, node)
                }
                node := keccak256(0x00, 0x40)
            }
        }
        return node == tree;
    }

    /// @notice The root of the tree that has these leaves in a row. Overwrites `nodes`.
    /// @param nodes The leaves, at least one.
    /// @param from Place of the first of them.
    /// @param count Number of rows in the whole tree, without padding.
    /// @param siblings Level by level from the bottom: the left neighbour where the range starts at an odd place, then
    /// the right one where it ends at an even place.
    /// @param expected `padding(count)` where the range ends with the last row, empty otherwise.
    /// @return root The root.
    /// @return padded False where the right neighbours are not those expected: since they hold all rows beyond the last
    /// one, the tree is not padded as it should be.
    function rangeRoot(
        bytes32[] memory nodes,
        uint256 from,
        uint256 count,
        bytes32[] calldata siblings,
        bytes32[] memory expected
    ) internal pure returns (bytes32 root, bool padded) {
        uint256 length = nodes.length;
        if (from + length > count) revert BatchTreeOutOfRange(from + length, count);
        padded = true;
        uint256 used = 0;
        uint256 compared = 0;
        // Cannot overflow: all are places in arrays, or levels.
        unchecked {
            for (uint256 level = height(count); level > 0; --level) {
                uint256 left = from & 1;
                if (left == 1) nodes[0] = Hashes.commutativeKeccak256(_load(siblings, used++), nodes[0]);
                uint256 pairs = (length - left) >> 1;
                if (pairs != 0) _hashPairs(nodes, left, pairs);
                if ((length - left) & 1 == 1) {
                    bytes32 right = _load(siblings, used++);
                    nodes[left + pairs] = Hashes.commutativeKeccak256(nodes[length - 1], right);
                    if (compared < expected.length && right != expected[compared++]) padded = false;
                }
                length = (length + left + 1) >> 1;
                from >>= 1;
            }
        }
        if (used != siblings.length) revert BatchTreeWrongProof(siblings.length, used);
        root = nodes[0];
    }

    /// @notice The nodes that hold the rows beyond the last one, which have value zero: one for each level at which a
    /// proof of the last row has a right neighbour, from the bottom up.
    /// @param count Number of rows, at least one. Takes some 400 gas for each row of padding.
    function padding(uint256 count) internal pure returns (bytes32[] memory nodes) {
        uint256 levels = height(count);
        nodes = new bytes32[](levels);
        uint256 length = 0;
        for (uint256 level = 0; level < levels; ++level) {
            uint256 place = (count - 1) >> level;
            if (place & 1 == 0) nodes[length++] = _empty(place + 1, level);
        }
        // Shortens the array: the room after its end stays reserved.
        assembly ("memory-safe") {
            mstore(nodes, length)
        }
    }

    /// @notice Levels above the leaves of a tree with this many rows.
    function height(uint256 count) internal pure returns (uint256 levels) {
        while (1 << levels < count) ++levels;
    }

    /// @dev The node at a place of a level above rows of value zero.
    function _empty(uint256 place, uint256 level) private pure returns (bytes32) {
        uint256 length = 1 << level;
        bytes32[] memory nodes = new bytes32[](length);
        for (uint256 i = 0; i < length; ++i) nodes[i] = leaf((place << level) + i, 0);
        for (length >>= 1; length > 0; length >>= 1) _hashPairs(nodes, 0, length);
        return nodes[0];
    }

    /// @dev A hash of a proof. Beyond the last one it is whatever the calldata has there: the caller counts.
    function _load(bytes32[] calldata hashes, uint256 place) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            hash := calldataload(add(hashes.offset, shl(5, place)))
        }
    }

    /// @dev Hashes neighbours, from place `start` on; the hashes take the places from there on. Relies on the callers that
    /// there are as many nodes.
    function _hashPairs(bytes32[] memory nodes, uint256 start, uint256 pairs) private pure {
        // Hashes in the scratch space, and writes where it has read before.
        assembly ("memory-safe") {
            let write := add(add(nodes, 0x20), shl(5, start))
            let read := write
            for {
                let end := add(write, shl(5, pairs))
            } lt(write, end) {
                write := add(write, 0x20)
            } {
                let left := mload(read)
                let right := mload(add(read, 0x20))
                // The smaller of the two comes first.
                let place := shl(5, lt(right, left))
                mstore(place, left)
                mstore(xor(place, 0x20), right)
                mstore(write, keccak256(0x00, 0x40))
                read := add(read, 0x40)
            }
        }
    }
}
