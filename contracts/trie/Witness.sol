// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

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
    /// @notice A trie node or a piece of code that the execution needs is not in the witness.
    /// @param hash Its keccak-256 hash.
    error MissingWitness(bytes32 hash);

    /// @notice The bytes at this place of the witness are not an item in RLP that ends within it.
    error MalformedWitness(uint256 position);

    /// @notice Indexes items in RLP that lie one behind the other: nodes, which are lists, and code as strings.
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
                // What is hashed: a node with its prefix, a byte string without.
                let start := cursor
                let size := sub(first, 0xbf)
                switch gt(first, 0xf7)
                case 1 {
                    let lengthSize := sub(first, 0xf7)
                    size := add(add(lengthSize, 1), shr(sub(256, shl(3, lengthSize)), shl(8, word)))
                }
                default {
                    if lt(first, 0xc0) {
                        // A byte below 0x80 is a string without a prefix.
                        size := 1
                        if gt(first, 0x7f) {
                            start := add(start, 1)
                            size := sub(first, 0x80)
                        }
                        if gt(first, 0xb7) {
                            let lengthSize := sub(first, 0xb7)
                            start := add(start, lengthSize)
                            size := shr(sub(256, shl(3, lengthSize)), shl(8, word))
                        }
                        if gt(start, end) {
                            break
                        }
                    }
                }
                if gt(size, sub(end, start)) {
                    break
                }
                let body := add(entry, 0x40)
                calldatacopy(body, start, size)
                let hash := keccak256(body, size)
                let head := add(heads, shl(5, and(hash, mask)))
                mstore(entry, hash)
                mstore(add(entry, 0x20), or(or(shl(64, mload(head)), shl(32, start)), size))
                mstore(head, entry)
                entry := body
                cursor := add(start, size)
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
            // Behind the last entry of a chain, so that each ends in the hash.
            mstore(0, hash)
            entry := mload(add(add(witness, 0x20), shl(5, and(hash, mload(witness)))))
            for {} xor(mload(entry), hash) {} {
                entry := shr(64, mload(add(entry, 0x20)))
            }
            let link := mload(add(entry, 0x20))
            position := and(shr(32, link), 0xffffffff)
            length := and(link, 0xffffffff)
        }
        if (entry == 0) revert MissingWitness(hash);
    }
}
