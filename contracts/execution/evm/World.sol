// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {EMPTY_CODE, MalformedAccount} from "../../trie/Account.sol";
import {EMPTY_ROOT} from "../../trie/Trie.sol";
import {TrieReader} from "../../trie/TrieReader.sol";
import {Witness} from "../../trie/Witness.sol";
import {Fork} from "../fork/Fork.sol";
import {Code} from "./Code.sol";
import {Entries, PLACE} from "./Entries.sol";
import {Journal} from "./Journal.sol";
import {ACCOUNTS, ENTRIES, HALT, STATE_ROOT, WITNESS, charge, halted, load, store} from "./Machine.sol";

/// @dev A word of an account's entry: the address of the first of its slots. A constant of the file, because assembly
/// in Slots reads it.
uint256 constant SLOTS = 0x120;

/// @title World
/// @notice Accounts as the transaction has changed them. An account is read from the state, by the witness, when the
/// transaction needs it for the first time.
/// @dev An account has an entry (Entries). What a revert undoes is written by `Journal.set`; reading an account is not
/// undone.
///
/// Assembly here is memory-safe: it touches scratch space, the entry of an account, which lies in a page on the heap,
/// and registers, which lie below the heap (Machine).
library World {
    // Words of an entry, after those that all entries have.

    uint256 internal constant ADDRESS = 0x60;
    uint256 internal constant FLAGS = 0x80;
    uint256 internal constant NONCE = 0xa0;
    uint256 internal constant BALANCE = 0xc0;
    uint256 internal constant CODE_HASH_OF = 0xe0;
    /// @dev Root of the storage before the transaction.
    uint256 internal constant STORAGE_ROOT = 0x100;
    /// @dev Address of the next account in the list of all accounts.
    uint256 internal constant NEXT_ACCOUNT = 0x140;
    /// @dev Whether the state before the transaction has the account: zero until it is read.
    uint256 internal constant ORIGIN_OF = 0x160;
    uint256 private constant ENTRY_SIZE = 0x180;

    uint256 private constant ABSENT = 1;
    uint256 internal constant PRESENT = 2;

    // Flags.

    /// @dev Accessed by the transaction (EIP-2929).
    uint256 internal constant WARM = 1;
    /// @dev Deleted at the end where it is empty (EIP-161).
    uint256 internal constant TOUCHED = 2;
    uint256 internal constant CHANGED = 4;
    /// @dev Created, or destroyed, by the transaction (EIP-6780).
    uint256 internal constant CREATED = 8;
    uint256 internal constant DESTROYED = 16;
    /// @dev An account with any of them may be empty at the end.
    uint256 internal constant CHANGES = TOUCHED | CHANGED | DESTROYED;

    /// @notice The entry of an account.
    function account(uint256 owner) internal pure returns (uint256 entry) {
        entry = _account(owner);
        _ensure(entry);
    }

    /// @notice Makes an account warm without reading it (EIP-2930, EIP-3651).
    function warm(uint256 owner) internal pure returns (uint256 entry) {
        entry = _account(owner);
        flag(entry, WARM);
    }

    /// @notice The entry of an account that an instruction accesses; charges for a cold one (EIP-2929).
    /// @param surcharge What a cold account costs beyond the instruction's own price.
    /// @return The state; HALT if gas runs out, and then the account is not read.
    function access(uint256 s, uint256 owner, uint256 surcharge) internal pure returns (uint256, uint256 entry) {
        entry = _account(owner);
        // Precompiles are always warm.
        if (load(entry + FLAGS) & WARM == 0 && !Fork.isPrecompile(owner)) {
            s = charge(s, surcharge);
            if (halted(s)) return (HALT, entry);
            flag(entry, WARM);
        }
        _ensure(entry);
        return (s, entry);
    }

    /// @notice Sets a flag.
    function flag(uint256 entry, uint256 bits) internal pure {
        Journal.set(entry, FLAGS, load(entry + FLAGS) | bits);
    }

    /// @notice Whether the account has neither nonce nor balance nor code: the state does not keep it (EIP-161).
    function isEmpty(uint256 entry) internal pure returns (bool result) {
        assembly ("memory-safe") {
            // Reads the entry; `and` of two booleans.
            result := and(
                iszero(or(mload(add(entry, NONCE)), mload(add(entry, BALANCE)))),
                eq(mload(add(entry, CODE_HASH_OF)), EMPTY_CODE)
            )
        }
    }

    /// @notice Whether a contract may be created at the address (EIP-684, EIP-7610).
    function isVacant(uint256 entry) internal pure returns (bool result) {
        assembly ("memory-safe") {
            // Reads the entry; `and` of three booleans.
            result := and(
                iszero(mload(add(entry, NONCE))),
                and(eq(mload(add(entry, CODE_HASH_OF)), EMPTY_CODE), eq(mload(add(entry, STORAGE_ROOT)), EMPTY_ROOT))
            )
        }
    }

    /// @notice Marks an account that is deleted at the end if it is empty (EIP-161).
    function touch(uint256 entry) internal pure {
        // A failed call of RIPEMD-160 touches it too, as all clients do since block 2,675,119 of Ethereum: no journal.
        if (load(entry + ADDRESS) == Fork.RIPEMD160) store(entry + FLAGS, load(entry + FLAGS) | TOUCHED);
        else flag(entry, TOUCHED);
    }

    /// @notice Moves value.
    /// @param value At most the balance of `from`.
    function transfer(uint256 from, uint256 to, uint256 value) internal pure {
        if (value != 0) {
            unchecked {
                // The caller checked the balance, and the sum of all balances is below 2^256.
                Journal.set(from, BALANCE, load(from + BALANCE) - value);
                Journal.set(to, BALANCE, load(to + BALANCE) + value);
            }
            flag(from, CHANGED);
            flag(to, CHANGED);
        }
    }

    /// @notice The record of the account's code (Code).
    function codeOf(uint256 entry) internal pure returns (uint256 record) {
        return Code.find(bytes32(load(entry + CODE_HASH_OF)));
    }

    /// @notice Lets an account run the code of another one from now on, if its nonce and its code allow it (EIP-7702).
    /// @param authority The account, which signed this.
    /// @param target The other account; zero ends a delegation.
    /// @param nonce The nonce for which it signed, below the highest one.
    /// @return exists Whether this was done, and the account existed before.
    function authorize(uint256 authority, uint256 target, uint256 nonce) internal pure returns (bool exists) {
        uint256 entry = account(authority);
        flag(entry, WARM);
        if (load(entry + NONCE) != nonce) return false;
        if (load(entry + CODE_HASH_OF) != uint256(EMPTY_CODE) && !Code.delegates(codeOf(entry))) return false;
        exists = load(entry + ORIGIN_OF) == PRESENT || !isEmpty(entry);
        Journal.set(entry, CODE_HASH_OF, target == 0 ? uint256(EMPTY_CODE) : load(Code.delegationTo(target)));
        unchecked {
            // The nonce is below the highest one.
            Journal.set(entry, NONCE, nonce + 1);
        }
        flag(entry, CHANGED);
    }

    /// @dev The entry of an account, which need not have been read.
    function _account(uint256 owner) private pure returns (uint256 entry) {
        uint256 hash;
        assembly ("memory-safe") {
            // In scratch space: the key of an account in the state is the hash of its 20 bytes.
            mstore(0, shl(96, owner))
            hash := keccak256(0, 20)
        }
        entry = Entries.find(hash);
        if (entry != 0) return entry;
        entry = Entries.add(hash, ENTRY_SIZE);
        unchecked {
            // There are fewer entries than bytes in their region (Entries).
            store(ENTRIES, load(ENTRIES) + 1);
        }
        assembly ("memory-safe") {
            // Fills the new entry, and makes it the first of the list of all accounts.
            mstore(add(entry, ADDRESS), owner)
            mstore(add(entry, NEXT_ACCOUNT), mload(ACCOUNTS))
            mstore(ACCOUNTS, mload(add(entry, PLACE)))
            mstore(add(entry, CODE_HASH_OF), EMPTY_CODE)
            mstore(add(entry, STORAGE_ROOT), EMPTY_ROOT)
        }
    }

    /// @dev Reads an account from the state unless that was done before.
    function _ensure(uint256 entry) private pure {
        if (load(entry + ORIGIN_OF) != 0) return;
        store(entry + ORIGIN_OF, ABSENT);
        bytes32 root = bytes32(load(STATE_ROOT));
        if (root == EMPTY_ROOT) return;
        (uint256 position, uint256 length) = TrieReader.find(Witness.wrap(load(WITNESS)), root, load(entry));
        if (length == 0) return;
        bool sound;
        assembly ("memory-safe") {
            // Reads calldata and writes the entry. The account is a list with a prefix of two bytes (0xf8, length); the
            // two hashes with their prefixes are its last 66 bytes, and nonce and balance have to end right before
            // them.
            let place := add(position, 2)
            let hashes := sub(add(position, length), 66)
            // A byte below 0x80 is the number itself; otherwise the first byte is 0x80 + its length.
            function scalar(from) -> word, next {
                let first := byte(0, calldataload(from))
                let size := 1
                if gt(first, 0x7f) {
                    size := sub(first, 0x80)
                    from := add(from, 1)
                }
                word := shr(sub(256, shl(3, size)), calldataload(from))
                next := add(from, size)
            }
            let word
            word, place := scalar(place)
            mstore(add(entry, NONCE), word)
            word, place := scalar(place)
            mstore(add(entry, BALANCE), word)
            sound := and(eq(place, hashes), eq(byte(0, calldataload(position)), 0xf8))
            mstore(add(entry, STORAGE_ROOT), calldataload(add(hashes, 1)))
            mstore(add(entry, CODE_HASH_OF), calldataload(add(hashes, 34)))
            mstore(add(entry, ORIGIN_OF), PRESENT)
        }
        if (!sound) revert MalformedAccount(address(uint160(load(entry + ADDRESS))));
    }
}
