// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {Rlp} from "../trie/Rlp.sol";
import {Authorizations} from "./Authorizations.sol";

/// @dev A decoded transaction of type 0, 1, 2 or 4.
/// @param sender The account that signed it.
/// @param to The recipient; of no meaning if `creates`.
/// @param creates Whether it creates a contract.
/// @param nonce The number of transactions that the sender sent before.
/// @param gasLimit The most L2 gas that it may use.
/// @param feeCap The most that it pays for a unit of gas, in wei; the gas price of types 0 and 1.
/// @param tipCap The most of it that goes to the coinbase, in wei; the gas price of types 0 and 1.
/// @param value The amount that the recipient gets, in wei.
/// @param dataStart Where the calldata starts, in the raw bytes.
/// @param dataLength Bytes of calldata.
/// @param listStart Where the items of the access list start, in the raw bytes.
/// @param listLength Their bytes.
/// @param accessAddresses Addresses in the access list.
/// @param accessKeys Storage keys in the access list.
/// @param authorizationsStart Where the items of the list of authorisations start, in the raw bytes.
/// @param authorizationsLength Their bytes.
/// @param authorizations Authorisations in the list (EIP-7702).
struct Transaction {
    address sender;
    address to;
    bool creates;
    uint256 nonce;
    uint256 gasLimit;
    uint256 feeCap;
    uint256 tipCap;
    uint256 value;
    uint256 dataStart;
    uint256 dataLength;
    uint256 listStart;
    uint256 listLength;
    uint256 accessAddresses;
    uint256 accessKeys;
    uint256 authorizationsStart;
    uint256 authorizationsLength;
    uint256 authorizations;
}

using Transactions for Transaction global;

/// @title Transactions
/// @notice Decodes signed EIP-2718 transactions and recovers their senders.
/// @dev Decoding any bytes ends in a transaction or in `sound` being false, never in a revert. Rlp reports a failure by
/// a cursor that is beyond every end (`Rlp.FAILED`), so that one comparison after several reads finds it.
///
/// Assembly here is memory-safe: it works on a copy of the bytes that starts at the free memory pointer. Nothing is
/// allocated until the signed hash is computed.
library Transactions {
    /// @notice Decodes a transaction.
    /// @param transaction Memory for it, which an execution of many transactions uses again.
    /// @param raw The bytes, as a wallet produced them.
    /// @param chainId The chain that it has to be signed for.
    /// @return sound Whether it is canonical, of a supported type, for this chain, and correctly signed. If not, the
    /// fields are undefined.
    function decode(
        Transaction memory transaction,
        bytes calldata raw,
        uint256 chainId
    ) internal pure returns (bool sound) {
        if (raw.length == 0) return false;
        // The copy also becomes the payload that is signed. It is not allocated; the two words before it leave room for
        // the prefix of the signed list.
        uint256 cursor = _copy();
        assembly ("memory-safe") {
            // Writes where memory is free. Reading a prefix may reach over the end: zeroes follow.
            calldatacopy(cursor, raw.offset, raw.length)
            mstore(add(cursor, raw.length), 0)
        }
        transaction.authorizationsStart = 0;
        transaction.authorizationsLength = 0;
        transaction.authorizations = 0;
        uint8 first = uint8(raw[0]);
        uint256 end = cursor + raw.length;
        if (first > 0xbf) return _decodeLegacy(transaction, cursor, end, chainId);
        if (first == 1 || first == 2 || first == 4) return _decodeTyped(transaction, cursor + 1, end, chainId, first);
        return false;
    }

    /// @dev Where the copy of the raw bytes starts.
    function _copy() private pure returns (uint256 start) {
        assembly ("memory-safe") {
            // Reads the free memory pointer.
            start := add(mload(0x40), 0x40)
        }
    }

    function _decodeLegacy(
        Transaction memory transaction,
        uint256 cursor,
        uint256 end,
        uint256 chainId
    ) private pure returns (bool) {
        (uint256 payload, uint256 last) = Rlp.readList(cursor, end);
        if (last != end) return false;
        (transaction.nonce, cursor) = Rlp.readUint(payload, end);
        (transaction.feeCap, cursor) = Rlp.readUint(cursor, end);
        transaction.tipCap = transaction.feeCap;
        cursor = _readCall(transaction, cursor, end);
        transaction.listStart = 0;
        transaction.listLength = 0;
        transaction.accessAddresses = 0;
        transaction.accessKeys = 0;
        uint256 signed = cursor;
        uint256 v;
        (v, cursor) = Rlp.readUint(cursor, end);
        // EIP-155: 2 × chain id + 35 + parity. A signature without replay protection is invalid.
        uint256 base = 2 * chainId + 35;
        if (cursor > end || v < base || v > base + 1) return false;
        (bytes32 r, bytes32 s, bool sound) = _readSignature(cursor, end);
        if (!sound) return false;
        // In the signed list, the chain id and two empty strings stand in place of the signature.
        signed = Rlp.writeUint(signed, chainId);
        assembly ("memory-safe") {
            // Writes two empty strings to the copy, over the signature, which has been read.
            mstore8(signed, 0x80)
            mstore8(add(signed, 1), 0x80)
            signed := add(signed, 2)
        }
        uint256 start = Rlp.prependList(payload, signed - payload);
        return _recover(transaction, _hash(start, signed), uint8(v - base), r, s);
    }

    function _decodeTyped(
        Transaction memory transaction,
        uint256 cursor,
        uint256 end,
        uint256 chainId,
        uint8 kind
    ) private pure returns (bool) {
        (uint256 payload, uint256 last) = Rlp.readList(cursor, end);
        if (last != end) return false;
        uint256 number;
        (number, cursor) = Rlp.readUint(payload, end);
        if (cursor > end || number != chainId) return false;
        (transaction.nonce, cursor) = Rlp.readUint(cursor, end);
        (transaction.tipCap, cursor) = Rlp.readUint(cursor, end);
        transaction.feeCap = transaction.tipCap;
        if (kind != 1) (transaction.feeCap, cursor) = Rlp.readUint(cursor, end);
        cursor = _readCall(transaction, cursor, end);
        cursor = _readAccessList(transaction, cursor, end);
        if (kind == 4) {
            // It calls an account, and has one authorisation at least.
            cursor = _readAuthorizations(transaction, cursor, end);
            if (transaction.creates || transaction.authorizations == 0) return false;
        }
        uint256 signed = cursor;
        (number, cursor) = Rlp.readUint(cursor, end);
        if (cursor > end || number > 1) return false;
        (bytes32 r, bytes32 s, bool sound) = _readSignature(cursor, end);
        if (!sound) return false;
        uint256 start = Rlp.prependList(payload, signed - payload) - 1;
        assembly ("memory-safe") {
            // Writes the type right before the signed list.
            mstore8(start, kind)
        }
        return _recover(transaction, _hash(start, signed), uint8(number), r, s);
    }

    /// @dev Reads the fields that all types have in a row: gas limit, recipient, value and calldata.
    function _readCall(
        Transaction memory transaction,
        uint256 cursor,
        uint256 end
    ) private pure returns (uint256 next) {
        uint256 start;
        uint256 length;
        (transaction.gasLimit, cursor) = Rlp.readUint(cursor, end);
        (start, length, cursor) = Rlp.readString(cursor, end);
        if (length != 20 && length != 0) return Rlp.FAILED;
        address to;
        assembly ("memory-safe") {
            // Reads the copy.
            to := shr(96, mload(start))
        }
        transaction.creates = length == 0;
        transaction.to = to;
        (transaction.value, cursor) = Rlp.readUint(cursor, end);
        (start, transaction.dataLength, next) = Rlp.readString(cursor, end);
        unchecked {
            // `start` is in the copy, unless reading failed: then the transaction is not sound.
            transaction.dataStart = start - _copy();
        }
    }

    /// @dev Reads a list of pairs of an address and a list of storage keys (EIP-2930).
    function _readAccessList(
        Transaction memory transaction,
        uint256 cursor,
        uint256 end
    ) private pure returns (uint256 next) {
        uint256 addresses;
        uint256 keys;
        (cursor, next) = Rlp.readList(cursor, end);
        if (next == Rlp.FAILED) return next;
        unchecked {
            // The list is in the copy.
            transaction.listStart = cursor - _copy();
            transaction.listLength = next - cursor;
        }
        while (cursor < next) {
            uint256 pair;
            uint256 length;
            (pair, cursor) = Rlp.readList(cursor, next);
            if (cursor == Rlp.FAILED) return cursor;
            (, length, pair) = Rlp.readString(pair, cursor);
            if (length != 20) return Rlp.FAILED;
            uint256 pairEnd;
            (pair, pairEnd) = Rlp.readList(pair, cursor);
            if (pairEnd != cursor) return Rlp.FAILED;
            addresses++;
            while (pair < pairEnd) {
                (, length, pair) = Rlp.readString(pair, pairEnd);
                if (length != 32) return Rlp.FAILED;
                keys++;
            }
        }
        transaction.accessAddresses = addresses;
        transaction.accessKeys = keys;
    }

    /// @dev Reads a list of authorisations (Authorizations).
    function _readAuthorizations(
        Transaction memory transaction,
        uint256 cursor,
        uint256 end
    ) private pure returns (uint256 next) {
        (cursor, next, transaction.authorizations) = Authorizations.check(cursor, end);
        if (next == Rlp.FAILED) return next;
        unchecked {
            // The list is in the copy.
            transaction.authorizationsStart = cursor - _copy();
            transaction.authorizationsLength = next - cursor;
        }
    }

    /// @dev Reads the two scalars that end a transaction.
    function _readSignature(uint256 cursor, uint256 end) private pure returns (bytes32 r, bytes32 s, bool sound) {
        uint256 number;
        (number, cursor) = Rlp.readUint(cursor, end);
        r = bytes32(number);
        (number, cursor) = Rlp.readUint(cursor, end);
        s = bytes32(number);
        sound = cursor == end;
    }

    /// @dev The hash that was signed.
    function _hash(uint256 start, uint256 end) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            // Reads the copy.
            hash := keccak256(start, sub(end, start))
        }
    }

    /// @dev Recovers the sender. OpenZeppelin's library refuses `s` in the upper half, `r` and `s` out of range, and a
    /// signature that no account made.
    function _recover(
        Transaction memory transaction,
        bytes32 hash,
        uint8 parity,
        bytes32 r,
        bytes32 s
    ) private pure returns (bool) {
        (address sender, ECDSA.RecoverError error_, ) = ECDSA.tryRecover(hash, parity + 27, r, s);
        transaction.sender = sender;
        return error_ == ECDSA.RecoverError.NoError;
    }
}
