// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Certificate} from "./ISequencerSet.sol";
import {Membership} from "./Membership.sol";
import {Seats} from "./Seats.sol";

/// @title Certificates
/// @notice Checks that signatures of the peer network stand for two thirds of the active stake (S4, S2).
abstract contract Certificates is Membership {
    using Seats for uint128;

    /// @notice How long the signatures of a replaced key count, in seconds: certificates under way outlive the change.
    uint256 public constant KEY_OVERLAP = 1 hours;
    bytes32 private constant SILENCE_TYPE_HASH = keccak256("Silence(uint32 term,address sequencer)");
    uint256 private constant SIGNATURE_LENGTH = 64;

    constructor() EIP712("Metis L2", "1") {}

    /// @dev Reverts unless the certificate carries one signature for each of its seats, in ascending order, by a key of
    /// that seat, and the seats hold two thirds of the active stake.
    /// Invariant: each seat counts once and only while active, so no stake is counted twice.
    function _requireQuorum(bytes32 structHash, Certificate calldata certificate) internal view {
        Roster memory roster = _roster;
        uint128 left = certificate.signers;
        if (left & ~roster.active != 0) revert CertificateUnknownSeat((left & ~roster.active).lowest());

        bytes32 digest = _hashTypedDataV4(structHash);
        bytes calldata signatures = certificate.signatures;
        uint256 stake = 0;
        uint256 offset = 0;
        for (; left != 0; left &= left - 1) {
            if (signatures.length < offset + SIGNATURE_LENGTH) {
                revert CertificateWrongLength(signatures.length, offset + SIGNATURE_LENGTH);
            }
            uint8 number = left.lowest();
            Seat storage seat = _seats[number];
            _requireSigner(number, seat, digest, signatures, offset);
            stake += seat.stake;
            offset += SIGNATURE_LENGTH;
        }
        if (signatures.length != offset) revert CertificateWrongLength(signatures.length, offset);
        if (stake == 0 || stake * 3 < uint256(roster.stake) * 2) revert CertificateBelowQuorum(stake, roster.stake);
    }

    /// @dev EIP-712 struct hash of a silence.
    function _silenceHash(uint32 number, address sequencer) internal pure returns (bytes32) {
        return keccak256(abi.encode(SILENCE_TYPE_HASH, number, sequencer));
    }

    /// @dev Reverts unless the signature at `offset` is by the seat's key, or by the one before while the overlap
    /// lasts. Relies on the caller's check that 64 bytes lie there.
    function _requireSigner(
        uint8 number,
        Seat storage seat,
        bytes32 digest,
        bytes calldata signatures,
        uint256 offset
    ) private view {
        bytes32 r;
        bytes32 vs;
        // Two words of calldata, without copying the signature to memory.
        assembly ("memory-safe") {
            let start := add(signatures.offset, offset)
            r := calldataload(start)
            vs := calldataload(add(start, 0x20))
        }
        address recovered = ECDSA.recover(digest, r, vs);
        if (recovered == seat.key) return;
        bool overlaps = recovered == seat.previousKey && block.timestamp < seat.keyChangedAt + KEY_OVERLAP;
        if (!overlaps) revert CertificateWrongSigner(number, recovered);
    }
}
