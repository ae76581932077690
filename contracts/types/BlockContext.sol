// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev The block that an L2 transaction runs in. Chain id, base fee and gas limit are constants of the chain.
/// @param number The L2 block number.
/// @param timestamp The time of the L2 block, in seconds.
/// @param coinbase The account credited with the priority fee.
/// @param randomness The word that PREVRANDAO pushes in this block; zero on every chain so far.
struct BlockContext {
    uint64 number;
    uint64 timestamp;
    address coinbase;
    bytes32 randomness;
}
