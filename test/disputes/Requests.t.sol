// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Batch, BatchStatus} from "../../contracts/batches/IBatchInbox.sol";
import {AnswerCost} from "../../contracts/disputes/AnswerCost.sol";
import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {Fault, IDisputes, Request, RequestState} from "../../contracts/disputes/IDisputes.sol";
import {Verdict} from "../../contracts/sequencers/ISequencerSet.sol";
import {Links} from "../batches/Links.sol";
import {InboxDouble} from "./Doubles.sol";
import {DisputesFixture} from "./Fixture.sol";
import {Made} from "./Making.sol";

contract AnswerCostHarness {
    function whole(BatchHeader calldata header) external pure returns (uint256) {
        return AnswerCost.whole(header);
    }

    function time(BatchHeader calldata header) external pure returns (uint256) {
        return AnswerCost.time(header);
    }
}

/// @notice Requests for data: who may make them, what they cost, how long they run, and how they end without an answer.
contract RequestsTest is DisputesFixture {
    event DataRequested(
        bytes32 indexed headerHash,
        address indexed requester,
        uint64 indexed index,
        uint256 deadline,
        uint256 fee
    );

    // The fee.

    /// @dev [11.6] L1 gas of the answer, at the larger of base fee and floor, times the factor; in whole gwei.
    function testFuzz_requestFee_isThatOfTheAnswer_succeeds(
        uint32 txCount,
        uint32 dataSize,
        uint64 gasUsed,
        uint64 baseFee
    ) public {
        Made memory made = _make(1, 1, 0);
        made.header.txCount = uint32(bound(txCount, 1, 4096));
        made.header.dataSize = uint32(bound(dataSize, 1, 2 ** 20));
        made.header.gasUsed = uint64(bound(gasUsed, 0, 25_000_000));
        baseFee = uint64(bound(baseFee, 0, 5_000 gwei));
        uint256 gas = new AnswerCostHarness().whole(made.header);
        uint256 price = baseFee > FLOOR ? baseFee : FLOOR;
        uint256 fee = disputes.requestFee(made.header, baseFee);
        uint256 worth = (gas * price * FACTOR) / 10_000;
        uint256 most = uint256(type(uint40).max) * 1 gwei;
        // The dearest batch costs more than a word holds where L1's gas is above 1,100 gwei.
        if (worth > most) {
            assertEq(fee, most);
            assertGt(baseFee, 1_100 gwei);
            return;
        }
        assertGe(fee, worth);
        assertLt(fee, worth + 1 gwei + 1);
        assertEq(fee % 1 gwei, 0);
    }

    /// @dev [11.6] A call with the wrong value takes nothing; what is too much goes back at once.
    function test_requestData_fee_isTakenExactly() public {
        Made memory made = _make(1, 3, 0);
        _submit(made);
        uint256 fee = disputes.requestFee(made.header, block.basefee);
        vm.prank(verifier);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.RequestWrongFee.selector, fee - 1, fee));
        disputes.requestData{value: fee - 1}(_one(made));
        uint256 before = verifier.balance;
        vm.prank(verifier);
        disputes.requestData{value: fee + 1 ether}(_one(made));
        assertEq(before - verifier.balance, fee);
        assertEq(address(disputes).balance, fee);
        assertEq(disputes.owed(verifier), 0);
    }

    /// @dev A caller that takes no ETH loses nothing to that: its call with too much reverts.
    function test_requestData_surplusThatCannotGoBack_reverts() public {
        Made memory made = _make(1, 3, 0);
        _submit(made);
        registry.register(address(this));
        vm.deal(address(this), 10 ether);
        uint256 fee = disputes.requestFee(made.header, block.basefee);
        vm.expectRevert();
        disputes.requestData{value: fee + 1}(_one(made));
        disputes.requestData{value: fee}(_one(made));
    }

    // Who, and what.

    /// @dev [11.6] [11.6.2]
    function test_requestData_byOthersThanVerifiers_reverts() public {
        Made memory made = _make(1, 3, 0);
        _submit(made);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.RequestNotVerifier.selector, address(this)));
        disputes.requestData(_one(made));
    }

    /// @dev [11.6] [11.7] [H2] One call for a run of batches; each has its own request.
    function test_requestData_run_succeeds() public {
        Batch[] memory batches = new Batch[](3);
        uint256 total = 0;
        for (uint64 i = 0; i < 3; ++i) {
            Made memory made = _make(i + 1, 2 + i, 0);
            _submit(made);
            batches[i] = _batch(made);
            total += disputes.requestFee(made.header, block.basefee);
        }
        vm.prank(verifier);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.RequestWrongFee.selector, total - 1, total));
        disputes.requestData{value: total - 1}(batches);
        vm.prank(verifier);
        disputes.requestData{value: total}(batches);
        uint256 sum = 0;
        for (uint64 i = 0; i < 3; ++i) {
            Request memory request = disputes.requestOf(inbox.commitmentAt(i + 1));
            assertEq(request.requester, verifier);
            assertEq(uint256(request.state), uint256(RequestState.Open));
            assertEq(request.deadline, block.timestamp + REQUEST_WINDOW);
            assertEq(inbox.holds(i + 1), 1);
            sum += uint256(request.fee) * 1 gwei;
        }
        assertEq(sum, total);
    }

    /// @dev [11.6] At most once, whether it is open, answered, or named twice in one call.
    function test_requestData_again_reverts() public {
        Made memory made = _make(1, 3, 0);
        _submit(made);
        Batch[] memory twice = new Batch[](2);
        (twice[0], twice[1]) = (_batch(made), _batch(made));
        bytes memory exists = abi.encodeWithSelector(IDisputes.RequestExists.selector, _hash(made));
        vm.prank(verifier);
        vm.expectRevert(exists);
        disputes.requestData{value: 10 ether}(twice);
        _request(made);
        vm.prank(verifier);
        vm.expectRevert(exists);
        disputes.requestData{value: 10 ether}(_one(made));
        _check(made, 0, 3);
        vm.prank(verifier);
        vm.expectRevert(exists);
        disputes.requestData{value: 10 ether}(_one(made));
    }

    /// @dev [11.6] What L1 took from the sequencer counts as requested, and what L1 recomputed needs no request.
    function test_requestData_ofAnUncertifiedBatch_reverts() public {
        Made memory made = _make(1, 3, 0);
        BatchStatus[2] memory statuses = [BatchStatus.Unattested, BatchStatus.Recomputed];
        for (uint256 i = 0; i < 2; ++i) {
            made.standing.status = statuses[i];
            _submit(made);
            vm.prank(verifier);
            vm.expectRevert(abi.encodeWithSelector(IDisputes.RequestExists.selector, _hash(made)));
            disputes.requestData{value: 10 ether}(_one(made));
        }
    }

    /// @dev [11.6] Another header, another standing, a batch that is gone, or final.
    function test_requestData_ofWhatDoesNotStand_reverts() public {
        Made memory made = _make(1, 3, 0);
        _unknown(made);
        _submit(made);
        made.standing.due += 1;
        _unknown(made);
        inbox.putFinal(made.header);
        made.standing.due -= 1;
        _unknown(made);
    }

    function _unknown(Made memory made) private {
        bytes32 commitment = Links.commit(made.header, made.standing);
        vm.prank(verifier);
        vm.expectRevert(abi.encodeWithSelector(InboxDouble.InboxDoubleUnknown.selector, commitment));
        disputes.requestData{value: 10 ether}(_one(made));
        assertEq(disputes.busyUntil(), 0);
    }

    /// @dev [11.6] [H1] Not once the batch's own clock has run out; but while it stands still, L1's does not matter.
    function test_requestData_afterTheWindow_reverts() public {
        Made memory made = _make(1, 3, 0);
        _submit(made);
        vm.warp(made.standing.due);
        vm.prank(verifier);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.RequestTooLate.selector, 1));
        disputes.requestData{value: 10 ether}(_one(made));
        inbox.setStandstill(1);
        vm.prank(verifier);
        disputes.requestData{value: 10 ether}(_one(made));
    }

    // Windows.

    /// @dev [H5] What is requested together can be answered together, at a tenth of L1's gas.
    function test_requestData_muchAtOnce_movesDeadlinesOn() public {
        AnswerCostHarness cost = new AnswerCostHarness();
        uint256 busy = block.timestamp;
        for (uint64 i = 1; i <= 4; ++i) {
            Made memory made = _make(i, 2, 0);
            (made.header.txCount, made.header.gasUsed, made.header.dataSize) = (1_000, 25_000_000, 2 ** 20);
            busy += cost.time(made.header);
            (bytes32 commitment, ) = _request(made);
            uint256 least = block.timestamp + REQUEST_WINDOW;
            assertEq(disputes.requestOf(commitment).deadline, busy > least ? busy : least);
            assertEq(disputes.busyUntil(), busy);
            skip(1 hours);
        }
        assertGt(busy, block.timestamp + 3 days);
        // What was to be done is over: the next one starts from now.
        vm.warp(busy + 10 days);
        Made memory next = _make(5, 2, 0);
        (bytes32 last, ) = _request(next);
        assertEq(disputes.requestOf(last).deadline, block.timestamp + REQUEST_WINDOW);
        assertEq(disputes.busyUntil(), block.timestamp + cost.time(next.header));
    }

    /// @dev [3.3.2] [3.3.3] Without a fee, behind all other work, and without moving anybody's deadline.
    function test_openUnattested_countsAsRequested_succeeds() public {
        Made memory heavy = _make(1, 2, 0);
        heavy.header.gasUsed = 25_000_000;
        _request(heavy);
        Made memory other = _make(2, 2, 0);
        other.header.gasUsed = 25_000_000;
        _request(other);
        uint256 busy = disputes.busyUntil();

        Made memory made = _make(3, 3, 0);
        made.standing.status = BatchStatus.Unattested;
        bytes32 commitment = _submit(made);
        uint256 deadline = busy + new AnswerCostHarness().time(made.header);
        vm.expectEmit(address(disputes));
        emit DataRequested(_hash(made), address(0), 3, deadline, 0);
        inbox.openUnattested(made.header, made.standing);
        Request memory request = disputes.requestOf(commitment);
        assertEq(request.requester, address(0));
        assertEq(request.deadline, deadline);
        assertEq(uint256(request.state), uint256(RequestState.Open));
        assertEq(disputes.busyUntil(), busy);
    }

    function test_openUnattested_byOthersThanTheInbox_reverts() public {
        Made memory made = _make(1, 3, 0);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.DisputesUnauthorized.selector, address(this)));
        disputes.openUnattested(made.header, _hash(made), 0);
    }

    // Without an answer.

    /// @dev [11.D1] [11.11] [11.13] [H4] E: the guilt of all who signed, those whose signatures came later among them.
    function test_expire_condemnsAllSigners_succeeds() public {
        Made memory made = _make(1, 3, 0);
        (bytes32 commitment, uint256 fee) = _request(made);
        inbox.setAdded(64);
        vm.warp(disputes.requestOf(commitment).deadline);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.RequestWindowOpen.selector, block.timestamp));
        disputes.expire(_batch(made));
        skip(1);
        vm.expectEmit(address(disputes));
        emit IDisputes.BatchCondemned(_hash(made), verifier, Fault.Unanswered, 7 | 64, true);
        disputes.expire(_batch(made));
        Verdict memory verdict = sequencers.last();
        assertEq(verdict.claimant, verifier);
        assertEq(verdict.signers, 7 | 64);
        assertEq(verdict.sequencer, SEQUENCER);
        assertEq(verdict.term, 3);
        assertTrue(verdict.restarts);
        assertEq(uint256(disputes.requestOf(commitment).state), uint256(RequestState.Closed));
        assertEq(disputes.owed(verifier), fee);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.RequestNotOpen.selector, _hash(made), RequestState.Closed));
        disputes.expire(_batch(made));
    }

    /// @dev [11.D1] [M8] An unattested batch expires like any other; nobody paid, so the caller claims.
    function test_expire_unattested_condemnsItsSequencer_succeeds() public {
        Made memory made = _make(1, 3, 0);
        (made.standing.status, made.standing.signers) = (BatchStatus.Unattested, 0);
        bytes32 commitment = _submit(made);
        inbox.openUnattested(made.header, made.standing);
        vm.warp(disputes.requestOf(commitment).deadline + 1);
        disputes.expire(_batch(made));
        Verdict memory verdict = sequencers.last();
        assertEq(verdict.claimant, address(this));
        assertEq(verdict.signers, 0);
        assertEq(disputes.totalOwed(), 0);
    }

    /// @dev [11.D1] A batch that gave way settles nothing; its request is refunded.
    function test_refund_ofABatchThatIsGone_succeeds() public {
        Made memory made = _make(1, 3, 0);
        (bytes32 commitment, uint256 fee) = _request(made);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.RequestStillStands.selector, _hash(made)));
        disputes.refund(_batch(made));
        // Another batch stands in its place.
        Made memory other = _make(1, 4, "other");
        _submit(other);
        vm.warp(disputes.requestOf(commitment).deadline + 1);
        vm.expectRevert();
        disputes.expire(_batch(made));
        vm.expectEmit(address(disputes));
        emit IDisputes.RequestRefunded(_hash(made), verifier, fee);
        disputes.refund(_batch(made));
        assertEq(disputes.owed(verifier), fee);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.RequestNotOpen.selector, _hash(made), RequestState.Closed));
        disputes.refund(_batch(made));
        vm.prank(verifier);
        disputes.claim();
        assertEq(address(disputes).balance, 0);
        assertEq(sequencers.verdicts(), 0);
    }

    function test_refund_withoutARequest_reverts() public {
        Made memory made = _make(1, 3, 0);
        _submit(made);
        bytes memory none = abi.encodeWithSelector(IDisputes.RequestNotOpen.selector, _hash(made), RequestState.None);
        vm.expectRevert(none);
        disputes.refund(_batch(made));
        vm.expectRevert(none);
        disputes.expire(_batch(made));
    }
}
