// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Account} from "../trie/Account.sol";
import {IExecutor} from "./IExecutor.sol";
import {Outcome} from "../types/Outcome.sol";
import {L2Transaction} from "../types/L2Transaction.sol";
import {IInterpreter} from "./evm/IInterpreter.sol";
import {ISessions} from "./sessions/ISessions.sol";
import {Sessions} from "./sessions/Sessions.sol";
import {Transaction} from "./Transaction.sol";
import {Chain, Setting, Transition} from "./Transition.sol";
import {TrieAlgorithms} from "../trie/Trie.sol";
import {WitnessIndex} from "../trie/Witness.sol";

/// @title Executor
/// @notice The state transition of the L2, on L1.
contract Executor is IExecutor, Sessions {
    /// @notice The contract that runs code.
    IInterpreter public immutable interpreter;
    /// @notice Chain id of the L2.
    uint256 public immutable chainId;
    /// @inheritdoc IExecutor
    uint256 public immutable override baseFee;
    /// @notice The most L2 gas that one transaction may have.
    uint256 public immutable gasLimit;
    /// @notice The word that BLOBBASEFEE pushes on the L2.
    uint256 public immutable blobBaseFee;
    /// @notice The most bytes of memory that a frame may have on the L2.
    uint256 public immutable memoryLimit;
    /// @notice The most bytes that a transaction of the L2 may have.
    uint256 public immutable transactionLimit;
    /// @notice The most addresses and storage keys, taken together, that an access list may have on the L2.
    uint256 public immutable accessLimit;
    /// @notice The most authorisations that a transaction of the L2 may have (EIP-7702).
    uint256 public immutable authorizationLimit;

    /// @notice A constant of the chain is out of range.
    /// @param field Its name in `Chain`.
    /// @param value Its value.
    /// @param limit The highest value allowed.
    error ExecutorOutOfRange(string field, uint256 value, uint256 limit);

    constructor(Chain memory chain, IInterpreter interpreter_) {
        // EIP-2294 bounds chain ids, and Ethereum's gas has 64 bits: with both, the arithmetic of this folder stays
        // below 2^256.
        uint256 chainIdLimit = type(uint64).max / 2 - 36;
        if (chain.chainId == 0 || chain.chainId > chainIdLimit) {
            revert ExecutorOutOfRange("chainId", chain.chainId, chainIdLimit);
        }
        if (chain.gasLimit > type(uint64).max) {
            revert ExecutorOutOfRange("gasLimit", chain.gasLimit, type(uint64).max);
        }
        if (chain.memoryLimit > type(uint32).max) {
            revert ExecutorOutOfRange("memoryLimit", chain.memoryLimit, type(uint32).max);
        }
        interpreter = interpreter_;
        chainId = chain.chainId;
        baseFee = chain.baseFee;
        gasLimit = chain.gasLimit;
        blobBaseFee = chain.blobBaseFee;
        memoryLimit = chain.memoryLimit;
        transactionLimit = chain.transactionLimit;
        accessLimit = chain.accessLimit;
        authorizationLimit = chain.authorizationLimit;
    }

    /// @inheritdoc IExecutor
    function execute(
        L2Transaction[] calldata transactions,
        bytes32 preStateRoot,
        bytes calldata witness
    ) external view override returns (Outcome[] memory outcomes) {
        Setting memory setting = _setting(preStateRoot, 0, witness);
        outcomes = new Outcome[](transactions.length);
        // All transactions use the same memory: the price of memory grows with its square.
        Transaction memory transaction;
        uint256 count = 0;
        bool valid = true;
        while (valid && count < transactions.length) {
            L2Transaction calldata input = transactions[count];
            Outcome memory outcome = outcomes[count];
            if (witness.length != 0 || !_recall(setting, input, outcome)) {
                uint256 gasUsed;
                (valid, gasUsed, ) = Transition.execute(setting, transaction, input, witness);
                // A transaction uses at most the chain's gas limit, which has 64 bits.
                (outcome.valid, outcome.gasUsed, outcome.stateRoot) = (valid, uint64(gasUsed), setting.stateRoot);
            }
            valid = outcome.valid;
            count++;
        }
        assembly ("memory-safe") {
            // Shortens the array: no outcomes after the first invalid one.
            mstore(outcomes, count)
        }
    }

    /// @inheritdoc ISessions
    function begin(
        L2Transaction calldata transaction,
        bytes32 preStateRoot,
        uint256 until,
        bytes calldata witness
    ) external override returns (bytes memory next, bytes memory items) {
        Setting memory setting = _setting(preStateRoot, until, witness);
        Transaction memory decoded;
        bool valid;
        uint256 gasUsed;
        (valid, gasUsed, next) = Transition.execute(setting, decoded, transaction, witness);
        items = setting.items;
        _note(transitionKey(transaction, preStateRoot), Outcome(valid, uint64(gasUsed), setting.stateRoot), next);
        _return(next, items);
    }

    /// @inheritdoc ISessions
    function advance(
        bytes32 key,
        bytes calldata machine,
        uint256 until,
        bytes calldata witness
    ) external override returns (bytes memory next, bytes memory items) {
        _requireReached(key, keccak256(machine));
        Setting memory setting = _setting(Transition.stateRootOf(machine), until, witness);
        bool valid;
        uint256 gasUsed;
        (valid, gasUsed, next) = Transition.resume(setting, machine, witness);
        items = setting.items;
        _note(key, Outcome(valid, uint64(gasUsed), setting.stateRoot), next);
        _return(next, items);
    }

    /// @dev Remembers the machine in which an execution paused, or the outcome where it is complete. A transaction uses at
    /// most the chain's gas limit, which has 64 bits.
    function _note(bytes32 key, Outcome memory outcome, bytes memory next) private {
        if (next.length == 0) _remember(key, outcome);
        else _reach(key, keccak256(next));
    }

    /// @dev Ends the call with (next, items) encoded by the ABI, without the copies that the compiler would make. The
    /// items lie after the machine in memory, in what the interpreter returned (Transition), or are empty.
    function _return(bytes memory next, bytes memory items) private pure {
        assembly ("memory-safe") {
            // Overwrites the two words before the machine, and empty items, and returns: nothing reads memory
            // afterwards.
            let start := sub(next, 0x40)
            if iszero(mload(items)) {
                items := add(next, add(0x20, and(add(mload(next), 0x1f), not(0x1f))))
                mstore(items, 0)
            }
            let end := add(items, add(0x20, and(add(mload(items), 0x1f), not(0x1f))))
            mstore(start, 0x40)
            mstore(add(start, 0x20), sub(items, start))
            return(start, sub(end, start))
        }
    }

    function _setting(
        bytes32 preStateRoot,
        uint256 until,
        bytes calldata witness
    ) private view returns (Setting memory) {
        Account memory account;
        return
            Setting({
                chain: Chain({
                    chainId: chainId,
                    baseFee: baseFee,
                    gasLimit: gasLimit,
                    blobBaseFee: blobBaseFee,
                    memoryLimit: memoryLimit,
                    transactionLimit: transactionLimit,
                    accessLimit: accessLimit,
                    authorizationLimit: authorizationLimit
                }),
                interpreter: interpreter,
                state: TrieAlgorithms.open(WitnessIndex.index(witness), preStateRoot),
                stateRoot: preStateRoot,
                account: account,
                intrinsicGas: 0,
                floorGas: 0,
                tip: 0,
                until: until,
                items: ""
            });
    }

    /// @dev Takes over the outcome of a session.
    /// @return known Whether there is one.
    function _recall(
        Setting memory setting,
        L2Transaction calldata input,
        Outcome memory outcome
    ) private view returns (bool known) {
        Outcome memory remembered = outcomeOf(transitionKey(input, setting.stateRoot));
        known = remembered.stateRoot != 0;
        if (known) {
            (outcome.valid, outcome.gasUsed) = (remembered.valid, remembered.gasUsed);
            outcome.stateRoot = setting.stateRoot = remembered.stateRoot;
            setting.state = TrieAlgorithms.open(setting.state.witness, remembered.stateRoot);
        }
    }
}
