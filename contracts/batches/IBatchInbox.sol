// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Certificate} from "../sequencers/ISequencerSet.sol";
import {BatchHeader} from "./BatchHeader.sol";

/// @dev Where a batch stands. A data request does not change it: `held` says whether one is open.
enum BatchStatus {
    /// There is no batch at the index.
    None,
    /// Posted by the current sequencer alone (step 3.3); finalises only after L1 has recomputed it.
    Unattested,
    /// Certified by the peer network, or recomputed by L1; the challenge window runs.
    Pending,
    /// Nothing changes it any more.
    Final
}

/// @dev What L1 keeps of a batch.
/// @param headerHash Hash of the header.
/// @param status Where the batch stands.
/// @param clock Time in seconds from which the challenge window runs.
/// @param signers Seats that signed the certificate, bit by bit; zero for an unattested batch.
struct Batch {
    bytes32 headerHash;
    BatchStatus status;
    uint40 clock;
    uint128 signers;
}

/// @title Batch inbox
/// @notice The chain of batches on L1: submitted, attested, held while disputed, invalidated with all that follows, and
/// finalised in order. L1 carries roots, not transaction data (Q5).
interface IBatchInbox {
    /// @notice A batch was accepted (step 8a; 3.3 where `attested` is false).
    event BatchSubmitted(uint64 indexed index, bytes32 indexed headerHash, bool attested, BatchHeader header);
    /// @notice A certified batch replaced an unattested one.
    event BatchReplaced(uint64 indexed index, bytes32 indexed headerHash);
    /// @notice A request for a batch's data is open (steps 11.7, 3.3.3).
    event BatchHeld(uint64 indexed index, bytes32 indexed headerHash);
    /// @notice L1 recomputed the batch and found it right (steps 11.10.1, 3.3.6b.1).
    event BatchConfirmed(uint64 indexed index, bytes32 indexed headerHash);
    /// @notice The batch was proven wrong; it and every later one are gone, and the index is open (step 11.14).
    /// @param head The head before: indices from `index` up to it, exclusive, were rolled back.
    event BatchInvalidated(uint64 indexed index, bytes32 indexed headerHash, uint64 head);
    /// @notice The batch is final.
    event BatchFinalised(uint64 indexed index, bytes32 indexed headerHash);
    /// @notice The system entered (true) or left (false) the insecure tx state (steps 11.7, 11.10.1, 11.16; S1).
    event SecurityChanged(bool insecure);

    /// @notice The caller may not call this.
    error InboxUnauthorized(address caller);
    /// @notice The index does not follow the head.
    error InboxWrongIndex(uint64 index, uint64 expected);
    /// @notice The header that was passed is not the one that L1 keeps at its index.
    error InboxUnknownHeader(uint64 index, bytes32 headerHash);
    /// @notice The header does not name its parent.
    error InboxWrongParent(bytes32 parent, bytes32 expected);
    /// @notice The batch does not start at the state that its parent ended in.
    error InboxWrongPreState(bytes32 preStateRoot, bytes32 expected);
    /// @notice The post-state root is not the last leaf of the MTSR.
    error InboxWrongPostState(bytes32 postStateRoot);
    /// @notice A number of the header is out of its limits, or its blocks do not follow the parent's.
    /// @param field The header's field.
    /// @param value Its value.
    /// @param limit The bound that it violates.
    error InboxFieldOutOfRange(string field, uint256 value, uint256 limit);
    /// @notice This very header was found wrong or was replaced before.
    error InboxInvalidatedHeader(bytes32 headerHash);
    /// @notice The last batch is unattested: nothing builds on it, and only a certified batch may replace it.
    error InboxUnattestedHead(uint64 index);
    /// @notice Too many batches wait for finality.
    error InboxFull(uint64 pending);
    /// @notice The batch is not in a state that allows this.
    error InboxWrongStatus(uint64 index, BatchStatus status);
    /// @notice A request for the batch's data is open already.
    error InboxAlreadyHeld(uint64 index);
    /// @notice Nothing finalises while the system is in the insecure tx state (S1).
    error InboxInsecure();
    /// @notice The challenge window is still open.
    /// @param until When it closes, in seconds.
    error InboxWindowOpen(uint256 until);

    /// @notice Submits a batch that the peer network certified (steps 8a, S4). Anyone may call.
    /// @param parent The header at the index before, as submitted.
    /// @param header The batch.
    /// @param postStateProof Merkle proof of the leaf `[txCount - 1, postStateRoot]` in the MTSR.
    /// @param certificate Signatures of at least two thirds of the stake, the header's sequencer among them.
    function submit(
        BatchHeader calldata parent,
        BatchHeader calldata header,
        bytes32[] calldata postStateProof,
        Certificate calldata certificate
    ) external;

    /// @notice Submits a batch without a certificate (step 3.3). The current sequencer only.
    /// @param parent The header at the index before, as submitted.
    /// @param header The batch.
    /// @param postStateProof Merkle proof of the leaf `[txCount - 1, postStateRoot]` in the MTSR.
    function submitUnattested(
        BatchHeader calldata parent,
        BatchHeader calldata header,
        bytes32[] calldata postStateProof
    ) external;

    /// @notice Finalises the oldest batch that is not final, and rewards its sequencer and its signers (Q4). Anyone may
    /// call, after the challenge window and while the system is secure.
    function finalise(BatchHeader calldata header) external;

    /// @notice Marks a batch as under request; the system becomes insecure. Disputes only.
    function hold(BatchHeader calldata header) external;

    /// @notice Ends the hold on a batch that L1 recomputed and found right. An unattested batch becomes pending, and at
    /// least one request window passes before the batch can finalise. Disputes only.
    function confirm(BatchHeader calldata header) external;

    /// @notice Removes a wrong batch and every later one (step 11.14). Disputes only.
    /// @return signers The seats that signed the batch's certificate.
    function invalidate(BatchHeader calldata header) external returns (uint128 signers);

    /// @notice The index that the next batch takes.
    function head() external view returns (uint64);

    /// @notice The number of final batches, genesis included: every index below it is final.
    function finalised() external view returns (uint64);

    /// @notice What L1 keeps of the batch at an index; zeroes beyond the head.
    function batchAt(uint64 index) external view returns (Batch memory);

    /// @notice Whether this header stands in the chain of batches.
    function contains(uint64 index, bytes32 headerHash) external view returns (bool);

    /// @notice Whether a request for the data of the batch at this index is open.
    function held(uint64 index) external view returns (bool);

    /// @notice Whether this header was found wrong (step 11.14) or replaced: it can never be submitted again.
    function invalidated(bytes32 headerHash) external view returns (bool);

    /// @notice Whether the system is in the insecure tx state (S1): a request is open.
    function insecure() external view returns (bool);
}
