// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ledger} from "../../contracts/payments/Ledger.sol";
import {Proof} from "./Proof.sol";

/// @dev Starts from any ledger in which the total is what two accounts are owed and what all others are owed together.
contract LedgerProof is Proof {
    Ledger private ledger;

    /// @notice A credit raises what one account is owed, and the total, by its amount; the others' share stays.
    function check_credit_conserves(address one, address two, uint256[3] calldata shares, uint256 amount) external {
        uint256 others = _given(one, two, shares);
        ledger.credit(one, amount);
        assert(ledger.owed[one] == shares[0] + amount && ledger.owed[two] == shares[1]);
        assert(ledger.total == ledger.owed[one] + ledger.owed[two] + others);
    }

    /// @notice A settlement takes all that one account is owed off the total, once; the others' share stays.
    function check_settle_conserves(address one, address two, uint256[3] calldata shares) external {
        uint256 others = _given(one, two, shares);
        assert(ledger.settle(one) == shares[0]);
        assert(ledger.owed[one] == 0 && ledger.owed[two] == shares[1]);
        assert(ledger.total == ledger.owed[two] + others);
        assert(ledger.settle(one) == 0);
        assert(ledger.total == ledger.owed[two] + others);
    }

    function _given(address one, address two, uint256[3] calldata shares) private returns (uint256 others) {
        vm.assume(one != two);
        ledger.owed[one] = shares[0];
        ledger.owed[two] = shares[1];
        ledger.total = shares[0] + shares[1] + shares[2];
        return shares[2];
    }
}
