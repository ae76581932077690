// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev The block that an L2 transaction runs in. Fee market, chain id and gas limit are constants of the chain.
/// @param number The L2 block number.
/// @param timestamp The L2 block's time, in seconds.
/// @param coinbase The account credited with the priority fee.
struct BlockContext {
    uint64 number;
    uint64 timestamp;
    address coinbase;
}
