// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev A number in the input of MODEXP.
/// @param offset Where its first byte lies.
/// @param size Its bytes; those that are behind the end of the input are zero.
struct Operand {
    uint256 offset;
    uint256 size;
}

/// @dev The operands of MODEXP: as they are where L1 takes them, else without their leading zeroes.
/// @param base The base.
/// @param exponent The exponent.
/// @param modulus The modulus.
/// @param plain Whether L1 takes them as they are.
/// @param length Bytes of the modulus with its leading zeroes, and of the result.
/// @param head The first word of the exponent, all of it where it is shorter.
/// @param zeroes Whole words of zeroes that were found in front of the operands.
struct Operands {
    Operand base;
    Operand exponent;
    Operand modulus;
    bool plain;
    uint256 length;
    uint256 head;
    uint256 zeroes;
}

/// @title Operands
/// @notice Reads the input of MODEXP: three lengths of 32 bytes, then base, exponent and modulus; zeroes follow it.
library OperandsReader {
    /// @dev The longest operand that the precompile of L1 takes (EIP-7823).
    uint256 internal constant LIMIT = 1024;
    uint256 private constant HEADER_SIZE = 96;
    /// @dev Lengths beyond count as this much, which no gas affords where base or modulus have it.
    uint256 private constant LENGTH_LIMIT = 1 << 64;

    /// @notice The lengths of base, exponent and modulus.
    function lengths(
        bytes calldata input
    ) internal pure returns (uint256 baseLength, uint256 exponentLength, uint256 modulusLength) {
        baseLength = _length(input, 0);
        exponentLength = _length(input, 32);
        modulusLength = _length(input, 64);
    }

    /// @notice The exponent's first word, of which it has `size` bytes at most.
    function headOf(bytes calldata input, uint256 offset, uint256 size) internal pure returns (uint256 head) {
        head = _load(input, offset);
        // Offsets and lengths are below 2^66.
        unchecked {
            if (size < 32) head >>= 256 - 8 * size;
        }
    }

    /// @notice Where the exponent starts.
    function exponentAt(uint256 baseLength) internal pure returns (uint256) {
        unchecked {
            return HEADER_SIZE + baseLength;
        }
    }

    /// @notice Finds the operands. L1 gets no base that is longer than the modulus, and no zeroes in front of a long
    /// exponent: it would charge for them.
    function parse(bytes calldata input) internal pure returns (Operands memory operands) {
        (uint256 baseLength, uint256 exponentLength, uint256 modulusLength) = lengths(input);
        operands.length = modulusLength;
        if (modulusLength == 0) return operands;
        if (baseLength <= modulusLength && exponentLength <= LIMIT && modulusLength <= LIMIT) {
            operands.plain = exponentLength <= 32 || headOf(input, exponentAt(baseLength), exponentLength) != 0;
        }
        unchecked {
            uint256 offset = HEADER_SIZE;
            _find(operands, operands.base, input, offset, baseLength);
            _find(operands, operands.exponent, input, offset += baseLength, exponentLength);
            _find(operands, operands.modulus, input, offset + exponentLength, modulusLength);
        }
        operands.head = headOf(input, operands.exponent.offset, operands.exponent.size);
    }

    /// @notice The place of the highest bit of a number other than zero.
    function highestBit(uint256 value) internal pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := sub(255, clz(value))
        }
    }

    /// @notice Copies an operand to memory.
    function read(bytes calldata input, Operand memory operand) internal pure returns (bytes memory value) {
        value = new bytes(operand.size);
        assembly ("memory-safe") {
            let offset := mload(operand)
            let length := mload(value)
            // Not what follows the input in calldata.
            if lt(offset, input.length) {
                let unread := sub(input.length, offset)
                if lt(unread, length) {
                    length := unread
                }
                calldatacopy(add(value, 0x20), add(input.offset, offset), length)
            }
        }
    }

    function _find(
        Operands memory operands,
        Operand memory operand,
        bytes calldata input,
        uint256 offset,
        uint256 length
    ) private pure {
        uint256 zeroes = 0;
        unchecked {
            if (!operands.plain) {
                uint256 present = offset < input.length ? input.length - offset : 0;
                if (length < present) present = length;
                zeroes = _zeroes(input, offset, present);
                operands.zeroes += zeroes / 32;
                // What is behind the input is zero without being looked at.
                if (zeroes == present) zeroes = length;
            }
            operand.offset = offset + zeroes;
            operand.size = length - zeroes;
        }
    }

    /// @dev How many zeroes there are from a place on, at most `length`.
    function _zeroes(bytes calldata input, uint256 offset, uint256 length) private pure returns (uint256 count) {
        assembly ("memory-safe") {
            let start := add(input.offset, offset)
            let end := add(start, length)
            let place := start
            let word := 0
            for {} lt(place, end) {
                place := add(place, 0x20)
            } {
                word := calldataload(place)
                if word {
                    break
                }
            }
            count := sub(add(place, mul(shr(3, clz(word)), lt(place, end))), start)
            if gt(count, length) {
                count := length
            }
        }
    }

    function _length(bytes calldata input, uint256 offset) private pure returns (uint256 length) {
        length = _load(input, offset);
        if (length > LENGTH_LIMIT) length = LENGTH_LIMIT;
    }

    /// @dev The word at an offset.
    function _load(bytes calldata input, uint256 offset) private pure returns (uint256 word) {
        if (offset >= input.length) return 0;
        uint256 unread = input.length - offset;
        assembly ("memory-safe") {
            word := calldataload(add(input.offset, offset))
        }
        if (unread < 32) word &= ~(type(uint256).max >> (8 * unread));
    }
}
