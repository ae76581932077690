// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

import {BatchTree, Frontier} from "../../contracts/batches/BatchTree.sol";
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

    function append(
        uint256 count,
        bytes32[] calldata peaks,
        bytes32[] calldata values
    ) external pure returns (Frontier memory frontier) {
        frontier = BatchTree.resume(count, peaks);
        for (uint256 i = 0; i < values.length; ++i) BatchTree.append(frontier, values[i]);
    }

    function root(uint256 count, bytes32[] calldata peaks) external pure returns (bytes32) {
        return BatchTree.root(BatchTree.resume(count, peaks));
    }

    function rangeRoot(
        bytes32[] memory leaves,
        uint256 from,
        uint256 count,
        bytes32[] calldata siblings
    ) external pure returns (bytes32) {
        return BatchTree.rangeRoot(leaves, from, count, siblings);
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
            keccak256(abi.encodePacked(context.number, context.timestamp, context.coinbase, txHash))
        );
    }

    function testFuzz_append_inPieces_equalsReference_succeeds(bytes32 seed, uint256 count, uint256 cut) public view {
        count = bound(count, 1, 70);
        cut = bound(cut, 0, count);
        bytes32[] memory values = _values(seed, count);
        Frontier memory first = harness.append(0, new bytes32[](0), _slice(values, 0, cut));
        assertEq(first.count, cut);
        assertEq(first.peaks.length, _ones(cut));
        Frontier memory whole = harness.append(first.count, first.peaks, _slice(values, cut, count));
        assertEq(whole.count, count);
        assertEq(whole.peaks.length, _ones(count));
        assertEq(harness.root(whole.count, whole.peaks), ReferenceTree.root(values));
    }

    /// @dev The highest tree that a 32-bit count can need: 32 peaks, which the last leaf merges into one.
    function testFuzz_append_toTheHighestTree_succeeds(bytes32 seed) public view {
        uint256 count = 2 ** 32 - 2;
        bytes32[] memory peaks = _values(seed, 31);
        bytes32[] memory added = _values(~seed, 2);
        Frontier memory full = harness.append(count, peaks, _slice(added, 0, 1));
        assertEq(full.peaks.length, 32);
        Frontier memory whole = harness.append(count, peaks, added);
        assertEq(whole.count, 2 ** 32);
        assertEq(whole.peaks.length, 1);
        bytes32 expected = BatchTree.leaf(count + 1, added[1]);
        for (uint256 i = 32; i > 0; --i) expected = Hashes.commutativeKeccak256(full.peaks[i - 1], expected);
        assertEq(whole.peaks[0], expected);
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
        assertEq(harness.rangeRoot(_leaves(values, from, to), from, count, siblings), ReferenceTree.root(values));
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
        assertNotEq(harness.rangeRoot(leaves, from, count, siblings), ReferenceTree.root(values));
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
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x32));
        harness.rangeRoot(_leaves(values, 1, 2), 1, 4, new bytes32[](0));
    }

    function test_height_isThatOfTheNextPowerOfTwo_succeeds() public pure {
        uint8[10] memory counts = [0, 1, 2, 3, 4, 5, 8, 9, 64, 65];
        uint8[10] memory heights = [0, 0, 1, 2, 2, 3, 3, 4, 6, 7];
        for (uint256 i = 0; i < counts.length; ++i) assertEq(BatchTree.height(counts[i]), heights[i]);
    }

    function _root(bytes32[] memory values) private view returns (bytes32) {
        Frontier memory frontier = harness.append(0, new bytes32[](0), values);
        return harness.root(frontier.count, frontier.peaks);
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

    function _ones(uint256 word) private pure returns (uint256 total) {
        for (; word != 0; word >>= 1) total += word & 1;
    }
}
