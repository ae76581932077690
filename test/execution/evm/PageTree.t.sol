// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Heap} from "../../../contracts/execution/evm/Heap.sol";
import {PageTree} from "../../../contracts/execution/evm/PageTree.sol";
import {MachineTest} from "./MachineTest.sol";

/// @notice Roots of trees of pages.
contract PageTreeTest is MachineTest {
    /// @notice A tree of pages has the same root whatever the order of its pages, and another one for other contents.
    function testFuzz_put_anyOrder_givesOneRoot(bytes32 seed) public pure {
        _startModels();
        uint256[] memory pages = new uint256[](40);
        for (uint256 i = 0; i < 40; i++) {
            seed = _hash(seed);
            // Neighbours, distant ones, and some twice.
            pages[i] = i % 3 == 0 ? uint256(seed) >> 10 : (uint256(seed) % 50) + (i % 5) * 2 ** 22;
        }
        _startHeap();
        uint256 forwards = 0;
        uint256 backwards = 0;
        for (uint256 i = 0; i < 40; i++) {
            forwards = PageTree.put(forwards, pages[i], keccak256(abi.encode(pages[i])));
            backwards = PageTree.put(backwards, pages[39 - i], keccak256(abi.encode(pages[39 - i])));
        }
        uint256 nodes = Heap.allocate(40_000);
        (uint256 root, ) = PageTree.seal(forwards, nodes);
        (uint256 other, ) = PageTree.seal(backwards, nodes);
        require(root == other, "order");
        other = PageTree.put(0, pages[0], keccak256("another"));
        for (uint256 i = 1; i < 40; i++) {
            if (pages[i] != pages[0]) other = PageTree.put(other, pages[i], keccak256(abi.encode(pages[i])));
        }
        (other, ) = PageTree.seal(other, nodes);
        require(root != other, "content");
    }
}
