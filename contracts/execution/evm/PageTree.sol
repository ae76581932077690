// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Witness} from "../../trie/Witness.sol";

// Of a fork, the places of the nodes below it, and its size; of a leaf, its size. Constants of the file, because assembly
// reads them.

uint256 constant FORK_LEFT = 0x40;
uint256 constant FORK_SIZE = 0x80;
uint256 constant LEAF_SIZE = 0x40;

/// @title Page tree
/// @notice Finds the pages of a machine that paused: a crit-bit tree, of whose root the machine knows the hash. When the
/// machine pauses again, the executor puts its new pages into the tree (PageCommitment).
/// @dev A node is found in the witness by its hash, and has, in a word each:
///
///     a leaf    number of a page, hash of its content
///     a fork    1 + the highest bit in which the pages below it differ, the bits above, which they share, left, right
///
/// The root of a tree without pages is zero.
library PageTree {
    /// @notice The hash of a page's content; zero if the tree does not have the page.
    function find(Witness witness, bytes32 root, uint256 page) internal pure returns (bytes32 hash) {
        while (root != 0) {
            (uint256 position, uint256 size) = witness.find(root);
            assembly ("memory-safe") {
                // Reads the node in calldata: a fork leads on by the page's bit, if the page shares the bits above.
                root := 0
                let first := calldataload(position)
                let second := calldataload(add(position, 0x20))
                switch eq(size, FORK_SIZE)
                case 1 {
                    if iszero(shr(first, xor(page, second))) {
                        root := calldataload(add(add(position, FORK_LEFT), shl(5, and(shr(sub(first, 1), page), 1))))
                    }
                }
                default {
                    if eq(first, page) {
                        hash := second
                    }
                }
            }
        }
    }
}
