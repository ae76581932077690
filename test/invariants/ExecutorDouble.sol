// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IExecutor} from "../../contracts/execution/IExecutor.sol";
import {Outcome} from "../../contracts/types/Outcome.sol";
import {WitnessIndex} from "../../contracts/trie/Witness.sol";
import {BlockContext} from "../../contracts/types/BlockContext.sol";
import {L2Transaction} from "../../contracts/types/L2Transaction.sol";

/// @title Toy state
/// @notice A state transition as strict as the real one, without a trie: a state root is the hash of the one before, the
/// block and the transaction. Bytes that start with 0xff are invalid.
library ToyState {
    bytes1 internal constant INVALID = 0xff;

    function step(bytes32 state, BlockContext memory context, bytes memory raw) internal pure returns (Outcome memory) {
        if (raw.length == 0 || raw[0] == INVALID) return Outcome(false, 0, state);
        return Outcome(true, uint64(21_000 + raw.length), keccak256(abi.encode(state, context, keccak256(raw))));
    }
}

/// @title Executor double
/// @notice Stands in for the executor, which has its own tests: pure, stops at the first invalid transaction, and reverts
/// on a wrong witness.
contract ExecutorDouble is IExecutor {
    bytes32 internal constant WITNESS_HASH = keccak256("witness");

    function execute(
        L2Transaction[] calldata transactions,
        bytes32 preStateRoot,
        bytes calldata witness
    ) external pure override returns (Outcome[] memory outcomes) {
        if (keccak256(witness) != WITNESS_HASH) revert WitnessIndex.MissingWitness(preStateRoot);
        outcomes = new Outcome[](transactions.length);
        for (uint256 i = 0; i < transactions.length; ++i) {
            outcomes[i] = ToyState.step(preStateRoot, transactions[i].context, transactions[i].raw);
            if (!outcomes[i].valid) return _cut(outcomes, i + 1);
            preStateRoot = outcomes[i].stateRoot;
        }
    }

    function _cut(Outcome[] memory outcomes, uint256 length) private pure returns (Outcome[] memory part) {
        part = new Outcome[](length);
        for (uint256 i = 0; i < length; ++i) part[i] = outcomes[i];
    }
}
