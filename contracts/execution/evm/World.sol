// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {Fork} from "../fork/Fork.sol";
import {TrieReader} from "../../trie/TrieReader.sol";
import {Witness} from "../../trie/Witness.sol";
import {Code} from "./Code.sol";
import {
    ACCOUNTS,
    ENTRIES,
    HALT,
    HEADS,
    KEPT_END,
    REFUND,
    STATE_ROOT,
    UNDO,
    WITNESS,
    charge,
    halted,
    load,
    store
} from "./Machine.sol";
import {Pages} from "./Pages.sol";

/// @title World
/// @notice Accounts, storage and transient storage as the transaction has changed them. An entry is read from the
/// state by the witness when it is needed for the first time.
/// @dev Entries lie in pages, where they stay. Binary trees lead to them by the bits of a hash, from a table of 64
/// heads. What a revert has to undo is written with `set`, which keeps the old word in a journal: an array in a region
/// of its own. Words of an account's entry:
///
///     0 hash of the address  1 its own address in the pages  2 entries below it, half a word each  3 address
///     4 flags  5 nonce  6 balance  7 code hash  8 root of the storage before the transaction  9 first slot
///     10 next account  11 whether the state has it: zero until it is read, ABSENT, PRESENT
///
/// of a slot's: 0 hash of address and key  1, 2 as above  3 key  4 whether it is warm  5 value before the transaction
/// 6 value  7 next slot of the account  8 whether it is read.
library World {
    /// @notice The value of a leaf of the state is not an account in RLP.
    error MalformedAccount(address account);
    /// @notice The value of a leaf of a storage trie is not a number in RLP.
    error MalformedSlot(address account, uint256 key);

    /// @dev The heads are taken by the last bits of a hash.
    uint256 private constant HEAD_BITS = 6;
    uint256 private constant HEAD_MASK = 0x3f;
    uint256 private constant HALF = 0xffffffffffffffffffffffffffffffff;

    uint256 internal constant PLACE = 0x20;
    uint256 private constant BELOW = 0x40;

    uint256 internal constant ADDRESS = 0x60;
    uint256 internal constant FLAGS = 0x80;
    uint256 internal constant NONCE = 0xa0;
    uint256 internal constant BALANCE = 0xc0;
    uint256 internal constant CODE_HASH_OF = 0xe0;
    uint256 internal constant STORAGE_ROOT = 0x100;
    uint256 internal constant SLOTS = 0x120;
    uint256 internal constant NEXT_ACCOUNT = 0x140;
    uint256 internal constant ORIGIN_OF = 0x160;
    uint256 private constant ACCOUNT_SIZE = 0x180;

    uint256 internal constant KEY = 0x60;
    uint256 internal constant WARM_SLOT = 0x80;
    uint256 internal constant ORIGINAL = 0xa0;
    uint256 internal constant CURRENT = 0xc0;
    uint256 internal constant NEXT_SLOT = 0xe0;
    uint256 private constant SLOT_READ = 0x100;
    uint256 private constant SLOT_SIZE = 0x120;

    /// @dev Transient slots whose keys differ in these bits alone lie in one stretch of addresses.
    uint256 private constant NEAR_BITS = 16;

    /// @dev Of the journal: where the word was, and the word.
    uint256 private constant UNDO_SIZE = 0x40;
    uint256 private constant UNDO_PER_PAGE = Pages.SIZE / UNDO_SIZE;

    /// @dev Accessed by the transaction (EIP-2929).
    uint256 internal constant WARM = 1;
    /// @dev Deleted at the end where it is empty (EIP-161).
    uint256 internal constant TOUCHED = 2;
    uint256 internal constant CHANGED = 4;
    /// @dev Created, or destroyed, by the transaction (EIP-6780).
    uint256 internal constant CREATED = 8;
    uint256 internal constant DESTROYED = 16;
    /// @dev Any of them may leave an empty account behind.
    uint256 internal constant CHANGES = TOUCHED | CHANGED | DESTROYED;

    /// @dev Whether the state before the transaction has it.
    uint256 private constant ABSENT = 1;
    uint256 internal constant PRESENT = 2;

    bytes32 internal constant EMPTY_ROOT = 0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421;
    bytes32 internal constant EMPTY_CODE = 0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470;

    // ---------------------------------------------------------------- journal

    /// @notice Writes a word of an entry that a revert restores.
    function set(uint256 entry, uint256 field, uint256 word) internal pure {
        unchecked {
            // Places in memory, and addresses.
            uint256 place = entry + field;
            if (load(place) == word) return;
            _record(load(entry + PLACE) + field, load(place));
            store(place, word);
        }
    }

    /// @notice Sets the gas to refund, which a revert restores.
    function setRefund(uint256 gas_) internal pure {
        if (load(REFUND) == gas_) return;
        _record(REFUND, load(REFUND));
        store(REFUND, gas_);
    }

    /// @notice Undoes what was set since the journal was `length` long.
    function revertTo(uint256 length) internal pure {
        unchecked {
            // The journal is longer.
            for (uint256 last = load(UNDO); last != length;) {
                last -= 1;
                uint256 node = Pages.locate(Pages.JOURNAL + last * UNDO_SIZE);
                uint256 place = load(node);
                // Only registers have addresses so low.
                if (place >= Pages.KEPT) place = Pages.locate(place);
                store(place, load(node + 0x20));
                // The last one in a page: nobody reads the page again.
                if (last % UNDO_PER_PAGE == 0) Pages.release(Pages.JOURNAL + last * UNDO_SIZE, 1);
            }
        }
        store(UNDO, length);
    }

    function _record(uint256 place, uint256 word) private pure {
        uint256 length = load(UNDO);
        unchecked {
            // Each takes gas.
            uint256 node = Pages.locate(Pages.JOURNAL + length * UNDO_SIZE);
            store(node, place);
            store(node + 0x20, word);
            store(UNDO, length + 1);
        }
    }

    // ---------------------------------------------------------------- accounts

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

    /// @notice The entry of an account that an instruction accesses, with the price of a cold one (EIP-2929).
    /// @param surcharge What a cold account costs beyond the instruction's own price.
    /// @return The state, HALT where gas does not suffice; then the account is not read.
    function access(uint256 s, uint256 owner, uint256 surcharge) internal pure returns (uint256, uint256 entry) {
        entry = _account(owner);
        unchecked {
            // Precompiles are always warm.
            if (load(entry + FLAGS) & WARM == 0 && owner - 1 >= Fork.LAST_PRECOMPILE) {
                s = charge(s, surcharge);
                if (halted(s)) return (HALT, entry);
                flag(entry, WARM);
            }
        }
        _ensure(entry);
        return (s, entry);
    }

    /// @notice Sets a flag.
    function flag(uint256 entry, uint256 bits) internal pure {
        set(entry, FLAGS, load(entry + FLAGS) | bits);
    }

    /// @notice Whether the account has neither nonce nor balance nor code: the state does not keep it (EIP-161).
    function isEmpty(uint256 entry) internal pure returns (bool result) {
        assembly ("memory-safe") {
            result := and(
                iszero(or(mload(add(entry, NONCE)), mload(add(entry, BALANCE)))),
                eq(mload(add(entry, CODE_HASH_OF)), EMPTY_CODE)
            )
        }
    }

    /// @notice Whether a contract may be created at the address (EIP-684, EIP-7610).
    function isVacant(uint256 entry) internal pure returns (bool result) {
        assembly ("memory-safe") {
            result := and(
                iszero(mload(add(entry, NONCE))),
                and(eq(mload(add(entry, CODE_HASH_OF)), EMPTY_CODE), eq(mload(add(entry, STORAGE_ROOT)), EMPTY_ROOT))
            )
        }
    }

    /// @notice Makes an empty account go at the end (EIP-161).
    function touch(uint256 entry) internal pure {
        // What all clients do since block 2,675,119 of Ethereum: a failed call of this precompile touches it too.
        if (load(entry + ADDRESS) == Fork.RIPEMD160) store(entry + FLAGS, load(entry + FLAGS) | TOUCHED);
        else flag(entry, TOUCHED);
    }

    /// @notice Moves value; the caller made sure that it is there.
    function transfer(uint256 from, uint256 to, uint256 value) internal pure {
        if (value != 0) {
            unchecked {
                // The sum of all balances is below 2^256.
                set(from, BALANCE, load(from + BALANCE) - value);
                set(to, BALANCE, load(to + BALANCE) + value);
            }
            flag(from, CHANGED);
            flag(to, CHANGED);
        }
    }

    /// @notice The record of the account's code (Code).
    function codeOf(uint256 entry) internal pure returns (uint256 record) {
        return Code.find(bytes32(load(entry + CODE_HASH_OF)));
    }

    /// @dev The entry of an account that may not be read yet.
    function _account(uint256 owner) private pure returns (uint256 entry) {
        uint256 hash;
        assembly ("memory-safe") {
            mstore(0, shl(96, owner))
            hash := keccak256(0, 20)
        }
        entry = _find(hash);
        if (entry != 0) return entry;
        entry = _add(hash, ACCOUNT_SIZE);
        unchecked {
            // Each takes gas.
            store(ENTRIES, load(ENTRIES) + 1);
        }
        assembly ("memory-safe") {
            mstore(add(entry, ADDRESS), owner)
            mstore(add(entry, NEXT_ACCOUNT), mload(ACCOUNTS))
            mstore(ACCOUNTS, mload(add(entry, PLACE)))
            mstore(add(entry, CODE_HASH_OF), EMPTY_CODE)
            mstore(add(entry, STORAGE_ROOT), EMPTY_ROOT)
        }
    }

    /// @dev Reads an account from the state where that has not happened yet.
    function _ensure(uint256 entry) private pure {
        if (load(entry + ORIGIN_OF) != 0) return;
        store(entry + ORIGIN_OF, ABSENT);
        bytes32 root = bytes32(load(STATE_ROOT));
        if (root == EMPTY_ROOT) return;
        (uint256 position, uint256 length) = TrieReader.find(Witness.wrap(load(WITNESS)), root, load(entry));
        if (length == 0) return;
        bool sound;
        assembly ("memory-safe") {
            // A list with a prefix of two bytes; the two hashes are its last 66.
            let place := add(position, 2)
            let behind := sub(add(position, length), 66)
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
            sound := and(eq(place, behind), eq(byte(0, calldataload(position)), 0xf8))
            mstore(add(entry, STORAGE_ROOT), calldataload(add(behind, 1)))
            mstore(add(entry, CODE_HASH_OF), calldataload(add(behind, 34)))
            mstore(add(entry, ORIGIN_OF), PRESENT)
        }
        if (!sound) revert MalformedAccount(address(uint160(load(entry + ADDRESS))));
    }

    // ---------------------------------------------------------------- storage

    /// @notice The entry of a storage slot of an account that an instruction accesses (EIP-2929).
    /// @param surcharge What a cold slot costs beyond the instruction's own price.
    /// @return The state, HALT where gas does not suffice; then the slot is not read.
    function slot(
        uint256 s,
        uint256 owner,
        uint256 key,
        uint256 surcharge
    ) internal pure returns (uint256, uint256 entry) {
        entry = _slot(owner, key);
        if (load(entry + WARM_SLOT) == 0) {
            s = charge(s, surcharge);
            if (halted(s)) return (HALT, entry);
            set(entry, WARM_SLOT, 1);
        }
        if (load(entry + SLOT_READ) == 0) _readSlot(entry, owner, key);
        return (s, entry);
    }

    /// @notice Makes a slot warm without reading it (EIP-2930).
    function warmSlot(uint256 owner, uint256 key) internal pure {
        set(_slot(owner, key), WARM_SLOT, 1);
    }

    /// @notice The value of a transient storage slot (EIP-1153).
    function transientAt(uint256 owner, uint256 key) internal pure returns (uint256) {
        return load(Pages.locate(_transientAddress(owner, key)));
    }

    /// @notice Sets a transient storage slot.
    function setTransient(uint256 owner, uint256 key, uint256 value) internal pure {
        uint256 address_ = _transientAddress(owner, key);
        uint256 place = Pages.locate(address_);
        if (load(place) == value) return;
        _record(address_, load(place));
        store(place, value);
    }

    /// @dev The entry of a slot that may not be read yet.
    function _slot(uint256 owner, uint256 key) private pure returns (uint256 entry) {
        uint256 hash = _slotHash(load(owner + ADDRESS), key);
        entry = _find(hash);
        if (entry != 0) return entry;
        entry = _add(hash, SLOT_SIZE);
        unchecked {
            // Each takes gas.
            store(ENTRIES, load(ENTRIES) + 1);
        }
        assembly ("memory-safe") {
            mstore(add(entry, KEY), key)
            mstore(add(entry, NEXT_SLOT), mload(add(owner, SLOTS)))
            mstore(add(owner, SLOTS), mload(add(entry, PLACE)))
        }
    }

    function _readSlot(uint256 entry, uint256 owner, uint256 key) private pure {
        store(entry + SLOT_READ, 1);
        bytes32 root = bytes32(load(owner + STORAGE_ROOT));
        if (root == EMPTY_ROOT) return;
        uint256 keyHash;
        assembly ("memory-safe") {
            mstore(0, key)
            keyHash := keccak256(0, 0x20)
        }
        (uint256 position, uint256 length) = TrieReader.find(Witness.wrap(load(WITNESS)), root, keyHash);
        if (length == 0) return;
        bool sound;
        assembly ("memory-safe") {
            let first := byte(0, calldataload(position))
            let size := 1
            if gt(first, 0x7f) {
                size := sub(first, 0x80)
                position := add(position, 1)
                length := sub(length, 1)
            }
            sound := and(eq(size, length), lt(size, 33))
            let value := shr(sub(256, shl(3, size)), calldataload(position))
            mstore(add(entry, ORIGINAL), value)
            mstore(add(entry, CURRENT), value)
        }
        if (!sound) revert MalformedSlot(address(uint160(load(owner + ADDRESS))), key);
    }

    function _slotHash(uint256 owner, uint256 key) private pure returns (uint256 hash) {
        assembly ("memory-safe") {
            mstore(0, owner)
            mstore(0x20, key)
            hash := keccak256(0, 0x40)
        }
    }

    /// @dev Transient storage lies in pages of its own. Neighbouring keys have neighbouring addresses.
    function _transientAddress(uint256 owner, uint256 key) private pure returns (uint256 address_) {
        unchecked {
            // An address has 160 bits.
            address_ = _slotHash(load(owner + ADDRESS) + (1 << 160), key >> NEAR_BITS);
        }
        assembly ("memory-safe") {
            address_ := or(shl(add(NEAR_BITS, 5), address_), shl(5, and(key, sub(shl(NEAR_BITS, 1), 1))))
        }
    }

    // ---------------------------------------------------------------- trees

    /// @dev The entry with a hash; zero where there is none.
    function _find(uint256 hash) private pure returns (uint256) {
        uint256 address_;
        assembly ("memory-safe") {
            address_ := mload(add(HEADS, shl(5, and(hash, HEAD_MASK))))
        }
        uint256 path = hash >> HEAD_BITS;
        while (address_ != 0) {
            uint256 entry = Pages.locate(address_);
            if (load(entry) == hash) return entry;
            assembly ("memory-safe") {
                address_ := and(shr(shl(7, and(path, 1)), mload(add(entry, BELOW))), HALF)
                path := shr(1, path)
            }
        }
        return 0;
    }

    /// @dev Adds an entry for a hash that has none; all its other words are zero.
    function _add(uint256 hash, uint256 size) private pure returns (uint256 entry) {
        uint256 address_ = load(KEPT_END);
        unchecked {
            // No entry lies in two pages.
            if ((address_ % Pages.SIZE) + size > Pages.SIZE) address_ += Pages.SIZE - (address_ % Pages.SIZE);
            store(KEPT_END, address_ + size);
        }
        _link(hash, address_);
        entry = Pages.locate(address_);
        store(entry, hash);
        store(entry + PLACE, address_);
    }

    /// @dev Lets the last entry on the way lead to a new one.
    function _link(uint256 hash, uint256 address_) private pure {
        uint256 link;
        uint256 shift = 0;
        assembly ("memory-safe") {
            link := add(HEADS, shl(5, and(hash, HEAD_MASK)))
        }
        uint256 path = hash >> HEAD_BITS;
        while (true) {
            uint256 next = (load(link) >> shift) & HALF;
            if (next == 0) break;
            link = Pages.locate(next) + BELOW;
            shift = (path & 1) << 7;
            path >>= 1;
        }
        store(link, load(link) | (address_ << shift));
    }
}
