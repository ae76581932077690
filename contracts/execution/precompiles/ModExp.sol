// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Fork} from "../fork/Fork.sol";

/// @title ModExp
/// @notice Price and bounds of modular exponentiation (EIP-198, EIP-7823, EIP-7883). The input has the lengths of base,
/// exponent and modulus in a word each, then the three. Missing bytes count as zero.
library ModExp {
    uint256 private constant HEADER = 96;
    uint256 private constant WORD = 32;

    /// @notice Whether no operand is longer than a call may have.
    function isBounded(bytes calldata input) internal pure returns (bool) {
        (uint256 base, uint256 exponent, uint256 modulus) = _lengths(input);
        return
            base <= Fork.MODEXP_MAX_LENGTH && exponent <= Fork.MODEXP_MAX_LENGTH && modulus <= Fork.MODEXP_MAX_LENGTH;
    }

    /// @notice The price of a call in L2 gas.
    /// @param input A bounded one.
    function price(bytes calldata input) internal pure returns (uint256 cost) {
        (uint256 base, uint256 exponent, uint256 modulus) = _lengths(input);
        unchecked {
            // Lengths are 1024 at most.
            uint256 longest = Math.max(base, modulus);
            uint256 words = (longest + 7) / 8;
            uint256 complexity = longest > WORD ? 2 * words * words : 16;
            uint256 head = _head(input, HEADER + base, Math.min(exponent, WORD));
            uint256 rounds = Math.log2(head);
            if (exponent > WORD) rounds += 16 * (exponent - WORD);
            cost = Math.max(complexity * Math.max(rounds, 1), Fork.MODEXP_MIN_GAS);
        }
    }

    /// @notice The part of a bounded input that counts: what comes after the operands may be long.
    function operands(bytes calldata input) internal pure returns (bytes calldata) {
        (uint256 base, uint256 exponent, uint256 modulus) = _lengths(input);
        return input[:Math.min(input.length, HEADER + base + exponent + modulus)];
    }

    function _lengths(bytes calldata input) private pure returns (uint256 base, uint256 exponent, uint256 modulus) {
        return (_head(input, 0, WORD), _head(input, WORD, WORD), _head(input, 2 * WORD, WORD));
    }

    /// @dev The number that the `size` bytes at an offset make, 32 at most.
    function _head(bytes calldata input, uint256 offset, uint256 size) private pure returns (uint256 value) {
        if (offset >= input.length || size == 0) return 0;
        unchecked {
            // The offset is within the input. Shifts are below 256.
            uint256 present = input.length - offset;
            assembly ("memory-safe") {
                // Reads calldata.
                value := calldataload(add(input.offset, offset))
            }
            if (present < size) value = (value >> (8 * (WORD - present))) << (8 * (WORD - present));
            return value >> (8 * (WORD - size));
        }
    }
}
