// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {ITreasury} from "../../contracts/governance/ITreasury.sol";
import {MetisToken} from "../../contracts/governance/MetisToken.sol";
import {Treasury} from "../../contracts/governance/Treasury.sol";
import {Test} from "../Test.sol";

contract TreasuryTest is Test {
    MetisToken private token;
    Treasury private treasury;
    address private timelock;
    address private alice;
    address private bob;

    function setUp() public {
        timelock = makeAddr("timelock");
        alice = makeAddr("alice");
        bob = makeAddr("bob");
        token = new MetisToken(address(this), type(uint128).max);
        treasury = new Treasury(token, timelock);
    }

    function testFuzz_grant_isClaimedOnce_succeeds(uint128 metis, uint128 ether_, uint128 keptMetis) public {
        metis = uint128(bound(metis, 1, type(uint128).max));
        _fund(metis, ether_);
        uint256 granted = bound(keptMetis, 1, metis);
        vm.expectEmit(address(treasury));
        emit ITreasury.Granted(alice, granted, ether_);
        vm.prank(timelock);
        treasury.grant(alice, granted, ether_);
        _assertOwed(alice, granted, ether_);
        _assertAvailable(metis - granted, 0);

        vm.expectEmit(address(treasury));
        emit ITreasury.GrantClaimed(alice, granted, ether_);
        vm.prank(alice);
        treasury.claim();
        assertEq(token.balanceOf(alice), granted);
        assertEq(alice.balance, ether_);
        _assertOwed(alice, 0, 0);
        _assertAvailable(metis - granted, 0);

        vm.expectRevert(abi.encodeWithSelector(ITreasury.TreasuryNothingOwed.selector, alice));
        vm.prank(alice);
        treasury.claim();
    }

    function test_claim_oneAssetOnly_succeeds() public {
        _fund(2, 2);
        vm.startPrank(timelock);
        treasury.grant(alice, 1, 0);
        treasury.grant(bob, 0, 1);
        vm.stopPrank();
        vm.prank(alice);
        treasury.claim();
        vm.prank(bob);
        treasury.claim();
        assertEq(token.balanceOf(alice), 1);
        assertEq(bob.balance, 1);
        _assertAvailable(1, 1);
    }

    function testFuzz_grant_moreMetisThanIsFree_reverts(uint64 held, uint64 granted, uint64 excess) public {
        _fund(held, 0);
        granted = uint64(bound(granted, 0, held));
        vm.startPrank(timelock);
        treasury.grant(alice, granted, 0);
        uint256 free = uint256(held) - granted;
        uint256 asked = free + 1 + excess;
        vm.expectRevert(abi.encodeWithSelector(ITreasury.TreasuryInsufficient.selector, address(token), asked, free));
        treasury.grant(bob, asked, 0);
        vm.stopPrank();
    }

    function testFuzz_grant_moreEtherThanIsFree_reverts(uint64 held, uint64 granted, uint64 excess) public {
        _fund(0, held);
        granted = uint64(bound(granted, 0, held));
        vm.startPrank(timelock);
        treasury.grant(alice, 0, granted);
        uint256 free = uint256(held) - granted;
        uint256 asked = free + 1 + excess;
        vm.expectRevert(abi.encodeWithSelector(ITreasury.TreasuryInsufficient.selector, address(0), asked, free));
        treasury.grant(bob, 0, asked);
        vm.stopPrank();
    }

    function test_grant_zeroAccount_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ITreasury.TreasuryInvalidAccount.selector, address(0)));
        vm.prank(timelock);
        treasury.grant(address(0), 0, 0);
    }

    function testFuzz_grant_notByGovernance_reverts(address caller) public {
        vm.assume(caller != timelock);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller));
        vm.prank(caller);
        treasury.grant(caller, 0, 0);
    }

    function _fund(uint256 metis, uint256 ether_) private {
        token.transfer(address(treasury), metis);
        vm.deal(address(this), ether_);
        (bool sent, ) = address(treasury).call{value: ether_}("");
        assertTrue(sent);
    }

    function _assertOwed(address account, uint256 metis, uint256 ether_) private view {
        (uint256 owedMetis, uint256 owedEther) = treasury.owed(account);
        assertEq(owedMetis, metis);
        assertEq(owedEther, ether_);
    }

    function _assertAvailable(uint256 metis, uint256 ether_) private view {
        (uint256 freeMetis, uint256 freeEther) = treasury.available();
        assertEq(freeMetis, metis);
        assertEq(freeEther, ether_);
    }
}

/// @dev Funds, grants and claims at random.
contract TreasuryActor is Test {
    Treasury private immutable _treasury;
    MetisToken private immutable _token;
    address private immutable _timelock;
    address[3] public accounts;
    uint256 public metisIn;
    uint256 public etherIn;

    constructor(Treasury treasury, MetisToken token, address timelock) {
        _treasury = treasury;
        _token = token;
        _timelock = timelock;
        accounts = [makeAddr("alice"), makeAddr("bob"), makeAddr("carol")];
    }

    function fund(uint64 metis, uint64 ether_) external {
        _token.transfer(address(_treasury), metis);
        vm.deal(address(this), ether_);
        (bool sent, ) = address(_treasury).call{value: ether_}("");
        require(sent);
        metisIn += metis;
        etherIn += ether_;
    }

    function grant(uint8 who, uint256 metis, uint256 ether_) external {
        (uint256 freeMetis, uint256 freeEther) = _treasury.available();
        vm.prank(_timelock);
        _treasury.grant(accounts[who % 3], bound(metis, 0, freeMetis), bound(ether_, 0, freeEther));
    }

    function claim(uint8 who) external {
        (uint256 metis, uint256 ether_) = _treasury.owed(accounts[who % 3]);
        if (metis == 0 && ether_ == 0) return;
        vm.prank(accounts[who % 3]);
        _treasury.claim();
    }
}

contract TreasuryInvariantTest is Test {
    MetisToken private token;
    Treasury private treasury;
    TreasuryActor private actor;

    function setUp() public {
        address timelock = makeAddr("timelock");
        token = new MetisToken(address(this), type(uint128).max);
        treasury = new Treasury(token, timelock);
        actor = new TreasuryActor(treasury, token, timelock);
        token.transfer(address(actor), type(uint128).max);
        targetContract(address(actor));
    }

    /// @dev No money appears or vanishes: what came in is owed, available or paid.
    function invariant_moneyIsConserved() public view {
        (uint256 metis, uint256 ether_) = treasury.available();
        for (uint256 i = 0; i < 3; ++i) {
            address account = actor.accounts(i);
            (uint256 owedMetis, uint256 owedEther) = treasury.owed(account);
            metis += owedMetis + token.balanceOf(account);
            ether_ += owedEther + account.balance;
        }
        assertEq(metis, actor.metisIn());
        assertEq(ether_, actor.etherIn());
    }
}
