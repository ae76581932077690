// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Effort} from "./Effort.sol";
import {Fork} from "../fork/Fork.sol";
import {IPrecompiles} from "./IPrecompiles.sol";
import {Modular, Modulus} from "./Modular.sol";
import {Operands, OperandsReader} from "./Operands.sol";

/// @title ModExp
/// @notice Modular exponentiation of the L2, with operands of any size (EIP-198, EIP-2565). The precompile of L1 takes
/// operands of 1024 bytes at most (EIP-7823).
/// @dev Input that L1 takes is passed on as it is, unless L1 would charge for needless work (`OperandsReader.parse`).
/// Otherwise leading zeroes are dropped, and a base longer than the modulus is reduced. A longer exponent is cut into
/// pieces that L1 takes; only a longer modulus is left to `Modular`. `Effort` bounds the L1 gas of all this.
library ModExp {
    /// @notice The price of a call in L2 gas (EIP-2565), as long as it is less than 2^64.
    function gas(bytes calldata input) internal pure returns (uint256 cost) {
        unchecked {
            // Lengths are 2^64 at most, so the product stays below 2^190.
            (uint256 baseLength, uint256 exponentLength, uint256 modulusLength) = OperandsReader.lengths(input);
            uint256 words = ((baseLength > modulusLength ? baseLength : modulusLength) + 7) / 8;
            uint256 head = OperandsReader.headOf(input, OperandsReader.exponentAt(baseLength), exponentLength);
            uint256 iterations = exponentLength < 32 ? 0 : 8 * (exponentLength - 32);
            if (head != 0) iterations += OperandsReader.highestBit(head);
            if (iterations == 0) iterations = 1;
            cost = (words * words * iterations) / Fork.MODEXP_DIVISOR;
            if (cost < Fork.MODEXP_MIN_GAS) cost = Fork.MODEXP_MIN_GAS;
        }
    }

    /// @notice The base to the power of the exponent, modulo the modulus, with the length of the modulus. Zero if the
    /// modulus is zero.
    /// @dev The effort must have been compared with the limit before, so operands are short.
    function run(bytes calldata input, Operands memory operands) internal view returns (bytes memory result) {
        if (operands.length == 0) return "";
        if (operands.plain) {
            uint256 end = operands.modulus.offset + operands.modulus.size;
            return _callL1(end < input.length ? input[:end] : input);
        }
        result = new bytes(operands.length);
        bytes memory modulus = OperandsReader.read(input, operands.modulus);
        if (modulus.length == 0) return result;
        bytes memory base = OperandsReader.read(input, operands.base);
        bytes memory exponent = OperandsReader.read(input, operands.exponent);
        Modulus memory prepared = Modular.prepare(modulus);
        if (base.length >= modulus.length) {
            uint256[] memory wide = Modular.widen(base);
            Modular.reduce(wide, prepared);
            base = Modular.toBytes(wide, modulus.length);
        }
        bytes memory power;
        if (modulus.length > OperandsReader.LIMIT) power = _powerOfLong(base, exponent, modulus, prepared);
        else if (exponent.length > OperandsReader.LIMIT) power = _powerByPieces(base, exponent, modulus, prepared);
        else power = _power(base, exponent, modulus);
        assembly ("memory-safe") {
            // `power` is as long as the modulus without its leading zeroes, so it fits the end of `result`.
            let size := mload(power)
            mcopy(add(add(result, 0x20), sub(mload(result), size)), add(power, 0x20), size)
        }
    }

    /// @dev A power with operands of 1024 bytes at most, by the precompile of L1, which refuses none of them.
    function _power(
        bytes memory base,
        bytes memory exponent,
        bytes memory modulus
    ) private view returns (bytes memory) {
        return _callL1(abi.encodePacked(base.length, exponent.length, modulus.length, base, exponent, modulus));
    }

    /// @dev Calls the precompile of L1. It refuses no input it gets here, so a failure is a lack of gas.
    function _callL1(bytes memory input) private view returns (bytes memory) {
        (bool success, bytes memory power) = address(uint160(Fork.MODEXP)).staticcall(input);
        if (!success) revert IPrecompiles.PrecompileInsufficientGas(Fork.MODEXP);
        return power;
    }

    /// @dev A power with an exponent of any length, piece by piece: b^(2^k x + y) = (b^x)^(2^k) b^y.
    function _powerByPieces(
        bytes memory base,
        bytes memory exponent,
        bytes memory modulus,
        Modulus memory prepared
    ) private view returns (bytes memory power) {
        uint256 size = Effort.PIECE;
        bytes memory shift = new bytes(size + 1);
        shift[0] = 0x01;
        uint256 end = ((exponent.length - 1) % size) + 1;
        power = _power(base, _slice(exponent, 0, end), modulus);
        for (; end < exponent.length; end += size) {
            uint256[] memory factor = Modular.toNumber(_power(power, shift, modulus), prepared);
            bytes memory piece = _power(base, _slice(exponent, end, size), modulus);
            Modular.multiply(factor, Modular.toNumber(piece, prepared), prepared);
            power = Modular.toBytes(factor, modulus.length);
        }
    }

    /// @dev A power with a modulus of any length and a smaller base: squares and multiplies, from the first bit of the
    /// exponent on.
    function _powerOfLong(
        bytes memory base,
        bytes memory exponent,
        bytes memory modulus,
        Modulus memory prepared
    ) private pure returns (bytes memory) {
        uint256[] memory power = Modular.toNumber(exponent.length == 0 ? bytes(hex"01") : base, prepared);
        if (exponent.length != 0) {
            uint256[] memory factor = Modular.toNumber(base, prepared);
            uint256 bit = OperandsReader.highestBit(uint8(exponent[0]));
            for (uint256 i = 0; i < exponent.length; i++) {
                uint256 digits = uint8(exponent[i]);
                for (; bit > 0; bit--) {
                    Modular.multiply(power, power, prepared);
                    if ((digits >> (bit - 1)) & 1 == 1) Modular.multiply(power, factor, prepared);
                }
                bit = 8;
            }
        }
        return Modular.toBytes(power, modulus.length);
    }

    /// @dev A copy of `length` bytes of `data`, from `offset` on.
    function _slice(bytes memory data, uint256 offset, uint256 length) private pure returns (bytes memory piece) {
        piece = new bytes(length);
        assembly ("memory-safe") {
            // Fills the array just allocated. The caller keeps the range within `data`.
            mcopy(add(piece, 0x20), add(add(data, 0x20), offset), length)
        }
    }
}
