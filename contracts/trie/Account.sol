// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {NONE, Node} from "./Node.sol";
import {Rlp} from "./Rlp.sol";
import {EMPTY_ROOT, Trie} from "./Trie.sol";

/// @dev The hash of empty code, keccak256("").
bytes32 constant EMPTY_CODE = 0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470;

/// @notice The leaf of this account does not hold an account in RLP.
error MalformedAccount(address account);

/// @dev An account of the world state. An absent one has nonce and balance zero, and empty storage and code.
/// @param nonce The number of transactions that it sent and contracts that it created, below 2^64.
/// @param balance In wei.
/// @param storageRoot Root of its storage trie.
/// @param codeHash keccak-256 of its code.
/// @param leaf Its leaf in the trie; `NONE` if it is absent.
struct Account {
    uint256 nonce;
    uint256 balance;
    bytes32 storageRoot;
    bytes32 codeHash;
    Node leaf;
}

using Accounts for Account global;

/// @title Accounts
/// @notice Reads and writes the accounts of a world state: a trie with hashed addresses as keys.
library Accounts {
    /// @notice Reads an account that is about to change, into memory that a long execution can use again and again.
    function read(Account memory account, Trie memory state, address owner) internal pure {
        Node leaf = state.findToChange(_key(owner), 64);
        account.leaf = leaf;
        if (leaf == NONE) {
            account.nonce = 0;
            account.balance = 0;
            account.storageRoot = EMPTY_ROOT;
            account.codeHash = EMPTY_CODE;
            return;
        }
        (uint256 cursor, uint256 length) = leaf.valueOf();
        uint256 head;
        uint256 prefixes;
        bytes32 storageRoot;
        bytes32 codeHash;
        unchecked {
            // Places in memory, and the length of a value, which is one at least.
            uint256 end = cursor + length;
            assembly ("memory-safe") {
                // Only reads.
                head := shr(240, mload(cursor))
            }
            (account.nonce, cursor) = Rlp.readUint(cursor + 2, end);
            (account.balance, cursor) = Rlp.readUint(cursor, end);
            // Two integers and two hashes have 68 to 108 bytes, so the prefix of the list has two.
            if (head != 0xf800 + length - 2 || cursor + 66 != end) revert MalformedAccount(owner);
        }
        assembly ("memory-safe") {
            // Only reads: two hashes of 33 bytes each are left.
            prefixes := or(shl(8, byte(0, mload(cursor))), byte(0, mload(add(cursor, 33))))
            storageRoot := mload(add(cursor, 1))
            codeHash := mload(add(cursor, 34))
        }
        if (prefixes != 0xa0a0 || account.nonce >> 64 != 0) revert MalformedAccount(owner);
        account.storageRoot = storageRoot;
        account.codeHash = codeHash;
    }

    /// @notice Writes an account that has just been read. It must not be empty.
    function write(Account memory account, Trie memory state, address owner) internal pure {
        // `insert` may copy nodes to free memory. The encoding uses free memory too, so it comes afterwards.
        Node leaf = account.leaf == NONE ? state.insert(_key(owner), 64) : account.leaf;
        uint256 payload;
        assembly ("memory-safe") {
            // Free memory, with room for the prefix of the list before the payload.
            payload := add(mload(0x40), 0x20)
        }
        uint256 cursor = Rlp.writeUint(payload, account.nonce);
        cursor = Rlp.writeUint(cursor, account.balance);
        bytes32 storageRoot = account.storageRoot;
        bytes32 codeHash = account.codeHash;
        uint256 length;
        assembly ("memory-safe") {
            // Free memory: the payload ends with two hashes, and has 108 bytes at most.
            mstore8(cursor, 0xa0)
            mstore(add(cursor, 1), storageRoot)
            mstore8(add(cursor, 33), 0xa0)
            mstore(add(cursor, 34), codeHash)
            length := sub(add(cursor, 66), payload)
            mstore8(sub(payload, 2), 0xf8)
            mstore8(sub(payload, 1), length)
        }
        unchecked {
            // The payload has room before it, and its length is small.
            leaf.setValue(payload - 2, length + 2);
        }
    }

    /// @notice Deletes an account if it is in the state and empty.
    function clear(Account memory account, Trie memory state, address owner) internal pure {
        account.read(state, owner);
        if (account.isEmpty()) state.remove(_key(owner), 64);
    }

    /// @notice Deletes an account.
    function remove(Account memory, Trie memory state, address owner) internal pure {
        state.remove(_key(owner), 64);
    }

    /// @notice Whether the account is empty in the sense of EIP-161.
    function isEmpty(Account memory account) internal pure returns (bool) {
        return account.nonce == 0 && account.balance == 0 && !account.hasCode();
    }

    /// @notice Whether the account has code.
    function hasCode(Account memory account) internal pure returns (bool) {
        return account.codeHash != EMPTY_CODE;
    }

    /// @dev The key of an account in the trie: the hash of its address.
    function _key(address owner) private pure returns (uint256 key) {
        assembly ("memory-safe") {
            // In scratch space.
            mstore(0, shl(96, owner))
            key := keccak256(0, 20)
        }
    }
}
