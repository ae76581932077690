// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title Timelock
/// @notice Owns the system. Its delay is bounded, so that a vote and its execution always end before the stakes and
/// bonds that they are about can be withdrawn.
contract Timelock is TimelockController {
    /// @notice Longest delay that a vote can set, in seconds.
    uint256 public immutable maxDelay;

    /// @notice The delay is longer than its bound.
    error TimelockDelayTooLong(uint256 delay, uint256 maxDelay);

    /// @dev Nobody proposes until the admin says who; anyone executes what has waited long enough.
    /// @param delay From the queueing of a proposal to its execution at the earliest, in seconds.
    /// @param maxDelay_ The longest that governance can make the delay, in seconds.
    /// @param admin Appoints the governor and then renounces.
    constructor(
        uint256 delay,
        uint256 maxDelay_,
        address admin
    ) TimelockController(delay, new address[](0), _anyone(), admin) {
        maxDelay = maxDelay_;
        _requireBounded(delay);
    }

    /// @inheritdoc TimelockController
    function updateDelay(uint256 newDelay) public override {
        _requireBounded(newDelay);
        super.updateDelay(newDelay);
    }

    function _requireBounded(uint256 delay) private view {
        if (delay > maxDelay) revert TimelockDelayTooLong(delay, maxDelay);
    }

    /// @dev A role that the zero address has is everyone's.
    function _anyone() private pure returns (address[] memory executors) {
        executors = new address[](1);
    }
}
