// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev What accounts are owed of one asset, in wei.
/// @param total The sum of what all accounts are owed.
/// @param owed What each account is owed.
struct Ledger {
    uint256 total;
    mapping(address account => uint256 amount) owed;
}

using Ledgers for Ledger global;

/// @title Ledgers
/// @notice Keeps what accounts are owed, and the sum of it.
library Ledgers {
    /// @notice Adds to what an account is owed, in wei. Reverts where the total would overflow.
    function credit(Ledger storage ledger, address account, uint256 amount) internal {
        ledger.total += amount;
        // Cannot overflow: no account is owed more than the total.
        unchecked {
            ledger.owed[account] += amount;
        }
    }

    /// @notice Takes everything that an account is owed off the ledger.
    /// @return amount What it was owed, in wei; zero where it was owed nothing.
    function settle(Ledger storage ledger, address account) internal returns (uint256 amount) {
        amount = ledger.owed[account];
        if (amount == 0) return 0;
        delete ledger.owed[account];
        // Cannot underflow: the total is the sum of what each account is owed.
        unchecked {
            ledger.total -= amount;
        }
    }
}
