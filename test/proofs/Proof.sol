// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Vm} from "../Test.sol";

/// @title Proof
/// @notice Base of the properties that `npm run prove` proves: functions `check_…`, whose arguments stand for all values
/// that they can have. A property is proven where no `assert` fails.
abstract contract Proof {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
}
