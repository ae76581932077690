// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Account} from "./Account.sol";
import {IExecutor, L2Transaction, Outcome} from "./IExecutor.sol";
import {IInterpreter} from "./IInterpreter.sol";
import {Transaction} from "./Transaction.sol";
import {Chain, Setting, Transition} from "./Transition.sol";
import {Trie, TrieAlgorithms} from "./Trie.sol";
import {WitnessIndex} from "./Witness.sol";

/// @title Executor
/// @notice The state transition of the L2, on L1.
contract Executor is IExecutor {
    /// @notice Runs code.
    IInterpreter public immutable interpreter;
    /// @notice Chain id of the L2.
    uint256 public immutable chainId;
    /// @notice What a unit of L2 gas costs, burned; in wei.
    uint256 public immutable baseFee;
    /// @notice The most L2 gas that one transaction may have.
    uint256 public immutable gasLimit;
    /// @notice What PREVRANDAO gives on the L2.
    uint256 public immutable randomness;
    /// @notice What BLOBBASEFEE gives on the L2.
    uint256 public immutable blobBaseFee;

    /// @notice A constant of the chain is out of its range.
    error ExecutorOutOfRange(string field, uint256 value, uint256 limit);

    constructor(Chain memory chain, IInterpreter interpreter_) {
        // The bounds of EIP-2294 and of the 64-bit gas of Ethereum keep the arithmetic below 2^256.
        uint256 chainIdLimit = type(uint64).max / 2 - 36;
        if (chain.chainId == 0 || chain.chainId > chainIdLimit) {
            revert ExecutorOutOfRange("chainId", chain.chainId, chainIdLimit);
        }
        if (chain.gasLimit > type(uint64).max) {
            revert ExecutorOutOfRange("gasLimit", chain.gasLimit, type(uint64).max);
        }
        interpreter = interpreter_;
        chainId = chain.chainId;
        baseFee = chain.baseFee;
        gasLimit = chain.gasLimit;
        randomness = chain.randomness;
        blobBaseFee = chain.blobBaseFee;
    }

    /// @inheritdoc IExecutor
    function execute(
        L2Transaction[] calldata transactions,
        bytes32 preStateRoot,
        bytes calldata witness
    ) external view returns (Outcome[] memory outcomes) {
        Setting memory setting;
        setting.chain = Chain(chainId, baseFee, gasLimit, randomness, blobBaseFee);
        setting.interpreter = interpreter;
        setting.state = TrieAlgorithms.open(WitnessIndex.index(witness), preStateRoot);
        setting.stateRoot = preStateRoot;
        outcomes = new Outcome[](transactions.length);
        // One transaction and one account at a time: memory costs more the more of it there is.
        Transaction memory transaction;
        uint256 count = 0;
        bool valid = true;
        while (valid && count < transactions.length) {
            L2Transaction calldata input = transactions[count];
            uint256 gasUsed = 0;
            valid = transaction.decode(input.raw, setting.chain.chainId);
            if (valid) (valid, gasUsed) = Transition.execute(setting, transaction, input, witness);
            if (valid) setting.stateRoot = setting.state.root();
            Outcome memory outcome = outcomes[count];
            outcome.valid = valid;
            // A transaction uses at most the chain's gas limit, which has 64 bits.
            outcome.gasUsed = uint64(gasUsed);
            outcome.stateRoot = setting.stateRoot;
            count++;
        }
        // None after the first invalid one.
        assembly ("memory-safe") {
            mstore(outcomes, count)
        }
    }
}
