// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Operands, OperandsReader} from "./Operands.sol";

/// @title Effort
/// @notice How much gas of L1 a call of MODEXP takes at most: a function of the sizes of its operands and of the first
/// digits of its exponent. It is a rule of the L2 (`l2/evm/effort.ts` has it too), so no fork of L1 changes it.
/// @dev The terms are those of `ModExp` and `Modular`; the tests compare them with gas that was measured. What depends
/// on the values of numbers beside, two fifths of a division at most, is taken at its worst. A modulus of more than 1024
/// bytes takes 620,000 and more for each square and product: 65,537 is too large an exponent for any, 3 for one above
/// 2,752 bytes.
library Effort {
    /// @dev An exponent of more than 1024 bytes is cut into pieces of this size, so that two to the power of the bits of
    /// a piece still is an operand of L1.
    uint256 internal constant PIECE = OperandsReader.LIMIT - 1;

    /// @dev What every call takes, and what every one that L1 does not take as it is takes in addition.
    uint256 private constant PLAIN = 8_500;
    uint256 private constant OTHER = 4_500;
    /// @dev For each word of leading zeroes, and for each word of memory.
    uint256 private constant ZEROES = 80;
    uint256 private constant WORD = 9;
    /// @dev For each limb that is shifted, each digit of a quotient, and each limb of the modulus for such a digit.
    uint256 private constant SHIFT = 100;
    uint256 private constant DIGIT = 1_200;
    uint256 private constant DIGIT_LIMB = 320;
    /// @dev For each product, for each of its rows, and for each limb in a row.
    uint256 private constant PRODUCT = 500;
    uint256 private constant ROW = 125;
    uint256 private constant ROW_LIMB = 192;
    /// @dev For each piece of an exponent after the first, beside what L1 charges.
    uint256 private constant NEXT_PIECE = 2_500;

    /// @notice The upper bound.
    /// @dev Assumes that the L2 gas has been paid, so that no product exceeds 256 bits.
    function bound(Operands memory operands) internal pure returns (uint256 effort) {
        effort = PLAIN;
        if (operands.length == 0) return effort;
        uint256 exponentSize = operands.exponent.size;
        uint256 modulusSize = operands.modulus.size;
        uint256 head = operands.head;
        if (operands.plain) return effort + _priceOfL1(modulusSize, exponentSize, head);
        unchecked {
            uint256 n = _words(modulusSize);
            uint256 m = _words(operands.base.size);
            uint256 room = 2 * _words(operands.length) + 100;
            effort += OTHER + ZEROES * operands.zeroes;
            if (modulusSize != 0) {
                room += 2 * (m + _words(exponentSize)) + 8 * n;
                effort += SHIFT * n;
                if (operands.base.size >= modulusSize) effort += _division(m - n + 1, n);
                if (modulusSize > OperandsReader.LIMIT) {
                    effort += _products(exponentSize, head) * _product(n);
                } else if (exponentSize <= OperandsReader.LIMIT) {
                    effort += _priceOfL1(modulusSize, exponentSize, head);
                } else {
                    uint256 pieces = (exponentSize - 1) / PIECE;
                    uint256 first = exponentSize - pieces * PIECE;
                    effort += _priceOfL1(modulusSize, first, first < 32 ? head >> (256 - 8 * first) : head);
                    // The piece has all bits set, the other exponent is 2^(8 * 1023).
                    uint256 each = _priceOfL1(modulusSize, PIECE, type(uint256).max);
                    each += _priceOfL1(modulusSize, PIECE + 1, 1 << 248);
                    effort += pieces * (NEXT_PIECE + each + _product(n));
                    room += pieces * (9 * n + 130);
                }
            }
            effort += WORD * room + (room * room) / 512;
        }
    }

    /// @dev What L1 charges (EIP-7883), where no base is longer than the modulus.
    function _priceOfL1(uint256 modulusSize, uint256 exponentSize, uint256 head) private pure returns (uint256 price) {
        unchecked {
            uint256 words = (modulusSize + 7) / 8;
            uint256 iterations = exponentSize > 32 ? 16 * (exponentSize - 32) : 0;
            if (head != 0) iterations += OperandsReader.highestBit(head);
            if (iterations == 0) iterations = 1;
            price = iterations * (modulusSize > 32 ? 2 * words * words : 16);
            if (price < 500) price = 500;
        }
    }

    /// @dev Squares and products of an exponent: one for each bit behind the first, and one more where it is set.
    function _products(uint256 exponentSize, uint256 head) private pure returns (uint256 count) {
        unchecked {
            // Beyond any limit, so that it does not matter how many bits are set.
            if (exponentSize > 32) return 16 * exponentSize;
            if (head == 0) return 0;
            count = OperandsReader.highestBit(head);
            for (head &= head - 1; head != 0; head &= head - 1) count++;
        }
    }

    /// @dev A product of `n` limbs by as many, and its remainder.
    function _product(uint256 n) private pure returns (uint256) {
        unchecked {
            return PRODUCT + n * (ROW + ROW_LIMB * n) + _division(n + 1, n);
        }
    }

    /// @dev A division by `n` limbs.
    function _division(uint256 digits, uint256 n) private pure returns (uint256) {
        unchecked {
            return digits * (DIGIT + DIGIT_LIMB * n) + SHIFT * (digits + 2 * n);
        }
    }

    function _words(uint256 size) private pure returns (uint256) {
        unchecked {
            return (size + 31) / 32;
        }
    }
}
