// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Node, NodeLayout} from "../../contracts/trie/Node.sol";
import {Test} from "../Test.sol";

/// @notice The end of the memory that a branch can address.
contract NodeTest is Test {
    function test_newBranch_belowTheLimit_succeeds() public view {
        assertEq(Node.unwrap(this.newBranchAt(2 ** 22 - 704)), 2 ** 22 - 704);
    }

    function test_newBranch_beyondTheLimit_reverts() public {
        vm.expectRevert(NodeLayout.TrieTooLarge.selector);
        this.newBranchAt(2 ** 22 - 640);
    }

    /// @dev A branch, where memory up to `pointer` is taken.
    function newBranchAt(uint256 pointer) external pure returns (Node) {
        assembly ("memory-safe") {
            mstore(0x40, pointer)
        }
        return NodeLayout.newBranch();
    }
}
