// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {Setting} from "../../contracts/governance/IParameters.sol";
import {Tier} from "../../contracts/governance/Tier.sol";
import {KnownCall, Timelock} from "../../contracts/governance/Timelock.sol";
import {Test} from "../Test.sol";

/// @dev Is called.
contract Callee {
    uint256 public swiftly;
    uint256 public gravely;

    function swift() external payable {
        ++swiftly;
    }

    function ordinary() external {}

    function grave() external {
        ++gravely;
    }
}

contract TimelockTest is Test {
    uint256 private constant SHORT = 2 days;
    uint256 private constant LONG = 30 days;
    bytes32 private constant SALT = 0;

    Timelock private timelock;
    Callee private callee;
    Callee private stranger;
    address private proposer;

    function setUp() public {
        vm.warp(1_800_000_000);
        proposer = makeAddr("proposer");
        callee = new Callee();
        stranger = new Callee();
        timelock = new Timelock(_short(), _long(), address(this));
        timelock.grantRole(timelock.PROPOSER_ROLE(), proposer);
        timelock.connect(_known());
    }

    function test_constructor_delaysOutOfBounds_reverts() public {
        Setting memory short = _short();
        short.value = short.min - 1;
        _expectBounds(short.value, short.min, short.max);
        new Timelock(short, _long(), address(this));
        short.value = short.max + 1;
        _expectBounds(short.value, short.min, short.max);
        new Timelock(short, _long(), address(this));
        Setting memory long = _long();
        long.value = long.min - 1;
        _expectBounds(long.value, long.min, long.max);
        new Timelock(_short(), long, address(this));
        long.value = long.max + 1;
        _expectBounds(long.value, long.min, long.max);
        new Timelock(_short(), long, address(this));
    }

    /// @dev [L3] There was no least delay.
    function test_constructor_L3_delaysWithoutLeastOrOverlapping_reverts() public {
        Setting memory short = _short();
        short.min = 0;
        _expectOverlap(0, short.max, _long().min);
        new Timelock(short, _long(), address(this));
        short = _short();
        short.max = _long().min;
        _expectOverlap(short.min, short.max, short.max);
        new Timelock(short, _long(), address(this));
        short.max -= 1;
        new Timelock(short, _long(), address(this));
    }

    function test_updateDelays_notByItself_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(TimelockController.TimelockUnauthorizedCaller.selector, address(this)));
        timelock.updateDelay(SHORT);
        vm.expectRevert(abi.encodeWithSelector(TimelockController.TimelockUnauthorizedCaller.selector, address(this)));
        timelock.updateLongDelay(LONG);
    }

    /// @dev [L3] No vote brings a delay below its least value, or above its largest.
    function test_updateDelays_L3_withinTheirBounds_succeeds() public {
        (Setting memory short, Setting memory long) = (_short(), _long());
        vm.startPrank(address(timelock));
        timelock.updateDelay(short.min);
        assertEq(timelock.getMinDelay(), short.min);
        timelock.updateDelay(short.max);
        assertEq(timelock.getMinDelay(), short.max);
        timelock.updateLongDelay(long.min);
        assertEq(timelock.longDelay(), long.min);
        timelock.updateLongDelay(long.max);
        assertEq(timelock.longDelay(), long.max);
        _expectBounds(short.min - 1, short.min, short.max);
        timelock.updateDelay(short.min - 1);
        _expectBounds(short.max + 1, short.min, short.max);
        timelock.updateDelay(short.max + 1);
        _expectBounds(long.min - 1, long.min, long.max);
        timelock.updateLongDelay(long.min - 1);
        _expectBounds(long.max + 1, long.min, long.max);
        timelock.updateLongDelay(long.max + 1);
        vm.stopPrank();
    }

    function test_connect_twice_reverts() public {
        vm.expectRevert(Timelock.TimelockConnected.selector);
        timelock.connect(_known());
    }

    function test_connect_notByTheAdmin_reverts() public {
        Timelock fresh = new Timelock(_short(), _long(), address(this));
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControl.AccessControlUnauthorizedAccount.selector,
                proposer,
                fresh.DEFAULT_ADMIN_ROLE()
            )
        );
        vm.prank(proposer);
        fresh.connect(_known());
    }

    function testFuzz_tierOf_isThatOfTheGravestCall_succeeds(uint8 first, uint8 second) public view {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _batch(2);
        Tier least = Tier.Swift;
        for (uint256 i = 0; i < 2; ++i) {
            uint8 kind = (i == 0 ? first : second) % 6;
            targets[i] = kind == 3 ? address(stranger) : address(callee);
            calls[i] = abi.encodeCall(Callee.swift, ());
            if (kind == 1) calls[i] = abi.encodeCall(Callee.ordinary, ());
            if (kind == 2) calls[i] = abi.encodeCall(Callee.grave, ());
            if (kind == 4) values[i] = 1;
            if (kind == 5) calls[i] = "";
            Tier tier =
                kind == 0
                    ? Tier.Swift
                    : kind == 1
                        ? Tier.Ordinary
                        : Tier.Grave;
            if (tier < least) least = tier;
        }
        assertTrue(timelock.tierOf(targets, values, calls) == least);
    }

    function test_tierOf_listsThatAreNone_areGrave_succeeds() public view {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _batch(0);
        assertTrue(timelock.tierOf(targets, values, calls) == Tier.Grave);
        assertTrue(timelock.tierOf(new address[](1), values, calls) == Tier.Grave);
        assertTrue(timelock.tierOf(new address[](1), new uint256[](1), calls) == Tier.Grave);
    }

    /// @dev Nobody schedules with less than what the calls say, in one call or in a batch.
    function test_schedule_C2_withLessThanTheCallsTake_reverts() public {
        bytes memory swift = abi.encodeCall(Callee.swift, ());
        bytes memory ordinary = abi.encodeCall(Callee.ordinary, ());
        vm.startPrank(proposer);
        _expectShort(SHORT - 1, SHORT);
        timelock.schedule(address(callee), 0, swift, 0, SALT, SHORT - 1);
        timelock.schedule(address(callee), 0, swift, 0, SALT, SHORT);
        _expectShort(LONG - 1, LONG);
        timelock.schedule(address(callee), 1, swift, 0, SALT, LONG - 1);
        _expectShort(LONG - 1, LONG);
        timelock.schedule(address(stranger), 0, swift, 0, SALT, LONG - 1);
        _expectShort(LONG - 1, LONG);
        timelock.schedule(address(callee), 0, ordinary, 0, SALT, LONG - 1);
        timelock.schedule(address(callee), 0, ordinary, 0, SALT, LONG);

        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _batch(2);
        (targets[0], targets[1], calls[0], calls[1]) = (address(callee), address(callee), swift, swift);
        _expectShort(SHORT - 1, SHORT);
        timelock.scheduleBatch(targets, values, calls, 0, SALT, SHORT - 1);
        timelock.scheduleBatch(targets, values, calls, 0, SALT, SHORT);
        calls[1] = ordinary;
        _expectShort(LONG - 1, LONG);
        timelock.scheduleBatch(targets, values, calls, 0, SALT, LONG - 1);
        timelock.scheduleBatch(targets, values, calls, 0, SALT, LONG);
        vm.stopPrank();
    }

    /// @dev Only those whom the admin names propose, and after the delay anyone executes.
    function test_execute_byAnyoneAfterTheDelay_succeeds() public {
        bytes memory call = abi.encodeCall(Callee.swift, ());
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControl.AccessControlUnauthorizedAccount.selector,
                address(this),
                timelock.PROPOSER_ROLE()
            )
        );
        timelock.schedule(address(callee), 0, call, 0, SALT, SHORT);
        vm.prank(proposer);
        timelock.schedule(address(callee), 0, call, 0, SALT, SHORT);

        skip(SHORT - 1);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        timelock.execute(address(callee), 0, call, 0, SALT);
        skip(1);
        vm.prank(makeAddr("anyone"));
        timelock.execute(address(callee), 0, call, 0, SALT);
        assertEq(callee.swiftly(), 1);
    }

    function _short() private pure returns (Setting memory) {
        return Setting(SHORT, 1 days, 4 days);
    }

    function _long() private pure returns (Setting memory) {
        return Setting(LONG, 21 days, 60 days);
    }

    function _known() private view returns (KnownCall[] memory calls) {
        calls = new KnownCall[](2);
        calls[0] = KnownCall(address(callee), Callee.swift.selector, Tier.Swift);
        calls[1] = KnownCall(address(callee), Callee.ordinary.selector, Tier.Ordinary);
    }

    function _batch(uint256 count) private pure returns (address[] memory, uint256[] memory, bytes[] memory) {
        return (new address[](count), new uint256[](count), new bytes[](count));
    }

    function _expectBounds(uint256 delay, uint256 min, uint256 max) private {
        vm.expectRevert(abi.encodeWithSelector(Timelock.TimelockDelayOutOfBounds.selector, delay, min, max));
    }

    function _expectOverlap(uint256 minShort, uint256 maxShort, uint256 minLong) private {
        vm.expectRevert(abi.encodeWithSelector(Timelock.TimelockDelaysOverlap.selector, minShort, maxShort, minLong));
    }

    function _expectShort(uint256 delay, uint256 least) private {
        vm.expectRevert(abi.encodeWithSelector(TimelockController.TimelockInsufficientDelay.selector, delay, least));
    }
}
