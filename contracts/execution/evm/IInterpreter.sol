// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev How a call of the interpreter ended.
/// @custom:value Paused The transaction goes on in another call.
/// @custom:value Finished The transaction has come to its end.
enum Ending {
    Paused,
    Finished
}

/// @dev A transaction that is valid, and the block it runs in. Amounts are in wei, gas is of the L2.
/// @param stateRoot The state before it.
/// @param sender Who signed it.
/// @param to The recipient; the new account where `creates`.
/// @param creates Whether it creates a contract.
/// @param nonce The sender's nonce before it.
/// @param value What the recipient gets.
/// @param gasLimit The most gas that it may use.
/// @param intrinsicGas What it costs before any code runs.
/// @param gasPrice What the sender pays for a unit of gas.
/// @param tip What the coinbase gets of it.
/// @param coinbase The account that gets it.
/// @param number The block's number.
/// @param timestamp The block's time, in seconds.
/// @param randomness What PREVRANDAO gives.
/// @param blockGasLimit What GASLIMIT gives.
/// @param chainId What CHAINID gives.
/// @param baseFee What BASEFEE gives.
/// @param blobBaseFee What BLOBBASEFEE gives.
/// @param memoryLimit The most bytes of memory that a frame may have.
/// @param until The machine pauses before what would leave less work than this (Snapshot); never where it is zero.
struct Message {
    bytes32 stateRoot;
    address sender;
    address to;
    bool creates;
    uint256 nonce;
    uint256 value;
    uint256 gasLimit;
    uint256 intrinsicGas;
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
    uint256 until;
}

/// @title Interpreter
/// @notice The EVM of the L2 on L1: what a transaction does to the state, fees included, from a witness of the state
/// before it. It changes nothing itself; the Executor commits what it lists.
interface IInterpreter {
    /// @notice Executes a transaction. Reverts with `MissingWitness` where the witness lacks a node or code.
    /// @param message The transaction.
    /// @param data Its calldata, or the init code.
    /// @param accessList Its access list: the items of the RLP list, which the caller found to be sound.
    /// @param witness Trie nodes and code (IExecutor).
    /// @return ending How the call ended.
    /// @return gasUsed L2 gas used, refunds taken off; zero where the transaction has not finished.
    /// @return result The accounts that changed, each as words: address, 1 where it is deleted, nonce, balance, code
    /// hash, number of slots that changed, and for each of them key and value. Where it paused, the machine for
    /// `resume`.
    /// @return items What the machine is made of beside what it was given in witnesses, as a witness has it: pages, nodes
    /// of their tree, and code.
    function run(
        Message calldata message,
        bytes calldata data,
        bytes calldata accessList,
        bytes calldata witness
    ) external view returns (Ending ending, uint256 gasUsed, bytes memory result, bytes memory items);

    /// @notice Goes on with a machine that was paused. It has to be one that this contract returned: what it says is
    /// believed.
    /// @param snapshot The machine.
    /// @param until As in `Message`.
    /// @param witness What this part of the execution needs.
    function resume(
        bytes calldata snapshot,
        uint256 until,
        bytes calldata witness
    ) external view returns (Ending ending, uint256 gasUsed, bytes memory result, bytes memory items);
}
