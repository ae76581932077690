// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Heap} from "../../contracts/execution/evm/Heap.sol";
import {PageCommitment} from "../../contracts/execution/PageCommitment.sol";
import {Witness} from "../../contracts/trie/Witness.sol";
import {MachineTest} from "./evm/MachineTest.sol";

/// @notice Roots of trees of pages.
contract PageCommitmentTest is MachineTest {
    /// @dev No node is read from a witness.
    Witness private constant NONE = Witness.wrap(0);

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
            forwards = PageCommitment.put(NONE, forwards, pages[i], keccak256(abi.encode(pages[i])));
            backwards = PageCommitment.put(NONE, backwards, pages[39 - i], keccak256(abi.encode(pages[39 - i])));
        }
        uint256 nodes = Heap.allocate(40_000);
        (uint256 root, ) = PageCommitment.seal(forwards, nodes);
        (uint256 other, ) = PageCommitment.seal(backwards, nodes);
        require(root == other, "order");
        other = PageCommitment.put(NONE, 0, pages[0], keccak256("another"));
        for (uint256 i = 1; i < 40; i++) {
            if (pages[i] != pages[0])
                other = PageCommitment.put(NONE, other, pages[i], keccak256(abi.encode(pages[i])));
        }
        (other, ) = PageCommitment.seal(other, nodes);
        require(root != other, "content");
    }
}
