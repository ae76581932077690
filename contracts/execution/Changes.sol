// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Account} from "../trie/Account.sol";
import {Node} from "../trie/Node.sol";
import {Rlp} from "../trie/Rlp.sol";
import {Trie, TrieAlgorithms} from "../trie/Trie.sol";

/// @title Changes
/// @notice Commits the changes that the interpreter lists (IInterpreter) to the state.
/// @dev An operation writes or deletes one slot or one account. First come the accounts that stay: of each, the slots
/// that are set, the slots that are deleted, and then the account itself. Last come the accounts that are deleted. In
/// each trie deletions come last, because then they need only sibling nodes that the trie afterwards depends on,
/// whatever the order in which the L2 itself writes. After each operation the state has a root, from which another call
/// can go on.
///
/// Assembly here is memory-safe: it reads the list of changes, which is an allocated array.
library Changes {
    /// @notice The number of operations of a list of changes.
    function count(bytes memory changes) internal pure returns (uint256 operations) {
        (uint256 cursor, uint256 end) = _range(changes);
        for (; cursor < end; cursor = _next(cursor)) operations += _slots(cursor) + 1;
    }

    /// @notice Commits the operations from `first` to the one before `last`, counted from zero.
    /// @param account Memory for one account at a time.
    function commit(
        bytes memory changes,
        Trie memory state,
        Account memory account,
        uint256 first,
        uint256 last
    ) internal pure {
        (uint256 start, uint256 end) = _range(changes);
        uint256 done = 0;
        for (uint256 cursor = start; cursor < end; cursor = _next(cursor)) {
            if (_isDeletion(cursor)) continue;
            uint256 operations = _slots(cursor) + 1;
            if (done + operations > first && done < last) {
                _write(cursor, state, account, Math.saturatingSub(first, done), last - done);
            }
            done += operations;
        }
        for (uint256 cursor = start; cursor < end && done < last; cursor = _next(cursor)) {
            if (!_isDeletion(cursor)) continue;
            if (done >= first) account.remove(state, _owner(cursor));
            done += 1;
        }
    }

    /// @dev Writes an account that stays, and its slots, as far as their operations are from `first` to before `last`.
    /// @param cursor Where the account starts in the list.
    function _write(
        uint256 cursor,
        Trie memory state,
        Account memory account,
        uint256 first,
        uint256 last
    ) private pure {
        address owner = _owner(cursor);
        account.read(state, owner);
        (account.nonce, account.balance, account.codeHash) = _fields(cursor);
        if (first < _slots(cursor)) {
            Trie memory slotTrie = TrieAlgorithms.open(state.witness, account.storageRoot);
            uint256 done = _writeSlots(cursor, slotTrie, false, 0, first, last);
            _writeSlots(cursor, slotTrie, true, done, first, last);
            account.storageRoot = slotTrie.root();
        }
        account.write(state, owner);
    }

    /// @dev Writes the slots that are deleted, or the others, as far as their operations are from `first` to before
    /// `last`.
    /// @param done The number of operations before them.
    /// @return The number of operations after them.
    function _writeSlots(
        uint256 cursor,
        Trie memory slotTrie,
        bool deleted,
        uint256 done,
        uint256 first,
        uint256 last
    ) private pure returns (uint256) {
        unchecked {
            // Places in memory, and a count of slots in memory: all below 2^32.
            uint256 end = _next(cursor);
            for (cursor += 0xc0; cursor < end && done < last; cursor += 0x40) {
                (uint256 key, uint256 value) = _slot(cursor);
                if ((value == 0) != deleted) continue;
                if (done >= first) {
                    if (deleted) slotTrie.remove(key, 64);
                    else _put(slotTrie, key, value);
                }
                done += 1;
            }
        }
        return done;
    }

    function _put(Trie memory slotTrie, uint256 key, uint256 value) private pure {
        // The encoding is written where memory is free, and not allocated: the walk, which may allocate, comes first.
        Node leaf = slotTrie.insert(key, 64);
        uint256 place;
        assembly ("memory-safe") {
            // Reads the free memory pointer.
            place := mload(0x40)
        }
        uint256 end = Rlp.writeUint(place, value);
        leaf.setValue(place, end - place);
    }

    // Words of the list at a cursor.

    function _slot(uint256 cursor) private pure returns (uint256 keyHash, uint256 value) {
        assembly ("memory-safe") {
            // Reads the list. A slot has the hash of its key as key in the trie.
            keyHash := keccak256(cursor, 0x20)
            value := mload(add(cursor, 0x20))
        }
    }

    function _owner(uint256 cursor) private pure returns (address owner) {
        assembly ("memory-safe") {
            // Reads the list.
            owner := mload(cursor)
        }
    }

    function _isDeletion(uint256 cursor) private pure returns (bool deletion) {
        assembly ("memory-safe") {
            // Reads the list.
            deletion := mload(add(cursor, 0x20))
        }
    }

    function _fields(uint256 cursor) private pure returns (uint256 nonce, uint256 funds, bytes32 codeHash) {
        assembly ("memory-safe") {
            // Reads the list.
            nonce := mload(add(cursor, 0x40))
            funds := mload(add(cursor, 0x60))
            codeHash := mload(add(cursor, 0x80))
        }
    }

    function _slots(uint256 cursor) private pure returns (uint256 slots) {
        assembly ("memory-safe") {
            // Reads the list.
            slots := mload(add(cursor, 0xa0))
        }
    }

    function _range(bytes memory changes) private pure returns (uint256 start, uint256 end) {
        assembly ("memory-safe") {
            // Reads the length of the list.
            start := add(changes, 0x20)
            end := add(start, mload(changes))
        }
    }

    function _next(uint256 cursor) private pure returns (uint256 next) {
        assembly ("memory-safe") {
            // Reads the list: an account has six words, and two for each slot.
            next := add(add(cursor, 0xc0), shl(6, mload(add(cursor, 0xa0))))
        }
    }
}
