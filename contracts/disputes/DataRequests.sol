// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../batches/BatchHeader.sol";
import {BatchTree, Frontier} from "../batches/BatchTree.sol";
import {Records} from "../batches/Records.sol";
import {Outcome} from "../types/Outcome.sol";
import {BlockContext} from "../types/BlockContext.sol";
import {L2Transaction} from "../types/L2Transaction.sol";
import {IParameters, Parameter} from "../governance/IParameters.sol";
import {EtherPayouts} from "../payments/Payouts.sol";
import {IVerifierRegistry} from "../verifiers/IVerifierRegistry.sol";
import {IDataRequests, Posting, Recomputing, Request, RequestState} from "./IDataRequests.sol";
import {Settlement} from "./Settlement.sol";

/// @title Data requests
/// @notice Keeps one request for each header, and of each request's progress only the hash.
abstract contract DataRequests is Settlement, EtherPayouts {
    using BatchTree for Frontier;

    /// @notice Tells who may request data.
    IVerifierRegistry public immutable verifiers;
    /// @notice Fees and the request window.
    IParameters public immutable parameters;
    /// @notice Receives the fees of answered requests.
    address public immutable treasury;

    mapping(bytes32 headerHash => Request) private _requests;

    constructor(IVerifierRegistry verifiers_, IParameters parameters_, address treasury_) {
        verifiers = verifiers_;
        parameters = parameters_;
        treasury = treasury_;
    }

    /// @inheritdoc IDataRequests
    function requestData(BatchHeader calldata header) external payable override {
        if (!verifiers.isVerifier(msg.sender)) revert RequestNotVerifier(msg.sender);
        uint256 fee = requestFee(header);
        if (msg.value != fee) revert RequestWrongFee(msg.value, fee);
        bytes32 headerHash = header.hash();
        if (_requests[headerHash].state != RequestState.None) revert RequestExists(headerHash);

        uint256 deadline = block.timestamp + parameters.get(Parameter.RequestWindow);
        Posting memory posting;
        _requests[headerHash] = Request({
            requester: msg.sender,
            deadline: uint40(deadline),
            state: RequestState.Posting,
            fee: fee,
            progress: keccak256(abi.encode(posting))
        });
        emit DataRequested(headerHash, msg.sender, header.index, deadline, fee);
        inbox.hold(header);
    }

    /// @inheritdoc IDataRequests
    function post(BatchHeader calldata header, Posting calldata posting, bytes calldata records) external override {
        bytes32 headerHash = header.hash();
        Request storage request = _running(header, headerHash, RequestState.Posting);
        if (!sequencers.speaksFor(msg.sender, header.sequencer)) {
            revert PostingUnauthorized(msg.sender, header.sequencer);
        }
        _requireProgress(request, keccak256(abi.encode(posting)));
        if (records.length == 0) revert PostingEmpty();
        uint256 size = posting.size + records.length;
        if (size > header.dataSize) revert PostingTooMuch(size, header.dataSize);

        bool startsRight = true;
        BlockContext memory last = posting.last;
        Frontier memory frontier = BatchTree.resume(posting.count, posting.frontier);
        for (uint256 offset = 0; offset < records.length;) {
            bytes calldata raw;
            (raw, offset) = Records.read(records, offset, last);
            if (frontier.count == 0) startsRight = _isFirst(header, last);
            frontier.append(BatchTree.transactionValue(last, keccak256(raw)));
        }
        if (frontier.count > header.txCount) revert PostingTooMuch(frontier.count, header.txCount);
        if (!startsRight) return _reject(header, headerHash, request);

        Posting memory posted = Posting(uint32(frontier.count), uint32(size), last, frontier.peaks);
        emit DataPosted(headerHash, posted);
        if (size < header.dataSize) {
            request.progress = keccak256(abi.encode(posted));
        } else if (frontier.count == header.txCount && _isLast(header, last) && frontier.root() == header.mttbr) {
            _startRecomputing(header, headerHash, request);
        } else {
            _reject(header, headerHash, request);
        }
    }

    /// @inheritdoc IDataRequests
    function recompute(
        BatchHeader calldata header,
        Recomputing calldata recomputing,
        bytes calldata records,
        bytes32[] calldata siblings,
        bytes calldata witness
    ) external override {
        bytes32 headerHash = header.hash();
        Request storage request = _running(header, headerHash, RequestState.Recomputing);
        _requireProgress(request, keccak256(abi.encode(recomputing)));

        Recomputing memory state = recomputing;
        L2Transaction[] memory transactions = _provenTransactions(header, state, records, siblings);
        Outcome[] memory outcomes = executor.execute(transactions, state.stateRoot, witness);

        Frontier memory frontier = BatchTree.resume(recomputing.count, recomputing.frontier);
        for (uint256 i = 0; i < outcomes.length; ++i) {
            if (!outcomes[i].valid) return _disprove(header, headerHash, request);
            state.gasUsed += outcomes[i].gasUsed;
            state.stateRoot = outcomes[i].stateRoot;
            frontier.append(state.stateRoot);
        }
        state.count = uint32(frontier.count);
        state.frontier = frontier.peaks;
        emit RecomputationAdvanced(headerHash, state);
        if (state.count < header.txCount) {
            request.progress = keccak256(abi.encode(state));
        } else if (
            frontier.root() == header.mtsr && state.stateRoot == header.postStateRoot && state.gasUsed == header.gasUsed
        ) {
            _accept(header, headerHash, request);
        } else {
            _disprove(header, headerHash, request);
        }
    }

    /// @inheritdoc IDataRequests
    function expire(BatchHeader calldata header) external override {
        bytes32 headerHash = header.hash();
        Request storage request = _standing(header, headerHash);
        if (block.timestamp <= request.deadline) revert RequestWindowOpen(request.deadline);
        emit RequestExpired(headerHash);
        _reject(header, headerHash, request);
    }

    /// @inheritdoc IDataRequests
    function refund(BatchHeader calldata header) external override {
        bytes32 headerHash = header.hash();
        Request storage request = _unsettled(headerHash);
        if (inbox.contains(header.index, headerHash)) revert RequestStillStands(headerHash);
        _giveBack(headerHash, request);
    }

    /// @inheritdoc IDataRequests
    function requestFee(BatchHeader calldata header) public view override returns (uint256) {
        uint256 floor = parameters.get(Parameter.RequestFeeFloor);
        uint256 price = block.basefee > floor ? block.basefee : floor;
        uint256 gas = 100_000 + 40 * uint256(header.dataSize) + 25 * uint256(header.gasUsed);
        return (gas * price * parameters.get(Parameter.RequestFeeFactor)) / 10_000;
    }

    /// @inheritdoc IDataRequests
    function requestOf(bytes32 headerHash) external view override returns (Request memory) {
        return _requests[headerHash];
    }

    /// @dev The data is complete and gives the MTTBR (step 11.9 begins).
    function _startRecomputing(BatchHeader calldata header, bytes32 headerHash, Request storage request) private {
        Recomputing memory recomputing;
        recomputing.stateRoot = header.preStateRoot;
        request.state = RequestState.Recomputing;
        request.progress = keccak256(abi.encode(recomputing));
        emit DataCompleted(headerHash, recomputing);
    }

    /// @dev The batch is right: the treasury gets the fee (steps 11.10.1, 3.3.6b.1).
    function _accept(BatchHeader calldata header, bytes32 headerHash, Request storage request) private {
        request.state = RequestState.Closed;
        emit RequestAnswered(headerHash, header.mtsr);
        inbox.confirm(header);
        // Paid at once, since the treasury takes ETH unconditionally.
        _pay(treasury, request.fee);
    }

    /// @dev The sequencer is at fault: it posted other data or nothing. What its peers signed may be right.
    function _reject(BatchHeader calldata header, bytes32 headerHash, Request storage request) private {
        _giveBack(headerHash, request);
        _condemn(header, headerHash, request.requester, false);
    }

    /// @dev The signers are at fault too: recomputing the very transactions that they signed gives another result.
    function _disprove(BatchHeader calldata header, bytes32 headerHash, Request storage request) private {
        _giveBack(headerHash, request);
        _condemn(header, headerHash, request.requester, true);
    }

    /// @dev Closes the request and credits its fee to the requester.
    function _giveBack(bytes32 headerHash, Request storage request) private {
        request.state = RequestState.Closed;
        emit RequestRefunded(headerHash, request.requester, request.fee);
        _credit(request.requester, request.fee);
    }

    /// @dev Reads records and proves them. Invariant: only transactions that the MTTBR commits to at exactly these
    /// places are executed.
    /// @param state Where the recomputation stands; its `last` becomes the block of the last record.
    function _provenTransactions(
        BatchHeader calldata header,
        Recomputing memory state,
        bytes calldata records,
        bytes32[] calldata siblings
    ) private pure returns (L2Transaction[] memory transactions) {
        uint256 count = Records.count(records);
        if (count == 0) revert PostingEmpty();
        transactions = new L2Transaction[](count);
        bytes32[] memory leaves = new bytes32[](count);
        uint256 offset = 0;
        for (uint256 i = 0; i < count; ++i) {
            bytes calldata raw;
            (raw, offset) = Records.read(records, offset, state.last);
            BlockContext memory context = state.last;
            transactions[i] = L2Transaction(BlockContext(context.number, context.timestamp, context.coinbase), raw);
            leaves[i] = BatchTree.leaf(state.count + i, BatchTree.transactionValue(context, keccak256(raw)));
        }
        bytes32 root = BatchTree.rangeRoot(leaves, state.count, header.txCount, siblings);
        if (root != header.mttbr) revert RecomputationWrongRecords(root, header.mttbr);
    }

    /// @dev The request for a header of the chain, in this state and within its window.
    function _running(
        BatchHeader calldata header,
        bytes32 headerHash,
        RequestState state
    ) private view returns (Request storage request) {
        request = _standing(header, headerHash);
        if (request.state != state) revert RequestWrongState(headerHash, request.state);
        if (block.timestamp > request.deadline) revert RequestWindowOver(request.deadline);
    }

    /// @dev The open request for a header of the chain.
    function _standing(BatchHeader calldata header, bytes32 headerHash) private view returns (Request storage request) {
        request = _unsettled(headerHash);
        if (!inbox.contains(header.index, headerHash)) revert RequestVoid(headerHash);
    }

    /// @dev The open request for a header, also for one that is gone.
    function _unsettled(bytes32 headerHash) private view returns (Request storage request) {
        request = _requests[headerHash];
        if (request.state == RequestState.None || request.state == RequestState.Closed) {
            revert RequestWrongState(headerHash, request.state);
        }
    }

    /// @dev Reverts unless the caller passed where the request stands.
    function _requireProgress(Request storage request, bytes32 progress) private view {
        if (request.progress != progress) revert ProgressMismatch(progress, request.progress);
    }

    function _isFirst(BatchHeader calldata header, BlockContext memory context) private pure returns (bool) {
        return context.number == header.firstBlock && context.timestamp == header.firstTimestamp;
    }

    function _isLast(BatchHeader calldata header, BlockContext memory context) private pure returns (bool) {
        return context.number == header.lastBlock && context.timestamp == header.lastTimestamp;
    }
}
