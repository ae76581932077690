// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchTree} from "../../contracts/batches/BatchTree.sol";
import {Records} from "../../contracts/batches/Records.sol";
import {Fault, IDisputes, Place, Range} from "../../contracts/disputes/IDisputes.sol";
import {BlockContext} from "../../contracts/types/BlockContext.sol";
import {ReferenceTree} from "../batches/ReferenceTree.sol";
import {ExecutorDouble} from "./Doubles.sol";
import {DisputesFixture} from "./Fixture.sol";
import {Made} from "./Making.sol";

/// @notice What L1 finds in a range (steps 11.4, 11.5): every fault, and none in what is right.
contract ChecksTest is DisputesFixture {
    // A right header is never found wrong.

    /// @dev [11.5] [M10]
    function testFuzz_check_everyRangeOfARightBatch_findsNothing(
        bytes32 seed,
        uint256 count,
        uint256 from,
        uint256 to
    ) public {
        count = bound(count, 1, 40);
        from = bound(from, 0, count - 1);
        Made memory made = _make(1, count, seed);
        _submit(made);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.FraudNotFound.selector, _hash(made)));
        _check(made, from, bound(to, from + 1, count));
    }

    /// @dev [11.5] Counts at which trees have no padding, one row of it, or the most.
    function test_check_powersOfTwoAndTheirNeighbours_findsNothing() public {
        uint8[11] memory counts = [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33];
        for (uint256 i = 0; i < counts.length; ++i) {
            Made memory made = _make(1, counts[i], bytes32(i));
            _submit(made);
            for (uint256 from = 0; from < counts[i]; from += 1 + counts[i] / 4) {
                vm.expectRevert(abi.encodeWithSelector(IDisputes.FraudNotFound.selector, _hash(made)));
                _check(made, from, counts[i]);
            }
        }
    }

    /// @dev [11.5] A range says nothing but what the header commits to, however a caller changes it.
    function testFuzz_check_alteredRange_condemnsNobody(bytes32 seed, uint256 count, uint256 from, uint8 what) public {
        count = bound(count, 2, 20);
        from = bound(from, 1, count - 1);
        Made memory made = _make(1, count, seed);
        _submit(made);
        Range memory range = _range(made, from, count);
        what = what % 11;
        if (what == 0) range.before.number ^= 1;
        if (what == 1) range.before.timestamp += 9;
        if (what == 2) range.before.coinbase = address(1);
        if (what == 3) range.before.randomness = seed | bytes32(uint256(1));
        if (what == 4) range.hashBefore ^= bytes32(uint256(1));
        if (what == 5) range.from -= 1;
        if (what == 6) range.records[range.records.length - 1] ^= 0x01;
        if (what == 7) range.records[8] ^= 0x01;
        if (what == 8) range.records[50] ^= 0x01;
        if (what == 9) range.stateRoots[range.stateRoots.length - 1] ^= bytes32(uint256(1));
        if (what == 10) range.stateRoots[0] ^= bytes32(uint256(1));
        // Another place needs another number of siblings.
        if (what == 5) vm.expectRevert();
        else vm.expectPartialRevert(IDisputes.RangeWrongLeaves.selector);
        _check(made, range);
        assertEq(sequencers.verdicts(), 0);
    }

    /// @dev [11.5] A sibling that is not the tree's, in the padding or elsewhere, is no fault of the header.
    function testFuzz_check_alteredSibling_condemnsNobody(
        bytes32 seed,
        uint256 count,
        uint256 from,
        uint256 place
    ) public {
        count = bound(count, 3, 20);
        from = bound(from, 1, count - 1);
        Made memory made = _make(1, count, seed);
        _submit(made);
        Range memory range = _range(made, from, count);
        bool records = place % 2 == 0;
        bytes32[] memory proof = records ? range.recordProof : range.rootProof;
        vm.assume(proof.length != 0);
        proof[place % proof.length] ^= bytes32(uint256(2));
        vm.expectPartialRevert(IDisputes.RangeWrongLeaves.selector);
        _check(made, range);
    }

    /// @dev [11.5] [M10] Whatever encoding a caller chooses, the leaves are what counts.
    function test_check_blockOpenedForEveryRecord_findsNothing() public {
        Made memory made = _make(1, 9, "encoding");
        _submit(made);
        Range memory range = _range(made, 3, 9);
        range.records = "";
        for (uint256 i = 3; i < 9; ++i) {
            range.records = bytes.concat(range.records, _record(true, made.contexts[i], made.raws[i]));
        }
        vm.expectRevert(abi.encodeWithSelector(IDisputes.FraudNotFound.selector, _hash(made)));
        _check(made, range);
    }

    function test_check_nothing_reverts() public {
        Made memory made = _make(1, 3, 0);
        Range memory range = _range(made, 1, 2);
        range.records = "";
        vm.expectRevert(IDisputes.RangeEmpty.selector);
        _check(made, range);
    }

    function test_check_firstRecordWithoutBlock_reverts() public {
        Made memory made = _make(1, 3, 0);
        Range memory range = _range(made, 1, 2);
        range.records = _record(false, made.contexts[1], made.raws[1]);
        vm.expectRevert(Records.RecordsWithoutBlock.selector);
        _check(made, range);
    }

    /// @dev [11.5] Rows of the padding prove nothing.
    function test_check_beyondTheLast_reverts() public {
        Made memory made = _make(1, 3, 0);
        Range memory range = _range(made, 1, 3);
        range.records = bytes.concat(range.records, _record(true, made.contexts[2], made.raws[2]));
        vm.expectRevert(abi.encodeWithSelector(BatchTree.BatchTreeOutOfRange.selector, 4, 3));
        _check(made, range);
        range = _range(made, 2, 3);
        range.from = type(uint32).max;
        vm.expectRevert(abi.encodeWithSelector(BatchTree.BatchTreeOutOfRange.selector, 2 ** 32, 3));
        _check(made, range);
    }

    /// @dev [11.5] A missing witness is no fault.
    function test_check_wrongWitness_reverts() public {
        Made memory made = _make(1, 3, 0);
        made.roots[1] = keccak256("wrong");
        _seal(made);
        _submit(made);
        vm.expectRevert(ExecutorDouble.ExecutorWrongWitness.selector);
        disputes.check(made.header, Place(_link(made), made.standing, _noCertificate()), _range(made, 1, 2), "", 0);
    }

    // Every fault condemns, in any range that shows it, and in no other.

    /// @dev [11.4] [11.5] [11.11]
    function testFuzz_check_wrongRoot_condemns(
        bytes32 seed,
        uint256 count,
        uint256 place,
        uint256 from,
        uint256 to
    ) public {
        count = bound(count, 1, 24);
        place = bound(place, 0, count - 1);
        Made memory made = _make(1, count, seed);
        made.roots[place] = keccak256("wrong");
        _seal(made);
        _expectFault(made, bound(from, 0, place), bound(to, place + 1, count), Fault.Transition);
    }

    /// @dev [11.5] What is right of a wrong batch stays right.
    function test_check_besidesTheWrongRoot_findsNothing() public {
        Made memory made = _make(1, 9, "beside");
        made.roots[4] = keccak256("wrong");
        _seal(made);
        _submit(made);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.FraudNotFound.selector, _hash(made)));
        _check(made, 0, 4);
        // The next one starts from the wrong root, and so leads elsewhere.
        _check(made, 5, 6);
        assertEq(sequencers.verdicts(), 1);
    }

    /// @dev [11.5] [11.11]
    function testFuzz_check_invalidTransaction_condemns(bytes32 seed, uint256 count, uint256 place, bool empty) public {
        count = bound(count, 1, 24);
        place = bound(place, 0, count - 1);
        Made memory made = _make(1, count, seed);
        made.raws[place] = empty ? bytes("") : bytes(hex"ff");
        _execute(made);
        _seal(made);
        _expectFault(made, place, count, Fault.Transition);
    }

    /// @dev [11.5] The last root of the MTSR is not the one that the next batch starts from.
    function test_check_otherPostState_condemns() public {
        Made memory made = _make(1, 5, 0);
        made.header.postStateRoot = keccak256("stolen");
        _expectFault(made, 4, 5, Fault.Transition);
    }

    /// @dev [11.5] Proven without state roots or a witness, which a prover may not have.
    function testFuzz_check_disorder_condemns(bytes32 seed, uint256 place, uint8 what) public {
        place = bound(place, 1, 7);
        Made memory made = _make(1, 8, seed);
        BlockContext memory last = made.contexts[place - 1];
        BlockContext memory context = BlockContext(last.number, last.timestamp, last.coinbase, 0);
        what = what % 4;
        if (what == 0) context.number -= 1;
        if (what == 1) (context.number, context.timestamp) = (last.number + 1, last.timestamp - 1);
        if (what == 2) context.timestamp += 1;
        if (what == 3) context.coinbase = address(uint160(last.coinbase) + 1);
        // From here on all is in one block, so that there is one fault.
        for (uint256 i = place; i < 8; ++i) made.contexts[i] = context;
        _seal(made);
        Range memory range = _range(made, place, place + 1);
        range.stateRoots = new bytes32[](0);
        range.rootProof = new bytes32[](0);
        _expectFault(made, range, Fault.Order);
    }

    /// @dev [11.5] Within a range as well as at its left edge.
    function test_check_disorderInside_condemns() public {
        Made memory made = _make(1, 8, "inside");
        made.contexts[5] = BlockContext(made.contexts[4].number - 1, made.contexts[4].timestamp, address(1), 0);
        _seal(made);
        _expectFault(made, 2, 7, Fault.Order);
    }

    /// @dev [11.5] The largest numbers are numbers like others.
    function test_check_hugeBlockNumbers_findsNothing() public {
        Made memory made = _make(1, 2, 0);
        made.contexts[0] = BlockContext(0, 0, address(0), 0);
        made.contexts[1] = BlockContext(type(uint64).max, type(uint64).max, address(0), 0);
        _execute(made);
        _seal(made);
        _submit(made);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.FraudNotFound.selector, _hash(made)));
        _check(made, 0, 2);
    }

    /// @dev [11.5]
    function testFuzz_check_misplacedEnd_condemns(bytes32 seed, uint256 count, uint8 what) public {
        count = bound(count, 1, 9);
        Made memory made = _make(1, count, seed);
        what = what % 4;
        if (what == 0) made.header.firstBlock += 1;
        if (what == 1) made.header.firstTimestamp -= 1;
        if (what == 2) made.header.lastBlock += 1;
        if (what == 3) made.header.lastTimestamp += 1;
        uint256 place = what < 2 ? 0 : count - 1;
        _expectFault(made, place, place + 1, Fault.Placement);
    }

    /// @dev [11.5] What the chain does not have so far: randomness, and another base fee.
    function test_check_randomnessOrBaseFee_condemns() public {
        Made memory made = _make(1, 3, 0);
        made.contexts[1].randomness = bytes32(uint256(1));
        made.contexts[1].number = made.contexts[0].number + 1;
        made.contexts[2] = made.contexts[1];
        _execute(made);
        _seal(made);
        _expectFault(made, 1, 2, Fault.Placement);
        setUp();
        made = _make(1, 3, 0);
        made.header.baseFee = 8;
        _expectFault(made, 1, 2, Fault.Placement);
    }

    /// @dev [11.5] Either tree, wherever beyond the last row.
    function testFuzz_check_wrongPadding_condemns(bytes32 seed, uint256 count, uint256 place, bool records) public {
        count = bound(count, 3, 30);
        uint256 size = 1 << BatchTree.height(count);
        vm.assume(size != count);
        place = bound(place, count, size - 1);
        Made memory made = _make(1, count, seed);
        // A tree that has a row more than it should: only the siblings tell.
        bytes32[] memory longer = _extended(records ? made.values : made.roots, place, size);
        Range memory range = _range(made, count - 1, count);
        bytes32[] memory proof = ReferenceTree.rangeProof(longer, count - 2, count);
        if (records) (made.header.mttbr, range.recordProof) = (ReferenceTree.root(longer), proof);
        else (made.header.mtsr, range.rootProof) = (ReferenceTree.root(longer), proof);
        _expectFault(made, range, Fault.Padding);
    }

    /// @dev [11.5] The same fault where it is only seen with the last transaction: other ranges are right.
    function test_check_wrongPadding_isSeenAtTheLastOnly() public {
        Made memory made = _make(1, 5, 0);
        bytes32[] memory longer = _extended(made.values, 6, 8);
        made.header.mttbr = ReferenceTree.root(longer);
        _submit(made);
        Range memory range = _range(made, 1, 3);
        range.recordProof = ReferenceTree.rangeProof(longer, 0, 3);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.FraudNotFound.selector, _hash(made)));
        _check(made, range);
    }

    /// @dev [11.10] Sums that one range shows: the whole batch, or a part that is more than the header says.
    function test_check_wrongSumInOneRange_condemns() public {
        for (uint256 what = 0; what < 6; ++what) {
            setUp();
            Made memory made = _make(1, 6, bytes32(what));
            if (what == 0) made.header.gasUsed += 1;
            if (what == 1) made.header.gasUsed -= 1;
            if (what == 2) made.header.dataSize += 1;
            if (what == 3) made.header.dataSize -= 1;
            if (what == 4) made.header.gasUsed = 21_000;
            if (what == 5) made.header.dataSize = 100;
            (uint256 from, uint256 to) = what < 4 ? (uint256(0), uint256(6)) : (uint256(1), uint256(5));
            _expectFault(made, from, to, Fault.Sum);
        }
    }

    /// @dev [11.10] A part of what the header says is no contradiction.
    function test_check_wrongSumInAPart_findsNothing() public {
        Made memory made = _make(1, 6, 0);
        made.header.gasUsed += 1;
        _submit(made);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.FraudNotFound.selector, _hash(made)));
        _check(made, 1, 6);
    }

    /// @dev These rows, and one beyond the last that is not of value zero.
    function _extended(
        bytes32[] memory rows,
        uint256 place,
        uint256 size
    ) private pure returns (bytes32[] memory longer) {
        longer = new bytes32[](size);
        for (uint256 i = 0; i < rows.length; ++i) longer[i] = rows[i];
        longer[place] = keccak256("beyond the last");
    }

    function _expectFault(Made memory made, uint256 from, uint256 to, Fault fault) private {
        _expectFault(made, _range(made, from, to), fault);
    }

    function _expectFault(Made memory made, Range memory range, Fault fault) private {
        _submit(made);
        vm.expectEmit(address(disputes));
        emit IDisputes.BatchChallenged(_hash(made), address(this), range.from, fault);
        vm.expectEmit(address(disputes));
        emit IDisputes.BatchCondemned(_hash(made), address(this), fault, 7, true);
        _check(made, range);
        assertEq(sequencers.verdicts(), 1);
        assertEq(inbox.head(), 1);
    }
}
