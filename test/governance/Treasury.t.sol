// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {Parameter} from "../../contracts/governance/IParameters.sol";
import {RequestState} from "../../contracts/governance/IRequestRecord.sol";
import {ITreasury} from "../../contracts/governance/ITreasury.sol";
import {MetisToken} from "../../contracts/governance/MetisToken.sol";
import {Parameters} from "../../contracts/governance/Parameters.sol";
import {Treasury} from "../../contracts/governance/Treasury.sol";
import {Test} from "../Test.sol";
import {Requests} from "./Requests.sol";
import {Settings} from "./Settings.sol";

/// @dev Takes METIS and no ETH.
contract Purse {
    function claimMetis(ITreasury treasury) external {
        treasury.claimMetis();
    }

    function claimEther(ITreasury treasury) external {
        treasury.claimEther();
    }
}

contract TreasuryTest is Test {
    MetisToken private token;
    Parameters private parameters;
    Treasury private treasury;
    Requests private requests;
    address private timelock;
    address private alice;
    address private bob;

    function setUp() public {
        timelock = makeAddr("timelock");
        alice = makeAddr("alice");
        bob = makeAddr("bob");
        token = new MetisToken(address(this), type(uint128).max);
        parameters = new Parameters(timelock, Settings.defaults());
        treasury = new Treasury(token, parameters, timelock);
        requests = new Requests();
        treasury.connect(requests, requests);
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

        vm.startPrank(alice);
        vm.expectEmit(address(treasury));
        emit ITreasury.MetisClaimed(alice, granted);
        assertEq(treasury.claimMetis(), granted);
        _assertOwed(alice, 0, ether_);
        if (ether_ != 0) {
            vm.expectEmit(address(treasury));
            emit ITreasury.EtherClaimed(alice, ether_);
            assertEq(treasury.claimEther(), ether_);
        }
        assertEq(token.balanceOf(alice), granted);
        assertEq(alice.balance, ether_);
        _assertOwed(alice, 0, 0);
        _assertAvailable(metis - granted, 0);

        vm.expectRevert(abi.encodeWithSelector(ITreasury.TreasuryNothingOwed.selector, alice));
        treasury.claimMetis();
        vm.expectRevert(abi.encodeWithSelector(ITreasury.TreasuryNothingOwed.selector, alice));
        treasury.claimEther();
        vm.stopPrank();
    }

    /// @dev [L7] A grantee that takes no ETH stranded METIS.
    function test_claimMetis_L7_whereEtherCannotBePaid_succeeds() public {
        Purse purse = new Purse();
        _fund(2, 2);
        vm.prank(timelock);
        treasury.grant(address(purse), 1, 1);
        vm.expectRevert();
        purse.claimEther(treasury);
        purse.claimMetis(treasury);
        assertEq(token.balanceOf(address(purse)), 1);
        _assertOwed(address(purse), 0, 1);
        _assertAvailable(1, 1);
    }

    /// @dev H8: what the short delay pays is bounded by what was paid for the request, and the allowances.
    function testFuzz_compensate_withinTheRecord_succeeds(uint40 fee, uint128 metis, uint128 ether_, bool seat) public {
        uint256 most = uint256(fee) * 1 gwei + 0.05 ether;
        metis = uint128(bound(metis, 0, 200 ether));
        ether_ = uint128(bound(ether_, 0, most));
        _fund(200 ether, most);
        requests.put("request", alice, fee, RequestState.Answered);
        if (seat) requests.seat(bob);
        address account = seat ? bob : alice;
        assertFalse(treasury.isCompensated("request"));
        vm.expectEmit(address(treasury));
        emit ITreasury.RequestCompensated("request", account);
        vm.expectEmit(address(treasury));
        emit ITreasury.Granted(account, metis, ether_);
        vm.prank(timelock);
        treasury.compensate(account, "request", metis, ether_);
        _assertOwed(account, metis, ether_);
        assertTrue(treasury.isCompensated("request"));
    }

    function testFuzz_compensate_H8_moreThanTheRecord_reverts(uint40 fee) public {
        uint256 most = uint256(fee) * 1 gwei + 0.05 ether;
        _fund(1000 ether, most + 1);
        requests.put("request", alice, fee, RequestState.Answered);
        vm.startPrank(timelock);
        vm.expectRevert(
            abi.encodeWithSelector(ITreasury.TreasuryCompensationTooLarge.selector, address(0), most + 1, most)
        );
        treasury.compensate(alice, "request", 0, most + 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                ITreasury.TreasuryCompensationTooLarge.selector,
                address(token),
                200 ether + 1,
                200 ether
            )
        );
        treasury.compensate(alice, "request", 200 ether + 1, most);
        parameters.set(Parameter.GrantAllowanceMetis, 300 ether);
        parameters.set(Parameter.GrantAllowance, 0);
        vm.expectPartialRevert(ITreasury.TreasuryCompensationTooLarge.selector);
        treasury.compensate(alice, "request", 300 ether, most);
        treasury.compensate(alice, "request", 300 ether, most - 0.05 ether);
        vm.stopPrank();
    }

    /// @dev H8: nobody is paid for a request that was not answered, nor a stranger, nor twice, nor by anyone else.
    function test_compensate_H8_againstTheRecord_reverts() public {
        _fund(1000 ether, 1 ether);
        vm.startPrank(timelock);
        for (uint256 state = 0; state < 4; ++state) {
            if (RequestState(state) == RequestState.Answered) continue;
            requests.put("request", alice, 1, RequestState(state));
            vm.expectRevert(abi.encodeWithSelector(ITreasury.TreasuryRequestNotAnswered.selector, bytes32("request")));
            treasury.compensate(alice, "request", 1, 1);
        }
        requests.put("request", alice, 1, RequestState.Answered);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.TreasuryInvalidAccount.selector, bob));
        treasury.compensate(bob, "request", 1, 1);
        treasury.compensate(alice, "request", 1, 1);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.TreasuryAlreadyCompensated.selector, bytes32("request")));
        treasury.compensate(alice, "request", 1, 1);
        vm.stopPrank();
    }

    function testFuzz_compensate_notByGovernance_reverts(address caller) public {
        vm.assume(caller != timelock);
        requests.put("request", caller, 1, RequestState.Answered);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller));
        vm.prank(caller);
        treasury.compensate(caller, "request", 0, 0);
    }

    function test_compensate_moreThanThereIs_reverts() public {
        _fund(1, 0);
        requests.put("request", alice, 1, RequestState.Answered);
        vm.startPrank(timelock);
        treasury.grant(bob, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.TreasuryInsufficient.selector, address(token), 1, 0));
        treasury.compensate(alice, "request", 1, 0);
        vm.stopPrank();
        assertFalse(treasury.isCompensated("request"));
    }

    function test_connect_twiceOrByAnotherThanTheDeployer_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ITreasury.TreasuryUnauthorized.selector, address(this)));
        treasury.connect(requests, requests);
        Treasury fresh = new Treasury(token, parameters, timelock);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.TreasuryUnauthorized.selector, alice));
        vm.prank(alice);
        fresh.connect(requests, requests);
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
        vm.startPrank(accounts[who % 3]);
        if (metis != 0) _treasury.claimMetis();
        if (ether_ != 0) _treasury.claimEther();
        vm.stopPrank();
    }
}

contract TreasuryInvariantTest is Test {
    MetisToken private token;
    Treasury private treasury;
    TreasuryActor private actor;

    function setUp() public {
        address timelock = makeAddr("timelock");
        token = new MetisToken(address(this), type(uint128).max);
        treasury = new Treasury(token, new Parameters(timelock, Settings.defaults()), timelock);
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
