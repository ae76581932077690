// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "../Test.sol";
import {Handler} from "./Handler.sol";

/// @title System test
/// @notice Random histories of the whole system: after each call every rule holds, and at the end of each history all
/// money can be withdrawn and sums to what went in.
abstract contract SystemTest is Test {
    /// @dev What the runner expects of `targetSelectors`.
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Handler internal world;

    /// @notice Read by the runner: what to call.
    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(world);
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = Handler.play.selector;
        targets[0].selectors = selectors;
    }

    function afterInvariant() public {
        world.close();
    }
}

/// @dev The hostile hold more than two thirds: wrong batches are certified.
contract HostileQuorum is Handler {
    constructor() Handler(3, 100 ether, 200 ether) {}
}

contract HostileQuorumTest is SystemTest {
    function setUp() public {
        world = new HostileQuorum();
        targetContract(address(world));
    }

    /// hardhat-config: default.invariant.runs = 16
    /// hardhat-config: default.invariant.depth = 64
    /// hardhat-config: default.invariant.fail-on-revert = true
    function invariant_everyRule() public {
        world.check();
    }
}

/// @dev The hostile hold less than two thirds, until some of the honest leave: what is wrong is not certified.
contract HonestQuorum is Handler {
    constructor() Handler(4, 200 ether, 150 ether) {}
}

contract HonestQuorumTest is SystemTest {
    function setUp() public {
        world = new HonestQuorum();
        targetContract(address(world));
    }

    /// hardhat-config: default.invariant.runs = 16
    /// hardhat-config: default.invariant.depth = 64
    /// hardhat-config: default.invariant.fail-on-revert = true
    function invariant_everyRule() public {
        world.check();
    }
}
