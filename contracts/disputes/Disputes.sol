// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../batches/BatchHeader.sol";
import {IBatchInbox, Standing} from "../batches/IBatchInbox.sol";
import {IExecutor} from "../execution/IExecutor.sol";
import {IParameters, Parameter} from "../governance/IParameters.sol";
import {ISequencerSet} from "../sequencers/ISequencerSet.sol";
import {IVerifierRegistry} from "../verifiers/IVerifierRegistry.sol";
import {AnswerCost} from "./AnswerCost.sol";
import {Checks, Findings} from "./Checks.sol";
import {Fault, IDisputes, Place, Range, Request, RequestState, Tally} from "./IDisputes.sol";
import {Answer, Requests} from "./Requests.sol";
import {Verdicts} from "./Verdicts.sol";

/// @title Disputes
/// @notice Checks of transitions, and what follows from them: a verdict, or a part of an answer.
contract Disputes is Requests {
    /// @dev The header's sequencer has this part of the request window for itself: who answers later is repaid.
    uint256 private constant GRACE_PART = 480;

    /// @notice Executes L2 transactions.
    IExecutor public immutable executor;
    uint256 private immutable _baseFee;

    /// @param inbox_ The chain of batches.
    /// @param sequencers_ Punishes.
    /// @param verifiers_ Tells who may request data.
    /// @param parameters_ Fees and the request window.
    /// @param treasury_ Receives the fees of answered requests.
    /// @param executor_ Executes L2 transactions.
    constructor(
        IBatchInbox inbox_,
        ISequencerSet sequencers_,
        IVerifierRegistry verifiers_,
        IParameters parameters_,
        address treasury_,
        IExecutor executor_
    ) Verdicts(inbox_, sequencers_) Requests(verifiers_, parameters_, treasury_) {
        executor = executor_;
        _baseFee = executor_.baseFee();
    }

    /// @inheritdoc IDisputes
    function check(
        BatchHeader calldata header,
        Place calldata place,
        Range calldata range,
        bytes calldata witness,
        bytes32 salt
    ) external override {
        bytes32 headerHash = header.hash();
        (bytes32 commitment, bool pending) = _locate(header, headerHash, place);
        bool open = pending && _requests[commitment].state == RequestState.Open;
        Findings memory found = Checks.run(executor, _baseFee, header, range, witness);
        Fault fault = found.fault;
        if (fault == Fault.None) {
            if (!open) revert FraudNotFound(headerHash);
            fault = _answer(header, place.standing, headerHash, commitment, range, found);
        }
        if (fault == Fault.None) return;

        emit BatchChallenged(headerHash, msg.sender, range.from, fault);
        uint128 signers = pending ? inbox.invalidate(header, place.standing) : _signersOf(header, headerHash, place);
        bytes32 opened = _opened(headerHash, Checks.finding(fault, range, found.truth), salt);
        _condemn(header, headerHash, fault, msg.sender, opened, signers, pending);
        if (open) _giveBack(commitment, headerHash);
    }

    /// @dev The commitment that the caller opens; zero without a salt.
    function _opened(bytes32 headerHash, bytes32 finding, bytes32 salt) private view returns (bytes32) {
        return salt == 0 ? salt : keccak256(abi.encode(headerHash, finding, msg.sender, salt));
    }

    /// @dev Counts transitions that L1 found right towards the open request, and ends it with the last of them.
    /// @return fault `Sum` where the header declares less than was counted, or, at the end, anything else.
    function _answer(
        BatchHeader calldata header,
        Standing calldata standing,
        bytes32 headerHash,
        bytes32 commitment,
        Range calldata range,
        Findings memory found
    ) private returns (Fault fault) {
        Request memory request = _requests[commitment];
        if (block.timestamp > request.deadline) revert RequestWindowOver(request.deadline);
        Answer storage answer = _answers[commitment];
        (uint256 count, uint256 size, uint256 gasUsed) = _mark(answer, range.from, found);
        // Others were faster: nothing is left to do, and nothing to revert.
        if (count == 0) return Fault.None;
        emit RecordsChecked(headerHash, range.from, uint32(found.sizes.length), range.records);

        Tally memory tally = answer.tally;
        bool all = tally.count + count == header.txCount;
        if (Checks.sumIsWrong(header, tally.size + size, tally.gasUsed + gasUsed, all)) return Fault.Sum;
        // No sum is larger than what the header declares, so each fits into the header's type.
        answer.tally = Tally({
            count: uint32(tally.count + count),
            size: uint32(tally.size + size),
            gasUsed: uint64(tally.gasUsed + gasUsed)
        });
        _repay(header, request, AnswerCost.part(count, size, gasUsed));
        if (!all) return Fault.None;

        _requests[commitment].state = RequestState.Answered;
        emit RequestAnswered(headerHash);
        inbox.confirm(header, standing);
        // Paid at once, since the treasury takes ETH unconditionally.
        if (request.fee != 0) _pay(treasury, uint256(request.fee) * 1 gwei);
    }

    /// @dev Marks transitions as checked.
    /// @return count How many of them were not.
    /// @return size Bytes of their records.
    /// @return gasUsed L2 gas that they used.
    function _mark(
        Answer storage answer,
        uint256 from,
        Findings memory found
    ) private returns (uint256 count, uint256 size, uint256 gasUsed) {
        uint256 length = found.sizes.length;
        for (uint256 i = 0; i < length;) {
            uint256 word = (from + i) >> 8;
            uint256 before = answer.checked[word];
            uint256 bits = before;
            for (; i < length && (from + i) >> 8 == word; ++i) {
                uint256 bit = 1 << ((from + i) & 0xff);
                if (before & bit != 0) continue;
                bits |= bit;
                ++count;
                size += found.sizes[i];
                gasUsed += found.outcomes[i].gasUsed;
            }
            if (bits != before) answer.checked[word] = bits;
        }
    }

    /// @dev Pays the caller from the stake of the header's sequencer, where it answers in its place: the worth of its part
    /// of the fee. The parts add up to less than the fee, so nobody gains by requesting what it answers itself. Nobody
    /// paid for an unattested batch, which its sequencer alone has to answer for.
    /// @param gas Typical L1 gas of what it answered.
    function _repay(BatchHeader calldata header, Request memory request, uint256 gas) private {
        if (request.fee == 0 || sequencers.speaksFor(msg.sender, header.sequencer)) return;
        uint256 window = parameters.get(Parameter.RequestWindow);
        uint256 begun = request.deadline - window - uint256(request.delay) * 1 minutes;
        if (block.timestamp <= begun + window / GRACE_PART) return;
        // Far from an overflow: the fee has 40 bits, the gas of a header 40, the pay 80.
        uint256 worth = uint256(request.fee) * 1 gwei * gas * parameters.get(Parameter.AnswerPay);
        sequencers.repay(header.sequencer, msg.sender, worth / (AnswerCost.whole(header) * 1 ether));
    }
}
