// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {NONE, Node} from "../../../contracts/trie/Node.sol";
import {Trie, TrieAlgorithms} from "../../../contracts/trie/Trie.sol";
import {WitnessIndex} from "../../../contracts/trie/Witness.sol";

/// @title Trie harness
/// @notice Opens the trie library to tests.
contract TrieHarness {
    /// @notice Puts each value at its key, or deletes the key if the value is empty.
    /// @return roots The root after each step.
    function update(
        bytes32 root,
        bytes calldata witness,
        bytes[] memory keys,
        bytes[] memory values,
        bool secure
    ) external pure returns (bytes32[] memory roots) {
        Trie memory trie = TrieAlgorithms.open(WitnessIndex.index(witness), root);
        roots = new bytes32[](keys.length);
        for (uint256 i = 0; i < keys.length; i++) {
            (uint256 key, uint256 nibbles) = _key(keys[i], secure);
            _set(trie, key, nibbles, values[i]);
            roots[i] = trie.root();
        }
    }

    /// @notice Does the same, with one root at the end: the nodes stay stale in between.
    function updateAll(
        bytes32 root,
        bytes calldata witness,
        bytes[] memory keys,
        bytes[] memory values,
        bool secure
    ) external pure returns (bytes32) {
        Trie memory trie = TrieAlgorithms.open(WitnessIndex.index(witness), root);
        for (uint256 i = 0; i < keys.length; i++) {
            (uint256 key, uint256 nibbles) = _key(keys[i], secure);
            _set(trie, key, nibbles, values[i]);
        }
        return trie.root();
    }

    /// @notice The values of keys, empty if absent.
    function get(
        bytes32 root,
        bytes calldata witness,
        bytes[] memory keys,
        bool secure
    ) external pure returns (bytes[] memory values) {
        Trie memory trie = TrieAlgorithms.open(WitnessIndex.index(witness), root);
        values = new bytes[](keys.length);
        for (uint256 i = 0; i < keys.length; i++) {
            (uint256 key, uint256 nibbles) = _key(keys[i], secure);
            Node node = trie.find(key, nibbles);
            if (node == NONE) continue;
            (uint256 place, uint256 length) = node.valueOf();
            values[i] = new bytes(length);
            bytes memory value = values[i];
            assembly ("memory-safe") {
                mcopy(add(value, 0x20), place, length)
            }
        }
    }

    function _set(Trie memory trie, uint256 key, uint256 nibbles, bytes memory value) private pure {
        if (value.length == 0) return trie.remove(key, nibbles);
        uint256 place;
        assembly ("memory-safe") {
            place := add(value, 0x20)
        }
        // Half of the values are changed like accounts: the node is looked up, then gets its value.
        Node node = uint256(keccak256(value)) & 1 == 0 ? NONE : trie.findToChange(key, nibbles);
        if (node == NONE) trie.put(key, nibbles, place, value.length);
        else node.setValue(place, value.length);
    }

    function _key(bytes memory key, bool secure) private pure returns (uint256 word, uint256 nibbles) {
        require(secure || key.length <= 32, "a plain key has 32 bytes at most");
        return secure ? (uint256(keccak256(key)), 64) : (uint256(bytes32(key)), 2 * key.length);
    }
}
