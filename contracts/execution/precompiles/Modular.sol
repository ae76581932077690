// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev A modulus, prepared for divisions by it.
/// @param limbs The modulus, shifted to the left until its first bit is one, followed by a limb of zero.
/// @param size The number of its limbs.
/// @param shift The number of bits that it is shifted by, less than 256.
/// @param twos The number of trailing zero bits of the first shifted limb.
/// @param inverse The inverse, modulo 2^256, of the odd number that the other bits of that limb are.
/// @param wide Room for a product.
struct Modulus {
    uint256[] limbs;
    uint256 size;
    uint256 shift;
    uint256 twos;
    uint256 inverse;
    uint256[] wide;
}

/// @title Modular
/// @notice Arithmetic modulo a number of any length.
/// @dev Numbers are arrays of limbs of 256 bits, the most significant one first. Wide ones begin with a limb of zero.
///
/// Why the assembly is memory-safe: it reads and writes the limbs of arrays that Solidity has allocated, and trusts
/// that they have the lengths which each function names. `array + 32 * length` is the place of the last limb.
library Modular {
    /// @notice Prepares a modulus. Its first byte must not be zero.
    function prepare(bytes memory value) internal pure returns (Modulus memory modulus) {
        uint256 size = (value.length + 31) / 32;
        uint256[] memory limbs = new uint256[](size + 1);
        modulus.limbs = limbs;
        modulus.size = size;
        modulus.wide = new uint256[](2 * size + 1);
        _write(value, limbs, size);
        uint256 shift;
        uint256 twos;
        uint256 odd;
        assembly ("memory-safe") {
            // Only reads.
            shift := clz(mload(add(limbs, 0x20)))
        }
        _shiftLeft(limbs, shift);
        assembly ("memory-safe") {
            // Only reads.
            let first := mload(add(limbs, 0x20))
            twos := sub(255, clz(and(first, sub(0, first))))
            odd := shr(twos, first)
        }
        unchecked {
            // Wraps around on purpose: the inverse is one modulo 2^256. By Newton's method, each step doubles the
            // number of correct bits, of which the first estimate has four at least.
            uint256 inverse = (3 * odd) ^ 2;
            for (uint256 i = 0; i < 6; i++) inverse *= 2 - odd * inverse;
            modulus.inverse = inverse;
        }
        modulus.shift = shift;
        modulus.twos = twos;
    }

    /// @notice The wide number with these bytes, for `reduce`.
    function widen(bytes memory value) internal pure returns (uint256[] memory wide) {
        wide = new uint256[]((value.length + 31) / 32 + 1);
        _write(value, wide, wide.length);
    }

    /// @notice The number with these bytes, with as many limbs as the modulus; it is no longer than the modulus.
    function toNumber(bytes memory value, Modulus memory modulus) internal pure returns (uint256[] memory number) {
        number = new uint256[](modulus.size);
        _write(value, number, modulus.size);
    }

    /// @notice The last `length` bytes of a number; it has as many.
    function toBytes(uint256[] memory limbs, uint256 length) internal pure returns (bytes memory value) {
        value = new bytes(length);
        assembly ("memory-safe") {
            // Fills the array just allocated.
            let end := add(add(limbs, 0x20), shl(5, mload(limbs)))
            mcopy(add(value, 0x20), sub(end, length), length)
        }
    }

    /// @notice Multiplies `a` by `b` modulo the modulus, in place. Both have as many limbs as it; `b` may be `a`.
    function multiply(uint256[] memory a, uint256[] memory b, Modulus memory modulus) internal pure {
        uint256[] memory wide = modulus.wide;
        assembly ("memory-safe") {
            // Writes `wide`, which has twice the limbs of the modulus and one more.
            let size := shl(5, mload(a))
            // Copying from past the end of calldata writes zeroes.
            calldatacopy(add(wide, 0x20), calldatasize(), shl(5, mload(wide)))
            // The place of the last limb of a row: each limb of `a`, from the last one on, adds a row.
            let row := add(add(wide, 0x20), shl(1, size))
            for {
                let i := add(a, size)
            } gt(i, a) {
                i := sub(i, 0x20)
            } {
                let x := mload(i)
                let carry := 0
                let out := row
                for {
                    let j := add(b, size)
                } gt(j, b) {
                    j := sub(j, 0x20)
                } {
                    // The upper half of the product follows from its values modulo 2^256 and 2^256 - 1.
                    let y := mload(j)
                    let low := mul(x, y)
                    let high := mulmod(x, y, not(0))
                    high := sub(sub(high, low), lt(high, low))
                    low := add(low, carry)
                    high := add(high, lt(low, carry))
                    let sum := add(mload(out), low)
                    mstore(out, sum)
                    carry := add(high, lt(sum, low))
                    out := sub(out, 0x20)
                }
                mstore(out, carry)
                row := sub(row, 0x20)
            }
        }
        reduce(wide, modulus);
        assembly ("memory-safe") {
            // The remainder is the last limbs of `wide`, as many as `a` has.
            let size := shl(5, mload(a))
            mcopy(add(a, 0x20), add(add(wide, 0x40), size), size)
        }
    }

    /// @notice Reduces a wide number to its remainder, in place.
    /// @dev Knuth's algorithm D with digits of 256 bits. A digit is estimated from a division of two limbs by one.
    /// `mulmod` gives the remainder; without it the division is exact, and an exact division is a multiplication by the
    /// inverse.
    function reduce(uint256[] memory wide, Modulus memory modulus) internal pure {
        uint256 size = modulus.size;
        if (wide.length <= size) return;
        uint256 shift = modulus.shift;
        _shiftLeft(wide, shift);
        uint256[] memory limbs = modulus.limbs;
        uint256 place;
        uint256 end;
        assembly ("memory-safe") {
            // Only reads. One digit for each limb beyond those of the modulus.
            place := add(wide, 0x20)
            end := add(place, shl(5, sub(mload(wide), size)))
        }
        for (; place < end;) {
            uint256 digit = _estimate(place, modulus, limbs);
            _subtract(place, digit, limbs, size);
            unchecked {
                // A place in memory.
                place += 32;
            }
        }
        assembly ("memory-safe") {
            // Shifts the remainder back, from its last limb on. The limb before its first one is zero.
            let complement := sub(256, shift)
            for {
                let i := add(wide, shl(5, mload(wide)))
            } iszero(lt(i, end)) {
                i := sub(i, 0x20)
            } {
                mstore(i, or(shr(shift, mload(i)), shl(complement, mload(sub(i, 0x20)))))
            }
        }
    }

    /// @dev Estimates the next digit of a quotient; the estimate may be one too large.
    /// @param place Where the rest of the dividend starts; its first limbs are less than the modulus.
    function _estimate(
        uint256 place,
        Modulus memory modulus,
        uint256[] memory limbs
    ) private pure returns (uint256 digit) {
        uint256 twos = modulus.twos;
        uint256 inverse = modulus.inverse;
        assembly ("memory-safe") {
            // Only reads. `limbs` has a second limb, the zero that ends it, even for a modulus of one limb; `place` may
            // then have its third limb past the array, where the product with zero makes it irrelevant.
            let first := mload(add(limbs, 0x20))
            let second := mload(add(limbs, 0x40))
            let high := mload(place)
            let low := mload(add(place, 0x20))
            let rest
            let fits
            switch lt(high, first)
            case 1 {
                // 2^256 modulo `first` is `-first`, since the first bit of `first` is one.
                rest := addmod(mulmod(high, sub(0, first), first), low, first)
                let multiple := sub(high, gt(rest, low))
                digit := mul(inverse, or(shr(twos, sub(low, rest)), shl(sub(256, twos), multiple)))
                fits := 1
            }
            default {
                // The quotient of the first limbs has two digits.
                digit := not(0)
                rest := add(low, first)
                fits := iszero(lt(rest, first))
            }
            // The estimate is too large while digit * second > rest * 2^256 + third: at most twice.
            let third := mload(add(place, 0x40))
            for {} fits {} {
                let lower := mul(digit, second)
                let upper := mulmod(digit, second, not(0))
                upper := sub(sub(upper, lower), lt(upper, lower))
                if iszero(or(gt(upper, rest), and(eq(upper, rest), gt(lower, third)))) {
                    break
                }
                digit := sub(digit, 1)
                rest := add(rest, first)
                fits := iszero(lt(rest, first))
            }
        }
    }

    /// @dev Subtracts the modulus, times a digit, from the limbs at `place`. If the digit is one too large, the result
    /// is negative, and the modulus is added once.
    function _subtract(uint256 place, uint256 digit, uint256[] memory limbs, uint256 size) private pure {
        assembly ("memory-safe") {
            // Writes the `size + 1` limbs at `place`.
            size := shl(5, size)
            let carry := 0
            let out := add(place, size)
            for {
                let i := add(limbs, size)
            } gt(i, limbs) {
                i := sub(i, 0x20)
            } {
                let y := mload(i)
                let low := mul(digit, y)
                let high := mulmod(digit, y, not(0))
                high := sub(sub(high, low), lt(high, low))
                low := add(low, carry)
                high := add(high, lt(low, carry))
                let limb := mload(out)
                mstore(out, sub(limb, low))
                carry := add(high, lt(limb, low))
                out := sub(out, 0x20)
            }
            let first := mload(place)
            mstore(place, sub(first, carry))
            if lt(first, carry) {
                carry := 0
                out := add(place, size)
                for {
                    let i := add(limbs, size)
                } gt(i, limbs) {
                    i := sub(i, 0x20)
                } {
                    let limb := mload(i)
                    let sum := add(mload(out), limb)
                    let overflow := lt(sum, limb)
                    sum := add(sum, carry)
                    mstore(out, sum)
                    carry := or(overflow, lt(sum, carry))
                    out := sub(out, 0x20)
                }
                mstore(place, add(mload(place), carry))
            }
        }
    }

    /// @dev Writes the bytes of a number, right-aligned, to the first `size` limbs.
    function _write(bytes memory value, uint256[] memory limbs, uint256 size) private pure {
        assembly ("memory-safe") {
            // The number has no more bytes than these limbs.
            let length := mload(value)
            mcopy(sub(add(add(limbs, 0x20), shl(5, size)), length), add(value, 0x20), length)
        }
    }

    /// @dev Shifts a number to the left by less than 256 bits, in place.
    function _shiftLeft(uint256[] memory limbs, uint256 shift) private pure {
        assembly ("memory-safe") {
            // Each limb takes the upper bits of the next one; a shift by 256, where `shift` is zero, gives zero.
            let complement := sub(256, shift)
            let last := add(limbs, shl(5, mload(limbs)))
            let i := add(limbs, 0x20)
            for {} lt(i, last) {
                i := add(i, 0x20)
            } {
                mstore(i, or(shl(shift, mload(i)), shr(complement, mload(add(i, 0x20)))))
            }
            mstore(last, shl(shift, mload(last)))
        }
    }
}
