// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IParameters, Parameter} from "../governance/IParameters.sol";
import {Certificate, ISequencerSet, Term, Work} from "../sequencers/ISequencerSet.sol";
import {Archive} from "./Archive.sol";
import {BatchHeader, BatchHeaders} from "./BatchHeader.sol";
import {ChainState, ChainStates, Tail} from "./ChainState.sol";
import {Clocks} from "./Clocks.sol";
import {Commitments} from "./Commitments.sol";
import {HeaderRules} from "./HeaderRules.sol";
import {Batch, BatchStatus, IBatchInbox, Parent, Standing} from "./IBatchInbox.sol";
import {IUnattestedRequests} from "./IUnattestedRequests.sol";
import {Ring} from "./Ring.sol";

/// @title Batch inbox
/// @notice Keeps a word for each batch, and one for all of them together; checks what follows from headers alone, and
/// leaves the rest to disputes.
contract BatchInbox is Clocks {
    using Ring for Ring.Store;
    using Archive for Archive.Record;

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
    /// @inheritdoc IBatchInbox
    bytes32 public immutable override genesisHash;
    address private immutable _deployer;

    /// @notice The contract that holds, confirms and invalidates batches.
    IUnattestedRequests public disputes;
    /// @dev The sum of all shifts below `finalised`, in seconds.
    uint40 private _prefix;
    /// @dev Until when a recomputed last batch gives way to a certified one, in seconds.
    uint40 private _yieldsUntil;
    /// @dev The commitments to batches. Left as they are in a rollback: they mean nothing from the head on.
    Ring.Store private _ring;
    /// @dev The headers of final batches.
    Archive.Record private _archive;
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
        genesisHash = headerHash;
        Standing memory standing = Standing(BatchStatus.Final, 0, 0, address(0));
        bytes32 lastBlockHash = BatchHeaders.hashBlock(
            genesis.lastBlock,
            genesis.lastTimestamp,
            genesis.postStateRoot,
            genesis.mttbr
        );
        bytes32 link = Commitments.linkOf(headerHash, lastBlockHash);
        _ring.put(0, 0, Commitments.commitMemory(0, link, standing));
        _archive.save(_archive.add(0, 0, headerHash), 1);
        emit BatchSubmitted(0, headerHash, standing, genesis);
        emit BatchFinalised(0, headerHash);
    }

    /// @notice Names the disputes contract, once; the deployer's only right.
    function connect(address disputes_) external {
        if (msg.sender != _deployer || address(disputes) != address(0)) revert InboxUnauthorized(msg.sender);
        disputes = IUnattestedRequests(disputes_);
    }

    /// @inheritdoc IBatchInbox
    function submit(
        Parent calldata parent,
        BatchHeader calldata header,
        bytes32[] calldata postStateProof,
        Certificate calldata certificate
    ) external override {
        ChainState memory state = _load();
        (bytes32 headerHash, bytes32 link) = _check(state, parent, header, postStateProof);
        if (header.index != state.head) {
            // The quorum outranks one sequencer. A request for the batch that gives way is over.
            emit BatchReplaced(header.index);
            _cut(state, header.index);
        }
        _append(state, header, headerHash, link, BatchStatus.Certified, certificate.signers);
        _store(state);
        sequencers.attest(headerHash, header.sequencer, header.term, header.txCount, certificate);
    }

    /// @inheritdoc IBatchInbox
    function submitUnattested(
        Parent calldata parent,
        BatchHeader calldata header,
        bytes32[] calldata postStateProof
    ) external override {
        Term memory term = sequencers.term();
        if (header.sequencer != term.sequencer || !sequencers.speaksFor(msg.sender, header.sequencer)) {
            revert InboxUnauthorized(msg.sender);
        }
        HeaderRules.requireField("term", header.term, term.number);
        ChainState memory state = _load();
        (bytes32 headerHash, bytes32 link) = _check(state, parent, header, postStateProof);
        if (header.index != state.head) revert InboxWrongIndex(header.index, uint64(state.head));
        if (_yields(state)) revert InboxUnattestedHead(header.index - 1);

        vouched[headerHash] = true;
        _yieldsUntil = uint40(block.timestamp + parameters.get(Parameter.RequestWindow));
        bytes32 commitment = _append(state, header, headerHash, link, BatchStatus.Unattested, 0);
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
        bytes32 chain = _archive.before(state.finalised);
        for (uint256 i = 0; i < batches.length; ++i) {
            BatchHeader calldata header = batches[i].header;
            Standing calldata standing = batches[i].standing;
            uint256 index = header.index;
            // Somebody was faster: the rest of the run goes on.
            if (index < state.finalised) continue;
            bytes32 headerHash = header.hash();
            bytes32 commitment = Commitments.commit(header, headerHash, standing);
            // Where there is no shift further up, nothing is to be read.
            uint256 clock = stood;
            if (stood != state.standstill) clock += _shiftAt(index);
            bytes memory reason = _obstacle(state, header.index, headerHash, commitment, standing.due + clock);
            if (reason.length != 0) {
                if (done != 0) break;
                _revert(reason);
            }
            stood = clock;
            chain = _archive.add(chain, index, headerHash);
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
        _archive.save(chain, state.finalised);
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
    function hold(bytes32 commitment) external override onlyDisputes {
        ChainState memory state = _load();
        uint64 index = uint64(Commitments.indexOf(commitment));
        if (index < state.finalised) revert InboxWrongStatus(index, BatchStatus.Final);
        if (index >= state.head || _ring.get(index, state.finalised) != commitment) {
            revert InboxUnknownCommitment(commitment);
        }
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
            bytes32 link = Commitments.linkOf(headerHash, header.lastBlockHash());
            _ring.put(header.index, state.finalised, Commitments.commitMemory(header.index, link, now_));
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
        (uint256 head_, uint256 finalised_) = _bounds();
        return index < head_ && index >= finalised_ ? _ring.get(index, finalised_) : bytes32(0);
    }

    /// @inheritdoc IBatchInbox
    function stands(Batch calldata batch) external view override returns (bool) {
        (uint256 head_, uint256 finalised_) = _bounds();
        uint64 index = batch.header.index;
        if (index >= head_) return false;
        return _ring.get(index, finalised_) == Commitments.commit(batch.header, batch.header.hash(), batch.standing);
    }

    /// @inheritdoc IBatchInbox
    function isFinal(
        uint64 index,
        bytes32 headerHash,
        bytes32 chain,
        bytes32[] calldata following
    ) external view override returns (bool) {
        (, uint256 finalised_) = _bounds();
        return _archive.contains(index, headerHash, chain, following, finalised_);
    }

    /// @dev Reverts unless the header may follow its parent, which must stand, at the head or in the place of a last batch
    /// that gives way.
    /// @return headerHash The header's hash.
    /// @return link What the next header will say of it.
    function _check(
        ChainState memory state,
        Parent calldata parent,
        BatchHeader calldata header,
        bytes32[] calldata postStateProof
    ) private view returns (bytes32 headerHash, bytes32 link) {
        uint64 index = header.index;
        if (index != state.head && (uint256(index) + 1 != state.head || !_yields(state))) {
            revert InboxWrongIndex(index, uint64(state.head));
        }
        link = Commitments.linkOf(header.parent, header.blockBefore);
        if (_ring.get(index - 1, state.finalised) != Commitments.commitLink(index - 1, link, parent.standing)) {
            revert InboxUnknownBatch(index - 1, header.parent);
        }
        if (index == state.head && state.tail == Tail.Unattested) revert InboxUnattestedHead(index - 1);
        if (header.epoch != state.epoch) revert InboxWrongEpoch(header.epoch, uint32(state.epoch));
        HeaderRules.check(parent, header, baseFee, postStateProof);
        headerHash = header.hash();
        link = Commitments.linkOf(headerHash, header.lastBlockHash());
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
        bytes32 link,
        BatchStatus status,
        uint128 signers
    ) private returns (bytes32 commitment) {
        uint256 index = state.head;
        if (index - state.finalised >= MAX_PENDING) revert InboxFull(uint64(index - state.finalised));
        _grow(state);
        state.tail = status == BatchStatus.Unattested ? Tail.Unattested : Tail.Solid;

        uint40 due = uint40(block.timestamp - state.standstillNow() + state.window);
        Standing memory standing = Standing(status, due, signers, msg.sender);
        commitment = Commitments.commitMemory(index, link, standing);
        _ring.put(index, state.finalised, commitment);
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
        if (index >= state.head || _ring.get(index, state.finalised) != commitment) {
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
        commitment = Commitments.commit(header, headerHash, standing);
        if (index >= state.head || _ring.get(index, state.finalised) != commitment) {
            revert InboxUnknownBatch(index, headerHash);
        }
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
