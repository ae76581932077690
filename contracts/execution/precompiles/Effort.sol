// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Operands, OperandsReader} from "./Operands.sol";

/// @title Effort
/// @notice An upper bound of the L1 gas that a call of MODEXP takes. It depends on the sizes of the operands and on the
/// first word of the exponent. It is a rule of the L2 (`l2/evm/effort.ts` has it too), so no fork of L1 changes it.
/// @dev Each term bounds a step of `ModExp` and `Modular`; the tests compare the sum with measured gas. The values of
/// the numbers matter too, for two fifths of a division at most: the bound assumes the worst. A modulus of more than
/// 1024 bytes takes 620,000 gas and more for each square and product: with such a modulus, an exponent of 65,537 is
/// always too large; with one of more than 2,464 bytes, so is an exponent of 3.
library Effort {
    /// @dev The size, in bytes, of the pieces into which an exponent of more than 1024 bytes is cut. Two to the power
    /// of the bits of a piece is still an operand that L1 takes.
    uint256 internal constant PIECE = OperandsReader.LIMIT - 1;

    /// @dev Gas of every call, and in addition of each call that cannot be passed on to L1 as it is.
    uint256 private constant PLAIN = 8_500;
    uint256 private constant OTHER = 4_500;
    /// @dev Gas for each word of leading zeroes, and for each word of memory.
    uint256 private constant ZEROES = 80;
    uint256 private constant WORD = 9;
    /// @dev Gas for each limb that is shifted, for each digit of a quotient, and for each limb of the modulus in the
    /// subtraction of such a digit.
    uint256 private constant SHIFT = 100;
    uint256 private constant DIGIT = 1_200;
    uint256 private constant DIGIT_LIMB = 320;
    /// @dev Gas for each product, for each of its rows, and for each limb of a row.
    uint256 private constant PRODUCT = 500;
    uint256 private constant ROW = 125;
    uint256 private constant ROW_LIMB = 192;
    /// @dev Gas for each piece of an exponent after the first, in addition to the price of L1.
    uint256 private constant NEXT_PIECE = 2_500;

    /// @notice The upper bound, in L1 gas.
    /// @dev The L2 gas must have been paid before: it limits the sizes, so that nothing here overflows.
    function bound(Operands memory operands) internal pure returns (uint256 effort) {
        effort = PLAIN;
        if (operands.length == 0) return effort;
        uint256 exponentSize = operands.exponent.size;
        uint256 modulusSize = operands.modulus.size;
        uint256 head = operands.head;
        if (operands.plain) return effort + _priceOfL1(modulusSize, exponentSize, head);
        unchecked {
            // The caller has paid for sizes below 2^64: no product of three of them exceeds 2^200. `m` is at least `n`
            // where the difference is taken.
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
                    // At worst all bits of a piece are set; the exponent of the shift is 2^(8 * 1023).
                    uint256 each = _priceOfL1(modulusSize, PIECE, type(uint256).max);
                    each += _priceOfL1(modulusSize, PIECE + 1, 1 << 248);
                    effort += pieces * (NEXT_PIECE + each + _product(n));
                    room += pieces * (9 * n + 130);
                }
            }
            effort += WORD * room + (room * room) / 512;
        }
    }

    /// @dev The price of L1 (EIP-7883) for a base that is no longer than the modulus.
    function _priceOfL1(uint256 modulusSize, uint256 exponentSize, uint256 head) private pure returns (uint256 price) {
        unchecked {
            // The modulus has 1024 bytes at most, and so has the exponent.
            uint256 words = (modulusSize + 7) / 8;
            uint256 iterations = exponentSize > 32 ? 16 * (exponentSize - 32) : 0;
            if (head != 0) iterations += OperandsReader.highestBit(head);
            if (iterations == 0) iterations = 1;
            price = iterations * (modulusSize > 32 ? 2 * words * words : 16);
            if (price < 500) price = 500;
        }
    }

    /// @dev The number of squares and products of an exponent: one for each bit after the first, two if it is set.
    function _products(uint256 exponentSize, uint256 head) private pure returns (uint256 count) {
        unchecked {
            // Sizes are below 2^64. A longer exponent exceeds any limit, whatever its bits are.
            if (exponentSize > 32) return 16 * exponentSize;
            if (head == 0) return 0;
            count = OperandsReader.highestBit(head);
            for (head &= head - 1; head != 0; head &= head - 1) count++;
        }
    }

    /// @dev Gas of a product of two numbers of `n` limbs, and of its remainder.
    function _product(uint256 n) private pure returns (uint256) {
        unchecked {
            // `n` is below 2^60.
            return PRODUCT + n * (ROW + ROW_LIMB * n) + _division(n + 1, n);
        }
    }

    /// @dev Gas of a division by `n` limbs.
    function _division(uint256 digits, uint256 n) private pure returns (uint256) {
        unchecked {
            // Both are below 2^60.
            return digits * (DIGIT + DIGIT_LIMB * n) + SHIFT * (digits + 2 * n);
        }
    }

    /// @dev The number of words of 32 bytes that `size` bytes take.
    function _words(uint256 size) private pure returns (uint256) {
        unchecked {
            // Sizes are below 2^65.
            return (size + 31) / 32;
        }
    }
}
