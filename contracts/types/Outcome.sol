// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev The result of executing one transaction.
/// @param valid False if the transaction cannot be executed at all: a batch that contains it is wrong.
/// @param gasUsed L2 gas used; zero if invalid.
/// @param stateRoot The state root afterwards; the root before it if invalid.
struct Outcome {
    bool valid;
    uint64 gasUsed;
    bytes32 stateRoot;
}
