// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Cancun} from "./Fork.sol";
import {IPrecompiles} from "./IPrecompiles.sol";
import {Modular, Modulus} from "./Modular.sol";

/// @title ModExp
/// @notice Modular exponentiation of the L2, whose operands have any size (EIP-198, EIP-2565), where the precompile of
/// L1 takes at most 1024 bytes each (EIP-7823).
/// @dev What L1 takes goes there as it is, unless the base is longer than the modulus. Else leading zeroes go first, and
/// the base is reduced. What this costs in gas of L1, beside some thousands:
/// - Exponent and modulus of up to 1024 bytes: what the precompile of L1 charges (EIP-7883).
/// - A longer exponent: twice that for each 1023 bytes of it, the exponent being cut into such pieces.
/// - A longer modulus, of n words of 32 bytes: about 430 n² for each bit of the exponent after the first, and as much
///   again for each one of these bits that is set. With an exponent of 65,537 one call affords about 45 words.
/// - To reduce a base of m words: about 220 n (m - n).
/// What costs more than there is of it reverts.
library ModExp {
    uint256 private constant HEADER_SIZE = 96;
    /// @dev The longest operand that the precompile of L1 takes.
    uint256 private constant OPERAND_LIMIT = 1024;
    /// @dev Gas of L1 for each pair of words of a long product with its remainder, and of a division.
    uint256 private constant PRODUCT_EFFORT = 430;
    uint256 private constant REDUCTION_EFFORT = 220;
    /// @dev What an exponent is cut into: two to the power of the piece's bits still is an operand.
    uint256 private constant PIECE = OPERAND_LIMIT - 1;
    /// @dev Lengths beyond count as this much, which no gas limit affords where base or modulus have it.
    uint256 private constant LENGTH_LIMIT = 1 << 64;

    /// @notice What the L2 charges, where that is less than 2^64.
    function gas(bytes calldata input) internal pure returns (uint256 cost) {
        // With lengths of at most 2^64 the product stays below 2^190.
        unchecked {
            (uint256 baseLength, uint256 exponentLength, uint256 modulusLength) = _lengths(input);
            uint256 words = ((baseLength > modulusLength ? baseLength : modulusLength) + 7) / 8;
            uint256 head = _load(input, HEADER_SIZE + baseLength);
            uint256 iterations = 0;
            if (exponentLength < 32) head >>= 256 - 8 * exponentLength;
            else iterations = 8 * (exponentLength - 32);
            if (head != 0) iterations += _log2(head);
            if (iterations == 0) iterations = 1;
            cost = (words * words * iterations) / Cancun.MODEXP_DIVISOR;
            if (cost < Cancun.MODEXP_MIN_GAS) cost = Cancun.MODEXP_MIN_GAS;
        }
    }

    /// @notice An upper bound of the gas of L1 that it takes, beside some thousands.
    /// @dev Assumes that the L2 gas has been paid, so that no product exceeds 256 bits.
    function effort(bytes calldata input) internal pure returns (uint256 cost) {
        unchecked {
            (uint256 baseLength, uint256 exponentLength, uint256 modulusLength) = _lengths(input);
            if (modulusLength == 0) return 0;
            uint256 n = (modulusLength + 31) / 32;
            uint256 m = (baseLength + 31) / 32;
            if (m > n) cost = REDUCTION_EFFORT * n * (m - n);
            if (modulusLength > OPERAND_LIMIT) return cost + PRODUCT_EFFORT * n * n * 16 * exponentLength;
            // EIP-7883, for an exponent with all bits set.
            uint256 words = (modulusLength + 7) / 8;
            uint256 complexity = modulusLength > 32 ? 2 * words * words : 16;
            uint256 iterations = exponentLength > 32 ? 256 + 16 * (exponentLength - 32) : 8 * exponentLength + 1;
            if (exponentLength > OPERAND_LIMIT) iterations *= 3;
            return cost + complexity * iterations;
        }
    }

    /// @notice Base to the power of the exponent modulo the modulus, as long as the modulus; zero where it is zero.
    /// @dev Assumes that the L2 gas has been paid, so that base and modulus are short.
    function run(bytes calldata input) internal view returns (bytes memory result) {
        (uint256 baseLength, uint256 exponentLength, uint256 modulusLength) = _lengths(input);
        if (baseLength <= modulusLength && exponentLength <= OPERAND_LIMIT && modulusLength <= OPERAND_LIMIT) {
            return _callL1(input);
        }
        result = new bytes(modulusLength);
        uint256 offset = HEADER_SIZE;
        bytes memory base = _read(input, offset, baseLength);
        offset += baseLength;
        bytes memory modulus = _read(input, offset + exponentLength, modulusLength);
        if (modulus.length == 0) return result;
        bytes memory exponent = _read(input, offset, exponentLength);

        if (base.length >= modulus.length) {
            uint256[] memory wide = Modular.widen(base);
            Modular.reduce(wide, Modular.prepare(modulus));
            base = Modular.toBytes(wide, modulus.length);
        }
        bytes memory power;
        if (modulus.length > OPERAND_LIMIT) power = _powerOfLong(base, exponent, modulus);
        else if (exponent.length > OPERAND_LIMIT) power = _powerByPieces(base, exponent, modulus);
        else power = _power(base, exponent, modulus);
        assembly ("memory-safe") {
            let size := mload(power)
            mcopy(add(add(result, 0x20), sub(modulusLength, size)), add(power, 0x20), size)
        }
    }

    /// @dev Operands of at most 1024 bytes, by the precompile of L1, which refuses none of them.
    function _power(
        bytes memory base,
        bytes memory exponent,
        bytes memory modulus
    ) private view returns (bytes memory) {
        return _callL1(abi.encodePacked(base.length, exponent.length, modulus.length, base, exponent, modulus));
    }

    function _callL1(bytes memory input) private view returns (bytes memory) {
        (bool success, bytes memory power) = address(uint160(Cancun.MODEXP)).staticcall(input);
        if (!success) revert IPrecompiles.PrecompileInsufficientGas(Cancun.MODEXP);
        return power;
    }

    /// @dev An exponent of any length: b^(2^k x + y) = (b^x)^(2^k) b^y.
    function _powerByPieces(
        bytes memory base,
        bytes memory exponent,
        bytes memory modulus
    ) private view returns (bytes memory power) {
        Modulus memory prepared = Modular.prepare(modulus);
        bytes memory shift = new bytes(PIECE + 1);
        shift[0] = 0x01;
        uint256 end = ((exponent.length - 1) % PIECE) + 1;
        power = _power(base, _slice(exponent, 0, end), modulus);
        for (; end < exponent.length; end += PIECE) {
            uint256[] memory factor = Modular.toNumber(_power(power, shift, modulus), prepared);
            bytes memory piece = _power(base, _slice(exponent, end, PIECE), modulus);
            Modular.multiply(factor, Modular.toNumber(piece, prepared), prepared);
            power = Modular.toBytes(factor, modulus.length);
        }
    }

    /// @dev A modulus of any length, more than the base: squares and multiplies, from the first bit of the exponent.
    function _powerOfLong(
        bytes memory base,
        bytes memory exponent,
        bytes memory modulus
    ) private pure returns (bytes memory) {
        // The modulus is not one.
        if (exponent.length == 0) return hex"01";
        Modulus memory prepared = Modular.prepare(modulus);
        uint256[] memory factor = Modular.toNumber(base, prepared);
        uint256[] memory power = Modular.toNumber(base, prepared);
        uint256 bit = _log2(uint8(exponent[0]));
        for (uint256 i = 0; i < exponent.length; i++) {
            uint256 digits = uint8(exponent[i]);
            for (; bit > 0; bit--) {
                Modular.multiply(power, power, prepared);
                if ((digits >> (bit - 1)) & 1 == 1) Modular.multiply(power, factor, prepared);
            }
            bit = 8;
        }
        return Modular.toBytes(power, modulus.length);
    }

    function _lengths(
        bytes calldata input
    ) private pure returns (uint256 baseLength, uint256 exponentLength, uint256 modulusLength) {
        baseLength = _length(input, 0);
        exponentLength = _length(input, 32);
        modulusLength = _length(input, 64);
    }

    function _length(bytes calldata input, uint256 offset) private pure returns (uint256 length) {
        length = _load(input, offset);
        if (length > LENGTH_LIMIT) length = LENGTH_LIMIT;
    }

    /// @dev The word at an offset, zeroes following the input.
    function _load(bytes calldata input, uint256 offset) private pure returns (uint256 word) {
        if (offset >= input.length) return 0;
        uint256 unread = input.length - offset;
        assembly ("memory-safe") {
            word := calldataload(add(input.offset, offset))
        }
        if (unread < 32) word &= ~(type(uint256).max >> (8 * unread));
    }

    /// @dev Reads an operand without its leading zeroes, zeroes following the input.
    function _read(bytes calldata input, uint256 offset, uint256 length) private pure returns (bytes memory operand) {
        unchecked {
            // Offsets and lengths are below 2^66.
            uint256 end = offset + length;
            uint256 word = 0;
            // Further zeroes follow where the input has ended: then there is no first digit.
            while (offset < end && offset < input.length) {
                word = _load(input, offset);
                if (word != 0) break;
                offset += 32;
            }
            if (word != 0) offset += (255 - _log2(word)) / 8;
            if (word == 0 || offset >= end) return "";
            length = end - offset;
        }
        operand = new bytes(length);
        assembly ("memory-safe") {
            // Not what follows the input in calldata.
            let unread := sub(input.length, offset)
            if lt(unread, length) {
                length := unread
            }
            calldatacopy(add(operand, 0x20), add(input.offset, offset), length)
        }
    }

    function _slice(bytes memory data, uint256 offset, uint256 length) private pure returns (bytes memory piece) {
        piece = new bytes(length);
        assembly ("memory-safe") {
            mcopy(add(piece, 0x20), add(add(data, 0x20), offset), length)
        }
    }

    /// @dev The place of the first digit of a number other than zero.
    function _log2(uint256 value) private pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := sub(255, clz(value))
        }
    }
}
