// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {BlockContext} from "../types/BlockContext.sol";

/// @dev A batch tree that grows from left to right.
/// @param count Leaves so far.
/// @param peaks Roots of the complete subtrees, the largest first: one for each set bit of `count`.
struct Frontier {
    uint256 count;
    bytes32[] peaks;
}

/// @title Batch tree
/// @notice The Merkle tree of MTSR and MTTBR: what `StandardMerkleTree` of `@openzeppelin/merkle-tree` gives for the
/// rows `[uint256 index, bytes32 value]` in order, padded with rows of value zero to a power of two.
library BatchTree {
    /// @dev A tree of less than 2**33 leaves has at most 33 peaks, and transaction counts are 32-bit numbers.
    uint256 private constant MAX_PEAKS = 33;

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
        // keccak-256 of the packed 8 + 8 + 20 + 32 bytes. Solidity keeps no surplus bits in memory, so no value spills
        // into its neighbour. Writes beyond the free memory pointer only, and leaves the memory free.
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, or(shl(192, height_), or(shl(128, time), shr(32, payee))))
            mstore(add(free, 32), shl(224, payee))
            mstore(add(free, 36), txHash)
            value := keccak256(free, 68)
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
                // The smaller of the two comes first.
                let place := shl(5, lt(sibling, node))
                mstore(place, node)
                mstore(xor(place, 0x20), sibling)
                node := keccak256(0x00, 0x40)
            }
        }
        return node == tree;
    }

    /// @notice Continues a tree from its peaks, with the room that `append` needs.
    function resume(uint256 count, bytes32[] calldata peaks) internal pure returns (Frontier memory frontier) {
        bytes32[] memory stack = new bytes32[](MAX_PEAKS);
        for (uint256 i = 0; i < peaks.length; ++i) stack[i] = peaks[i];
        _setLength(stack, peaks.length);
        return Frontier({count: count, peaks: stack});
    }

    /// @notice Adds the next value. The frontier comes from `resume`, and holds less than 2**32 values.
    function append(Frontier memory frontier, bytes32 value) internal pure {
        uint256 count = frontier.count;
        bytes32 node = leaf(count, value);
        bytes32[] memory peaks = frontier.peaks;
        // Stays within the room for `MAX_PEAKS` that `resume` reserved. `top` is the place of the last peak.
        assembly ("memory-safe") {
            // Each set bit of the count has a peak. Adding one carries over the trailing ones, whose peaks merge.
            let top := add(peaks, shl(5, mload(peaks)))
            for {
                let bits := count
            } and(bits, 1) {
                bits := shr(1, bits)
            } {
                let left := mload(top)
                top := sub(top, 0x20)
                switch lt(left, node)
                case 1 {
                    mstore(0x00, left)
                    mstore(0x20, node)
                }
                default {
                    mstore(0x00, node)
                    mstore(0x20, left)
                }
                node := keccak256(0x00, 0x40)
            }
            top := add(top, 0x20)
            mstore(top, node)
            mstore(peaks, shr(5, sub(top, peaks)))
            mstore(frontier, add(count, 1))
        }
    }

    /// @notice The root of the finished tree. Pads the tree in place.
    function root(Frontier memory frontier) internal pure returns (bytes32) {
        uint256 size = 1 << height(frontier.count);
        while (frontier.count < size) append(frontier, 0);
        return frontier.peaks[0];
    }

    /// @notice The root of the tree that has these leaves in a row. Overwrites `nodes`.
    /// @param nodes The leaves, at least one.
    /// @param from Place of the first of them.
    /// @param count Number of rows in the whole tree, without padding.
    /// @param siblings Level by level from the bottom: the left neighbour where the range starts at an odd place, then
    /// the right one where it ends at an even place.
    function rangeRoot(
        bytes32[] memory nodes,
        uint256 from,
        uint256 count,
        bytes32[] calldata siblings
    ) internal pure returns (bytes32) {
        uint256 length = nodes.length;
        if (from + length > count) revert BatchTreeOutOfRange(from + length, count);
        uint256 used = 0;
        for (uint256 level = height(count); level > 0; --level) {
            uint256 read = 0;
            uint256 write = 0;
            if (from & 1 == 1) {
                nodes[0] = Hashes.commutativeKeccak256(siblings[used++], nodes[0]);
                (read, write) = (1, 1);
            }
            for (; read + 1 < length; read += 2) {
                nodes[write++] = Hashes.commutativeKeccak256(nodes[read], nodes[read + 1]);
            }
            if (read < length) nodes[write++] = Hashes.commutativeKeccak256(nodes[read], siblings[used++]);
            length = write;
            from >>= 1;
        }
        if (used != siblings.length) revert BatchTreeWrongProof(siblings.length, used);
        return nodes[0];
    }

    /// @notice Levels above the leaves of a tree with this many rows.
    function height(uint256 count) internal pure returns (uint256 levels) {
        while (1 << levels < count) ++levels;
    }

    /// @dev Shortens an array: the room after its end stays reserved.
    function _setLength(bytes32[] memory array, uint256 length) private pure {
        assembly ("memory-safe") {
            mstore(array, length)
        }
    }
}
