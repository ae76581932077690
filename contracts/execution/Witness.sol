// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IExecutor} from "./IExecutor.sol";

/// @dev Handle of an index of witness nodes in memory.
type Witness is uint256;

using WitnessIndex for Witness global;

/// @title Witness
/// @notice Finds a trie node by its hash. The nodes stay in calldata: memory holds a hash table that leads to them, and
/// a node is copied where an execution visits it. Surplus nodes therefore cost their calldata and little else, and each
/// visited node has memory of its own to change in place, even where two places of a trie hold equal nodes.
/// @dev In memory: a word with the mask of the table, then the heads of its chains, then the entries of two words: the
/// hash, and `next entry (bits 64+) ‖ place in calldata (bits 32+) ‖ length`.
library WitnessIndex {
    /// @notice The bytes at this place of the witness are not a list in RLP that ends within it.
    error MalformedWitness(uint256 position);

    /// @notice Indexes nodes in RLP that lie one behind the other.
    function index(bytes calldata nodes) internal pure returns (Witness witness) {
        uint256 cursor;
        uint256 end;
        // No position in calldata reaches 2^32: the gas limit ends calldata long before.
        assembly ("memory-safe") {
            witness := mload(0x40)
            // About one chain for each 512 bytes; a branch of 16 children has 532.
            let mask := sub(shl(sub(256, clz(shr(9, nodes.length))), 1), 1)
            mstore(witness, mask)
            let heads := add(witness, 0x20)
            let entry := add(heads, shl(5, add(mask, 1)))
            // Copying from behind the calldata writes zeroes.
            calldatacopy(heads, calldatasize(), sub(entry, heads))

            cursor := nodes.offset
            end := add(cursor, nodes.length)
            for {} lt(cursor, end) {} {
                let word := calldataload(cursor)
                let first := byte(0, word)
                let prefix := 1
                let skipped := 0
                // Of strings and of lists alike; a byte below 0x80 is a string without a prefix.
                let size := and(first, 0x3f)
                if gt(size, 55) {
                    let lengthSize := sub(size, 55)
                    prefix := add(lengthSize, 1)
                    size := shr(sub(256, shl(3, lengthSize)), shl(8, word))
                }
                // A node is hashed with its prefix, the bytes of a string without.
                switch gt(first, 0xbf)
                case 1 {
                    size := add(size, prefix)
                }
                default {
                    if lt(first, 0x80) {
                        prefix := 0
                        size := 1
                    }
                    skipped := prefix
                }
                if gt(add(skipped, size), sub(end, cursor)) {
                    break
                }
                let body := add(entry, 0x40)
                calldatacopy(body, add(cursor, skipped), size)
                let hash := keccak256(body, size)
                let head := add(heads, shl(5, and(hash, mask)))
                mstore(entry, hash)
                mstore(add(entry, 0x20), or(or(shl(64, mload(head)), shl(32, add(cursor, skipped))), size))
                mstore(head, entry)
                entry := body
                cursor := add(cursor, add(skipped, size))
            }
            mstore(0x40, entry)
        }
        if (cursor != end) {
            assembly ("memory-safe") {
                cursor := sub(cursor, nodes.offset)
            }
            revert MalformedWitness(cursor);
        }
    }

    /// @notice Where the node with a hash lies in calldata. Reverts where the witness does not have it.
    function find(Witness witness, bytes32 hash) internal pure returns (uint256 position, uint256 length) {
        uint256 entry;
        assembly ("memory-safe") {
            entry := mload(add(add(witness, 0x20), shl(5, and(hash, mload(witness)))))
            let link := 0
            for {} entry {} {
                link := mload(add(entry, 0x20))
                if eq(mload(entry), hash) {
                    break
                }
                entry := shr(64, link)
            }
            position := and(shr(32, link), 0xffffffff)
            length := and(link, 0xffffffff)
        }
        if (entry == 0) revert IExecutor.MissingWitness(hash);
    }
}
