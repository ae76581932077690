// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Certificate, ISequencerSet, Seat} from "./ISequencerSet.sol";
import {Rosters} from "./Rosters.sol";
import {Seats} from "./Seats.sol";

/// @title Certificates
/// @notice Checks that signatures of the peer network stand for two thirds of a term's stake (S4, S2), and that a key
/// belongs to who registers it.
abstract contract Certificates is Rosters, EIP712 {
    using Seats for uint128;

    bytes32 private constant SILENCE_TYPE_HASH = keccak256("Silence(uint32 term,address sequencer)");
    bytes32 private constant POSSESSION_TYPE_HASH = keccak256("Possession(address owner,address key)");
    uint256 private constant SIGNATURE_LENGTH = 64;

    constructor() EIP712("Metis L2", "1") {}

    /// @dev Reverts unless one of the signers was this sequencer.
    function _requireAmong(address sequencer, uint32 number, uint128 signers) internal view {
        for (; signers != 0; signers &= signers - 1) {
            if (_owners[_seatAt(signers.lowest(), number).key] == sequencer) return;
        }
        revert ISequencerSet.CertificateWithoutSequencer(sequencer);
    }

    /// @dev Reverts unless the certificate carries one signature for each of its seats, in ascending order, by the key
    /// of that seat in the term, and the seats hold two thirds of the term's weight.
    /// Invariant: each seat counts once and only while active, so no stake is counted twice.
    function _requireQuorum(bytes32 structHash, uint32 number, Certificate calldata certificate) internal view {
        Frozen memory roster = _roster(number);
        uint256 weight = _requireSignatures(structHash, number, roster.active, certificate);
        if (weight == 0 || weight * 3 < uint256(roster.weight) * 2) {
            revert ISequencerSet.CertificateBelowQuorum(weight, roster.weight);
        }
    }

    /// @dev EIP-712 struct hash of a silence.
    function _silenceHash(uint32 number, address sequencer) internal pure returns (bytes32) {
        return keccak256(abi.encode(SILENCE_TYPE_HASH, number, sequencer));
    }

    /// @dev Reverts unless the key signed that it belongs to this owner.
    function _requirePossession(address owner, address key, bytes calldata signature) internal view {
        if (signature.length != SIGNATURE_LENGTH) revert ISequencerSet.SequencerKeyNotOwned(key, address(0));
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(POSSESSION_TYPE_HASH, owner, key)));
        address recovered = _recover(digest, signature, 0);
        if (recovered != key) revert ISequencerSet.SequencerKeyNotOwned(key, recovered);
    }

    /// @dev Reverts unless every signature is by the key that its seat had in the term.
    /// @param active The seats of the term's roster.
    /// @return weight Of all signers together.
    function _requireSignatures(
        bytes32 structHash,
        uint32 number,
        uint128 active,
        Certificate calldata certificate
    ) internal view returns (uint256 weight) {
        uint128 left = certificate.signers;
        uint128 unknown = left & ~active;
        if (unknown != 0) revert ISequencerSet.CertificateUnknownSeat(unknown.lowest());

        bytes32 digest = _hashTypedDataV4(structHash);
        bytes calldata signatures = certificate.signatures;
        uint256 offset = 0;
        for (; left != 0; left &= left - 1) {
            if (signatures.length < offset + SIGNATURE_LENGTH) {
                revert ISequencerSet.CertificateWrongLength(signatures.length, offset + SIGNATURE_LENGTH);
            }
            uint8 seat = left.lowest();
            Seat memory version = _seatAt(seat, number);
            address recovered = _recover(digest, signatures, offset);
            if (recovered != version.key) revert ISequencerSet.CertificateWrongSigner(seat, recovered);
            weight += version.weight;
            offset += SIGNATURE_LENGTH;
        }
        if (signatures.length != offset) revert ISequencerSet.CertificateWrongLength(signatures.length, offset);
    }

    /// @dev Who made the signature at `offset`. Relies on the callers' check that 64 bytes lie there.
    function _recover(bytes32 digest, bytes calldata signatures, uint256 offset) private pure returns (address) {
        bytes32 r;
        bytes32 vs;
        // Two words of calldata, without copying the signature to memory.
        assembly ("memory-safe") {
            let start := add(signatures.offset, offset)
            r := calldataload(start)
            vs := calldataload(add(start, 0x20))
        }
        return ECDSA.recover(digest, r, vs);
    }
}
