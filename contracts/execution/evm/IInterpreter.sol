// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev How a call of the interpreter ended.
/// @custom:value Paused The transaction goes on in another call.
/// @custom:value Finished The transaction is complete.
enum Ending {
    Paused,
    Finished
}

/// @dev A valid transaction, and the block that it runs in. Amounts are in wei, gas is L2 gas.
/// @param stateRoot The state root before it.
/// @param sender The account that signed it.
/// @param to The recipient; the new account where `creates`.
/// @param creates Whether it creates a contract.
/// @param nonce The sender's nonce before it.
/// @param value The amount that the recipient gets.
/// @param gasLimit The most gas that it may use.
/// @param intrinsicGas What it costs before any code runs.
/// @param floorGas The least that it uses, whatever it refunds (EIP-7623).
/// @param gasPrice What the sender pays for a unit of gas.
/// @param tip The part of the gas price that the coinbase gets.
/// @param coinbase The account that gets the tip.
/// @param number The block's number.
/// @param timestamp The block's time, in seconds.
/// @param randomness The word that PREVRANDAO pushes.
/// @param blockGasLimit The word that GASLIMIT pushes.
/// @param chainId The word that CHAINID pushes.
/// @param baseFee The word that BASEFEE pushes.
/// @param blobBaseFee The word that BLOBBASEFEE pushes.
/// @param memoryLimit The most bytes of memory that a frame may have.
/// @param authorizations The number of authorisations that count.
/// @param until The least work to leave: the machine pauses before it has less to do (Snapshot). Zero runs to the end.
struct Message {
    bytes32 stateRoot;
    address sender;
    address to;
    bool creates;
    uint256 nonce;
    uint256 value;
    uint256 gasLimit;
    uint256 intrinsicGas;
    uint256 floorGas;
    uint256 gasPrice;
    uint256 tip;
    address coinbase;
    uint256 number;
    uint256 timestamp;
    uint256 randomness;
    uint256 blockGasLimit;
    uint256 chainId;
    uint256 baseFee;
    uint256 blobBaseFee;
    uint256 memoryLimit;
    uint256 authorizations;
    uint256 until;
}

/// @title Interpreter
/// @notice The L2's EVM on L1. From a witness of the state it computes what a transaction changes, fees included. It
/// writes no trie: the Executor commits the changes that it lists.
interface IInterpreter {
    /// @notice Executes a transaction. Reverts with `MissingWitness` if the witness lacks a node, a page or code.
    /// @param message The transaction.
    /// @param data Its calldata, or the init code.
    /// @param lists Its authorisations (Authorizations), three words each; then its access list, the items of the RLP
    /// list, which the caller has checked.
    /// @param witness Trie nodes and code, in the format of IExecutor.
    /// @return ending How the call ended.
    /// @return gasUsed L2 gas used, after refunds; zero if the transaction paused.
    /// @return result If it finished, the accounts that changed. Each has, in a word each: address, 1 if it is deleted,
    /// nonce, balance, code hash, number of slots that changed, and for each of these slots key and value. If it
    /// paused, the machine for `resume`.
    /// @return pages If it paused, the pages that were in memory: of each its number in a word, then its 1024 bytes. The
    /// caller puts them into the tree whose root the machine has.
    /// @return codes If it paused, code that is in no witness so far, in the format of a witness.
    function run(
        Message calldata message,
        bytes calldata data,
        bytes calldata lists,
        bytes calldata witness
    )
        external
        view
        returns (Ending ending, uint256 gasUsed, bytes memory result, bytes memory pages, bytes memory codes);

    /// @notice Goes on with a paused machine. The interpreter trusts it: the caller must pass only what this contract
    /// returned for the same transaction. Reverts with `MissingWitness` as `run` does.
    /// @param snapshot The machine.
    /// @param until As in `Message`.
    /// @param witness What this part of the execution needs: trie nodes, code, pages and nodes of their tree.
    /// @return ending As for `run`; so are the other four.
    function resume(
        bytes calldata snapshot,
        uint256 until,
        bytes calldata witness
    )
        external
        view
        returns (Ending ending, uint256 gasUsed, bytes memory result, bytes memory pages, bytes memory codes);
}
