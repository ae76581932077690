// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Names that only assembly uses count as unused.
/* solhint-disable no-unused-import */

import {EMPTY_ROOT} from "../../trie/Trie.sol";
import {TrieReader} from "../../trie/TrieReader.sol";
import {Witness} from "../../trie/Witness.sol";
import {Entries, PLACE} from "./Entries.sol";
import {Journal} from "./Journal.sol";
import {ENTRIES, HALT, WITNESS, charge, halted, load, store} from "./Machine.sol";
import {Pages} from "./Pages.sol";
import {SLOTS, World} from "./World.sol";

/// @title Slots
/// @notice Storage and transient storage as the transaction has changed them. A slot is read from the state, by the
/// witness, when the transaction needs it for the first time.
/// @dev A storage slot has an entry (Entries), in a list of its account (World). A transient slot has none: it is a
/// word of an address space of its own. What a revert undoes goes through Journal; reading a slot is not undone.
///
/// Assembly here is memory-safe: it touches scratch space and entries, which lie in pages on the heap (Pages).
library Slots {
    /// @notice The value of a leaf of a storage trie is not a number in RLP.
    error MalformedSlot(address account, uint256 key);

    // Words of an entry, after those that all entries have.

    uint256 internal constant KEY = 0x60;
    /// @dev One if the transaction has accessed the slot (EIP-2929).
    uint256 internal constant WARM = 0x80;
    /// @dev The value before the transaction, and the value now.
    uint256 internal constant ORIGINAL = 0xa0;
    uint256 internal constant CURRENT = 0xc0;
    /// @dev Address of the next slot of the account.
    uint256 internal constant NEXT_SLOT = 0xe0;
    /// @dev One if the value before the transaction was read.
    uint256 private constant READ = 0x100;
    uint256 private constant ENTRY_SIZE = 0x120;

    /// @dev Transient slots whose keys differ in the lowest bits only, this many, have neighbouring addresses.
    uint256 private constant NEAR_BITS = 16;

    /// @notice The entry of a storage slot that an instruction accesses; charges for a cold one (EIP-2929).
    /// @param owner The entry of the account.
    /// @param surcharge What a cold slot costs beyond the instruction's own price.
    /// @return The state; HALT if gas runs out, and then the slot is not read.
    function access(
        uint256 s,
        uint256 owner,
        uint256 key,
        uint256 surcharge
    ) internal pure returns (uint256, uint256 entry) {
        entry = _slot(owner, key);
        if (load(entry + WARM) == 0) {
            s = charge(s, surcharge);
            if (halted(s)) return (HALT, entry);
            Journal.set(entry, WARM, 1);
        }
        if (load(entry + READ) == 0) _readSlot(entry, owner, key);
        return (s, entry);
    }

    /// @notice Makes a slot warm without reading it (EIP-2930).
    function warm(uint256 owner, uint256 key) internal pure {
        Journal.set(_slot(owner, key), WARM, 1);
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
        Journal.record(address_, load(place));
        store(place, value);
    }

    /// @dev The entry of a slot, which need not have been read.
    function _slot(uint256 owner, uint256 key) private pure returns (uint256 entry) {
        uint256 hash = _slotHash(load(owner + World.ADDRESS), key);
        entry = Entries.find(hash);
        if (entry != 0) return entry;
        entry = Entries.add(hash, ENTRY_SIZE);
        unchecked {
            // There are fewer entries than bytes in their region (Entries).
            store(ENTRIES, load(ENTRIES) + 1);
        }
        assembly ("memory-safe") {
            // Fills the new entry, and makes it the first in the list of the account.
            mstore(add(entry, KEY), key)
            mstore(add(entry, NEXT_SLOT), mload(add(owner, SLOTS)))
            mstore(add(owner, SLOTS), mload(add(entry, PLACE)))
        }
    }

    function _readSlot(uint256 entry, uint256 owner, uint256 key) private pure {
        store(entry + READ, 1);
        bytes32 root = bytes32(load(owner + World.STORAGE_ROOT));
        if (root == EMPTY_ROOT) return;
        uint256 keyHash;
        assembly ("memory-safe") {
            // In scratch space: the key of a slot in its trie is the hash of its 32 bytes.
            mstore(0, key)
            keyHash := keccak256(0, 0x20)
        }
        (uint256 position, uint256 length) = TrieReader.find(Witness.wrap(load(WITNESS)), root, keyHash);
        if (length == 0) return;
        bool sound;
        assembly ("memory-safe") {
            // Reads calldata and writes the entry. A byte below 0x80 is the value itself; otherwise the first byte is
            // 0x80 + the length of the value, which has to fill the rest of the leaf and at most a word.
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
        if (!sound) revert MalformedSlot(address(uint160(load(owner + World.ADDRESS))), key);
    }

    function _slotHash(uint256 owner, uint256 key) private pure returns (uint256 hash) {
        assembly ("memory-safe") {
            // In scratch space.
            mstore(0, owner)
            mstore(0x20, key)
            hash := keccak256(0, 0x40)
        }
    }

    /// @dev The address of a transient slot: the hash of the account and of the high bits of the key, then the low
    /// bits. The hash keeps it apart from the regions that the machine opens (Pages).
    function _transientAddress(uint256 owner, uint256 key) private pure returns (uint256 address_) {
        unchecked {
            // An address of an account has 160 bits; the bit above tells this hash from that of an entry.
            address_ = _slotHash(load(owner + World.ADDRESS) + (1 << 160), key >> NEAR_BITS);
        }
        assembly ("memory-safe") {
            // No memory. The hash loses its highest bits: 235 are left.
            address_ := or(shl(add(NEAR_BITS, 5), address_), shl(5, and(key, sub(shl(NEAR_BITS, 1), 1))))
        }
    }
}
