// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MetisToken} from "../../contracts/governance/MetisToken.sol";
import {Test} from "../Test.sol";

contract MetisTokenTest is Test {
    MetisToken private token;
    Account private alice;

    function setUp() public {
        token = new MetisToken(address(this), 1000 ether);
        alice = makeAccount("alice");
    }

    function test_constructor_mintsTheSupplyOnce_succeeds() public view {
        assertEq(token.totalSupply(), 1000 ether);
        assertEq(token.balanceOf(address(this)), 1000 ether);
        assertEq(token.symbol(), "METIS");
    }

    function testFuzz_votes_followTheBalance_succeeds(uint256 amount) public {
        amount = bound(amount, 0, 1000 ether);
        vm.prank(alice.addr);
        token.delegate(alice.addr);
        token.transfer(alice.addr, amount);
        assertEq(token.getVotes(alice.addr), amount);
        uint256 snapshot = block.timestamp;
        skip(10);
        vm.prank(alice.addr);
        token.transfer(address(this), amount);
        assertEq(token.getVotes(alice.addr), 0);
        assertEq(token.getPastVotes(alice.addr, snapshot), amount);
    }

    function test_clock_isTime_succeeds() public {
        vm.warp(123_456_789);
        assertEq(token.clock(), 123_456_789);
        assertEq(token.CLOCK_MODE(), "mode=timestamp");
    }

    function testFuzz_permit_approvesBySignature_succeeds(uint256 amount) public {
        bytes32 permit = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                alice.addr,
                address(this),
                amount,
                token.nonces(alice.addr),
                block.timestamp
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), permit));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(alice.key, digest);
        token.permit(alice.addr, address(this), amount, block.timestamp, v, r, s);
        assertEq(token.allowance(alice.addr, address(this)), amount);
        assertEq(token.nonces(alice.addr), 1);
    }

    function testFuzz_burn_shrinksTheSupply_succeeds(uint256 amount) public {
        amount = bound(amount, 0, 1000 ether);
        token.burn(amount);
        assertEq(token.totalSupply(), 1000 ether - amount);
    }
}
