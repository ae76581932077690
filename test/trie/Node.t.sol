// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Node, NodeLayout} from "../../contracts/trie/Node.sol";
import {Test} from "../Test.sol";

/// @notice The end of the memory in which a branch can address its children.
contract NodeTest is Test {
    function test_newBranch_belowTheLimit_succeeds() public view {
        assertEq(Node.unwrap(this.newBranchAt(2 ** 22 - 704)), 2 ** 22 - 704);
    }

    function test_newBranch_beyondTheLimit_reverts() public {
        vm.expectRevert(NodeLayout.TrieTooLarge.selector);
        this.newBranchAt(2 ** 22 - 640);
    }

    /// @dev A new branch, while memory up to `pointer` is in use.
    function newBranchAt(uint256 pointer) external pure returns (Node) {
        assembly ("memory-safe") {
            mstore(0x40, pointer)
        }
        return NodeLayout.newBranch();
    }
}
