// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchStatus} from "../../contracts/batches/IBatchInbox.sol";
import {AnswerCost} from "../../contracts/disputes/AnswerCost.sol";
import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {Fault, IDisputes, Place, Range, RequestState, Tally} from "../../contracts/disputes/IDisputes.sol";
import {DisputesFixture} from "./Fixture.sol";
import {Made} from "./Making.sol";

/// @notice Answers to requests (steps 11.8 to 11.10, 3.3.4 to 3.3.6): any ranges, in any order, by anyone.
contract AnswersTest is DisputesFixture {
    // Who answers, and how.

    /// @dev [11.8] [11.9] [11.10] [11.10.1] [3.3.4] [3.3.5] [3.3.6b.1] [H3] [M7] Random ranges by random callers, until
    /// all is checked.
    function testFuzz_check_inAnyOrder_answers(bytes32 seed, uint256 count) public {
        count = bound(count, 1, 12);
        Made memory made = _make(1, count, seed);
        (bytes32 commitment, uint256 fee) = _request(made);
        uint256 bits = 0;
        for (uint256 i = 0; _state(commitment) == RequestState.Open; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            uint256 from = random % count;
            uint256 to = i > 3 * count ? count : from + 1 + ((random >> 64) % (count - from));
            if (i > 4 * count) from = 0;
            vm.prank(address(uint160(random >> 32)));
            _check(made, from, to);
            for (uint256 j = from; j < to; ++j) bits |= 1 << j;
            assertEq(disputes.checkedOf(commitment, 0), bits);
            _assertTally(made, commitment, bits);
        }
        assertEq(bits, (1 << count) - 1);
        assertEq(uint256(_state(commitment)), uint256(RequestState.Answered));
        assertEq(inbox.confirmed(), commitment);
        assertEq(inbox.holds(1), 0);
        assertEq(TREASURY.balance, fee);
        assertEq(address(disputes).balance, 0);
        assertEq(sequencers.verdicts(), 0);
    }

    /// @dev [9.3] [11.10.2] The records are on L1, whoever called.
    function test_check_emitsItsRecords_succeeds() public {
        Made memory made = _make(1, 6, 0);
        _request(made);
        Range memory range = _range(made, 2, 5);
        vm.expectEmit(address(disputes));
        emit IDisputes.RecordsChecked(_hash(made), 2, 3, range.records);
        _check(made, range);
        range = _range(made, 0, 6);
        vm.expectEmit(address(disputes));
        emit IDisputes.RecordsChecked(_hash(made), 0, 6, range.records);
        vm.expectEmit(address(disputes));
        emit IDisputes.RequestAnswered(_hash(made));
        _check(made, range);
    }

    /// @dev [M7] A rival one transaction ahead makes nothing revert, and what both checked counts once.
    function test_check_behindARival_succeeds() public {
        Made memory made = _make(1, 10, 0);
        (bytes32 commitment, ) = _request(made);
        _check(made, 3, 4);
        _check(made, 0, 8);
        _check(made, 3, 4);
        _check(made, 0, 8);
        assertEq(disputes.tallyOf(commitment).count, 8);
        assertEq(uint256(_state(commitment)), uint256(RequestState.Open));
        _check(made, 7, 10);
        assertEq(uint256(_state(commitment)), uint256(RequestState.Answered));
    }

    /// @dev [11.8] More transitions than one word has bits, across its edge.
    function test_check_acrossWords_answers() public {
        Made memory made = _make(1, 300, 0);
        (bytes32 commitment, ) = _request(made);
        _check(made, 250, 260);
        assertEq(disputes.checkedOf(commitment, 0), uint256(0x3f) << 250);
        assertEq(disputes.checkedOf(commitment, 1), 0xf);
        _check(made, 0, 256);
        _check(made, 255, 300);
        assertEq(disputes.checkedOf(commitment, 0), type(uint256).max);
        assertEq(disputes.checkedOf(commitment, 1), (1 << 44) - 1);
        assertEq(uint256(_state(commitment)), uint256(RequestState.Answered));
    }

    /// @dev [11.8] Bytes follow from the leaves: an encoding that opens blocks where none begins counts no more.
    function test_check_wastefulEncoding_countsAsTheBatchEncodes() public {
        Made memory made = _make(1, 8, 0);
        (bytes32 commitment, ) = _request(made);
        Range memory range = _range(made, 0, 8);
        range.records = "";
        for (uint256 i = 0; i < 8; ++i) {
            range.records = bytes.concat(range.records, _record(true, made.contexts[i], made.raws[i]));
        }
        _check(made, range);
        assertEq(uint256(_state(commitment)), uint256(RequestState.Answered));
    }

    /// @dev [11.8] [3.3.4] An unattested batch needs no fee, and none is paid on.
    function test_check_unattested_answers() public {
        Made memory made = _make(1, 3, 0);
        (made.standing.status, made.standing.signers) = (BatchStatus.Unattested, 0);
        bytes32 commitment = _submit(made);
        inbox.openUnattested(made.header, made.standing);
        _check(made, 0, 3);
        assertEq(uint256(_state(commitment)), uint256(RequestState.Answered));
        assertEq(TREASURY.balance, 0);
    }

    // What is not answered.

    /// @dev [11.8] Ranges of another header, or of another standing, count for nothing.
    function test_check_ofAnotherBatch_reverts() public {
        Made memory made = _make(1, 3, 0);
        _request(made);
        Made memory other = _make(1, 3, "other");
        vm.expectRevert(abi.encodeWithSelector(IDisputes.RequestUnknownBatch.selector, 1, _hash(other)));
        _check(other, 0, 3);
        // What stands is said rightly, and is another header.
        vm.expectRevert(abi.encodeWithSelector(IDisputes.FraudNotFound.selector, _hash(other)));
        disputes.check(
            other.header,
            Place(_link(made), made.standing, _noCertificate()),
            _range(other, 0, 3),
            WITNESS,
            0
        );
        made.standing.due += 1;
        vm.expectRevert(abi.encodeWithSelector(IDisputes.RequestUnknownBatch.selector, 1, _hash(made)));
        _check(made, 0, 3);
    }

    /// @dev [11.10.1] Nothing is left to answer.
    function test_check_answeredAlready_reverts() public {
        Made memory made = _make(1, 3, 0);
        _request(made);
        _check(made, 0, 3);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.FraudNotFound.selector, _hash(made)));
        _check(made, 0, 3);
    }

    /// @dev [11.D1] The window is over: nothing but expiry ends the request.
    function test_check_afterTheDeadline_reverts() public {
        Made memory made = _make(1, 3, 0);
        (bytes32 commitment, ) = _request(made);
        uint256 deadline = disputes.requestOf(commitment).deadline;
        vm.warp(deadline);
        _check(made, 0, 2);
        skip(1);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.RequestWindowOver.selector, deadline));
        _check(made, 2, 3);
        disputes.expire(_batch(made));
        assertEq(sequencers.verdicts(), 1);
    }

    /// @dev [M2] [H4] An answer under way goes on where the same batch was certified meanwhile: that is another standing,
    /// whose request is another one.
    function test_check_certifiedMeanwhile_isAnotherRequest() public {
        Made memory made = _make(1, 3, 0);
        (made.standing.status, made.standing.signers) = (BatchStatus.Unattested, 0);
        _submit(made);
        inbox.openUnattested(made.header, made.standing);
        _check(made, 0, 2);
        (made.standing.status, made.standing.signers) = (BatchStatus.Certified, 7);
        bytes32 commitment = _submit(made);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.FraudNotFound.selector, _hash(made)));
        _check(made, 2, 3);
        _request(made);
        assertEq(disputes.tallyOf(commitment).count, 0);
        _check(made, 0, 3);
        assertEq(uint256(_state(commitment)), uint256(RequestState.Answered));
    }

    // Sums.

    /// @dev [11.10] [11.11] Seen with the last part, in whatever order the parts came; the fee goes back.
    function testFuzz_check_wrongSum_condemns(bytes32 seed, uint8 what, bool backwards) public {
        Made memory made = _make(1, 9, seed);
        what = what % 4;
        if (what == 0) made.header.gasUsed += 1;
        if (what == 1) made.header.gasUsed -= 1;
        if (what == 2) made.header.dataSize += 1;
        if (what == 3) made.header.dataSize -= 1;
        (, uint256 fee) = _request(made);
        for (uint256 i = 0; i < 2; ++i) {
            uint256 from = backwards ? 6 - 3 * i : 3 * i;
            _check(made, from, from + 3);
        }
        assertEq(sequencers.verdicts(), 0);
        uint256 left = backwards ? 0 : 6;
        vm.expectEmit(address(disputes));
        emit IDisputes.BatchCondemned(_hash(made), address(this), Fault.Sum, 7, true);
        _check(made, left, left + 3);
        assertEq(disputes.owed(verifier), fee);
        assertEq(TREASURY.balance, 0);
    }

    /// @dev [11.11] As soon as there is more than the header says.
    function test_check_sumExceeded_condemnsEarly() public {
        Made memory made = _make(1, 9, 0);
        made.header.gasUsed = 100_000;
        _request(made);
        _check(made, 0, 3);
        _check(made, 1, 4);
        assertEq(sequencers.verdicts(), 0);
        _check(made, 4, 6);
        assertEq(sequencers.verdicts(), 1);
    }

    // Pay.

    /// @dev [11.8] [H3] Who answers in the sequencer's place is paid, once its time is over, for what is new.
    function test_check_inTheSequencersPlace_isRepaid() public {
        Made memory made = _make(1, 6, 0);
        (bytes32 commitment, ) = _request(made);
        address peer = address(0xee);
        skip(GRACE);
        vm.prank(peer);
        _check(made, 0, 1);
        assertEq(sequencers.repaid(peer), 0);
        skip(1);
        vm.prank(SEQUENCER);
        _check(made, 1, 2);
        assertEq(sequencers.repaid(SEQUENCER), 0);
        Tally memory before = disputes.tallyOf(commitment);
        vm.prank(peer);
        _check(made, 0, 4);
        Tally memory tally = disputes.tallyOf(commitment);
        uint256 gas = AnswerCost.part(
            tally.count - before.count,
            tally.size - before.size,
            tally.gasUsed - before.gasUsed
        );
        assertEq(sequencers.repaid(peer), _worth(made, gas));
    }

    /// @dev [H3] Small parts gain nothing, and all of them together are bounded by what the header declares.
    function test_check_inManySmallParts_isRepaidAsOne() public {
        Made memory made = _make(1, 12, 0);
        _request(made);
        skip(GRACE + 1);
        uint256 snapshot = vm.snapshotState();
        vm.prank(address(0xee));
        _check(made, 0, 12);
        uint256 whole = sequencers.repaid(address(0xee));
        vm.revertToState(snapshot);
        for (uint256 i = 0; i < 12; ++i) {
            vm.prank(address(0xee));
            _check(made, i, i + 1);
        }
        assertGe(sequencers.repaid(address(0xee)) + (12 * PAY) / 1 ether, whole);
        assertLe(sequencers.repaid(address(0xee)), whole);
        assertLt(whole, (disputes.requestFee(made.header, FLOOR) * PAY) / 1 ether);
    }

    /// @dev [H3] Where earlier requests moved the deadline on, the sequencer has its minutes all the same, and nobody waits
    /// longer: to request and answer in one block takes nothing from it.
    function test_check_whereOthersMovedTheDeadline_isRepaidAfterTheGrace() public {
        for (uint64 i = 1; i < 4; ++i) {
            Made memory heavy = _make(i, 2, "heavy");
            heavy.header.gasUsed = 25_000_000;
            _request(heavy);
        }
        Made memory made = _make(4, 6, 0);
        (bytes32 commitment, ) = _request(made);
        assertGt(disputes.requestOf(commitment).deadline, block.timestamp + REQUEST_WINDOW);
        skip(GRACE);
        vm.prank(address(0xee));
        _check(made, 0, 3);
        assertEq(sequencers.repaid(address(0xee)), 0);
        skip(1 minutes);
        vm.prank(address(0xee));
        _check(made, 3, 6);
        assertEq(uint256(_state(commitment)), uint256(RequestState.Answered));
        assertGt(sequencers.repaid(address(0xee)), 0);
    }

    /// @dev What a part of an answer is worth, in wei of METIS.
    function _worth(Made memory made, uint256 gas) private view returns (uint256) {
        BatchHeader memory header = made.header;
        uint256 whole = 100_000 + AnswerCost.part(header.txCount, header.dataSize, header.gasUsed);
        return (((disputes.requestFee(header, block.basefee) * gas) / whole) * PAY) / 1 ether;
    }

    function _state(bytes32 commitment) private view returns (RequestState) {
        return disputes.requestOf(commitment).state;
    }

    function _assertTally(Made memory made, bytes32 commitment, uint256 bits) private view {
        Tally memory tally = disputes.tallyOf(commitment);
        (uint256 count, uint256 gasUsed, uint256 size) = (0, 0, 0);
        for (uint256 i = 0; i < made.raws.length; ++i) {
            if ((bits >> i) & 1 == 0) continue;
            ++count;
            gasUsed += 21_000 + made.raws[i].length;
            size += 4 + made.raws[i].length;
            if (i == 0 || made.contexts[i].number != made.contexts[i - 1].number) size += 68;
        }
        assertEq(tally.count, count);
        assertEq(tally.gasUsed, gasUsed);
        assertEq(tally.size, size);
    }
}
