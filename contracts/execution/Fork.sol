// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Cancun
/// @notice What the hard fork of the L2 fixes. L1 may be on a later one.
library Cancun {
    // Precompiles: addresses
    uint256 internal constant ECRECOVER = 1;
    uint256 internal constant SHA256 = 2;
    uint256 internal constant RIPEMD160 = 3;
    uint256 internal constant IDENTITY = 4;
    uint256 internal constant MODEXP = 5;
    uint256 internal constant EC_ADD = 6;
    uint256 internal constant EC_MUL = 7;
    uint256 internal constant EC_PAIRING = 8;
    uint256 internal constant BLAKE2F = 9;
    uint256 internal constant POINT_EVALUATION = 10;

    // Precompiles: gas
    uint256 internal constant ECRECOVER_GAS = 3000;
    uint256 internal constant SHA256_GAS = 60;
    uint256 internal constant SHA256_WORD_GAS = 12;
    uint256 internal constant RIPEMD160_GAS = 600;
    uint256 internal constant RIPEMD160_WORD_GAS = 120;
    uint256 internal constant IDENTITY_GAS = 15;
    uint256 internal constant IDENTITY_WORD_GAS = 3;
    /// @dev EIP-2565.
    uint256 internal constant MODEXP_MIN_GAS = 200;
    uint256 internal constant MODEXP_DIVISOR = 3;
    /// @dev EIP-1108.
    uint256 internal constant EC_ADD_GAS = 150;
    uint256 internal constant EC_MUL_GAS = 6000;
    uint256 internal constant EC_PAIRING_GAS = 45_000;
    uint256 internal constant EC_PAIRING_PAIR_GAS = 34_000;
    /// @dev EIP-152.
    uint256 internal constant BLAKE2F_ROUND_GAS = 1;
    /// @dev EIP-4844.
    uint256 internal constant POINT_EVALUATION_GAS = 50_000;
}
