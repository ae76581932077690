// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ledger} from "../../contracts/payments/Ledger.sol";
import {Test} from "../Test.sol";

contract LedgerTest is Test {
    Ledger private ledger;

    function credit(address account, uint256 amount) external {
        ledger.credit(account, amount);
    }

    function testFuzz_credit_addsUp_succeeds(uint128[6] calldata amounts, uint8 whose) public {
        address[2] memory accounts = [makeAddr("alice"), makeAddr("bob")];
        uint256[2] memory expected;
        for (uint256 i = 0; i < amounts.length; ++i) {
            uint256 who = (whose >> i) & 1;
            ledger.credit(accounts[who], amounts[i]);
            expected[who] += amounts[i];
        }
        assertEq(ledger.owed[accounts[0]], expected[0]);
        assertEq(ledger.owed[accounts[1]], expected[1]);
        assertEq(ledger.total, expected[0] + expected[1]);
    }

    /// @dev The total is checked, and no account is owed more.
    function test_credit_beyondTheTotal_reverts() public {
        ledger.credit(makeAddr("alice"), type(uint256).max - 1);
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        this.credit(makeAddr("bob"), 2);
        ledger.credit(makeAddr("bob"), 1);
        assertEq(ledger.total, type(uint256).max);
    }

    function testFuzz_settle_takesOneAccountOff_succeeds(uint128 first, uint128 second) public {
        (address alice, address bob) = (makeAddr("alice"), makeAddr("bob"));
        ledger.credit(alice, first);
        ledger.credit(bob, second);
        assertEq(ledger.settle(alice), first);
        assertEq(ledger.owed[alice], 0);
        assertEq(ledger.owed[bob], second);
        assertEq(ledger.total, second);
        assertEq(ledger.settle(alice), 0);
        assertEq(ledger.total, second);
    }
}
