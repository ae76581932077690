// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IParameters, Parameter} from "../governance/IParameters.sol";
import {ILiability} from "../sequencers/ILiability.sol";
import {Certificate, ISequencerSet} from "../sequencers/ISequencerSet.sol";
import {BatchHeader} from "./BatchHeader.sol";
import {BatchTree} from "./BatchTree.sol";
import {Holds} from "./Holds.sol";
import {Batch, BatchStatus, IBatchInbox} from "./IBatchInbox.sol";

/// @title Batch inbox
/// @notice Keeps for each batch a hash and a word; checks what follows from headers alone, and leaves the rest to
/// disputes.
contract BatchInbox is IBatchInbox, ILiability {
    using Holds for Holds.Set;

    /// @notice Most transactions of a batch: posting and recomputing it must fit into the request window.
    uint32 public constant MAX_TRANSACTIONS = 4096;
    /// @notice Most bytes of a batch's data.
    uint32 public constant MAX_DATA_SIZE = 2 ** 20;
    /// @notice Most L2 gas of a batch.
    uint64 public constant MAX_GAS = 2 ** 28;
    /// @notice Most block numbers that a batch may span: nobody can use up all 64-bit numbers and so end the chain.
    uint64 public constant MAX_BLOCKS = 2 ** 32;
    /// @notice Most batches that wait for finality; bounds the work of a rollback.
    uint64 public constant MAX_PENDING = 2 ** 16;
    /// @notice How far the L2's clock may be ahead of L1's, in seconds.
    uint64 public constant MAX_DRIFT = 15 minutes;

    /// @notice Checks certificates, names the current sequencer and pays rewards.
    ISequencerSet public immutable sequencers;
    /// @notice The windows.
    IParameters public immutable parameters;
    address private immutable _deployer;

    /// @inheritdoc IBatchInbox
    uint64 public override(IBatchInbox, ILiability) head = 1;
    /// @inheritdoc IBatchInbox
    uint64 public override(IBatchInbox, ILiability) finalised = 1;
    /// @dev The highest head ever: no header of an index from here on was ever submitted.
    uint64 private _peak = 1;
    /// @dev Whether the batch below the head is unattested; no other can be.
    bool private _headUnattested;
    /// @notice The contract that holds, confirms and invalidates batches.
    address public disputes;
    mapping(uint64 index => Batch) private _batches;
    /// @inheritdoc IBatchInbox
    mapping(bytes32 headerHash => bool) public override invalidated;
    Holds.Set private _holds;

    modifier onlyDisputes() {
        if (msg.sender != disputes) revert InboxUnauthorized(msg.sender);
        _;
    }

    /// @param sequencers_ Checks certificates, names the current sequencer and pays rewards.
    /// @param parameters_ The windows.
    /// @param genesis The header at index 0, final from the start.
    constructor(ISequencerSet sequencers_, IParameters parameters_, BatchHeader memory genesis) {
        sequencers = sequencers_;
        parameters = parameters_;
        _deployer = msg.sender;
        bytes32 headerHash = genesis.hashMemory();
        _batches[0] = Batch(headerHash, BatchStatus.Final, uint40(block.timestamp), 0);
        emit BatchSubmitted(0, headerHash, true, genesis);
        emit BatchFinalised(0, headerHash);
    }

    /// @notice Names the disputes contract, once; the deployer's only right.
    function connect(address disputes_) external {
        if (msg.sender != _deployer || disputes != address(0)) revert InboxUnauthorized(msg.sender);
        disputes = disputes_;
    }

    /// @inheritdoc IBatchInbox
    function submit(
        BatchHeader calldata parent,
        BatchHeader calldata header,
        bytes32[] calldata postStateProof,
        Certificate calldata certificate
    ) external override {
        bytes32 headerHash = _check(parent, header, postStateProof);
        _makeRoom(header.index, headerHash);
        _append(header, headerHash, BatchStatus.Pending, certificate.signers);
        sequencers.attest(headerHash, header.sequencer, header.txCount, certificate);
    }

    /// @inheritdoc IBatchInbox
    function submitUnattested(
        BatchHeader calldata parent,
        BatchHeader calldata header,
        bytes32[] calldata postStateProof
    ) external override {
        if (header.sequencer != sequencers.term().sequencer || !sequencers.speaksFor(msg.sender, header.sequencer)) {
            revert InboxUnauthorized(msg.sender);
        }
        bytes32 headerHash = _check(parent, header, postStateProof);
        if (header.index != head) revert InboxWrongIndex(header.index, head);
        _append(header, headerHash, BatchStatus.Unattested, 0);
    }

    /// @inheritdoc IBatchInbox
    function finalise(BatchHeader calldata header) external override {
        bytes32 headerHash = _known(header);
        if (header.index != finalised) revert InboxWrongIndex(header.index, finalised);
        Batch storage batch = _batches[header.index];
        if (batch.status != BatchStatus.Pending) revert InboxWrongStatus(header.index, batch.status);
        if (insecure()) revert InboxInsecure();
        uint256 until = batch.clock + parameters.get(Parameter.ChallengeWindow);
        if (block.timestamp < until) revert InboxWindowOpen(until);

        batch.status = BatchStatus.Final;
        finalised = header.index + 1;
        emit BatchFinalised(header.index, headerHash);
        sequencers.reward(header.sequencer, batch.signers, header.gasUsed);
    }

    /// @inheritdoc IBatchInbox
    function hold(BatchHeader calldata header) external override onlyDisputes {
        bytes32 headerHash = _open(header);
        if (held(header.index)) revert InboxAlreadyHeld(header.index);
        bool wasInsecure = insecure();
        _holds.add(header.index);
        emit BatchHeld(header.index, headerHash);
        _announce(wasInsecure);
    }

    /// @inheritdoc IBatchInbox
    function confirm(BatchHeader calldata header) external override onlyDisputes {
        bytes32 headerHash = _open(header);
        Batch storage batch = _batches[header.index];
        batch.status = BatchStatus.Pending;
        if (header.index + 1 == head) _headUnattested = false;
        uint256 window = parameters.get(Parameter.ChallengeWindow);
        uint256 left = parameters.get(Parameter.RequestWindow);
        uint256 clock = block.timestamp + left - window;
        if (clock > batch.clock) batch.clock = uint40(clock);
        bool wasInsecure = insecure();
        _holds.remove(header.index);
        emit BatchConfirmed(header.index, headerHash);
        _announce(wasInsecure);
    }

    /// @inheritdoc IBatchInbox
    function invalidate(BatchHeader calldata header) external override onlyDisputes returns (uint128 signers) {
        bytes32 headerHash = _open(header);
        signers = _batches[header.index].signers;
        bool wasInsecure = insecure();
        _holds.removeFrom(header.index, head);
        invalidated[headerHash] = true;
        emit BatchInvalidated(header.index, headerHash, head);
        head = header.index;
        _headUnattested = false;
        _announce(wasInsecure);
    }

    /// @inheritdoc IBatchInbox
    function batchAt(uint64 index) external view override returns (Batch memory batch) {
        if (index < head) batch = _batches[index];
    }

    /// @inheritdoc IBatchInbox
    function contains(uint64 index, bytes32 headerHash) public view override returns (bool) {
        return index < head && _batches[index].headerHash == headerHash;
    }

    /// @inheritdoc IBatchInbox
    function held(uint64 index) public view override returns (bool) {
        return _holds.contains(index);
    }

    /// @inheritdoc IBatchInbox
    function insecure() public view override returns (bool) {
        return _holds.count != 0;
    }

    /// @dev Reverts unless the header may follow its parent.
    /// Invariant: a batch continues its parent in index, state, blocks and time, and its post-state root is the last
    /// value of its MTSR. So the MTSR commits to the state that the next batch starts from.
    function _check(
        BatchHeader calldata parent,
        BatchHeader calldata header,
        bytes32[] calldata postStateProof
    ) private view returns (bytes32 headerHash) {
        bytes32 parentHash = _known(parent);
        if (header.index != parent.index + 1) revert InboxWrongIndex(header.index, parent.index + 1);
        if (header.parent != parentHash) revert InboxWrongParent(header.parent, parentHash);
        if (_headUnattested && header.index == head) revert InboxUnattestedHead(parent.index);
        if (header.preStateRoot != parent.postStateRoot) {
            revert InboxWrongPreState(header.preStateRoot, parent.postStateRoot);
        }
        _atLeast("txCount", header.txCount, 1);
        _atMost("txCount", header.txCount, MAX_TRANSACTIONS);
        _atLeast("dataSize", header.dataSize, 1);
        _atMost("dataSize", header.dataSize, MAX_DATA_SIZE);
        _atMost("gasUsed", header.gasUsed, MAX_GAS);
        _atLeast("firstBlock", header.firstBlock, uint256(parent.lastBlock) + 1);
        _atLeast("lastBlock", header.lastBlock, header.firstBlock);
        _atMost("lastBlock", header.lastBlock, uint256(parent.lastBlock) + MAX_BLOCKS);
        _atLeast("firstTimestamp", header.firstTimestamp, parent.lastTimestamp);
        _atLeast("lastTimestamp", header.lastTimestamp, header.firstTimestamp);
        _atMost("lastTimestamp", header.lastTimestamp, block.timestamp + MAX_DRIFT);
        if (!BatchTree.contains(header.mtsr, header.txCount - 1, header.postStateRoot, postStateProof)) {
            revert InboxWrongPostState(header.postStateRoot);
        }
        headerHash = header.hash();
        if (header.index < _peak && invalidated[headerHash]) revert InboxInvalidatedHeader(headerHash);
    }

    /// @dev A certified batch is added after the last one, or replaces it where that is unattested: the quorum outranks
    /// one sequencer. An open request for the very same header goes on; one for the replaced header becomes void.
    function _makeRoom(uint64 index, bytes32 headerHash) private {
        if (index == head) return;
        if (index + 1 != head || !_headUnattested) revert InboxWrongIndex(index, head);
        Batch storage batch = _batches[index];
        head = index;
        if (batch.headerHash == headerHash) return;
        // The replaced header may not come back: a request for its data would still have its old deadline.
        invalidated[batch.headerHash] = true;
        emit BatchReplaced(index, batch.headerHash);
        if (held(index)) {
            _holds.remove(index);
            _announce(true);
        }
    }

    /// @dev Adds a batch that was checked at the head.
    function _append(BatchHeader calldata header, bytes32 headerHash, BatchStatus status, uint128 signers) private {
        uint64 index = header.index;
        uint64 pending = index - finalised;
        if (pending >= MAX_PENDING) revert InboxFull(pending);
        _batches[index] = Batch(headerHash, status, uint40(block.timestamp), signers);
        head = index + 1;
        if (index >= _peak) _peak = index + 1;
        _headUnattested = status == BatchStatus.Unattested;
        // `emit BatchSubmitted(index, headerHash, attested, header)`, with the header copied from calldata, where it is
        // encoded already: `_check` has read every field that could carry surplus bits. Writes beyond the free memory
        // pointer only, and leaves the memory free.
        bytes32 topic = BatchSubmitted.selector;
        bool attested = status == BatchStatus.Pending;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, attested)
            calldatacopy(add(free, 0x20), header, 0x1e0)
            log3(free, 0x200, topic, index, headerHash)
        }
    }

    /// @dev The hash of a header that the chain of batches contains.
    function _known(BatchHeader calldata header) private view returns (bytes32 headerHash) {
        headerHash = header.hash();
        if (!contains(header.index, headerHash)) revert InboxUnknownHeader(header.index, headerHash);
    }

    /// @dev The hash of a header that the chain of batches contains and that is not final.
    /// Invariant: a final batch never changes.
    function _open(BatchHeader calldata header) private view returns (bytes32 headerHash) {
        headerHash = _known(header);
        if (header.index < finalised) revert InboxWrongStatus(header.index, BatchStatus.Final);
    }

    /// @dev Tells where the insecure tx state began or ended.
    function _announce(bool wasInsecure) private {
        if (insecure() != wasInsecure) emit SecurityChanged(!wasInsecure);
    }

    function _atLeast(bytes32 field, uint256 value, uint256 limit) private pure {
        if (value < limit) revert InboxFieldOutOfRange(_text(field), value, limit);
    }

    function _atMost(bytes32 field, uint256 value, uint256 limit) private pure {
        if (value > limit) revert InboxFieldOutOfRange(_text(field), value, limit);
    }

    /// @dev The name of a field as a string. Built only for an error: eleven strings for each submission would cost
    /// more than the checks.
    function _text(bytes32 word) private pure returns (string memory) {
        uint256 length = 0;
        while (word[length] != 0) ++length;
        bytes memory text = new bytes(length);
        for (uint256 i = 0; i < length; ++i) text[i] = word[i];
        return string(text);
    }
}
