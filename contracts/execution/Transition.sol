// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Account} from "../trie/Account.sol";
import {Authorizations} from "./Authorizations.sol";
import {Changes} from "./Changes.sol";
import {Fork} from "./fork/Fork.sol";
import {L2Transaction} from "../types/L2Transaction.sol";
import {Ending, IInterpreter, Message} from "./evm/IInterpreter.sol";
import {Machines} from "./sessions/Machines.sol";
import {PageCommitment} from "./PageCommitment.sol";
import {Snapshot} from "./evm/Snapshot.sol";
import {Transaction} from "./Transaction.sol";
import {Trie} from "../trie/Trie.sol";
import {Witness} from "../trie/Witness.sol";
import {Creates} from "./evm/instructions/Creates.sol";

/// @dev Constants of the L2.
/// @param chainId Its chain id.
/// @param baseFee The part of the price of a unit of gas that is burned, in wei.
/// @param gasLimit The most gas that one transaction may have, and the word that GASLIMIT pushes.
/// @param blobBaseFee The word that BLOBBASEFEE pushes.
/// @param memoryLimit The most bytes of memory that a frame may have. An instruction that needs more fails as if out of
/// gas.
/// @param transactionLimit The most bytes that a transaction may have.
/// @param accessLimit The most addresses and storage keys, taken together, that an access list may have.
/// @param authorizationLimit The most authorisations that a transaction may have (EIP-7702).
struct Chain {
    uint256 chainId;
    uint256 baseFee;
    uint256 gasLimit;
    uint256 blobBaseFee;
    uint256 memoryLimit;
    uint256 transactionLimit;
    uint256 accessLimit;
    uint256 authorizationLimit;
}

/// @dev What an execution needs besides the transaction, and what it has come to.
/// @param chain Constants of the L2.
/// @param interpreter The contract that runs code.
/// @param state The state.
/// @param stateRoot The root of the state.
/// @param account Memory for one account at a time.
/// @param intrinsicGas The gas that the transaction costs before any code runs.
/// @param floorGas The least gas that the transaction uses.
/// @param tip What the coinbase gets for a unit of gas, in wei.
/// @param until The least work to leave (ISessions). Zero runs to the end.
/// @param items If the execution paused, what going on may need, as items of a witness.
struct Setting {
    Chain chain;
    IInterpreter interpreter;
    Trie state;
    bytes32 stateRoot;
    Account account;
    uint256 intrinsicGas;
    uint256 floorGas;
    uint256 tip;
    uint256 until;
    bytes items;
}

/// @title Transition
/// @notice Applies a transaction to the state. One that only moves value is executed right here, any other by the
/// interpreter.
library Transition {
    /// @notice Decodes a transaction and applies it to the state. `setting.stateRoot` becomes the root afterwards.
    /// @dev Accounts are read and written one after the other, because sender, recipient and coinbase may be the same.
    /// Genesis fixes the sum of all balances below 2^256, so that no credit overflows.
    /// @param transaction Memory for the transaction.
    /// @return valid Whether it can be executed. If not, the state in memory is undefined.
    /// @return gasUsed L2 gas used; of no meaning if the execution paused.
    /// @return machine The machine in which it paused; empty if it is complete.
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
        (gasUsed, setting.floorGas) = _leastGas(transaction, raw);
        if (!_isSound(chain, transaction, Math.max(gasUsed, setting.floorGas)) || !_isFunded(setting, transaction)) {
            return (false, 0, machine);
        }
        setting.intrinsicGas = gasUsed;
        setting.tip = Math.min(transaction.tipCap, transaction.feeCap - chain.baseFee);
        if (!_movesValue(transaction) || !_transfer(setting, transaction, input.context.coinbase)) {
            return _interpret(setting, transaction, input, witness);
        }
        setting.stateRoot = setting.state.root();
        return (true, gasUsed, machine);
    }

    /// @dev The gas that a transaction costs before any code runs, and the least that it uses, whatever it refunds
    /// (EIP-7623).
    function _leastGas(
        Transaction memory transaction,
        bytes calldata raw
    ) private pure returns (uint256 gas_, uint256 floor) {
        unchecked {
            // Counts of items and bytes in calldata, below 2^32. Zero bytes are counted among all bytes.
            gas_ =
                Fork.TRANSACTION_GAS +
                Fork.ACCESS_ADDRESS_GAS * transaction.accessAddresses +
                Fork.ACCESS_KEY_GAS * transaction.accessKeys +
                Fork.AUTHORIZATION_GAS * transaction.authorizations;
            floor = Fork.TRANSACTION_GAS;
            uint256 length = transaction.dataLength;
            if (length != 0) {
                uint256 zeros = _countZeros(_data(transaction, raw));
                gas_ += Fork.ZERO_BYTE_GAS * zeros + Fork.NONZERO_BYTE_GAS * (length - zeros);
                floor += Fork.ZERO_BYTE_FLOOR_GAS * zeros + Fork.NONZERO_BYTE_FLOOR_GAS * (length - zeros);
            }
            if (transaction.creates) gas_ += Fork.CREATION_GAS + Fork.INIT_CODE_WORD_GAS * ((length + 31) / 32);
        }
    }

    /// @dev Whether the transaction can be executed at all, as far as its bytes and the chain's constants tell.
    function _isSound(Chain memory chain, Transaction memory transaction, uint256 least) private pure returns (bool) {
        if (transaction.gasLimit < least || transaction.gasLimit > chain.gasLimit) return false;
        if (transaction.gasLimit > Fork.MAX_TRANSACTION_GAS) return false;
        if (transaction.authorizations > chain.authorizationLimit) return false;
        if (transaction.feeCap < chain.baseFee || transaction.feeCap < transaction.tipCap) return false;
        if (transaction.creates && transaction.dataLength > Fork.MAX_INIT_CODE_SIZE) return false;
        unchecked {
            // Counts of items in calldata, below 2^32.
            if (transaction.accessAddresses + transaction.accessKeys > chain.accessLimit) return false;
        }
        return transaction.nonce < Fork.MAX_NONCE;
    }

    /// @dev Whether the sender has the nonce, the balance, and no code but that of a delegation (EIP-3607, EIP-7702). Leaves the sender in `setting.account`.
    function _isFunded(Setting memory setting, Transaction memory transaction) private pure returns (bool) {
        (bool bounded, uint256 highestCost) = _highestCost(transaction);
        if (!bounded) return false;
        Account memory account = setting.account;
        account.read(setting.state, transaction.sender);
        if (account.nonce != transaction.nonce || account.balance < highestCost) return false;
        return !account.hasCode() || _delegates(setting.state.witness, account.codeHash);
    }

    /// @dev Whether the code with this hash lets its account run the code of another one (EIP-7702).
    function _delegates(Witness witness, bytes32 codeHash) private pure returns (bool) {
        (uint256 position, uint256 size) = witness.find(codeHash);
        uint256 word;
        assembly ("memory-safe") {
            // Reads calldata.
            word := calldataload(position)
        }
        return size == Fork.DELEGATION_SIZE && word >> 232 == Fork.DELEGATION_PREFIX;
    }

    /// @dev The most that a transaction may take from its sender, in wei, and whether it is below 2^256.
    function _highestCost(Transaction memory transaction) private pure returns (bool bounded, uint256 cost) {
        (bounded, cost) = Math.tryMul(transaction.gasLimit, transaction.feeCap);
        if (bounded) (bounded, cost) = Math.tryAdd(cost, transaction.value);
    }

    /// @dev Moves value to an account without code.
    /// @return plain False if the recipient has code; then the state is as before.
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
        // Both were touched, so that neither may stay empty (EIP-161). Deletions come last, for the reason that Changes
        // gives.
        if (recipientEmpty) account.clear(state, transaction.to);
        if (coinbaseEmpty) account.clear(state, coinbase);
        return true;
    }

    /// @dev Adds to the balance of the account that was read last, and writes it unless it is empty.
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

    /// @dev Has the interpreter run the transaction.
    function _interpret(
        Setting memory setting,
        Transaction memory transaction,
        L2Transaction calldata input,
        bytes calldata witness
    ) private view returns (bool, uint256, bytes memory) {
        bytes memory authorizations = _authorizations(setting, transaction, input.raw);
        bytes memory input_ = abi.encodeCall(
            IInterpreter.run,
            (
                _message(setting, transaction, input, authorizations.length / Authorizations.SIZE),
                _data(transaction, input.raw),
                bytes.concat(authorizations, _accessList(transaction, input.raw)),
                witness
            )
        );
        uint256 place;
        assembly ("memory-safe") {
            // No memory.
            place := add(input_, 0x20)
        }
        return _call(setting, place, input_.length);
    }

    /// @notice The state root that an execution which paused goes on with.
    function stateRootOf(bytes calldata paused) internal pure returns (bytes32) {
        return Machines.commits(paused) ? Machines.stateRoot(paused) : Snapshot.stateRoot(paused);
    }

    /// @notice Goes on with an execution that paused.
    /// @param paused The machine.
    /// @return valid As for `execute`, like the other two. Only a valid transaction pauses.
    function resume(
        Setting memory setting,
        bytes calldata paused,
        bytes calldata witness
    ) internal view returns (bool valid, uint256 gasUsed, bytes memory machine) {
        return Machines.commits(paused) ? _resumeCommit(setting, paused) : _resumeInterpreter(setting, paused, witness);
    }

    /// @dev Calls `IInterpreter.resume`. Encoded by hand, because the compiler would copy the machine once more.
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
            // A buffer where memory is free, which `_call` uses before anything is allocated: the selector in the last
            // four bytes of a word, then (snapshot, until, witness) by the ABI, two arrays that end in whole words.
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

    /// @dev Calls the interpreter with the last thing in memory, which the result then overwrites. Nothing else may be
    /// called before the result is used up: the pages stay in what was returned (PageCommitment).
    /// @param place Where the call's input starts.
    /// @param size Bytes of the input.
    function _call(
        Setting memory setting,
        uint256 place,
        uint256 size
    ) private view returns (bool, uint256, bytes memory) {
        address interpreter = address(setting.interpreter);
        Ending ending;
        uint256 gasUsed;
        bytes memory result;
        assembly ("memory-safe") {
            // What the interpreter encodes, (ending, gasUsed, result, …), replaces the input, of which nothing is used any
            // more, from the word in which it starts: first the head, then the result over it, which is allocated.
            let success := staticcall(gas(), interpreter, place, size, 0, 0)
            let start := and(place, not(0x1f))
            if iszero(success) {
                returndatacopy(start, 0, returndatasize())
                revert(start, returndatasize())
            }
            returndatacopy(start, 0, 0x60)
            ending := mload(start)
            gasUsed := mload(add(start, 0x20))
            let from := mload(add(start, 0x40))
            returndatacopy(start, from, 0x20)
            let length := mload(start)
            result := start
            returndatacopy(add(result, 0x20), add(from, 0x20), length)
            mstore(0x40, and(add(add(result, length), 0x3f), not(0x1f)))
        }
        if (ending == Ending.Finished) return _commit(setting, gasUsed, 0, result);
        // The interpreter's snapshot becomes the machine.
        setting.items = PageCommitment.commit(setting.state.witness, result);
        return (true, 0, result);
    }

    /// @dev Goes on with a machine that is committing its changes.
    function _resumeCommit(
        Setting memory setting,
        bytes calldata paused
    ) private pure returns (bool, uint256, bytes memory) {
        (uint256 gasUsed, uint256 done, bytes memory changes) = Machines.readCommit(paused);
        return _commit(setting, gasUsed, done, changes);
    }

    /// @dev Commits changes to the state, as far as `setting.until` allows.
    /// @param gasUsed L2 gas that the transaction used.
    /// @param done The number of operations that were committed before.
    /// @param changes The list of changes (IInterpreter).
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
        L2Transaction calldata input,
        uint256 authorizations
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
        message.floorGas = setting.floorGas;
        message.gasPrice = chain.baseFee + setting.tip;
        message.tip = setting.tip;
        message.coinbase = input.context.coinbase;
        message.number = input.context.number;
        message.timestamp = input.context.timestamp;
        message.randomness = uint256(input.context.randomness);
        message.blockGasLimit = chain.gasLimit;
        message.chainId = chain.chainId;
        message.baseFee = chain.baseFee;
        message.blobBaseFee = chain.blobBaseFee;
        message.memoryLimit = chain.memoryLimit;
        message.authorizations = authorizations;
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

    function _authorizations(
        Setting memory setting,
        Transaction memory transaction,
        bytes calldata raw
    ) private pure returns (bytes memory) {
        if (transaction.authorizations == 0) return "";
        uint256 start = transaction.authorizationsStart;
        bytes calldata list = raw[start:start + transaction.authorizationsLength];
        return Authorizations.read(list, transaction.authorizations, setting.chain.chainId);
    }

    function _countZeros(bytes calldata data) private pure returns (uint256 zeros) {
        assembly ("memory-safe") {
            // Reads calldata, a word at a time.
            let end := add(data.offset, data.length)
            for {
                let at := data.offset
            } lt(at, end) {
                at := add(at, 0x20)
            } {
                let word := calldataload(at)
                let rest := sub(end, at)
                if lt(rest, 0x20) {
                    // Bytes after the end count as not zero.
                    word := or(word, shr(shl(3, rest), not(0)))
                }
                // The high bit of each byte: set where the byte is not zero.
                let low := and(word, 0x7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f)
                let high := add(low, 0x7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f)
                let ones := shr(
                    7,
                    and(or(high, word), 0x8080808080808080808080808080808080808080808080808080808080808080)
                )
                // Each byte is 1 where the byte is not zero. The product adds them up in its highest byte: at most 32.
                zeros := add(
                    zeros,
                    sub(32, shr(248, mul(ones, 0x0101010101010101010101010101010101010101010101010101010101010101)))
                )
            }
        }
    }

    /// @dev Whether the transaction only moves value, provided that the recipient has no code.
    function _movesValue(Transaction memory transaction) private pure returns (bool) {
        if (transaction.creates || transaction.dataLength != 0 || transaction.authorizations != 0) return false;
        return !Fork.isPrecompile(uint160(transaction.to));
    }
}
