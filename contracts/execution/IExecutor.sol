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

/// @dev A transaction with the block that it runs in.
/// @param context The block.
/// @param raw The signed EIP-2718 bytes, as a wallet produced them.
struct L2Transaction {
    BlockContext context;
    bytes raw;
}

/// @dev What executing one transaction led to.
/// @param valid False where the transaction cannot be executed at all: the batch that carries it is wrong.
/// @param gasUsed L2 gas used; zero where invalid.
/// @param stateRoot The state root afterwards; the root before where invalid.
struct Outcome {
    bool valid;
    uint64 gasUsed;
    bytes32 stateRoot;
}

/// @title Executor
/// @notice The state transition of the L2 as a pure function of its input (steps 11.5, 11.9). It knows neither batches
/// nor disputes. A missing or wrong witness reverts; it never changes an outcome, and neither does the gas of L1.
///
/// A witness is a sequence of RLP items in any order: trie nodes, which are lists, and code as byte strings. Surplus
/// items are ignored.
interface IExecutor {
    /// @notice A trie node or a piece of code that the execution needs is not in the witness.
    /// @param hash Its keccak-256 hash.
    error MissingWitness(bytes32 hash);

    /// @notice Executes transactions one after the other.
    /// @param transactions The transactions, in order.
    /// @param preStateRoot The state root before the first of them.
    /// @param witness What all of them need. A transaction that runs code needs the nodes of the state right before it,
    /// also those that others of the list led to. Where it is empty, outcomes are
    /// taken from what sessions led to (ISessions).
    /// @return outcomes One outcome for each transaction up to and including the first invalid one, none after it.
    function execute(
        L2Transaction[] calldata transactions,
        bytes32 preStateRoot,
        bytes calldata witness
    ) external view returns (Outcome[] memory outcomes);
}
