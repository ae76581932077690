// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Fork
/// @notice The numbers of the hard fork that the L2 is on: Fork. Prices are in L2 gas. L1 may be on a later fork.
/// @dev `Opcodes.sol` names the opcodes; `evm/instructions/InstructionSet.sol` gives each of them its price and its
/// handler.
library Fork {
    // ---------------------------------------------------------------- transactions

    uint256 internal constant TRANSACTION_GAS = 21_000;
    uint256 internal constant CREATION_GAS = 32_000;
    uint256 internal constant ZERO_BYTE_GAS = 4;
    /// @dev EIP-2028.
    uint256 internal constant NONZERO_BYTE_GAS = 16;
    /// @dev The least that a transaction pays for a zero byte of data, and for another one (EIP-7623).
    uint256 internal constant ZERO_BYTE_FLOOR_GAS = 10;
    uint256 internal constant NONZERO_BYTE_FLOOR_GAS = 40;
    /// @dev The most gas that a transaction may have (EIP-7825).
    uint256 internal constant MAX_TRANSACTION_GAS = 2 ** 24;
    /// @dev Of an access list (EIP-2930).
    uint256 internal constant ACCESS_ADDRESS_GAS = 2_400;
    uint256 internal constant ACCESS_KEY_GAS = 1_900;
    /// @dev Of an authorisation (EIP-7702), and what of it is refunded where the account exists.
    uint256 internal constant AUTHORIZATION_GAS = 25_000;
    uint256 internal constant AUTHORIZATION_REFUND = 12_500;
    /// @dev At most this part of the gas used is refunded (EIP-3529).
    uint256 internal constant REFUND_QUOTIENT = 5;

    // ---------------------------------------------------------------- code

    /// @dev EIP-170.
    uint256 internal constant MAX_CODE_SIZE = 24_576;
    /// @dev EIP-3860.
    uint256 internal constant MAX_INIT_CODE_SIZE = 49_152;
    uint256 internal constant INIT_CODE_WORD_GAS = 2;
    /// @dev No new code may start with this byte (EIP-3541).
    uint256 internal constant RESERVED_CODE_BYTE = 0xef;
    /// @dev The code of an account that runs the code of another one: these three bytes, then an address (EIP-7702).
    uint256 internal constant DELEGATION_PREFIX = 0xef0100;
    uint256 internal constant DELEGATION_SIZE = 23;
    /// @dev For each byte of code that a creation leaves.
    uint256 internal constant DEPOSIT_GAS = 200;

    // ---------------------------------------------------------------- instructions

    /// @dev The price classes of the Yellow Paper.
    uint256 internal constant BASE_GAS = 2;
    uint256 internal constant VERY_LOW_GAS = 3;
    uint256 internal constant LOW_GAS = 5;
    uint256 internal constant MID_GAS = 8;
    uint256 internal constant HIGH_GAS = 10;

    uint256 internal constant JUMPDEST_GAS = 1;
    uint256 internal constant BLOCK_HASH_GAS = 20;
    /// @dev BLOCKHASH knows this many blocks.
    uint256 internal constant BLOCK_HASHES = 256;
    uint256 internal constant EXP_BYTE_GAS = 50;
    uint256 internal constant KECCAK_GAS = 30;
    uint256 internal constant KECCAK_WORD_GAS = 6;
    uint256 internal constant COPY_WORD_GAS = 3;
    uint256 internal constant LOG_GAS = 375;
    uint256 internal constant LOG_TOPIC_GAS = 375;
    uint256 internal constant LOG_BYTE_GAS = 8;

    /// @dev Memory of `w` words costs `MEMORY_WORD_GAS * w + w * w / 2 ** MEMORY_SQUARE_SHIFT`.
    uint256 internal constant MEMORY_WORD_GAS = 3;
    uint256 internal constant MEMORY_SQUARE_SHIFT = 9;

    /// @dev A warm account or slot (EIP-2929).
    uint256 internal constant WARM_GAS = 100;
    /// @dev A cold one, for an instruction whose static price does not include `WARM_GAS`.
    uint256 internal constant COLD_ACCOUNT_GAS = 2_600;
    uint256 internal constant COLD_SLOT_GAS = 2_100;
    /// @dev What a cold one costs beyond `WARM_GAS`.
    uint256 internal constant COLD_ACCOUNT_SURCHARGE = 2_500;
    uint256 internal constant COLD_SLOAD_SURCHARGE = 2_000;
    /// @dev SSTORE: a slot that was zero, and any other (EIP-2200, EIP-2929).
    uint256 internal constant SET_GAS = 20_000;
    uint256 internal constant RESET_GAS = 2_900;
    /// @dev EIP-3529.
    uint256 internal constant CLEAR_REFUND = 4_800;

    uint256 internal constant CREATE_GAS = 32_000;
    uint256 internal constant SELF_DESTRUCT_GAS = 5_000;
    uint256 internal constant CALL_VALUE_GAS = 9_000;
    uint256 internal constant NEW_ACCOUNT_GAS = 25_000;
    /// @dev Gas that a call with value gets for free. SSTORE halts with this much gas or less (EIP-2200).
    uint256 internal constant STIPEND = 2_300;
    /// @dev A frame keeps this part of its gas when it calls or creates (EIP-150).
    uint256 internal constant KEPT_GAS_QUOTIENT = 64;
    uint256 internal constant MAX_DEPTH = 1_024;
    /// @dev The highest nonce: an account that has it creates and sends nothing (EIP-2681).
    uint256 internal constant MAX_NONCE = type(uint64).max;

    // ---------------------------------------------------------------- precompiles

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
    /// @dev EIP-2537.
    uint256 internal constant BLS_G1_ADD = 11;
    uint256 internal constant BLS_G1_MSM = 12;
    uint256 internal constant BLS_G2_ADD = 13;
    uint256 internal constant BLS_G2_MSM = 14;
    uint256 internal constant BLS_PAIRING = 15;
    uint256 internal constant BLS_MAP_FP = 16;
    uint256 internal constant BLS_MAP_FP2 = 17;
    /// @dev EIP-7951.
    uint256 internal constant P256_VERIFY = 0x100;

    uint256 internal constant ECRECOVER_GAS = 3000;
    uint256 internal constant SHA256_GAS = 60;
    uint256 internal constant SHA256_WORD_GAS = 12;
    uint256 internal constant RIPEMD160_GAS = 600;
    uint256 internal constant RIPEMD160_WORD_GAS = 120;
    uint256 internal constant IDENTITY_GAS = 15;
    uint256 internal constant IDENTITY_WORD_GAS = 3;
    /// @dev EIP-7883.
    uint256 internal constant MODEXP_MIN_GAS = 500;
    /// @dev The most bytes of an operand (EIP-7823).
    uint256 internal constant MODEXP_MAX_LENGTH = 1024;
    /// @dev EIP-1108.
    uint256 internal constant EC_ADD_GAS = 150;
    uint256 internal constant EC_MUL_GAS = 6000;
    uint256 internal constant EC_PAIRING_GAS = 45_000;
    uint256 internal constant EC_PAIRING_PAIR_GAS = 34_000;
    /// @dev EIP-152.
    uint256 internal constant BLAKE2F_ROUND_GAS = 1;
    /// @dev EIP-4844.
    uint256 internal constant POINT_EVALUATION_GAS = 50_000;
    /// @dev EIP-2537.
    uint256 internal constant BLS_G1_ADD_GAS = 375;
    uint256 internal constant BLS_G1_MUL_GAS = 12_000;
    uint256 internal constant BLS_G2_ADD_GAS = 600;
    uint256 internal constant BLS_G2_MUL_GAS = 22_500;
    uint256 internal constant BLS_PAIRING_GAS = 37_700;
    uint256 internal constant BLS_PAIRING_PAIR_GAS = 32_600;
    uint256 internal constant BLS_MAP_FP_GAS = 5_500;
    uint256 internal constant BLS_MAP_FP2_GAS = 23_800;
    /// @dev EIP-7951.
    uint256 internal constant P256_VERIFY_GAS = 6_900;

    /// @notice Whether an address is that of a precompile.
    function isPrecompile(uint256 number) internal pure returns (bool) {
        unchecked {
            // Wraps for address zero, which is none.
            return number - 1 < BLS_MAP_FP2 || number == P256_VERIFY;
        }
    }
}
