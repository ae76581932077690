// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Certificate} from "../sequencers/ISequencerSet.sol";
import {BatchHeader} from "./BatchHeader.sol";

/// @dev How far L1 trusts a batch. A data request does not change it: `held` says whether one is open.
enum BatchStatus {
    /// There is no batch at the index.
    None,
    /// Taken from the sequencer's own account (step 3.3); finalises only after L1 has recomputed it.
    Unattested,
    /// Unattested, and L1 recomputed it and found it right.
    Recomputed,
    /// Certified by two thirds of the stake.
    Certified,
    /// Nothing changes it any more.
    Final
}

/// @dev Where a batch stands. L1 keeps only a commitment to it (`Commitments`); callers pass the standing again. Events
/// tell it. Finality does not change it.
/// @param status How far L1 trusts the batch; `Final` for genesis alone, whose other fields are zero.
/// @param due When the challenge window closes, in seconds on the batch's own clock, which stands still while a request
/// for it or for a batch before it is open.
/// @param signers Seats of the header's term that signed the certificate that was submitted; zero for an uncertified batch.
/// @param submitter The account that submitted it.
struct Standing {
    BatchStatus status;
    uint40 due;
    uint128 signers;
    address submitter;
}

/// @dev A header with where it stands.
struct Batch {
    BatchHeader header;
    Standing standing;
}

/// @dev What a submission tells of the batch that it builds on: the header that is submitted says the rest.
/// @param lastBlock Its last L2 block.
/// @param lastTimestamp Time of that block, in seconds.
/// @param mttbr Its Merkle tree transaction batch root.
/// @param standing Where it stands, as events told it last.
struct Parent {
    uint64 lastBlock;
    uint64 lastTimestamp;
    bytes32 mttbr;
    Standing standing;
}

/// @title Batch inbox
/// @notice The chain of batches on L1: submitted, attested, held while disputed, invalidated with all that follows, and
/// finalised in order. L1 carries roots, not transaction data (Q5).
interface IBatchInbox {
    /// @notice A batch was accepted (step 8a; 3.3 where its status is `Unattested`).
    event BatchSubmitted(uint64 indexed index, bytes32 indexed headerHash, Standing standing, BatchHeader header);
    /// @notice A certified batch takes the place of an uncertified one; an open request for that one is over.
    event BatchReplaced(uint64 indexed index);
    /// @notice Further signatures of a batch count for rewards, and for guilt.
    /// @param signers All seats whose signatures were added so far.
    event SignaturesAdded(uint64 indexed index, bytes32 indexed headerHash, uint128 signers);
    /// @notice A request for a batch's data is open (steps 11.7, 3.3.3).
    event BatchHeld(uint64 indexed index);
    /// @notice L1 recomputed the batch and found it right (steps 11.10.1, 3.3.6b.1).
    /// @param standing Where it stands from now on.
    event BatchConfirmed(uint64 indexed index, bytes32 indexed headerHash, Standing standing);
    /// @notice The batch was proven wrong; it and every later one are gone, and the index is open (step 11.14).
    /// @param head The head before: indices from `index` up to it, exclusive, were rolled back.
    /// @param epoch The epoch that begins.
    event BatchInvalidated(uint64 indexed index, bytes32 indexed headerHash, uint64 head, uint32 epoch);
    /// @notice The batch is final.
    event BatchFinalised(uint64 indexed index, bytes32 indexed headerHash);
    /// @notice The system entered (true) or left (false) the insecure tx state (steps 11.7, 11.10.1, 11.16; S1).
    /// @param from The first batch that is not secure; the head where all are.
    event SecurityChanged(bool insecure, uint64 from);

    /// @notice The caller may not call this.
    error InboxUnauthorized(address caller);
    /// @notice The index does not follow the head.
    error InboxWrongIndex(uint64 index, uint64 expected);
    /// @notice No batch stands like this: the header is not the one at its index, or its standing is another.
    error InboxUnknownBatch(uint64 index, bytes32 headerHash);
    /// @notice A field of the header is not what L1 knows it to be.
    /// @param field The header's field.
    error InboxWrongField(string field, bytes32 value, bytes32 expected);
    /// @notice The post-state root is not the last leaf of the MTSR.
    error InboxWrongPostState(bytes32 postStateRoot);
    /// @notice A number of the header is out of its limits, or its blocks do not follow the parent's.
    /// @param field The header's field.
    /// @param value Its value.
    /// @param limit The bound that it violates.
    error InboxFieldOutOfRange(string field, uint256 value, uint256 limit);
    /// @notice This is not what L1 keeps of a batch that waits for finality.
    error InboxUnknownCommitment(bytes32 commitment);
    /// @notice The header belongs to another epoch: a verdict moved the head back since it was signed.
    error InboxWrongEpoch(uint32 epoch, uint32 expected);
    /// @notice The last batch is unattested: nothing builds on it.
    error InboxUnattestedHead(uint64 index);
    /// @notice Too many batches wait for finality.
    error InboxFull(uint64 pending);
    /// @notice The batch does not have the status that this needs.
    error InboxWrongStatus(uint64 index, BatchStatus status);
    /// @notice A request for the batch's data is open already.
    error InboxAlreadyHeld(uint64 index);
    /// @notice No request for the batch's data is open.
    error InboxNotHeld(uint64 index);
    /// @notice Batches from this one on do not finalise while a request is open (S1).
    error InboxInsecure(uint64 from);
    /// @notice The challenge window is still open.
    /// @param left Seconds that are left on the batch's clock.
    error InboxWindowOpen(uint256 left);

    /// @notice Submits a batch that the peer network certified (steps 8a, S4). Anyone may call.
    /// @param parent What is said of the batch at the index before.
    /// @param header The batch.
    /// @param postStateProof Merkle proof of the leaf `[txCount - 1, postStateRoot]` in the MTSR.
    /// @param certificate Signatures of at least two thirds of the stake of the header's term, the header's sequencer
    /// among them.
    function submit(
        Parent calldata parent,
        BatchHeader calldata header,
        bytes32[] calldata postStateProof,
        Certificate calldata certificate
    ) external;

    /// @notice Submits a batch without a certificate (step 3.3). The current sequencer only. It counts as requested from
    /// now on (steps 3.3.2, 3.3.3), until L1 has recomputed it, a certified batch takes its place, or its window ends.
    /// @param parent What is said of the batch at the index before.
    /// @param header The batch.
    /// @param postStateProof Merkle proof of the leaf `[txCount - 1, postStateRoot]` in the MTSR.
    function submitUnattested(
        Parent calldata parent,
        BatchHeader calldata header,
        bytes32[] calldata postStateProof
    ) external;

    /// @notice Adds signatures that whoever submitted the batch left out, or that came later. Anyone may call while the
    /// batch is certified and not final. Seats that are counted already change nothing.
    /// @param certificate Signatures of seats of the header's term; no quorum is needed.
    function addSignatures(Batch calldata batch, Certificate calldata certificate) external;

    /// @notice Finalises a run of batches, from the oldest that is not final on, and rewards those who made, signed,
    /// submitted and finalised them (Q4). Anyone may call, for batches whose window has passed and before which no
    /// request is open.
    function finalise(Batch[] calldata batches) external;

    /// @notice Takes over the challenge window from the parameters, for batches that are submitted from now on.
    /// Finalisations do so too. Anyone may call.
    function syncWindow() external;

    /// @notice Marks a batch as under request; windows from it on stand still. Disputes only.
    /// @param commitment What L1 keeps of it, which tells its index.
    function hold(bytes32 commitment) external;

    /// @notice Ends the hold on a batch that L1 recomputed and found right; an unattested one becomes `Recomputed`.
    /// Disputes only.
    function confirm(BatchHeader calldata header, Standing calldata standing) external;

    /// @notice Removes a wrong batch and every later one (step 11.14), and begins a new epoch. Disputes only.
    /// @return signers All seats of the header's term whose signatures L1 has seen for it.
    function invalidate(BatchHeader calldata header, Standing calldata standing) external returns (uint128 signers);

    /// @notice The index that the next batch takes.
    function head() external view returns (uint64);

    /// @notice The number of final batches, genesis included: every index below it is final.
    function finalised() external view returns (uint64);

    /// @notice How often a verdict has moved the head back.
    function epoch() external view returns (uint32);

    /// @notice The challenge window of batches that are submitted now, in seconds.
    function challengeWindow() external view returns (uint256);

    /// @notice The commitment to header and standing of the batch that waits for finality at an index; zero for final
    /// batches and beyond the head.
    function commitmentAt(uint64 index) external view returns (bytes32);

    /// @notice Whether this header stands like this in the chain of batches. Final batches give way to later ones: of them
    /// only the last is always known here, and `isFinal` knows all.
    function stands(Batch calldata batch) external view returns (bool);

    /// @notice Whether the final batch at an index has this header, for all time.
    /// @param index Its index.
    /// @param headerHash The header's hash.
    /// @param chain The hashes of the headers before it in its group of 32, folded: `chain = keccak256(chain, headerHash)`
    /// from zero on.
    /// @param following The hashes of the headers after it in its group, as far as they are final.
    function isFinal(
        uint64 index,
        bytes32 headerHash,
        bytes32 chain,
        bytes32[] calldata following
    ) external view returns (bool);

    /// @notice Hash of the header at index 0.
    function genesisHash() external view returns (bytes32);

    /// @notice Whether L1 took this header from its sequencer's own account, now or before (step 3.3).
    function vouched(bytes32 headerHash) external view returns (bool);

    /// @notice Signatures that were added to a batch, by its commitment.
    function addedSigners(bytes32 commitment) external view returns (uint128);

    /// @notice Seconds for which the clock of the batch at this index has stood still since the chain began.
    function standstill(uint64 index) external view returns (uint256);

    /// @notice Whether a request for the data of the batch at this index is open.
    function held(uint64 index) external view returns (bool);

    /// @notice Whether the system is in the insecure tx state (S1): a request is open.
    function insecure() external view returns (bool);

    /// @notice The first batch under request; the head where none is (S1).
    function secureBelow() external view returns (uint64);
}
