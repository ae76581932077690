// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Account} from "../trie/Account.sol";
import {Node} from "../trie/Node.sol";
import {Rlp} from "../trie/Rlp.sol";
import {Trie, TrieAlgorithms} from "../trie/Trie.sol";

/// @title Changes
/// @notice Commits what the interpreter lists (IInterpreter) to the state.
/// @dev One operation after the other: for each account that stays its slots, first those that are set, then those that
/// are deleted, and the account itself; in the end the accounts that go. In each trie deletions come last: then they need
/// no other sibling nodes than those that the trie afterwards depends on, whatever the order in which the L2 writes.
/// Between any two operations the state has a root, from which the rest can be done in another call.
library Changes {
    /// @notice How many operations a list of changes takes.
    function count(bytes memory changes) internal pure returns (uint256 operations) {
        (uint256 cursor, uint256 end) = _range(changes);
        for (; cursor < end; cursor = _next(cursor)) operations += _slots(cursor) + 1;
    }

    /// @notice Commits the operations from `first` up to `last`, which is left out.
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

    /// @dev Writes the slots that are deleted, or the others, as far as their operations are between `first` and `last`.
    /// @param done Operations before them.
    function _writeSlots(
        uint256 cursor,
        Trie memory slotTrie,
        bool deleted,
        uint256 done,
        uint256 first,
        uint256 last
    ) private pure returns (uint256) {
        unchecked {
            // Places in memory, and operations that are fewer.
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

    function _fields(uint256 cursor) private pure returns (uint256 nonce, uint256 funds, bytes32 codeHash) {
        assembly ("memory-safe") {
            nonce := mload(add(cursor, 0x40))
            funds := mload(add(cursor, 0x60))
            codeHash := mload(add(cursor, 0x80))
        }
    }

    function _slots(uint256 cursor) private pure returns (uint256 slots) {
        assembly ("memory-safe") {
            slots := mload(add(cursor, 0xa0))
        }
    }

    function _range(bytes memory changes) private pure returns (uint256 start, uint256 end) {
        assembly ("memory-safe") {
            start := add(changes, 0x20)
            end := add(start, mload(changes))
        }
    }

    function _next(uint256 cursor) private pure returns (uint256 next) {
        assembly ("memory-safe") {
            next := add(add(cursor, 0xc0), shl(6, mload(add(cursor, 0xa0))))
        }
    }
}
