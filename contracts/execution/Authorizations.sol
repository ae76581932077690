// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {Rlp} from "../trie/Rlp.sol";
import {Fork} from "./fork/Fork.sol";

/// @title Authorizations
/// @notice The authorisations of a transaction: accounts that let their address run the code of another one (EIP-7702).
/// Each is an RLP list of chain id, address, nonce and a signature. One that has another form makes the transaction
/// unsound. One that is for another chain, or that no account signed, is skipped.
library Authorizations {
    /// @dev The byte in front of what is signed.
    uint256 private constant MAGIC = 0x05;
    /// @dev Bytes of an authorisation in the result: three words.
    uint256 internal constant SIZE = 0x60;

    /// @notice Counts the authorisations of a list in memory.
    /// @param cursor Where the list starts.
    /// @param end Where the transaction ends.
    /// @return items Where the first one starts.
    /// @return next Where the list ends; `Rlp.FAILED` if it is not sound.
    /// @return count How many there are.
    function check(uint256 cursor, uint256 end) internal pure returns (uint256 items, uint256 next, uint256 count) {
        (items, next) = Rlp.readList(cursor, end);
        cursor = items;
        while (cursor < next) {
            (cursor, ) = _check(cursor, next);
            count++;
            // A failure is beyond every end.
            if (cursor > next) next = Rlp.FAILED;
        }
    }

    /// @dev Reads one authorisation, whose signature may be anything.
    /// @return next Where it ends; `Rlp.FAILED` if it is not sound.
    /// @return signed Where the part that is signed ends.
    function _check(uint256 cursor, uint256 end) private pure returns (uint256 next, uint256 signed) {
        uint256 number;
        uint256 length;
        (cursor, next) = Rlp.readList(cursor, end);
        (, cursor) = Rlp.readUint(cursor, next);
        (, length, cursor) = Rlp.readString(cursor, next);
        (number, signed) = Rlp.readUint(cursor, next);
        if (length != 20 || number >> 64 != 0) return (Rlp.FAILED, 0);
        (number, cursor) = Rlp.readUint(signed, next);
        if (number >> 8 != 0) return (Rlp.FAILED, 0);
        (, cursor) = Rlp.readUint(cursor, next);
        (, cursor) = Rlp.readUint(cursor, next);
        if (cursor != next) return (Rlp.FAILED, 0);
    }

    /// @notice Those of a sound list that count.
    /// @param list The items of the list (`check`).
    /// @param count How many there are.
    /// @param chainId The chain. An authorisation may also be for all chains.
    /// @return result The account that signed, the address whose code it shall run, and the nonce that it must have,
    /// in a word each.
    function read(bytes calldata list, uint256 count, uint256 chainId) internal pure returns (bytes memory result) {
        result = new bytes(count * SIZE);
        // What is signed has a prefix, which is written in front of the copy.
        bytes memory copy = bytes.concat(bytes32(0), list);
        uint256 place;
        uint256 cursor;
        assembly ("memory-safe") {
            // No memory.
            place := add(result, 0x20)
            cursor := add(copy, 0x40)
        }
        uint256 end = cursor + list.length;
        while (cursor < end) {
            (uint256 next, uint256 signed) = _check(cursor, end);
            (cursor, ) = Rlp.readList(cursor, end);
            place = _read(cursor, signed, next, chainId, place);
            cursor = next;
        }
        assembly ("memory-safe") {
            // Shortens the array to what was written.
            mstore(result, sub(place, add(result, 0x20)))
        }
    }

    /// @dev Writes an authorisation if it counts.
    /// @param cursor Where its items start.
    /// @param signed Where those that are signed end.
    /// @param end Where all of them end.
    /// @param place Where to write.
    /// @return Where it ends.
    function _read(
        uint256 cursor,
        uint256 signed,
        uint256 end,
        uint256 chainId,
        uint256 place
    ) private pure returns (uint256) {
        (uint256 chain, uint256 next) = Rlp.readUint(cursor, end);
        (uint256 target, , uint256 nonceAt) = Rlp.readString(next, end);
        (uint256 nonce, ) = Rlp.readUint(nonceAt, end);
        if ((chain != 0 && chain != chainId) || nonce == Fork.MAX_NONCE) return place;
        assembly ("memory-safe") {
            // Reads the copy.
            target := shr(96, mload(target))
        }
        address authority = _signer(cursor, signed, end);
        if (authority == address(0)) return place;
        assembly ("memory-safe") {
            // Writes to the result, which has room for all authorisations.
            mstore(place, authority)
            mstore(add(place, 0x20), target)
            mstore(add(place, 0x40), nonce)
            place := add(place, SIZE)
        }
        return place;
    }

    /// @dev The account that signed; zero if none did. OpenZeppelin's library refuses `s` in the upper half.
    function _signer(uint256 payload, uint256 signed, uint256 end) private pure returns (address signer) {
        (uint256 parity, uint256 next) = Rlp.readUint(signed, end);
        (uint256 r, uint256 last) = Rlp.readUint(next, end);
        (uint256 s, ) = Rlp.readUint(last, end);
        if (parity > 1) return address(0);
        uint256 start = Rlp.prependList(payload, signed - payload) - 1;
        bytes32 hash;
        assembly ("memory-safe") {
            // Writes to the copy, right before what is signed: over the list's own prefix and items that were read.
            mstore8(start, MAGIC)
            hash := keccak256(start, sub(signed, start))
        }
        (signer, , ) = ECDSA.tryRecover(hash, uint8(parity) + 27, bytes32(r), bytes32(s));
    }
}
