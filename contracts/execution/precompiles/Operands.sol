// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev A number in the input of MODEXP.
/// @param offset Where its first byte lies.
/// @param size Its length in bytes; bytes past the end of the input are zero.
struct Operand {
    uint256 offset;
    uint256 size;
}

/// @dev The operands of MODEXP: as they are if they can be passed on to L1, else without their leading zeroes.
/// @param base The base.
/// @param exponent The exponent.
/// @param modulus The modulus.
/// @param plain Whether they can be passed on to L1 as they are.
/// @param length The length of the modulus with its leading zeroes, and of the result, in bytes.
/// @param head The first word of the exponent; all of the exponent if it is shorter.
/// @param zeroes The number of whole words of leading zeroes, in the input, of all operands.
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
/// @notice Reads the input of MODEXP: three lengths of 32 bytes each, then base, exponent and modulus. Input that ends
/// early is continued by zeroes.
library OperandsReader {
    /// @dev The longest operand that the precompile of L1 takes (EIP-7823).
    uint256 internal constant LIMIT = 1024;
    uint256 private constant HEADER_SIZE = 96;
    /// @dev Longer lengths count as this one. No gas limit affords a base or a modulus of this length.
    uint256 private constant LENGTH_LIMIT = 1 << 64;

    /// @notice The lengths of base, exponent and modulus.
    function lengths(
        bytes calldata input
    ) internal pure returns (uint256 baseLength, uint256 exponentLength, uint256 modulusLength) {
        baseLength = _length(input, 0);
        exponentLength = _length(input, 32);
        modulusLength = _length(input, 64);
    }

    /// @notice The first word of the exponent, which starts at `offset`; all of the exponent if its `size` is below 32.
    function headOf(bytes calldata input, uint256 offset, uint256 size) internal pure returns (uint256 head) {
        head = _load(input, offset);
        unchecked {
            // The size is below 32 where it is used.
            if (size < 32) head >>= 256 - 8 * size;
        }
    }

    /// @notice Where the exponent starts.
    function exponentAt(uint256 baseLength) internal pure returns (uint256) {
        unchecked {
            // The length is 2^64 at most.
            return HEADER_SIZE + baseLength;
        }
    }

    /// @notice Finds the operands. A base that is longer than the modulus, or an exponent of more than 32 bytes that
    /// begins with a word of zeroes, is not passed on as it is: L1 would charge for its length.
    function parse(bytes calldata input) internal pure returns (Operands memory operands) {
        (uint256 baseLength, uint256 exponentLength, uint256 modulusLength) = lengths(input);
        operands.length = modulusLength;
        if (modulusLength == 0) return operands;
        if (baseLength <= modulusLength && exponentLength <= LIMIT && modulusLength <= LIMIT) {
            operands.plain = exponentLength <= 32 || headOf(input, exponentAt(baseLength), exponentLength) != 0;
        }
        unchecked {
            // Lengths are 2^64 at most, so offsets stay below 2^66.
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
            // No memory.
            place := sub(255, clz(value))
        }
    }

    /// @notice Copies an operand to memory.
    function read(bytes calldata input, Operand memory operand) internal pure returns (bytes memory value) {
        value = new bytes(operand.size);
        assembly ("memory-safe") {
            // Fills the array just allocated; bytes past the end of the input stay zero.
            let offset := mload(operand)
            let length := mload(value)
            // Other data may follow the input in calldata.
            if lt(offset, input.length) {
                let unread := sub(input.length, offset)
                if lt(unread, length) {
                    length := unread
                }
                calldatacopy(add(value, 0x20), add(input.offset, offset), length)
            }
        }
    }

    /// @dev Sets an operand of `length` bytes at `offset`, and drops its leading zeroes unless the operands are plain.
    function _find(
        Operands memory operands,
        Operand memory operand,
        bytes calldata input,
        uint256 offset,
        uint256 length
    ) private pure {
        uint256 zeroes = 0;
        unchecked {
            // Lengths are 2^64 at most and offsets below 2^66; there are no more zeroes than `length`.
            if (!operands.plain) {
                uint256 present = offset < input.length ? input.length - offset : 0;
                if (length < present) present = length;
                zeroes = _zeroes(input, offset, present);
                operands.zeroes += zeroes / 32;
                // Past the end of the input everything is zero.
                if (zeroes == present) zeroes = length;
            }
            operand.offset = offset + zeroes;
            operand.size = length - zeroes;
        }
    }

    /// @dev The number of leading zero bytes from `offset` on, `length` at most.
    function _zeroes(bytes calldata input, uint256 offset, uint256 length) private pure returns (uint256 count) {
        assembly ("memory-safe") {
            // Only reads calldata, a word a turn. The last word may reach past the range, hence the cap on `count`.
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

    /// @dev The length at an offset of the input.
    function _length(bytes calldata input, uint256 offset) private pure returns (uint256 length) {
        length = _load(input, offset);
        if (length > LENGTH_LIMIT) length = LENGTH_LIMIT;
    }

    /// @dev The word at an offset of the input, with zeroes past its end.
    function _load(bytes calldata input, uint256 offset) private pure returns (uint256 word) {
        if (offset >= input.length) return 0;
        uint256 unread = input.length - offset;
        assembly ("memory-safe") {
            // Only reads calldata. Bytes past the end of the input are cleared below.
            word := calldataload(add(input.offset, offset))
        }
        if (unread < 32) word &= ~(type(uint256).max >> (8 * unread));
    }
}
