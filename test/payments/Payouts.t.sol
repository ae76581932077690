// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {MetisToken} from "../../contracts/governance/MetisToken.sol";
import {IPayouts} from "../../contracts/payments/IPayouts.sol";
import {EtherPayouts, TokenPayouts} from "../../contracts/payments/Payouts.sol";
import {Test} from "../Test.sol";

interface Creditor is IPayouts {
    function credit(address account, uint256 amount) external;
}

contract EtherCreditor is EtherPayouts {
    function credit(address account, uint256 amount) external {
        _credit(account, amount);
    }

    receive() external payable {}
}

contract TokenCreditor is TokenPayouts {
    constructor(IERC20 token) TokenPayouts(token) {}

    function credit(address account, uint256 amount) external {
        _credit(account, amount);
    }
}

/// @dev Claims again while it is being paid.
contract Reentrant {
    IPayouts private immutable _payouts;
    bytes public reason;

    constructor(IPayouts payouts) {
        _payouts = payouts;
    }

    function claim() external {
        _payouts.claim();
    }

    receive() external payable {
        try _payouts.claim() {} catch (bytes memory data) {
            reason = data;
        }
    }
}

/// @dev Cannot be paid.
contract Refuser {
    error Refused();

    function claim(IPayouts payouts) external {
        payouts.claim();
    }

    receive() external payable {
        revert Refused();
    }
}

contract EtherPayoutsTest is Test {
    Creditor private payouts;
    address private alice;
    address private bob;

    function setUp() public {
        payouts = Creditor(address(new EtherCreditor()));
        alice = makeAddr("alice");
        bob = makeAddr("bob");
        vm.deal(address(payouts), 100 ether);
    }

    function testFuzz_claim_paysWhatIsOwed_succeeds(uint96[5] calldata credits, uint8 whose) public {
        uint256[2] memory expected;
        address[2] memory accounts = [alice, bob];
        for (uint256 i = 0; i < credits.length; ++i) {
            uint256 amount = bound(credits[i], 0, 20 ether);
            uint256 who = (whose >> i) & 1;
            expected[who] += amount;
            payouts.credit(accounts[who], amount);
        }
        assertEq(payouts.totalOwed(), expected[0] + expected[1]);
        for (uint256 i = 0; i < 2; ++i) {
            assertEq(payouts.owed(accounts[i]), expected[i]);
            if (expected[i] == 0) continue;
            vm.expectEmit(address(payouts));
            emit IPayouts.PayoutClaimed(accounts[i], expected[i]);
            vm.prank(accounts[i]);
            assertEq(payouts.claim(), expected[i]);
            assertEq(accounts[i].balance, expected[i]);
            assertEq(payouts.owed(accounts[i]), 0);
        }
        assertEq(payouts.totalOwed(), 0);
        assertEq(address(payouts).balance, 100 ether - expected[0] - expected[1]);
    }

    function test_claim_nothingOwed_reverts() public {
        payouts.credit(bob, 1);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.PayoutNothingOwed.selector, alice));
        vm.prank(alice);
        payouts.claim();
    }

    function test_claim_twice_reverts() public {
        payouts.credit(alice, 1 ether);
        vm.startPrank(alice);
        payouts.claim();
        vm.expectRevert(abi.encodeWithSelector(IPayouts.PayoutNothingOwed.selector, alice));
        payouts.claim();
        vm.stopPrank();
    }

    function test_claim_reentered_paysOnce_succeeds() public {
        Reentrant thief = new Reentrant(payouts);
        payouts.credit(address(thief), 1 ether);
        payouts.credit(bob, 1 ether);
        thief.claim();
        assertEq(address(thief).balance, 1 ether);
        assertEq(thief.reason(), abi.encodeWithSelector(IPayouts.PayoutNothingOwed.selector, address(thief)));
        assertEq(payouts.totalOwed(), 1 ether);
    }

    function test_claim_byWhoCannotBePaid_reverts() public {
        Refuser refuser = new Refuser();
        payouts.credit(address(refuser), 1 ether);
        payouts.credit(bob, 1 ether);
        vm.expectRevert(Refuser.Refused.selector);
        refuser.claim(payouts);
        assertEq(payouts.owed(address(refuser)), 1 ether);
        vm.prank(bob);
        payouts.claim();
        assertEq(bob.balance, 1 ether);
    }

    function test_credit_zeroAccount_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IPayouts.PayoutInvalidAccount.selector, address(0)));
        payouts.credit(address(0), 1);
    }

    function test_credit_nothing_changesNothing_succeeds() public {
        payouts.credit(address(0), 0);
        assertEq(payouts.totalOwed(), 0);
    }

    function test_credit_beyondTheLargestNumber_reverts() public {
        payouts.credit(alice, type(uint256).max);
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        payouts.credit(alice, 1);
    }
}

contract TokenPayoutsTest is Test {
    function testFuzz_claim_paysWhatIsOwed_succeeds(uint96 amount, uint96 more) public {
        address alice = makeAddr("alice");
        MetisToken token = new MetisToken(address(this), type(uint128).max);
        Creditor payouts = Creditor(address(new TokenCreditor(token)));
        uint256 sum = uint256(amount) + more + 1;
        token.transfer(address(payouts), sum);
        payouts.credit(alice, amount);
        payouts.credit(alice, uint256(more) + 1);
        vm.prank(alice);
        assertEq(payouts.claim(), sum);
        assertEq(token.balanceOf(alice), sum);
        assertEq(token.balanceOf(address(payouts)), 0);
        assertEq(payouts.totalOwed(), 0);
    }

    function test_claim_nothingOwed_reverts() public {
        MetisToken token = new MetisToken(address(this), 1);
        Creditor payouts = Creditor(address(new TokenCreditor(token)));
        token.transfer(address(payouts), 1);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.PayoutNothingOwed.selector, address(this)));
        payouts.claim();
    }
}
