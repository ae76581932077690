// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Node} from "./Node.sol";
import {Rlp} from "./Rlp.sol";
import {Trie, TrieAlgorithms} from "./Trie.sol";

/// @dev An account of the world state. One that the state does not have is all zero, with empty storage and code.
/// @param nonce Number of transactions that it sent, below 2^64.
/// @param balance In wei.
/// @param storageRoot Root of its storage trie.
/// @param codeHash keccak-256 of its code.
struct Account {
    uint256 nonce;
    uint256 balance;
    bytes32 storageRoot;
    bytes32 codeHash;
}

using Accounts for Account global;

/// @title Accounts
/// @notice Reads and writes the accounts of a world state: a trie with hashed addresses as keys.
library Accounts {
    /// @notice The value of this account's leaf is not an account in RLP.
    error MalformedAccount(address account);

    /// @notice keccak-256 of no code.
    bytes32 internal constant EMPTY_CODE = 0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470;

    /// @notice Reads an account into `account`, so that a long execution can use the same memory again.
    function read(Account memory account, Trie memory state, address owner) internal pure {
        (uint256 cursor, uint256 length) = state.get(_key(owner), 64);
        if (length == 0) {
            account.nonce = 0;
            account.balance = 0;
            account.storageRoot = TrieAlgorithms.EMPTY_ROOT;
            account.codeHash = EMPTY_CODE;
            return;
        }
        unchecked {
            // Places in memory.
            uint256 end = cursor + length;
            uint256 last;
            (cursor, last) = Rlp.readList(cursor, end);
            if (last != end) revert MalformedAccount(owner);
            (account.nonce, cursor) = Rlp.readUint(cursor, end);
            (account.balance, cursor) = Rlp.readUint(cursor, end);
            // Two hashes: 0xa0 and 32 bytes each.
            if (cursor + 66 != end || account.nonce >> 64 != 0) revert MalformedAccount(owner);
            bytes32 storageRoot;
            bytes32 codeHash;
            uint256 prefixes;
            assembly ("memory-safe") {
                prefixes := or(shl(8, byte(0, mload(cursor))), byte(0, mload(add(cursor, 33))))
                storageRoot := mload(add(cursor, 1))
                codeHash := mload(add(cursor, 34))
            }
            if (prefixes != 0xa0a0) revert MalformedAccount(owner);
            account.storageRoot = storageRoot;
            account.codeHash = codeHash;
        }
    }

    /// @notice Writes an account, which must not be empty.
    function write(Account memory account, Trie memory state, address owner) internal pure {
        // The walk may copy nodes to free memory, so the encoding, which is not allocated, comes after it.
        Node leaf = state.insert(_key(owner), 64);
        uint256 payload;
        assembly ("memory-safe") {
            payload := add(mload(0x40), 0x20)
        }
        uint256 cursor = Rlp.writeUint(payload, account.nonce);
        cursor = Rlp.writeUint(cursor, account.balance);
        bytes32 storageRoot = account.storageRoot;
        bytes32 codeHash = account.codeHash;
        assembly ("memory-safe") {
            mstore8(cursor, 0xa0)
            mstore(add(cursor, 1), storageRoot)
            mstore8(add(cursor, 33), 0xa0)
            mstore(add(cursor, 34), codeHash)
            cursor := add(cursor, 66)
        }
        uint256 start = Rlp.prependList(payload, cursor - payload);
        leaf.setValue(start, cursor - start);
    }

    /// @notice Deletes an account where the state has it but it is empty.
    function clear(Account memory account, Trie memory state, address owner) internal pure {
        account.read(state, owner);
        if (account.isEmpty()) state.remove(_key(owner), 64);
    }

    /// @notice Whether the account is empty in the sense of EIP-161.
    function isEmpty(Account memory account) internal pure returns (bool) {
        return account.nonce == 0 && account.balance == 0 && !account.hasCode();
    }

    /// @notice Whether the account has code.
    function hasCode(Account memory account) internal pure returns (bool) {
        return account.codeHash != EMPTY_CODE;
    }

    function _key(address owner) private pure returns (uint256 key) {
        assembly ("memory-safe") {
            mstore(0, shl(96, owner))
            key := keccak256(0, 20)
        }
    }
}
