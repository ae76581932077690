// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {BatchHeader} from "../batches/BatchHeader.sol";
import {Commitments} from "../batches/Commitments.sol";
import {Batch, BatchStatus} from "../batches/IBatchInbox.sol";
import {IParameters, Parameter} from "../governance/IParameters.sol";
import {EtherPayouts} from "../payments/Payouts.sol";
import {IVerifierRegistry} from "../verifiers/IVerifierRegistry.sol";
import {AnswerCost} from "./AnswerCost.sol";
import {IUnattestedRequests} from "../batches/IUnattestedRequests.sol";
import {Fault, IDisputes, Request, RequestState, Tally} from "./IDisputes.sol";
import {Verdicts} from "./Verdicts.sol";

/// @dev What was answered of a request.
/// @param tally The sums over all transitions that were checked.
/// @param checked One bit for each transition, 256 to a word.
struct Answer {
    Tally tally;
    mapping(uint256 word => uint256 bits) checked;
}

/// @title Requests
/// @notice Requests for the data of batches: fee, window, and how they end without an answer.
abstract contract Requests is Verdicts, EtherPayouts {
    /// @dev One, in basis points.
    uint256 private constant ONE = 10_000;
    /// @dev The largest fee that a request's word holds, in gwei: some 1,100 ETH, what the dearest batch costs at 1,100 gwei.
    uint256 private constant MAX_FEE = type(uint40).max;

    /// @notice Tells who may request data.
    IVerifierRegistry public immutable verifiers;
    /// @notice Fees and the request window.
    IParameters public immutable parameters;
    /// @notice Receives the fees of answered requests.
    address public immutable treasury;

    /// @inheritdoc IDisputes
    uint256 public override busyUntil;
    mapping(bytes32 commitment => Request) internal _requests;
    mapping(bytes32 commitment => Answer) internal _answers;

    constructor(IVerifierRegistry verifiers_, IParameters parameters_, address treasury_) {
        verifiers = verifiers_;
        parameters = parameters_;
        treasury = treasury_;
    }

    /// @inheritdoc IDisputes
    function requestData(Batch[] calldata batches) external payable override {
        if (!verifiers.isVerifier(msg.sender)) revert RequestNotVerifier(msg.sender);
        (uint256 window, uint256 price) = _terms(block.basefee);
        uint256 least = block.timestamp + window;
        uint256 busy = Math.max(busyUntil, block.timestamp);
        uint256 total = 0;
        for (uint256 i = 0; i < batches.length; ++i) {
            BatchHeader calldata header = batches[i].header;
            bytes32 headerHash = header.hash();
            bytes32 commitment = _requireRequestable(batches[i], headerHash);
            busy += AnswerCost.time(header);
            uint256 fee = _fee(header, price);
            total += fee;
            _open(header, headerHash, commitment, msg.sender, least, busy, fee);
            inbox.hold(commitment);
        }
        busyUntil = busy;
        total *= 1 gwei;
        if (msg.value < total) revert RequestWrongFee(msg.value, total);
        // The base fee of the block that takes a request is not known before: what is too much goes back to the caller,
        // after everything is settled.
        if (msg.value > total) _pay(msg.sender, msg.value - total);
    }

    /// @inheritdoc IUnattestedRequests
    function openUnattested(BatchHeader calldata header, bytes32 headerHash, bytes32 commitment) external override {
        if (msg.sender != address(inbox)) revert DisputesUnauthorized(msg.sender);
        // Leaves `busyUntil` as it is: nobody pays here, so nobody must move the deadlines of others.
        uint256 busy = Math.max(busyUntil, block.timestamp) + AnswerCost.time(header);
        uint256 least = block.timestamp + parameters.get(Parameter.RequestWindow);
        _open(header, headerHash, commitment, address(0), least, busy, 0);
    }

    /// @inheritdoc IDisputes
    function expire(Batch calldata batch) external override {
        bytes32 headerHash = batch.header.hash();
        bytes32 commitment = Commitments.commit(batch.header, headerHash, batch.standing);
        Request memory request = _requireOpen(commitment, headerHash);
        if (block.timestamp <= request.deadline) revert RequestWindowOpen(request.deadline);
        uint128 signers = inbox.invalidate(batch.header, batch.standing);
        address claimant = request.requester == address(0) ? msg.sender : request.requester;
        _condemn(batch.header, headerHash, Fault.Unanswered, claimant, 0, signers, true);
        _giveBack(commitment, headerHash);
    }

    /// @inheritdoc IDisputes
    function refund(Batch calldata batch) external override {
        bytes32 headerHash = batch.header.hash();
        bytes32 commitment = Commitments.commit(batch.header, headerHash, batch.standing);
        _requireOpen(commitment, headerHash);
        if (inbox.commitmentAt(batch.header.index) == commitment) revert RequestStillStands(headerHash);
        _giveBack(commitment, headerHash);
    }

    /// @inheritdoc IDisputes
    function requestFee(BatchHeader calldata header, uint256 baseFee) external view override returns (uint256) {
        (, uint256 price) = _terms(baseFee);
        return _fee(header, price) * 1 gwei;
    }

    /// @inheritdoc IDisputes
    function requestOf(bytes32 commitment) external view override returns (Request memory) {
        return _requests[commitment];
    }

    /// @inheritdoc IDisputes
    function tallyOf(bytes32 commitment) external view override returns (Tally memory) {
        return _answers[commitment].tally;
    }

    /// @inheritdoc IDisputes
    function checkedOf(bytes32 commitment, uint256 word) external view override returns (uint256) {
        return _answers[commitment].checked[word];
    }

    /// @dev Credits the fee of an open request to its requester, and closes it.
    function _giveBack(bytes32 commitment, bytes32 headerHash) internal {
        Request storage request = _requests[commitment];
        (address requester, uint256 fee) = (request.requester, uint256(request.fee) * 1 gwei);
        request.state = RequestState.Closed;
        emit RequestRefunded(headerHash, requester, fee);
        _credit(requester, fee);
    }

    /// @param least When the window ends without earlier requests.
    /// @param busy Until when L1 is busy with them and with this one.
    /// @param fee In gwei, at most `MAX_FEE`.
    function _open(
        BatchHeader calldata header,
        bytes32 headerHash,
        bytes32 commitment,
        address requester,
        uint256 least,
        uint256 busy,
        uint256 fee
    ) private {
        uint256 deadline = least;
        uint256 delay = 0;
        if (busy > least) (deadline, delay) = (busy, Math.min((busy - least) / 1 minutes, type(uint16).max));
        _requests[commitment] = Request({
            requester: requester,
            deadline: SafeCast.toUint32(deadline),
            fee: uint40(fee),
            delay: uint16(delay),
            state: RequestState.Open
        });
        emit DataRequested(headerHash, requester, header.index, deadline, fee * 1 gwei);
    }

    /// @dev Reverts unless the batch is certified, its window is open, and its data was not requested before. L1 has the
    /// data of a recomputed batch, and an unattested one counts as requested. Whether it stands the inbox knows, which is
    /// asked to hold it.
    function _requireRequestable(Batch calldata batch, bytes32 headerHash) private view returns (bytes32 commitment) {
        commitment = Commitments.commit(batch.header, headerHash, batch.standing);
        uint64 index = batch.header.index;
        if (batch.standing.status != BatchStatus.Certified || _requests[commitment].state != RequestState.None) {
            revert RequestExists(headerHash);
        }
        // The batch's clock is behind L1's, so it has run out only where L1's has.
        uint256 due = batch.standing.due;
        if (block.timestamp >= due && block.timestamp >= due + inbox.standstill(index)) revert RequestTooLate(index);
    }

    function _requireOpen(bytes32 commitment, bytes32 headerHash) private view returns (Request memory request) {
        request = _requests[commitment];
        if (request.state != RequestState.Open) revert RequestNotOpen(headerHash, request.state);
    }

    /// @dev The request window, in seconds, and what a request pays for a unit of L1 gas, in wei times `ONE`.
    function _terms(uint256 baseFee) private view returns (uint256 window, uint256 price) {
        uint256 floor;
        uint256 factor;
        (window, floor, factor) = parameters.getThree(Parameter.RequestWindow);
        price = Math.max(baseFee, floor) * factor;
    }

    /// @dev The fee for a batch, in gwei, rounded up.
    function _fee(BatchHeader calldata header, uint256 price) private pure returns (uint256 fee) {
        fee = Math.ceilDiv(AnswerCost.whole(header) * price, ONE * 1 gwei);
        if (fee > MAX_FEE) fee = MAX_FEE;
    }
}
