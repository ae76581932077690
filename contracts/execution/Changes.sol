// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Account} from "./Account.sol";
import {Node} from "./Node.sol";
import {Rlp} from "./Rlp.sol";
import {Trie, TrieAlgorithms} from "./Trie.sol";

/// @title Changes
/// @notice Commits what the interpreter lists (IInterpreter) to the state.
/// @dev In each trie deletions come last: then they need no other sibling nodes than those that the trie afterwards
/// depends on, whatever the order in which the L2 writes.
library Changes {
    /// @notice Commits a list of changes.
    /// @param account Memory for one account at a time.
    function commit(bytes memory changes, Trie memory state, Account memory account) internal pure {
        uint256 start;
        uint256 end;
        assembly ("memory-safe") {
            start := add(changes, 0x20)
            end := add(start, mload(changes))
        }
        for (uint256 cursor = start; cursor < end; cursor = _next(cursor)) {
            if (!_isDeletion(cursor)) _write(cursor, state, account);
        }
        for (uint256 cursor = start; cursor < end; cursor = _next(cursor)) {
            if (_isDeletion(cursor)) account.remove(state, _owner(cursor));
        }
    }

    function _write(uint256 cursor, Trie memory state, Account memory account) private pure {
        address owner = _owner(cursor);
        account.read(state, owner);
        (uint256 nonce, uint256 balance, bytes32 codeHash, uint256 slots) = _fields(cursor);
        account.nonce = nonce;
        account.balance = balance;
        account.codeHash = codeHash;
        if (slots != 0) account.storageRoot = _writeSlots(cursor, slots, state, account.storageRoot);
        account.write(state, owner);
    }

    function _writeSlots(
        uint256 cursor,
        uint256 slots,
        Trie memory state,
        bytes32 root
    ) private pure returns (bytes32) {
        Trie memory slotTrie = TrieAlgorithms.open(state.witness, root);
        bool deletes = false;
        unchecked {
            // The list lies in memory.
            uint256 start = cursor + 0xc0;
            uint256 end = start + 0x40 * slots;
            for (cursor = start; cursor < end; cursor += 0x40) {
                (uint256 key, uint256 value) = _slot(cursor);
                if (value == 0) deletes = true;
                else _put(slotTrie, key, value);
            }
            for (cursor = start; deletes && cursor < end; cursor += 0x40) {
                (uint256 key, uint256 value) = _slot(cursor);
                if (value == 0) slotTrie.remove(key, 64);
            }
        }
        return slotTrie.root();
    }

    function _put(Trie memory slotTrie, uint256 key, uint256 value) private pure {
        // The walk may copy nodes to free memory, so the encoding, which is not allocated, comes after it.
        Node leaf = slotTrie.insert(key, 64);
        uint256 place;
        assembly ("memory-safe") {
            place := mload(0x40)
        }
        uint256 end = Rlp.writeUint(place, value);
        leaf.setValue(place, end - place);
    }

    function _slot(uint256 cursor) private pure returns (uint256 keyHash, uint256 value) {
        assembly ("memory-safe") {
            keyHash := keccak256(cursor, 0x20)
            value := mload(add(cursor, 0x20))
        }
    }

    function _owner(uint256 cursor) private pure returns (address owner) {
        assembly ("memory-safe") {
            owner := mload(cursor)
        }
    }

    function _isDeletion(uint256 cursor) private pure returns (bool deletion) {
        assembly ("memory-safe") {
            deletion := mload(add(cursor, 0x20))
        }
    }

    function _fields(
        uint256 cursor
    ) private pure returns (uint256 nonce, uint256 funds, bytes32 codeHash, uint256 slots) {
        assembly ("memory-safe") {
            nonce := mload(add(cursor, 0x40))
            funds := mload(add(cursor, 0x60))
            codeHash := mload(add(cursor, 0x80))
            slots := mload(add(cursor, 0xa0))
        }
    }

    function _next(uint256 cursor) private pure returns (uint256 next) {
        assembly ("memory-safe") {
            next := add(add(cursor, 0xc0), shl(6, mload(add(cursor, 0xa0))))
        }
    }
}
