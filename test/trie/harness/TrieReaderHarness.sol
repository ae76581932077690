// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Trie, TrieAlgorithms} from "../../../contracts/trie/Trie.sol";
import {NONE, Node} from "../../../contracts/trie/Node.sol";
import {TrieReader} from "../../../contracts/trie/TrieReader.sol";
import {Witness, WitnessIndex} from "../../../contracts/trie/Witness.sol";

/// @title Trie reader harness
/// @notice Opens the trie reader to tests, and `Trie`, which copies nodes, to compare it with.
contract TrieReaderHarness {
    /// @notice The values of keys, empty if absent.
    function read(
        bytes32 root,
        bytes calldata witness,
        uint256[] calldata keys
    ) external pure returns (bytes[] memory values) {
        Witness index = WitnessIndex.index(witness);
        values = new bytes[](keys.length);
        for (uint256 i = 0; i < keys.length; i++) {
            (uint256 position, uint256 length) = TrieReader.find(index, root, keys[i]);
            bytes memory value = new bytes(length);
            assembly ("memory-safe") {
                calldatacopy(add(value, 0x20), position, length)
            }
            values[i] = value;
        }
    }

    /// @notice The same by way of the trie that can be changed.
    function readCopied(
        bytes32 root,
        bytes calldata witness,
        uint256[] calldata keys
    ) external pure returns (bytes[] memory values) {
        Trie memory trie = TrieAlgorithms.open(WitnessIndex.index(witness), root);
        values = new bytes[](keys.length);
        for (uint256 i = 0; i < keys.length; i++) {
            Node node = trie.find(keys[i], 64);
            if (node == NONE) continue;
            (uint256 place, uint256 length) = node.valueOf();
            bytes memory value = new bytes(length);
            assembly ("memory-safe") {
                mcopy(add(value, 0x20), place, length)
            }
            values[i] = value;
        }
    }
}
