// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Account} from "../trie/Account.sol";
import {Changes} from "./Changes.sol";
import {Fork} from "./fork/Fork.sol";
import {L2Transaction} from "../types/L2Transaction.sol";
import {Ending, IInterpreter, Message} from "./evm/IInterpreter.sol";
import {Machines} from "./sessions/Machines.sol";
import {Transaction} from "./Transaction.sol";
import {Trie, TrieAlgorithms} from "../trie/Trie.sol";
import {Creates} from "./evm/instructions/Creates.sol";

/// @dev Constants of the L2.
/// @param chainId Its chain id.
/// @param baseFee What a unit of gas costs, burned; in wei.
/// @param gasLimit The most gas that one transaction may have, and what GASLIMIT gives.
/// @param randomness What PREVRANDAO gives.
/// @param blobBaseFee What BLOBBASEFEE gives.
/// @param memoryLimit The most bytes of memory that a frame may have; to grow it further halts, as without gas.
/// @param transactionLimit The most bytes that a transaction may have.
/// @param accessLimit The most addresses and storage keys, taken together, that an access list may have.
struct Chain {
    uint256 chainId;
    uint256 baseFee;
    uint256 gasLimit;
    uint256 randomness;
    uint256 blobBaseFee;
    uint256 memoryLimit;
    uint256 transactionLimit;
    uint256 accessLimit;
}

/// @dev What a transaction's execution needs beside the transaction.
/// @param chain Constants of the L2.
/// @param interpreter Runs code.
/// @param state The state before it.
/// @param stateRoot Its root.
/// @param account Memory for one account at a time.
/// @param intrinsicGas What the transaction costs before any code runs.
/// @param tip What the coinbase gets for a unit of gas.
/// @param until The work left at which the execution pauses (ISessions); zero where it goes on to the end.
/// @param items What the machine is made of in which the interpreter paused (IInterpreter).
struct Setting {
    Chain chain;
    IInterpreter interpreter;
    Trie state;
    bytes32 stateRoot;
    Account account;
    uint256 intrinsicGas;
    uint256 tip;
    uint256 until;
    bytes items;
}

/// @title Transition
/// @notice What a transaction does to the state. One that only moves value is done right here; the interpreter runs any
/// other.
library Transition {
    /// @notice Decodes a transaction and applies it to the state; the setting moves to the root afterwards.
    /// @dev The accounts are read and written one after the other, since any two or all three of them may be the same.
    /// The sum of all balances is fixed by genesis and below 2^256, so that no credit overflows.
    /// @param transaction Memory for the transaction.
    /// @return valid Whether it can be executed; where it cannot, the state in memory means nothing any more.
    /// @return gasUsed L2 gas.
    /// @return machine Where the execution paused; empty where it has come to its end.
    function execute(
        Setting memory setting,
        Transaction memory transaction,
        L2Transaction calldata input,
        bytes calldata witness
    ) internal view returns (bool valid, uint256 gasUsed, bytes memory machine) {
        bytes calldata raw = input.raw;
        // What the bytes alone decide needs no witness.
        Chain memory chain = setting.chain;
        if (raw.length > chain.transactionLimit || !transaction.decode(raw, chain.chainId)) return (false, 0, machine);
        gasUsed = intrinsicGas(transaction, raw);
        if (!_isSound(chain, transaction, gasUsed) || !_isFunded(setting, transaction)) return (false, 0, machine);
        setting.intrinsicGas = gasUsed;
        setting.tip = Math.min(transaction.tipCap, transaction.feeCap - chain.baseFee);
        if (!_movesValue(transaction) || !_transfer(setting, transaction, input.context.coinbase)) {
            return _interpret(setting, transaction, input, witness);
        }
        setting.stateRoot = setting.state.root();
        return (true, gasUsed, machine);
    }

    /// @notice What a transaction costs before any code runs.
    function intrinsicGas(Transaction memory transaction, bytes calldata raw) internal pure returns (uint256 gas_) {
        unchecked {
            // The counts are those of items and bytes in calldata.
            gas_ =
                Fork.TRANSACTION_GAS +
                Fork.ACCESS_ADDRESS_GAS * transaction.accessAddresses +
                Fork.ACCESS_KEY_GAS * transaction.accessKeys;
            uint256 length = transaction.dataLength;
            if (length != 0) {
                uint256 zeros = _countZeros(_data(transaction, raw));
                gas_ += Fork.ZERO_BYTE_GAS * zeros + Fork.NONZERO_BYTE_GAS * (length - zeros);
            }
            if (transaction.creates) gas_ += Fork.CREATION_GAS + Fork.INIT_CODE_WORD_GAS * ((length + 31) / 32);
        }
    }

    /// @dev Whether the transaction can be executed at all, as far as its bytes and the chain's constants tell.
    function _isSound(
        Chain memory chain,
        Transaction memory transaction,
        uint256 intrinsic
    ) private pure returns (bool) {
        if (transaction.gasLimit < intrinsic || transaction.gasLimit > chain.gasLimit) return false;
        if (transaction.feeCap < chain.baseFee || transaction.feeCap < transaction.tipCap) return false;
        if (transaction.creates && transaction.dataLength > Fork.MAX_INIT_CODE_SIZE) return false;
        unchecked {
            // The counts are those of items in calldata.
            if (transaction.accessAddresses + transaction.accessKeys > chain.accessLimit) return false;
        }
        return transaction.nonce < Fork.MAX_NONCE;
    }

    /// @dev Whether the sender can send it; leaves the sender in `setting.account`.
    function _isFunded(Setting memory setting, Transaction memory transaction) private pure returns (bool) {
        (bool bounded, uint256 highestCost) = _highestCost(transaction);
        if (!bounded) return false;
        Account memory account = setting.account;
        account.read(setting.state, transaction.sender);
        return !account.hasCode() && account.nonce == transaction.nonce && account.balance >= highestCost;
    }

    /// @dev The most that a transaction may take from its sender, and whether 256 bits can hold it.
    function _highestCost(Transaction memory transaction) private pure returns (bool bounded, uint256 cost) {
        (bounded, cost) = Math.tryMul(transaction.gasLimit, transaction.feeCap);
        if (bounded) (bounded, cost) = Math.tryAdd(cost, transaction.value);
    }

    /// @dev Moves value to an account without code.
    /// @return plain False where the recipient has code; then the state is as before.
    function _transfer(
        Setting memory setting,
        Transaction memory transaction,
        address coinbase
    ) private pure returns (bool plain) {
        Account memory account = setting.account;
        Trie memory state = setting.state;
        uint256 cost;
        unchecked {
            // The nonce is below 2^64 - 1, and the balance covers the highest cost, of which this is a part.
            cost = setting.intrinsicGas * (setting.chain.baseFee + setting.tip) + transaction.value;
            account.nonce += 1;
            account.balance -= cost;
        }
        account.write(state, transaction.sender);

        account.read(state, transaction.to);
        if (account.hasCode()) {
            account.read(state, transaction.sender);
            account.nonce -= 1;
            account.balance += cost;
            account.write(state, transaction.sender);
            return false;
        }
        bool recipientEmpty = _credit(state, account, transaction.to, transaction.value);
        account.read(state, coinbase);
        bool coinbaseEmpty = _credit(state, account, coinbase, setting.intrinsicGas * setting.tip);
        // Both were touched, so none stays empty (EIP-161). Deletions come last: then they need no other sibling nodes
        // than those that the state afterwards depends on, whatever the order in which the L2 writes its accounts.
        if (recipientEmpty) account.clear(state, transaction.to);
        if (coinbaseEmpty) account.clear(state, coinbase);
        return true;
    }

    /// @dev Adds to the balance of an account that was just read.
    function _credit(
        Trie memory state,
        Account memory account,
        address owner,
        uint256 amount
    ) private pure returns (bool empty) {
        account.balance += amount;
        empty = account.isEmpty();
        if (!empty) account.write(state, owner);
    }

    function _interpret(
        Setting memory setting,
        Transaction memory transaction,
        L2Transaction calldata input,
        bytes calldata witness
    ) private view returns (bool, uint256, bytes memory) {
        bytes memory input_ = abi.encodeCall(
            IInterpreter.run,
            (
                _message(setting, transaction, input),
                _data(transaction, input.raw),
                _accessList(transaction, input.raw),
                witness
            )
        );
        uint256 place;
        assembly ("memory-safe") {
            place := add(input_, 0x20)
        }
        return _call(setting, place, input_.length);
    }

    /// @notice Goes on with an execution that paused.
    /// @return valid As in `execute`.
    /// @return gasUsed L2 gas, where it has come to its end.
    /// @return machine As in `execute`.
    function resume(
        Setting memory setting,
        bytes calldata paused,
        bytes calldata witness
    ) internal view returns (bool valid, uint256 gasUsed, bytes memory machine) {
        return Machines.commits(paused) ? _resumeCommit(setting, paused) : _resumeInterpreter(setting, paused, witness);
    }

    /// @dev `IInterpreter.resume`, without the copies of a machine that the compiler would make.
    function _resumeInterpreter(
        Setting memory setting,
        bytes calldata snapshot,
        bytes calldata witness
    ) private view returns (bool, uint256, bytes memory) {
        uint256 selector = uint32(IInterpreter.resume.selector);
        uint256 until = setting.until;
        uint256 place;
        uint256 size;
        assembly ("memory-safe") {
            let start := mload(0x40)
            let second := add(0x80, and(add(snapshot.length, 0x1f), not(0x1f)))
            mstore(start, selector)
            mstore(add(start, 0x20), 0x60)
            mstore(add(start, 0x40), until)
            mstore(add(start, 0x60), second)
            mstore(add(start, 0x80), snapshot.length)
            calldatacopy(add(start, 0xa0), snapshot.offset, snapshot.length)
            let third := add(add(start, 0x20), second)
            mstore(third, witness.length)
            calldatacopy(add(third, 0x20), witness.offset, witness.length)
            size := add(add(0x24, second), and(add(witness.length, 0x1f), not(0x1f)))
            place := add(start, 0x1c)
        }
        return _call(setting, place, size);
    }

    /// @dev Calls the interpreter with what lies last in memory; the result takes its place.
    function _call(
        Setting memory setting,
        uint256 place,
        uint256 size
    ) private view returns (bool, uint256, bytes memory) {
        address interpreter = address(setting.interpreter);
        Ending ending;
        uint256 gasUsed;
        bytes memory result;
        bytes memory items;
        assembly ("memory-safe") {
            let success := staticcall(gas(), interpreter, place, size, 0, 0)
            let start := and(place, not(0x1f))
            returndatacopy(start, 0, returndatasize())
            if iszero(success) {
                revert(start, returndatasize())
            }
            ending := mload(start)
            gasUsed := mload(add(start, 0x20))
            result := add(start, mload(add(start, 0x40)))
            items := add(start, mload(add(start, 0x60)))
            mstore(0x40, add(start, returndatasize()))
        }
        setting.items = items;
        if (ending == Ending.Finished) return _commit(setting, gasUsed, 0, result);
        // A snapshot is a machine as it is.
        return (true, 0, result);
    }

    function _resumeCommit(
        Setting memory setting,
        bytes calldata paused
    ) private pure returns (bool, uint256, bytes memory) {
        (uint256 gasUsed, bytes32 stateRoot, uint256 done, bytes memory changes) = Machines.readCommit(paused);
        setting.state = TrieAlgorithms.open(setting.state.witness, stateRoot);
        return _commit(setting, gasUsed, done, changes);
    }

    function _commit(
        Setting memory setting,
        uint256 gasUsed,
        uint256 done,
        bytes memory changes
    ) private pure returns (bool, uint256, bytes memory machine) {
        uint256 operations = Changes.count(changes);
        uint256 last = Math.max(Math.saturatingSub(operations, setting.until), done);
        Changes.commit(changes, setting.state, setting.account, done, last);
        setting.stateRoot = setting.state.root();
        if (last < operations) machine = Machines.ofCommit(gasUsed, setting.stateRoot, last, changes);
        return (true, gasUsed, machine);
    }

    function _message(
        Setting memory setting,
        Transaction memory transaction,
        L2Transaction calldata input
    ) private pure returns (Message memory message) {
        Chain memory chain = setting.chain;
        message.stateRoot = setting.stateRoot;
        message.sender = transaction.sender;
        message.creates = transaction.creates;
        message.to =
            transaction.creates
                ? address(uint160(Creates.plainAddress(uint160(transaction.sender), transaction.nonce)))
                : transaction.to;
        message.nonce = transaction.nonce;
        message.value = transaction.value;
        message.gasLimit = transaction.gasLimit;
        message.intrinsicGas = setting.intrinsicGas;
        message.gasPrice = chain.baseFee + setting.tip;
        message.tip = setting.tip;
        message.coinbase = input.context.coinbase;
        message.number = input.context.number;
        message.timestamp = input.context.timestamp;
        message.randomness = chain.randomness;
        message.blockGasLimit = chain.gasLimit;
        message.chainId = chain.chainId;
        message.baseFee = chain.baseFee;
        message.blobBaseFee = chain.blobBaseFee;
        message.memoryLimit = chain.memoryLimit;
        message.until = setting.until;
    }

    function _data(Transaction memory transaction, bytes calldata raw) private pure returns (bytes calldata data) {
        data = raw[transaction.dataStart:transaction.dataStart + transaction.dataLength];
    }

    function _accessList(
        Transaction memory transaction,
        bytes calldata raw
    ) private pure returns (bytes calldata list) {
        list = raw[transaction.listStart:transaction.listStart + transaction.listLength];
    }

    function _countZeros(bytes calldata data) private pure returns (uint256 zeros) {
        assembly ("memory-safe") {
            let end := add(data.offset, data.length)
            for {
                let at := data.offset
            } lt(at, end) {
                at := add(at, 0x20)
            } {
                let word := calldataload(at)
                let rest := sub(end, at)
                if lt(rest, 0x20) {
                    // Bytes behind the end count as ones.
                    word := or(word, shr(shl(3, rest), not(0)))
                }
                // The high bit of each byte: set where the byte is not zero.
                let low := and(word, 0x7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f)
                let high := add(low, 0x7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f)
                let ones := shr(
                    7,
                    and(or(high, word), 0x8080808080808080808080808080808080808080808080808080808080808080)
                )
                // A product sums the bytes up in its highest one, which 32 does not overflow.
                zeros := add(
                    zeros,
                    sub(32, shr(248, mul(ones, 0x0101010101010101010101010101010101010101010101010101010101010101)))
                )
            }
        }
    }

    /// @dev Whether it does no more than to move value, unless the recipient has code.
    function _movesValue(Transaction memory transaction) private pure returns (bool) {
        uint160 to = uint160(transaction.to);
        return !transaction.creates && transaction.dataLength == 0 && (to == 0 || to > Fork.LAST_PRECOMPILE);
    }
}
