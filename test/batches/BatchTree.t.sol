// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

import {BatchTree} from "../../contracts/batches/BatchTree.sol";
import {BlockContext} from "../../contracts/types/BlockContext.sol";
import {Test} from "../Test.sol";
import {ReferenceTree} from "./ReferenceTree.sol";

contract BatchTreeHarness {
    function contains(
        bytes32 tree,
        uint256 index,
        bytes32 value,
        bytes32[] calldata proof
    ) external pure returns (bool) {
        return BatchTree.contains(tree, index, value, proof);
    }

    function rangeRoot(
        bytes32[] memory leaves,
        uint256 from,
        uint256 count,
        bytes32[] calldata siblings
    ) external pure returns (bytes32 root, bool padded) {
        bytes32[] memory expected = from + leaves.length == count ? BatchTree.padding(count) : new bytes32[](0);
        return BatchTree.rangeRoot(leaves, from, count, siblings, expected);
    }

    function transactionValue(BlockContext memory context, bytes32 txHash) external pure returns (bytes32) {
        return BatchTree.transactionValue(context, txHash);
    }
}

contract BatchTreeTest is Test {
    BatchTreeHarness private harness;

    function setUp() public {
        harness = new BatchTreeHarness();
    }

    /// @dev Roots for the values 1, 2, …, computed by `StandardMerkleTree.of` of `@openzeppelin/merkle-tree`.
    function test_root_isThatOfStandardMerkleTree_succeeds() public view {
        bytes32[] memory values = new bytes32[](5);
        for (uint256 i = 0; i < 5; ++i) values[i] = bytes32(i + 1);
        assertEq(_root(_slice(values, 0, 1)), 0x0eb5be412f275a18f6e4d622aee4ff40b21467c926224771b782d4c095d1444b);
        assertEq(_root(_slice(values, 0, 2)), 0x1db846c695640bfaf8f98f8c93e9be9817926fa81509e53b2f7926eb0bf24d02);
        assertEq(_root(_slice(values, 0, 3)), 0x6b8181fbcf30cce4296c9e2e978c3ca09a0a86db15bae393c1e78cfafdf9c948);
        assertEq(_root(values), 0xbdad621a206944c5a1112a25c69c898581d8868a6e42dcffc388ea49ac5d8a14);
    }

    function test_leaf_isHashedTwice_succeeds() public pure {
        bytes32 once = keccak256(abi.encode(uint256(7), bytes32(uint256(9))));
        assertEq(BatchTree.leaf(7, bytes32(uint256(9))), keccak256(abi.encode(once)));
    }

    function testFuzz_transactionValue_packsTheBlock_succeeds(BlockContext memory context, bytes32 txHash) public view {
        assertEq(
            harness.transactionValue(context, txHash),
            keccak256(abi.encodePacked(context.number, context.timestamp, context.coinbase, context.randomness, txHash))
        );
    }

    function testFuzz_contains_everyRow_succeeds(bytes32 seed, uint256 count, uint256 index) public view {
        count = bound(count, 1, 40);
        index = bound(index, 0, count - 1);
        bytes32[] memory values = _values(seed, count);
        bytes32[] memory proof = ReferenceTree.proof(values, index);
        assertTrue(harness.contains(ReferenceTree.root(values), index, values[index], proof));
    }

    function testFuzz_contains_anotherRow_isFalse_succeeds(
        bytes32 seed,
        uint256 count,
        uint256 index,
        uint256 other,
        bytes32 value
    ) public view {
        count = bound(count, 2, 40);
        index = bound(index, 0, count - 1);
        other = bound(other, 0, count - 1);
        bytes32[] memory values = _values(seed, count);
        vm.assume(other != index && value != values[index]);
        bytes32 root = ReferenceTree.root(values);
        bytes32[] memory proof = ReferenceTree.proof(values, index);
        assertFalse(harness.contains(root, index, value, proof));
        assertFalse(harness.contains(root, other, values[index], proof));
    }

    function testFuzz_rangeRoot_everyRange_succeeds(bytes32 seed, uint256 count, uint256 from, uint256 to) public view {
        (count, from, to) = _range(count, from, to);
        bytes32[] memory values = _values(seed, count);
        bytes32[] memory siblings = ReferenceTree.rangeProof(values, from, to);
        (bytes32 root, bool padded) = harness.rangeRoot(_leaves(values, from, to), from, count, siblings);
        assertEq(root, ReferenceTree.root(values));
        assertTrue(padded);
    }

    function testFuzz_rangeRoot_alteredLeaf_differs_succeeds(
        bytes32 seed,
        uint256 count,
        uint256 from,
        uint256 to,
        uint256 which
    ) public view {
        (count, from, to) = _range(count, from, to);
        bytes32[] memory values = _values(seed, count);
        bytes32[] memory siblings = ReferenceTree.rangeProof(values, from, to);
        bytes32[] memory leaves = _leaves(values, from, to);
        leaves[which % leaves.length] ^= bytes32(uint256(1));
        (bytes32 root, ) = harness.rangeRoot(leaves, from, count, siblings);
        assertNotEq(root, ReferenceTree.root(values));
    }

    /// @dev A range that ends with the last row sees everything beyond it, wherever it begins.
    function testFuzz_rangeRoot_rowBeyondTheLast_isSeen_succeeds(
        bytes32 seed,
        uint256 count,
        uint256 from,
        uint256 beyond
    ) public view {
        (count, from, ) = _range(count, from, count);
        uint256 size = 1 << BatchTree.height(count);
        vm.assume(size != count);
        beyond = bound(beyond, count, size - 1);
        bytes32[] memory longer = new bytes32[](size);
        bytes32[] memory values = _values(seed, count);
        for (uint256 i = 0; i < count; ++i) longer[i] = values[i];
        longer[beyond] = seed | bytes32(uint256(1));
        bytes32[] memory siblings = ReferenceTree.rangeProof(longer, from, count);
        (bytes32 root, bool padded) = harness.rangeRoot(_leaves(values, from, count), from, count, siblings);
        assertEq(root, ReferenceTree.root(longer));
        assertFalse(padded);
    }

    function test_padding_holdsEveryRowBeyondTheLast_succeeds() public pure {
        // Of the largest padding, 2,047 rows, each level but the highest has a node.
        assertEq(BatchTree.padding(2049).length, 11);
        assertEq(BatchTree.padding(4096).length, 0);
        assertEq(BatchTree.padding(1).length, 0);
        bytes32[] memory nodes = BatchTree.padding(5);
        assertEq(nodes.length, 2);
        assertEq(nodes[0], BatchTree.leaf(5, 0));
        assertEq(nodes[1], Hashes.commutativeKeccak256(BatchTree.leaf(6, 0), BatchTree.leaf(7, 0)));
    }

    /// @dev Without the check these leaves would pass for proven, though the root does not commit to them.
    function testFuzz_rangeRoot_leavesBeyondTheLast_reverts(
        bytes32 seed,
        uint256 count,
        uint256 from,
        uint256 more
    ) public {
        (count, from, ) = _range(count, from, count);
        more = bound(more, 1, 10);
        bytes32[] memory values = _values(seed, count);
        bytes32[] memory siblings = ReferenceTree.rangeProof(values, from, count);
        bytes32[] memory leaves = new bytes32[](count - from + more);
        for (uint256 i = 0; i < leaves.length; ++i) {
            leaves[i] = BatchTree.leaf(from + i, from + i < count ? values[from + i] : seed);
        }
        vm.expectRevert(abi.encodeWithSelector(BatchTree.BatchTreeOutOfRange.selector, count + more, count));
        harness.rangeRoot(leaves, from, count, siblings);
    }

    function testFuzz_rangeRoot_surplusSiblings_reverts(bytes32 seed, uint256 count, uint256 from, uint256 to) public {
        (count, from, to) = _range(count, from, to);
        bytes32[] memory values = _values(seed, count);
        bytes32[] memory exact = ReferenceTree.rangeProof(values, from, to);
        bytes32[] memory siblings = new bytes32[](exact.length + 1);
        for (uint256 i = 0; i < exact.length; ++i) siblings[i] = exact[i];
        vm.expectRevert(abi.encodeWithSelector(BatchTree.BatchTreeWrongProof.selector, siblings.length, exact.length));
        harness.rangeRoot(_leaves(values, from, to), from, count, siblings);
    }

    function test_rangeRoot_missingSibling_reverts() public {
        bytes32[] memory values = _values(0, 4);
        vm.expectRevert(abi.encodeWithSelector(BatchTree.BatchTreeWrongProof.selector, 0, 2));
        harness.rangeRoot(_leaves(values, 1, 2), 1, 4, new bytes32[](0));
    }

    function test_height_isThatOfTheNextPowerOfTwo_succeeds() public pure {
        uint8[10] memory counts = [0, 1, 2, 3, 4, 5, 8, 9, 64, 65];
        uint8[10] memory heights = [0, 0, 1, 2, 2, 3, 3, 4, 6, 7];
        for (uint256 i = 0; i < counts.length; ++i) assertEq(BatchTree.height(counts[i]), heights[i]);
    }

    function _root(bytes32[] memory values) private view returns (bytes32 root) {
        bytes32[] memory siblings = ReferenceTree.rangeProof(values, 0, values.length);
        (root, ) = harness.rangeRoot(_leaves(values, 0, values.length), 0, values.length, siblings);
    }

    function _range(uint256 count, uint256 from, uint256 to) private pure returns (uint256, uint256, uint256) {
        count = bound(count, 1, 40);
        from = bound(from, 0, count - 1);
        return (count, from, bound(to, from + 1, count));
    }

    function _values(bytes32 seed, uint256 count) private pure returns (bytes32[] memory values) {
        values = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) values[i] = keccak256(abi.encode(seed, i));
    }

    function _slice(bytes32[] memory values, uint256 from, uint256 to) private pure returns (bytes32[] memory part) {
        part = new bytes32[](to - from);
        for (uint256 i = from; i < to; ++i) part[i - from] = values[i];
    }

    function _leaves(bytes32[] memory values, uint256 from, uint256 to) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](to - from);
        for (uint256 i = from; i < to; ++i) leaves[i - from] = BatchTree.leaf(i, values[i]);
    }
}
