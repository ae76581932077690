// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {Timelock} from "../../contracts/governance/Timelock.sol";
import {Test} from "../Test.sol";

contract TimelockTest is Test {
    uint256 private constant DELAY = 2 days;
    uint256 private constant MOST = 4 days;
    bytes32 private constant SALT = 0;

    Timelock private timelock;
    address private proposer;

    function setUp() public {
        vm.warp(1_800_000_000);
        proposer = makeAddr("proposer");
        timelock = new Timelock(DELAY, MOST, address(this));
        timelock.grantRole(timelock.PROPOSER_ROLE(), proposer);
    }

    function test_constructor_delayBeyondItsBound_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(Timelock.TimelockDelayTooLong.selector, MOST + 1, MOST));
        new Timelock(MOST + 1, MOST, address(this));
        assertEq(new Timelock(MOST, MOST, address(this)).getMinDelay(), MOST);
    }

    function test_updateDelay_notByItself_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(TimelockController.TimelockUnauthorizedCaller.selector, address(this)));
        timelock.updateDelay(1);
    }

    function test_updateDelay_upToItsBound_succeeds() public {
        vm.startPrank(address(timelock));
        timelock.updateDelay(MOST);
        assertEq(timelock.getMinDelay(), MOST);
        vm.expectRevert(abi.encodeWithSelector(Timelock.TimelockDelayTooLong.selector, MOST + 1, MOST));
        timelock.updateDelay(MOST + 1);
        vm.stopPrank();
    }

    /// @dev Only those whom the admin names propose, and after the delay anyone executes.
    function test_execute_byAnyoneAfterTheDelay_succeeds() public {
        bytes memory call = abi.encodeCall(timelock.updateDelay, (3 days));
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControl.AccessControlUnauthorizedAccount.selector,
                address(this),
                timelock.PROPOSER_ROLE()
            )
        );
        timelock.schedule(address(timelock), 0, call, 0, SALT, DELAY);
        vm.prank(proposer);
        timelock.schedule(address(timelock), 0, call, 0, SALT, DELAY);

        skip(DELAY - 1);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        timelock.execute(address(timelock), 0, call, 0, SALT);
        skip(1);
        vm.prank(makeAddr("anyone"));
        timelock.execute(address(timelock), 0, call, 0, SALT);
        assertEq(timelock.getMinDelay(), 3 days);
    }
}
