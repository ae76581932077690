// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Fork} from "../fork/Fork.sol";
import {Bls} from "./Bls.sol";
import {IPrecompiles} from "./IPrecompiles.sol";
import {ModExp} from "./ModExp.sol";

/// @title Precompiles
/// @notice The precompiled contracts of the L2, computed by those of L1.
/// @dev The code assumes no price of L1, so no later fork of L1 can turn a lack of L1 gas into a result of the L2:
/// - A precompile that refuses no input gets all L1 gas. If the call fails, it lacked gas.
/// - The others (curves, pairings, KZG) spend all gas when they refuse an input. So they get only as much L1 gas as the
///   L2 charges, which is the price of L1. If the call fails, a second one, with a valid input of the same size, shows
///   whether that gas sufficed: the price of L1 depends on the size alone.
contract Precompiles is IPrecompiles {
    uint256 private constant BLAKE2F_SIZE = 213;
    uint256 private constant PAIR_SIZE = 192;
    uint256 private constant POINT_EVALUATION_SIZE = 192;
    /// @dev The versioned hash of the point at infinity, which commits to the polynomial zero.
    bytes32 private constant ZERO_POLYNOMIAL = 0x010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014;
    /// @dev The first byte of the point at infinity, compressed.
    uint256 private constant INFINITY = 0xc0;

    /// @dev The highest price of one call (docs/execution.md): a call that costs more fails as if out of gas. L1 may have to
    /// pay twice for a precompile that refuses an input.
    uint256 private constant LIMIT = 8_000_000;
    uint256 private constant FALLIBLE_LIMIT = 4_400_000;

    /// @inheritdoc IPrecompiles
    function run(
        uint256 number,
        uint256 gasLimit,
        bytes calldata input
    ) external view returns (bool success, uint256 gasLeft, bytes memory output) {
        uint256 cost = _gas(number, input);
        if (cost > gasLimit) return (false, 0, "");
        if (number == Fork.IDENTITY) {
            (success, output) = (true, input);
        } else if (number == Fork.MODEXP) {
            success = ModExp.isBounded(input) && cost <= LIMIT;
            if (success) output = _infallible(number, ModExp.operands(input));
        } else if (number < Fork.MODEXP || number == Fork.P256_VERIFY) {
            (success, output) = (true, _infallible(number, input));
        } else if (number == Fork.BLAKE2F) {
            success = input.length == BLAKE2F_SIZE && uint8(input[BLAKE2F_SIZE - 1]) < 2;
            if (success) output = _infallible(number, input);
        } else if (cost <= FALLIBLE_LIMIT && _takes(number, input.length)) {
            (success, output) = _fallible(number, cost, input);
        }
        // The cost has been compared with the limit.
        if (success) gasLeft = gasLimit - cost;
    }

    /// @dev The price of a call, in L2 gas.
    function _gas(uint256 number, bytes calldata input) private pure returns (uint256) {
        unchecked {
            // The input has less than 2^64 bytes: no gas affords more calldata.
            uint256 words = (input.length + 31) / 32;
            if (number == Fork.ECRECOVER) return Fork.ECRECOVER_GAS;
            if (number == Fork.SHA256) return Fork.SHA256_GAS + Fork.SHA256_WORD_GAS * words;
            if (number == Fork.IDENTITY) return Fork.IDENTITY_GAS + Fork.IDENTITY_WORD_GAS * words;
            if (number == Fork.MODEXP) return ModExp.isBounded(input) ? ModExp.price(input) : 0;
            if (number == Fork.EC_ADD) return Fork.EC_ADD_GAS;
            if (number == Fork.EC_MUL) return Fork.EC_MUL_GAS;
            if (number == Fork.EC_PAIRING) {
                return Fork.EC_PAIRING_GAS + Fork.EC_PAIRING_PAIR_GAS * (input.length / PAIR_SIZE);
            }
            // An input of another size fails anyway, and so does one of MODEXP that is too long.
            if (number == Fork.BLAKE2F) return input.length < 4 ? 0 : Fork.BLAKE2F_ROUND_GAS * uint32(bytes4(input));
            if (number == Fork.POINT_EVALUATION) return Fork.POINT_EVALUATION_GAS;
            if (number == Fork.RIPEMD160) return Fork.RIPEMD160_GAS + Fork.RIPEMD160_WORD_GAS * words;
            if (number == Fork.P256_VERIFY) return Fork.P256_VERIFY_GAS;
            if (number >= Fork.BLS_G1_ADD && number <= Fork.BLS_MAP_FP2) return Bls.price(number, input.length);
        }
        revert PrecompileUnknown(number);
    }

    /// @dev Whether a precompile that may refuse an input takes those of this size.
    function _takes(uint256 number, uint256 size) private pure returns (bool) {
        if (number == Fork.POINT_EVALUATION) return size == POINT_EVALUATION_SIZE;
        if (number == Fork.EC_PAIRING) return size % PAIR_SIZE == 0;
        return number < Fork.BLS_G1_ADD || Bls.takes(number, size);
    }

    /// @dev Calls a precompile that refuses no input of this size.
    function _infallible(uint256 number, bytes calldata input) private view returns (bytes memory output) {
        bool success;
        (success, output) = _call(number, type(uint256).max, input);
        if (!success) revert PrecompileInsufficientGas(number);
    }

    /// @dev Calls a precompile that may refuse the input. The second call gets no more gas than the first one, so its
    /// success proves that the first one had enough.
    function _fallible(
        uint256 number,
        uint256 gasOfL1,
        bytes calldata input
    ) private view returns (bool success, bytes memory output) {
        (success, output) = _call(number, gasOfL1, input);
        if (!success && !_answersHarmless(number, gasOfL1, input.length)) revert PrecompileInsufficientGas(number);
    }

    /// @dev Calls a precompile of L1 with this much gas at most.
    function _call(
        uint256 precompile,
        uint256 gasOfL1,
        bytes calldata input
    ) private view returns (bool success, bytes memory output) {
        assembly ("memory-safe") {
            // Input and output use free memory; what the output takes is reserved at the end.
            output := mload(0x40)
            let data := add(output, 0x20)
            calldatacopy(data, input.offset, input.length)
            success := staticcall(gasOfL1, precompile, data, input.length, 0, 0)
            let size := returndatasize()
            mstore(output, size)
            returndatacopy(data, 0, size)
            mstore(0x40, add(data, and(add(size, 31), not(31))))
        }
    }

    /// @dev Whether a precompile of L1 accepts a valid input of this size, all points at infinity, for this gas.
    function _answersHarmless(uint256 precompile, uint256 gasOfL1, uint256 size) private view returns (bool success) {
        bool isKzg = precompile == Fork.POINT_EVALUATION;
        assembly ("memory-safe") {
            let data := mload(0x40)
            // The input lies in free memory. Copying from past the end of calldata writes zeroes.
            calldatacopy(data, calldatasize(), size)
            if isKzg {
                mstore(data, ZERO_POLYNOMIAL)
                mstore8(add(data, 96), INFINITY)
                mstore8(add(data, 144), INFINITY)
            }
            success := staticcall(gasOfL1, precompile, data, size, 0, 0)
        }
    }
}
