// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BlockContext} from "./BlockContext.sol";

/// @dev A transaction with the block that it runs in.
/// @param context The block.
/// @param raw The signed EIP-2718 bytes, as a wallet produced them.
struct L2Transaction {
    BlockContext context;
    bytes raw;
}
