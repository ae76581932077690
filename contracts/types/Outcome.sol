// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev What executing one transaction led to.
/// @param valid False where the transaction cannot be executed at all: the batch that carries it is wrong.
/// @param gasUsed L2 gas used; zero where invalid.
/// @param stateRoot The state root afterwards; the root before where invalid.
struct Outcome {
    bool valid;
    uint64 gasUsed;
    bytes32 stateRoot;
}
