// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Fork} from "../../fork/Fork.sol";
import {
    BASE_FEE,
    BLOB_BASE_FEE,
    BLOCK_GAS_LIMIT,
    CALLER,
    CHAIN_ID,
    COINBASE,
    GAS_PRICE,
    HALT,
    NUMBER,
    ORIGIN,
    RANDOMNESS,
    SELF,
    TIMESTAMP,
    VALUE,
    addressAt,
    itemAt,
    load,
    push
} from "../Machine.sol";
import {World} from "../World.sol";

/// @title Environment
/// @notice Instructions that read accounts, the transaction and its block.
library Environment {
    function address_(uint256 s) internal pure returns (uint256) {
        return push(s, load(load(SELF) + World.ADDRESS));
    }

    function selfBalance(uint256 s) internal pure returns (uint256) {
        return push(s, load(load(SELF) + World.BALANCE));
    }

    function balance(uint256 s) internal pure returns (uint256) {
        uint256 entry;
        (s, entry) = World.access(s, addressAt(s, 1, 0), Fork.COLD_ACCOUNT_SURCHARGE);
        if (s == HALT) return HALT;
        return push(s, load(entry + World.BALANCE));
    }

    /// @notice EXTCODEHASH: zero for an empty account (EIP-1052).
    function extCodeHash(uint256 s) internal pure returns (uint256) {
        uint256 entry;
        (s, entry) = World.access(s, addressAt(s, 1, 0), Fork.COLD_ACCOUNT_SURCHARGE);
        if (s == HALT) return HALT;
        return push(s, World.isEmpty(entry) ? 0 : load(entry + World.CODE_HASH_OF));
    }

    function origin(uint256 s) internal pure returns (uint256) {
        return push(s, load(ORIGIN));
    }

    function caller(uint256 s) internal pure returns (uint256) {
        return push(s, load(CALLER));
    }

    function callValue(uint256 s) internal pure returns (uint256) {
        return push(s, load(VALUE));
    }

    function gasPrice(uint256 s) internal pure returns (uint256) {
        return push(s, load(GAS_PRICE));
    }

    function coinbase(uint256 s) internal pure returns (uint256) {
        return push(s, load(COINBASE));
    }

    function timestamp(uint256 s) internal pure returns (uint256) {
        return push(s, load(TIMESTAMP));
    }

    function number(uint256 s) internal pure returns (uint256) {
        return push(s, load(NUMBER));
    }

    function randomness(uint256 s) internal pure returns (uint256) {
        return push(s, load(RANDOMNESS));
    }

    function gasLimit(uint256 s) internal pure returns (uint256) {
        return push(s, load(BLOCK_GAS_LIMIT));
    }

    function chainId(uint256 s) internal pure returns (uint256) {
        return push(s, load(CHAIN_ID));
    }

    function baseFee(uint256 s) internal pure returns (uint256) {
        return push(s, load(BASE_FEE));
    }

    function blobBaseFee(uint256 s) internal pure returns (uint256) {
        return push(s, load(BLOB_BASE_FEE));
    }

    /// @notice BLOBHASH: no transaction of this chain carries blobs.
    function blobHash(uint256 s) internal pure returns (uint256) {
        return push(s, 0);
    }

    /// @notice BLOCKHASH: the hash of the block's number in decimal digits, as in Ethereum's conformance tests. The
    /// MTTBR, the root over a batch's transactions and their blocks, commits to no hashes of blocks.
    function blockHash(uint256 s) internal pure returns (uint256) {
        uint256 wanted = itemAt(s, 1, 0);
        uint256 current = load(NUMBER);
        unchecked {
            // The subtraction is evaluated only if `wanted` is below the current number.
            if (wanted >= current || current - wanted > Fork.BLOCK_HASHES) return push(s, 0);
        }
        uint256 hash;
        assembly ("memory-safe") {
            // In scratch space: the digits from the last one backwards, at least one. A number of 64 bits has at most
            // 20.
            let place := 0x20
            for {
                let first := 1
            } or(first, gt(wanted, 0)) {
                first := 0
            } {
                place := sub(place, 1)
                mstore8(place, add(48, mod(wanted, 10)))
                wanted := div(wanted, 10)
            }
            hash := keccak256(place, sub(0x20, place))
        }
        return push(s, hash);
    }
}
