// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Batch, Standing} from "../batches/IBatchInbox.sol";
import {IUnattestedRequests} from "../batches/IUnattestedRequests.sol";
import {BatchHeader} from "../batches/BatchHeader.sol";
import {IPayouts} from "../payments/IPayouts.sol";
import {Certificate} from "../sequencers/ISequencerSet.sol";
import {BlockContext} from "../types/BlockContext.sol";

/// @dev Where a request for a batch's data stands.
enum RequestState {
    /// There is none.
    None,
    /// Anyone may answer until the deadline.
    Open,
    /// L1 found the batch right.
    Answered,
    /// The batch was found wrong, or is gone.
    Closed
}

/// @dev A request, kept in one word by the commitment of header and standing (`IBatchInbox.commitmentAt`).
/// @param requester The verifier; zero for an unattested batch, which counts as requested from its submission on.
/// @param deadline When the window closes, in seconds.
/// @param fee What the requester paid, in gwei.
/// @param delay By how much earlier requests moved the deadline on, in whole minutes.
/// @param state Where it stands.
struct Request {
    address requester;
    uint32 deadline;
    uint40 fee;
    uint16 delay;
    RequestState state;
}

/// @dev How far a request is answered.
/// @param count Transitions that L1 checked and found right.
/// @param size Bytes of their records, as a batch encodes them.
/// @param gasUsed L2 gas that they used.
struct Tally {
    uint32 count;
    uint32 size;
    uint64 gasUsed;
}

/// @dev Neighbouring transitions that a header commits to.
/// @param from Index of the first one.
/// @param before Block of transaction `from - 1`; ignored where `from` is 0.
/// @param hashBefore Hash of transaction `from - 1`; ignored where `from` is 0.
/// @param records The transactions from `from` on with their blocks, encoded; the first record opens a block.
/// @param recordProof Range proof of their leaves, and that of `from - 1`, in the MTTBR.
/// @param stateRoots The state roots that the header claims: after `from - 1` (not where `from` is 0), then after each
/// of the transactions.
/// @param rootProof Range proof of the leaves of `stateRoots` in the MTSR.
struct Range {
    uint32 from;
    BlockContext before;
    bytes32 hashBefore;
    bytes records;
    bytes32[] recordProof;
    bytes32[] stateRoots;
    bytes32[] rootProof;
}

/// @dev Where a header is, and who answers for it.
/// @param inPlace Link of the batch that stands at its index (`Commitments.linkOf`): its own where it stands itself.
/// Ignored where none waits for finality there.
/// @param standing Where that one stands.
/// @param certificate A quorum's signatures, for a header that does not stand or is final; empty otherwise.
struct Place {
    bytes32 inPlace;
    Standing standing;
    Certificate certificate;
}

/// @dev What a header has been shown to get wrong.
enum Fault {
    None,
    /// A transaction cannot be executed, or leads to another state root.
    Transition,
    /// Two neighbours' blocks are out of order, or one block has two times, coinbases or words of randomness.
    Order,
    /// The first or last transaction is not in the header's first or last block, or a block has a base fee or randomness
    /// that the chain does not have.
    Placement,
    /// Beyond the last transaction, a tree is not padded with rows of value zero.
    Padding,
    /// The transactions use another amount of gas, or have another size, than the header says.
    Sum,
    /// The window of a request passed (step 11.D1).
    Unanswered
}

/// @title Disputes
/// @notice Everything that settles a dispute between sequencers and verifiers on L1 (steps 11.4 to 11.16, 3.3.2 to
/// 3.3.6). There is one primitive: L1 checks a range of transitions. What differs from the header is a fraud proof and
/// condemns at once, request or not; what equals it is part of the answer to an open request. Anyone checks, ranges of
/// any size, in any order. Pays out ETH.
interface IDisputes is IUnattestedRequests, IPayouts {
    /// @notice A verifier requested a batch's data (steps 11.6, 3.3.2). `requester` is zero, and the fee 0, for an
    /// unattested batch.
    /// @param deadline When the window closes, in seconds.
    /// @param fee In wei.
    event DataRequested(
        bytes32 indexed headerHash,
        address indexed requester,
        uint64 indexed index,
        uint256 deadline,
        uint256 fee
    );
    /// @notice L1 checked transitions of a requested batch and found them right (steps 11.8, 11.9, 3.3.4, 3.3.5).
    /// @param from Index of the first one.
    /// @param count Their number.
    /// @param records The transactions with their blocks; the first record opens a block (steps 9.3, 11.10.2).
    event RecordsChecked(bytes32 indexed headerHash, uint32 from, uint32 count, bytes records);
    /// @notice All transitions are right, and so is what the header says of them (steps 11.10.1, 3.3.6b.1); the fee went
    /// to the treasury.
    event RequestAnswered(bytes32 indexed headerHash);
    /// @notice The fee went back to the requester, in wei: the batch was wrong, or is no longer there.
    event RequestRefunded(bytes32 indexed headerHash, address indexed requester, uint256 fee);
    /// @notice Transitions are on L1 that show the header to be wrong (steps 11.4, 11.5).
    event BatchChallenged(bytes32 indexed headerHash, address indexed challenger, uint32 from, Fault fault);
    /// @notice A header was found wrong (steps 11.11 to 11.16).
    /// @param claimant The account that the bounty is set aside for.
    /// @param signers Seats of the header's term that lose a share of their stake too.
    /// @param stood Whether it stood in the chain of batches, which it leaves with all later ones.
    event BatchCondemned(
        bytes32 indexed headerHash,
        address indexed claimant,
        Fault fault,
        uint128 signers,
        bool stood
    );

    /// @notice Only a registered verifier may request.
    error RequestNotVerifier(address caller);
    /// @notice The value sent is less than the fees, in wei.
    error RequestWrongFee(uint256 value, uint256 fee);
    /// @notice The data of this batch was requested before.
    error RequestExists(bytes32 headerHash);
    /// @notice The batch's window is over, and nothing stops it from being finalised.
    error RequestTooLate(uint64 index);
    /// @notice The request is not open.
    error RequestNotOpen(bytes32 headerHash, RequestState state);
    /// @notice This header is not what stands at the index, or its standing is another.
    error RequestUnknownBatch(uint64 index, bytes32 headerHash);
    /// @notice The batch is still in the chain: nothing to refund.
    error RequestStillStands(bytes32 headerHash);
    /// @notice The window is over: the request can only expire.
    error RequestWindowOver(uint256 deadline);
    /// @notice The window is open: the request cannot expire yet.
    error RequestWindowOpen(uint256 deadline);
    /// @notice A range has at least one record.
    error RangeEmpty();
    /// @notice The tree does not have these leaves at this place.
    /// @param root What the leaves and the proof lead to.
    /// @param expected The header's MTTBR or MTSR.
    error RangeWrongLeaves(bytes32 root, bytes32 expected);
    /// @notice The number of state roots does not go with the number of records.
    error RangeWrongLength(uint256 length, uint256 expected);
    /// @notice The transitions are right, and no request is open that they would answer.
    error FraudNotFound(bytes32 headerHash);
    /// @notice The header is wrong, but nothing shows that its signers meant it: it does not stand, L1 never took it from
    /// its sequencer, and there is no certificate. A signature alone is a draft.
    error HeaderNotSigned(bytes32 headerHash);
    /// @notice The caller may not call this.
    error DisputesUnauthorized(address caller);

    /// @notice Requests the data of certified batches whose window is open (step 11.6), each at most once. A registered
    /// verifier only. Payable with at least the sum of their fees; the caller gets back what is more.
    function requestData(Batch[] calldata batches) external payable;

    /// @notice Checks transitions of a header (steps 11.5, 11.8 to 11.10). Anyone may call. A fault condemns the header
    /// where it stands, where L1 once took it from its sequencer, and where a certificate shows that a quorum signed it.
    /// Otherwise the range counts for the open request; only transitions that were not checked before count. The call
    /// that completes a request compares what the header says of all transitions, and ends it.
    /// @param header The header.
    /// @param place Where it is.
    /// @param range The transitions.
    /// @param witness Trie nodes and code; empty to take over what sessions found (ISessions).
    /// @param salt Opens the caller's commitment to what it found, `keccak256(abi.encode(fault, range.from,
    /// keccak256(range.records), truth))` (`ISequencerSet.commitProof`), where the truth is the state root after the first
    /// wrong transition, or zero where it cannot be executed and for other faults; zero opens none.
    function check(
        BatchHeader calldata header,
        Place calldata place,
        Range calldata range,
        bytes calldata witness,
        bytes32 salt
    ) external;

    /// @notice Condemns a batch whose request was not answered in its window (step 11.D1). Anyone may call; the bounty is
    /// the requester's, or the caller's where the batch was unattested.
    function expire(Batch calldata batch) external;

    /// @notice Credits the fee of a request whose batch was replaced, invalidated or rolled back. Anyone may call.
    function refund(Batch calldata batch) external;

    /// @notice Fee for requesting a batch's data in a block of L1 with this base fee, both in wei.
    function requestFee(BatchHeader calldata header, uint256 baseFee) external view returns (uint256);

    /// @notice The request for a batch, by the commitment of header and standing.
    function requestOf(bytes32 commitment) external view returns (Request memory);

    /// @notice How far a request is answered, by the commitment of header and standing.
    function tallyOf(bytes32 commitment) external view returns (Tally memory);

    /// @notice Which of 256 transitions, from `256 * word` on, were checked: one bit for each.
    function checkedOf(bytes32 commitment, uint256 word) external view returns (uint256);

    /// @notice Until when L1 is busy with what was requested so far, at a tenth of its gas, in seconds.
    function busyUntil() external view returns (uint256);
}
