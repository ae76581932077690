// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev A handle of an index of witness nodes: its place in memory.
type Witness is uint256;

using WitnessIndex for Witness global;

/// @title Witness
/// @notice Finds a trie node, or code, by its hash. The nodes stay in calldata. Memory holds a hash table of their
/// places, and a node is copied only when an execution visits it. Surplus nodes therefore cost little more than their
/// calldata; and a visited node has memory of its own to be changed in, even if the trie has an equal node elsewhere.
/// @dev In memory: a word with the mask of the table, the heads of its chains, and entries of two words: a hash, and
/// `next entry (bits 64+) ‖ place in calldata (bits 32+) ‖ length`.
library WitnessIndex {
    /// @notice The execution needs a trie node or code that is not in the witness.
    /// @param hash Its keccak-256 hash.
    error MissingWitness(bytes32 hash);

    /// @notice The bytes at this place of the witness are no item in RLP, or the item runs past the end.
    error MalformedWitness(uint256 position);

    /// @notice Indexes a sequence of items in RLP: nodes, which are lists, and code, as byte strings.
    function index(bytes calldata nodes) internal pure returns (Witness witness) {
        uint256 cursor;
        uint256 end;
        assembly ("memory-safe") {
            // Builds the table in free memory, and reserves it at the end. An item is hashed where the next entry will
            // lie, in free memory. No place in calldata reaches 2^32: L1 gas runs out long before.
            witness := mload(0x40)
            // About one chain for each 512 bytes: a branch of 16 children has 532.
            let mask := sub(shl(sub(256, clz(shr(9, nodes.length))), 1), 1)
            mstore(witness, mask)
            let heads := add(witness, 0x20)
            let entry := add(heads, shl(5, add(mask, 1)))
            // Copying from past the end of calldata writes zeroes: no chain has an entry yet.
            calldatacopy(heads, calldatasize(), sub(entry, heads))

            cursor := nodes.offset
            end := add(cursor, nodes.length)
            for {} lt(cursor, end) {} {
                let word := calldataload(cursor)
                let first := byte(0, word)
                // A node is hashed with its prefix, a byte string without it.
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
                // No memory.
                cursor := sub(cursor, nodes.offset)
            }
            revert MalformedWitness(cursor);
        }
    }

    /// @notice Finds the node or code with this hash in calldata. Reverts with `MissingWitness` if it is not there.
    function find(Witness witness, bytes32 hash) internal pure returns (uint256 position, uint256 length) {
        uint256 entry;
        assembly ("memory-safe") {
            // Reads the table. The last entry of a chain links to zero, and there, in scratch space, lies the hash: the
            // loop ends.
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
