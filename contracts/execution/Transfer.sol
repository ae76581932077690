// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Account} from "./Account.sol";
import {Transaction} from "./Transaction.sol";
import {Trie} from "./Trie.sol";

/// @dev Constants of the L2.
/// @param chainId Its chain id.
/// @param baseFee What a unit of gas costs, burned; in wei.
/// @param gasLimit The most gas that one transaction may have.
struct Chain {
    uint256 chainId;
    uint256 baseFee;
    uint256 gasLimit;
}

/// @title Transfers
/// @notice What a transaction does to the state, where it does no more than to move value.
library Transfers {
    uint256 private constant TRANSACTION_GAS = 21_000;
    uint256 private constant ACCESS_ADDRESS_GAS = 2_400;
    uint256 private constant ACCESS_KEY_GAS = 1_900;
    /// @dev Precompiles are at the addresses 1 to 10 (fork Cancun).
    uint160 private constant LAST_PRECOMPILE = 10;

    /// @notice Applies a transaction to the state.
    /// @dev The accounts are read and written one after the other, since any two or all three of them may be the same.
    /// The sum of all balances is fixed by genesis and below 2^256, so that no credit overflows.
    /// @param account Memory for the accounts.
    /// @return valid Whether it can be executed; where it cannot, the state in memory means nothing any more.
    /// @return gasUsed L2 gas.
    function execute(
        Trie memory state,
        Transaction memory transaction,
        address coinbase,
        Chain memory chain,
        Account memory account
    ) internal pure returns (bool valid, uint256 gasUsed) {
        // What the bytes alone decide needs no witness.
        if (transaction.creates || transaction.dataLength != 0 || _isPrecompile(transaction.to)) return (false, 0);
        gasUsed = intrinsicGas(transaction);
        if (transaction.gasLimit < gasUsed || transaction.gasLimit > chain.gasLimit) return (false, 0);
        if (transaction.feeCap < chain.baseFee || transaction.feeCap < transaction.tipCap) return (false, 0);
        if (transaction.nonce >= type(uint64).max) return (false, 0);
        (bool bounded, uint256 highestCost) = _highestCost(transaction);
        if (!bounded) return (false, 0);

        account.read(state, transaction.sender);
        if (account.hasCode() || account.nonce != transaction.nonce || account.balance < highestCost) {
            return (false, 0);
        }
        uint256 tip = Math.min(transaction.tipCap, transaction.feeCap - chain.baseFee);
        unchecked {
            // The nonce is below 2^64 - 1, and the balance covers the highest cost, of which this is a part.
            account.nonce += 1;
            account.balance -= gasUsed * (chain.baseFee + tip) + transaction.value;
        }
        account.write(state, transaction.sender);

        bool recipientEmpty = _credit(state, account, transaction.to, transaction.value);
        if (account.hasCode()) return (false, 0);
        bool coinbaseEmpty = _credit(state, account, coinbase, gasUsed * tip);
        // Both were touched, so none stays empty (EIP-161). Deletions come last: then they need no other sibling nodes
        // than those that the state afterwards depends on, whatever the order in which the L2 writes its accounts.
        if (recipientEmpty) account.clear(state, transaction.to);
        if (coinbaseEmpty) account.clear(state, coinbase);
        return (true, gasUsed);
    }

    /// @dev Adds to a balance; leaves `account` as it is then.
    function _credit(
        Trie memory state,
        Account memory account,
        address owner,
        uint256 amount
    ) private pure returns (bool empty) {
        account.read(state, owner);
        account.balance += amount;
        empty = account.isEmpty();
        if (!empty) account.write(state, owner);
    }

    /// @notice The gas that a transfer uses: no more than its transaction costs before any code runs.
    function intrinsicGas(Transaction memory transaction) internal pure returns (uint256) {
        unchecked {
            // The counts are those of items in calldata.
            return
                TRANSACTION_GAS +
                ACCESS_ADDRESS_GAS * transaction.accessAddresses +
                ACCESS_KEY_GAS * transaction.accessKeys;
        }
    }

    /// @dev The most that a transaction may take from its sender, and whether 256 bits can hold it.
    function _highestCost(Transaction memory transaction) private pure returns (bool bounded, uint256 cost) {
        (bounded, cost) = Math.tryMul(transaction.gasLimit, transaction.feeCap);
        if (bounded) (bounded, cost) = Math.tryAdd(cost, transaction.value);
    }

    function _isPrecompile(address account) private pure returns (bool) {
        uint160 number = uint160(account);
        return number > 0 && number <= LAST_PRECOMPILE;
    }
}
