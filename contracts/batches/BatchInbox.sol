// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IParameters, Parameter} from "../governance/IParameters.sol";
import {Certificate, ISequencerSet, Term, Work} from "../sequencers/ISequencerSet.sol";
import {BatchHeader} from "./BatchHeader.sol";
import {ChainState, ChainStates, Tail} from "./ChainState.sol";
import {Clocks} from "./Clocks.sol";
import {Commitments} from "./Commitments.sol";
import {HeaderRules} from "./HeaderRules.sol";
import {Batch, BatchStatus, IBatchInbox, Standing} from "./IBatchInbox.sol";
import {IUnattestedRequests} from "./IUnattestedRequests.sol";

/// @title Batch inbox
/// @notice Keeps a word for each batch, and one for all of them together; checks what follows from headers alone, and
/// leaves the rest to disputes.
contract BatchInbox is Clocks {
    /// @notice Most transactions of a batch.
    uint32 public constant MAX_TRANSACTIONS = HeaderRules.MAX_TRANSACTIONS;
    /// @notice Most bytes of a batch's data.
    uint32 public constant MAX_DATA_SIZE = HeaderRules.MAX_DATA_SIZE;
    /// @notice Most L2 gas of a batch.
    uint64 public constant MAX_GAS = HeaderRules.MAX_GAS;
    /// @notice Most block numbers that a batch may span.
    uint64 public constant MAX_BLOCKS = HeaderRules.MAX_BLOCKS;
    /// @notice How far the L2's clock may be ahead of L1's, in seconds.
    uint64 public constant MAX_DRIFT = HeaderRules.MAX_DRIFT;
    /// @notice How far the L2's clock may be behind L1's when a batch is submitted, in seconds.
    uint64 public constant MAX_LAG = HeaderRules.MAX_LAG;
    /// @notice Checks certificates, names the current sequencer and pays rewards.
    ISequencerSet public immutable sequencers;
    /// @notice The windows.
    IParameters public immutable parameters;
    /// @notice The base fee of every block, in wei of the L2.
    uint64 public immutable baseFee;
    address private immutable _deployer;

    /// @notice The contract that holds, confirms and invalidates batches.
    IUnattestedRequests public disputes;
    /// @dev The sum of all shifts below `finalised`, in seconds.
    uint40 private _prefix;
    /// @dev Until when a recomputed last batch gives way to a certified one, in seconds.
    uint40 private _yieldsUntil;
    /// @dev By index: the commitment to header and standing, or the header's hash of a final batch. Left as they are in a
    /// rollback: they mean nothing from the head on.
    mapping(uint256 index => bytes32) private _commitments;
    /// @inheritdoc IBatchInbox
    mapping(bytes32 headerHash => bool) public override vouched;
    /// @inheritdoc IBatchInbox
    mapping(bytes32 commitment => uint128) public override addedSigners;
    modifier onlyDisputes() {
        if (msg.sender != address(disputes)) revert InboxUnauthorized(msg.sender);
        _;
    }

    /// @param sequencers_ Checks certificates, names the current sequencer and pays rewards.
    /// @param parameters_ The windows.
    /// @param genesis The header at index 0, final from the start.
    /// @param baseFee_ The base fee of every block, in wei of the L2.
    constructor(ISequencerSet sequencers_, IParameters parameters_, BatchHeader memory genesis, uint64 baseFee_) {
        sequencers = sequencers_;
        parameters = parameters_;
        baseFee = baseFee_;
        _deployer = msg.sender;
        ChainState memory state = _load();
        state.window = _windowOf(parameters_);
        _store(state);
        bytes32 headerHash = genesis.hashMemory();
        _commitments[0] = headerHash;
        emit BatchSubmitted(0, headerHash, Standing(BatchStatus.Final, 0, 0, address(0)), genesis);
        emit BatchFinalised(0, headerHash);
    }

    /// @notice Names the disputes contract, once; the deployer's only right.
    function connect(address disputes_) external {
        if (msg.sender != _deployer || address(disputes) != address(0)) revert InboxUnauthorized(msg.sender);
        disputes = IUnattestedRequests(disputes_);
    }

    /// @inheritdoc IBatchInbox
    function submit(
        Batch calldata parent,
        BatchHeader calldata header,
        bytes32[] calldata postStateProof,
        Certificate calldata certificate
    ) external override {
        ChainState memory state = _load();
        bytes32 headerHash = _check(state, parent, header, postStateProof);
        if (header.index != state.head) _replace(state, header.index);
        _append(state, header, headerHash, BatchStatus.Certified, certificate.signers);
        _store(state);
        sequencers.attest(headerHash, header.sequencer, header.term, header.txCount, certificate);
    }

    /// @inheritdoc IBatchInbox
    function submitUnattested(
        Batch calldata parent,
        BatchHeader calldata header,
        bytes32[] calldata postStateProof
    ) external override {
        Term memory term = sequencers.term();
        if (header.sequencer != term.sequencer || !sequencers.speaksFor(msg.sender, header.sequencer)) {
            revert InboxUnauthorized(msg.sender);
        }
        HeaderRules.requireField("term", header.term, term.number);
        ChainState memory state = _load();
        bytes32 headerHash = _check(state, parent, header, postStateProof);
        if (header.index != state.head) revert InboxWrongIndex(header.index, uint64(state.head));
        if (_yields(state)) revert InboxUnattestedHead(parent.header.index);

        vouched[headerHash] = true;
        _yieldsUntil = uint40(block.timestamp + parameters.get(Parameter.RequestWindow));
        bytes32 commitment = _append(state, header, headerHash, BatchStatus.Unattested, 0);
        _hold(state, header.index);
        _store(state);
        disputes.openUnattested(header, headerHash, commitment);
    }

    /// @inheritdoc IBatchInbox
    function addSignatures(Batch calldata batch, Certificate calldata certificate) external override {
        BatchHeader calldata header = batch.header;
        (bytes32 headerHash, bytes32 commitment) = _pending(_load(), header, batch.standing);
        if (batch.standing.status != BatchStatus.Certified) {
            revert InboxWrongStatus(header.index, batch.standing.status);
        }
        uint128 before = addedSigners[commitment];
        uint128 added = before | (certificate.signers & ~batch.standing.signers);
        if (added == before) return;
        sequencers.requireCertificate(headerHash, header.sequencer, header.term, certificate, false);
        addedSigners[commitment] = added;
        emit SignaturesAdded(header.index, headerHash, added);
    }

    /// @inheritdoc IBatchInbox
    function finalise(Batch[] calldata batches) external override {
        ChainState memory state = _load();
        Work[] memory work = new Work[](batches.length);
        uint256 done = 0;
        uint256 prefix = _prefix;
        uint256 stood = prefix;
        for (uint256 i = 0; i < batches.length; ++i) {
            BatchHeader calldata header = batches[i].header;
            Standing calldata standing = batches[i].standing;
            uint256 index = header.index;
            // Somebody was faster: the rest of the run goes on.
            if (index < state.finalised) continue;
            bytes32 headerHash = header.hash();
            bytes32 commitment = Commitments.commit(headerHash, standing);
            // Where there is no shift further up, nothing is to be read.
            uint256 clock = stood;
            if (stood != state.standstill) clock += _shiftAt(index);
            bytes memory reason = _obstacle(state, header.index, headerHash, commitment, standing.due + clock);
            if (reason.length != 0) {
                if (done != 0) break;
                _revert(reason);
            }
            stood = clock;
            _commitments[index] = headerHash;
            state.finalised = index + 1;
            work[done++] = Work({
                sequencer: header.sequencer,
                term: header.term,
                signers: standing.signers | addedSigners[commitment],
                gasUsed: header.gasUsed,
                baseFee: header.baseFee,
                submitter: standing.submitter
            });
            emit BatchFinalised(header.index, headerHash);
        }
        if (done == 0)
            revert InboxWrongIndex(batches.length == 0 ? 0 : batches[0].header.index, uint64(state.finalised));
        if (stood != prefix) _prefix = uint40(stood);
        // What is final gives way to nothing.
        if (state.finalised == state.head) state.tail = Tail.Solid;
        state.window = _windowOf(parameters);
        _store(state);
        // Shortens the array: the room after its end stays reserved.
        assembly ("memory-safe") {
            mstore(work, done)
        }
        sequencers.reward(work, msg.sender);
    }

    /// @inheritdoc IBatchInbox
    function syncWindow() external override {
        ChainState memory state = _load();
        state.window = _windowOf(parameters);
        _store(state);
    }

    /// @inheritdoc IBatchInbox
    function hold(uint64 index) external override onlyDisputes {
        ChainState memory state = _load();
        if (index < state.finalised) revert InboxWrongStatus(index, BatchStatus.Final);
        if (index >= state.head) revert InboxWrongIndex(index, uint64(state.head));
        _hold(state, index);
        _store(state);
    }

    /// @inheritdoc IBatchInbox
    function confirm(BatchHeader calldata header, Standing calldata standing) external override onlyDisputes {
        ChainState memory state = _load();
        (bytes32 headerHash, ) = _pending(state, header, standing);
        Standing memory now_ = standing;
        if (now_.status == BatchStatus.Unattested) {
            now_.status = BatchStatus.Recomputed;
            _commitments[header.index] = Commitments.commitMemory(headerHash, now_);
            state.tail = Tail.Recomputed;
        }
        emit BatchConfirmed(header.index, headerHash, now_);
        _release(state, header.index);
        _store(state);
    }

    /// @inheritdoc IBatchInbox
    function invalidate(
        BatchHeader calldata header,
        Standing calldata standing
    ) external override onlyDisputes returns (uint128 signers) {
        ChainState memory state = _load();
        (bytes32 headerHash, bytes32 commitment) = _pending(state, header, standing);
        signers = standing.signers | addedSigners[commitment];
        uint64 before = uint64(state.head);
        ++state.epoch;
        emit BatchInvalidated(header.index, headerHash, before, uint32(state.epoch));
        _cut(state, header.index);
        _store(state);
    }

    /// @inheritdoc IBatchInbox
    function challengeWindow() external view override returns (uint256) {
        return _load().window;
    }

    /// @inheritdoc IBatchInbox
    function commitmentAt(uint64 index) external view override returns (bytes32) {
        return index < _load().head ? _commitments[index] : bytes32(0);
    }

    /// @inheritdoc IBatchInbox
    function stands(
        uint64 index,
        bytes32 headerHash,
        Standing calldata standing
    ) external view override returns (bool) {
        ChainState memory state = _load();
        if (index >= state.head) return false;
        return _commitments[index] == _expected(state, index, headerHash, standing);
    }

    /// @dev Reverts unless the header may follow its parent, which must stand.
    function _check(
        ChainState memory state,
        Batch calldata parent,
        BatchHeader calldata header,
        bytes32[] calldata postStateProof
    ) private view returns (bytes32 headerHash) {
        uint64 index = parent.header.index;
        bytes32 parentHash = parent.header.hash();
        if (index >= state.head || _commitments[index] != _expected(state, index, parentHash, parent.standing)) {
            revert InboxUnknownBatch(index, parentHash);
        }
        if (header.index != index + 1) revert InboxWrongIndex(header.index, index + 1);
        if (header.parent != parentHash) revert InboxWrongParent(header.parent, parentHash);
        if (header.index == state.head && state.tail == Tail.Unattested) revert InboxUnattestedHead(index);
        if (header.epoch != state.epoch) revert InboxWrongEpoch(header.epoch, uint32(state.epoch));
        HeaderRules.check(parent.header, header, baseFee, postStateProof);
        return header.hash();
    }

    /// @dev Makes room for a certified batch where the last one gives way: the quorum outranks one sequencer. A request
    /// for that one is over.
    function _replace(ChainState memory state, uint64 index) private {
        if (uint256(index) + 1 != state.head || !_yields(state)) revert InboxWrongIndex(index, uint64(state.head));
        emit BatchReplaced(index);
        _cut(state, index);
    }

    /// @dev Whether a certified batch may take the place of the last one.
    function _yields(ChainState memory state) private view returns (bool) {
        if (state.tail == Tail.Recomputed) return block.timestamp < _yieldsUntil;
        return state.tail == Tail.Unattested;
    }

    /// @dev Adds a batch that was checked at the head.
    /// @return commitment What L1 keeps of it.
    function _append(
        ChainState memory state,
        BatchHeader calldata header,
        bytes32 headerHash,
        BatchStatus status,
        uint128 signers
    ) private returns (bytes32 commitment) {
        uint256 index = state.head;
        if (index - state.finalised >= MAX_PENDING) revert InboxFull(uint64(index - state.finalised));
        _grow(state);
        state.tail = status == BatchStatus.Unattested ? Tail.Unattested : Tail.Solid;

        uint40 due = uint40(block.timestamp - state.standstillNow() + state.window);
        Standing memory standing = Standing(status, due, signers, msg.sender);
        commitment = Commitments.commitMemory(headerHash, standing);
        _commitments[index] = commitment;
        // `emit BatchSubmitted(index, headerHash, standing, header)`, with the header copied from calldata, where it is
        // encoded already: every field that could carry surplus bits was read before. A struct in memory has a word for
        // each field, as the ABI has it. Writes beyond the free memory pointer only, and leaves the memory free.
        bytes32 topic = BatchSubmitted.selector;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mcopy(free, standing, 0x80)
            calldatacopy(add(free, 0x80), header, 0x2c0)
            log3(free, 0x340, topic, index, headerHash)
        }
    }

    /// @dev Why a batch cannot become final now, as an error to revert with; empty where it can. What is neither certified
    /// nor recomputed is under request, always.
    /// @param until When the batch's window has passed, in seconds.
    function _obstacle(
        ChainState memory state,
        uint64 index,
        bytes32 headerHash,
        bytes32 commitment,
        uint256 until
    ) private view returns (bytes memory) {
        if (index != state.finalised) return abi.encodeWithSelector(InboxWrongIndex.selector, index, state.finalised);
        if (index >= state.head || _commitments[index] != commitment) {
            return abi.encodeWithSelector(InboxUnknownBatch.selector, index, headerHash);
        }
        if (index >= state.lowest) return abi.encodeWithSelector(InboxInsecure.selector, state.lowest);
        if (block.timestamp < until) return abi.encodeWithSelector(InboxWindowOpen.selector, until - block.timestamp);
        return "";
    }

    /// @dev The hash of a header that stands like this and is not final, and what L1 keeps of it.
    /// Invariant: a final batch never changes.
    function _pending(
        ChainState memory state,
        BatchHeader calldata header,
        Standing calldata standing
    ) private view returns (bytes32 headerHash, bytes32 commitment) {
        uint64 index = header.index;
        if (index < state.finalised) revert InboxWrongStatus(index, BatchStatus.Final);
        headerHash = header.hash();
        commitment = Commitments.commit(headerHash, standing);
        if (index >= state.head || _commitments[index] != commitment) revert InboxUnknownBatch(index, headerHash);
    }

    /// @dev What L1 keeps of this header if it stands like this. The standing of a final batch is not looked at: so what
    /// was sent before somebody finalised it does not fail.
    function _expected(
        ChainState memory state,
        uint64 index,
        bytes32 headerHash,
        Standing calldata standing
    ) private pure returns (bytes32) {
        return index < state.finalised ? headerHash : Commitments.commit(headerHash, standing);
    }

    /// @dev The challenge window of now, as the state can hold it.
    function _windowOf(IParameters parameters_) private view returns (uint256) {
        return Math.min(parameters_.get(Parameter.ChallengeWindow), ChainStates.MAX_WINDOW);
    }

    function _revert(bytes memory reason) private pure {
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }
}
