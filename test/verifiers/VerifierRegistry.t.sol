// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {Parameter} from "../../contracts/governance/IParameters.sol";
import {MetisToken} from "../../contracts/governance/MetisToken.sol";
import {Parameters} from "../../contracts/governance/Parameters.sol";
import {IVerifierRegistry, Verifier} from "../../contracts/verifiers/IVerifierRegistry.sol";
import {VerifierRegistry} from "../../contracts/verifiers/VerifierRegistry.sol";
import {Test} from "../Test.sol";
import {Settings} from "../governance/Settings.sol";

abstract contract VerifierRegistryFixture is Test {
    MetisToken internal token;
    Parameters internal parameters;
    VerifierRegistry internal registry;
    address internal timelock;
    address internal treasury;

    function setUp() public virtual {
        timelock = makeAddr("timelock");
        treasury = makeAddr("treasury");
        token = new MetisToken(address(this), 1_000_000 ether);
        parameters = new Parameters(timelock, Settings.defaults());
        registry = new VerifierRegistry(token, parameters, treasury, timelock);
    }

    function _fund(address account, uint256 amount) internal {
        token.transfer(account, amount);
        vm.prank(account);
        token.approve(address(registry), type(uint256).max);
    }
}

contract VerifierRegistryTest is VerifierRegistryFixture {
    uint256 private constant BOND = 10 ether;
    uint256 private constant DELAY = 21 days;

    address private alice;

    function setUp() public override {
        super.setUp();
        alice = makeAddr("alice");
        _fund(alice, 100 ether);
    }

    function test_register_locksTheBond_succeeds() public {
        vm.expectEmit(address(registry));
        emit IVerifierRegistry.VerifierRegistered(alice, BOND);
        vm.prank(alice);
        registry.register();
        assertTrue(registry.isVerifier(alice));
        assertEq(token.balanceOf(alice), 90 ether);
        assertEq(token.balanceOf(address(registry)), BOND);
    }

    function test_register_twice_reverts() public {
        _register();
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.VerifierAlreadyRegistered.selector, alice));
        vm.prank(alice);
        registry.register();
    }

    function test_register_whileResigning_reverts() public {
        _resign();
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.VerifierAlreadyRegistered.selector, alice));
        vm.prank(alice);
        registry.register();
    }

    function test_register_banned_reverts() public {
        _ban();
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.VerifierIsBanned.selector, alice));
        vm.prank(alice);
        registry.register();
    }

    function test_register_withoutBond_reverts() public {
        address poor = makeAddr("poor");
        _fund(poor, BOND - 1);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, poor, BOND - 1, BOND));
        vm.prank(poor);
        registry.register();
        assertFalse(registry.isVerifier(poor));
    }

    function test_resign_keepsTheBondLiable_succeeds() public {
        _register();
        vm.expectEmit(address(registry));
        emit IVerifierRegistry.VerifierResigned(alice, block.timestamp + DELAY);
        vm.prank(alice);
        registry.resign();
        assertFalse(registry.isVerifier(alice));
        assertEq(registry.verifierOf(alice).bond, BOND);
    }

    function test_resign_notRegistered_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.VerifierNotRegistered.selector, alice));
        vm.prank(alice);
        registry.resign();
    }

    function test_resign_twice_reverts() public {
        _resign();
        skip(1 days);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.VerifierNotRegistered.selector, alice));
        vm.prank(alice);
        registry.resign();
    }

    function testFuzz_withdraw_afterTheDelay_succeeds(uint32 later) public {
        _resign();
        skip(DELAY + later);
        vm.expectEmit(address(registry));
        emit IVerifierRegistry.BondWithdrawn(alice, BOND);
        vm.startPrank(alice);
        registry.withdraw();
        assertEq(registry.owed(alice), BOND);
        registry.claim();
        assertEq(token.balanceOf(alice), 100 ether);
        registry.register();
        vm.stopPrank();
        assertTrue(registry.isVerifier(alice));
    }

    function testFuzz_withdraw_beforeTheDelay_reverts(uint256 early) public {
        _resign();
        uint256 leavesAt = block.timestamp + DELAY;
        skip(DELAY - bound(early, 1, DELAY));
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.VerifierStillBonded.selector, leavesAt));
        vm.prank(alice);
        registry.withdraw();
    }

    function test_withdraw_notRegistered_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.VerifierNotRegistered.selector, alice));
        vm.prank(alice);
        registry.withdraw();
    }

    function test_withdraw_notResigned_reverts() public {
        _register();
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.VerifierNotResigned.selector, alice));
        vm.prank(alice);
        registry.withdraw();
    }

    function test_withdraw_twice_reverts() public {
        _resign();
        skip(DELAY);
        vm.startPrank(alice);
        registry.withdraw();
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.VerifierNotRegistered.selector, alice));
        registry.withdraw();
        vm.stopPrank();
    }

    function testFuzz_withdraw_paysTheBondOfItsTime_succeeds(uint96 bond) public {
        _register();
        bond = uint96(bound(bond, 1 ether, 10_000 ether));
        vm.prank(timelock);
        parameters.set(Parameter.VerifierBond, bond);
        vm.prank(alice);
        registry.resign();
        skip(DELAY);
        vm.prank(alice);
        registry.withdraw();
        assertEq(registry.owed(alice), BOND);
    }

    function test_ban_forfeitsTheBond_succeeds() public {
        _register();
        vm.expectEmit(address(registry));
        emit IVerifierRegistry.VerifierBanned(alice, BOND);
        vm.prank(timelock);
        registry.ban(alice);
        assertTrue(registry.isBanned(alice));
        assertFalse(registry.isVerifier(alice));
        assertEq(token.balanceOf(treasury), BOND);
        assertEq(token.balanceOf(address(registry)), 0);
    }

    function testFuzz_ban_whileResigning_forfeitsTheBond_succeeds(uint256 time) public {
        _resign();
        skip(bound(time, 0, 2 * DELAY));
        vm.prank(timelock);
        registry.ban(alice);
        assertEq(token.balanceOf(treasury), BOND);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.VerifierNotRegistered.selector, alice));
        vm.prank(alice);
        registry.withdraw();
    }

    function test_ban_notRegistered_keepsItOut_succeeds() public {
        vm.prank(timelock);
        registry.ban(alice);
        assertEq(token.balanceOf(treasury), 0);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.VerifierIsBanned.selector, alice));
        vm.prank(alice);
        registry.register();
    }

    function test_ban_twice_reverts() public {
        _ban();
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.VerifierIsBanned.selector, alice));
        vm.prank(timelock);
        registry.ban(alice);
    }

    function testFuzz_ban_notByGovernance_reverts(address caller) public {
        vm.assume(caller != timelock);
        _register();
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller));
        vm.prank(caller);
        registry.ban(alice);
    }

    function _register() private {
        vm.prank(alice);
        registry.register();
    }

    function _resign() private {
        _register();
        vm.prank(alice);
        registry.resign();
    }

    function _ban() private {
        _register();
        vm.prank(timelock);
        registry.ban(alice);
    }
}

/// @dev Verifiers that come and go at random, governance that bans and changes the bond, and a clock that moves.
contract VerifierActor is Test {
    VerifierRegistry private immutable _registry;
    Parameters private immutable _parameters;
    address private immutable _timelock;
    address[3] public accounts;

    constructor(VerifierRegistry registry, Parameters parameters, address timelock) {
        _registry = registry;
        _parameters = parameters;
        _timelock = timelock;
        accounts = [makeAddr("alice"), makeAddr("bob"), makeAddr("carol")];
    }

    function register(uint8 who) external {
        vm.prank(accounts[who % 3]);
        try _registry.register() {} catch {}
    }

    function resign(uint8 who) external {
        vm.prank(accounts[who % 3]);
        try _registry.resign() {} catch {}
    }

    function withdraw(uint8 who) external {
        vm.prank(accounts[who % 3]);
        try _registry.withdraw() {} catch {}
    }

    function claim(uint8 who) external {
        vm.prank(accounts[who % 3]);
        try _registry.claim() {} catch {}
    }

    function ban(uint8 who, uint8 seldom) external {
        if (seldom % 8 != 0) return;
        vm.prank(_timelock);
        try _registry.ban(accounts[who % 3]) {} catch {}
    }

    function wait(uint32 time) external {
        skip(bound(time, 0, 30 days));
    }

    function setBond(uint256 bond) external {
        vm.prank(_timelock);
        _parameters.set(Parameter.VerifierBond, bound(bond, 1 ether, 10_000 ether));
    }
}

contract VerifierRegistryInvariantTest is VerifierRegistryFixture {
    uint256 private constant FUNDS = 20_000 ether;

    VerifierActor private actor;

    function setUp() public override {
        super.setUp();
        actor = new VerifierActor(registry, parameters, timelock);
        for (uint256 i = 0; i < 3; ++i) _fund(actor.accounts(i), FUNDS);
        targetContract(address(actor));
    }

    /// @dev The registry holds the bonds and what it owes, to the wei; everything else is the accounts' or the treasury's.
    function invariant_moneyIsConserved() public view {
        uint256 bonds;
        uint256 owed;
        uint256 liquid;
        for (uint256 i = 0; i < 3; ++i) {
            address account = actor.accounts(i);
            bonds += registry.verifierOf(account).bond;
            owed += registry.owed(account);
            liquid += token.balanceOf(account);
        }
        assertEq(registry.totalOwed(), owed);
        assertEq(token.balanceOf(address(registry)), bonds + owed);
        assertEq(liquid + bonds + owed + token.balanceOf(treasury), 3 * FUNDS);
    }

    function invariant_bannedIsNoVerifier() public view {
        for (uint256 i = 0; i < 3; ++i) {
            Verifier memory verifier = registry.verifierOf(actor.accounts(i));
            if (!verifier.banned) continue;
            assertEq(verifier.bond, 0);
            assertFalse(registry.isVerifier(actor.accounts(i)));
        }
    }
}
