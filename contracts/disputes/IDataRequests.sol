// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../batches/BatchHeader.sol";
import {BlockContext} from "../types/BlockContext.sol";

/// @dev Where a data request stands.
enum RequestState {
    /// Nobody requested it.
    None,
    /// The sequencer posts the data (step 11.8).
    Posting,
    /// The data is posted; L1 recomputes the MTSR (step 11.9).
    Recomputing,
    /// Settled: the batch was found right or wrong, or the fee was refunded.
    Closed
}

/// @dev A request for a batch's data. At most one is ever made for a header.
/// @param requester The verifier.
/// @param deadline When the window closes, in seconds.
/// @param state Where it stands.
/// @param fee What the requester paid, in wei.
/// @param progress Hash of the `Posting` or `Recomputing` progress that the next call passes.
struct Request {
    address requester;
    uint40 deadline;
    RequestState state;
    uint256 fee;
    bytes32 progress;
}

/// @dev How far the posting of a batch's data has come (step 11.8).
/// @param count Transactions posted.
/// @param size Bytes posted.
/// @param last Block of the last transaction posted; zeroes before the first.
/// @param frontier Roots of the complete subtrees of the MTTBR so far, the largest first.
struct Posting {
    uint32 count;
    uint32 size;
    BlockContext last;
    bytes32[] frontier;
}

/// @dev How far the recomputation of a batch has come (step 11.9).
/// @param count Transactions executed.
/// @param gasUsed L2 gas used by them.
/// @param last Block of the last of them; zeroes before the first.
/// @param stateRoot State root after the last of them.
/// @param frontier Roots of the complete subtrees of the new MTSR so far, the largest first.
struct Recomputing {
    uint32 count;
    uint64 gasUsed;
    BlockContext last;
    bytes32 stateRoot;
    bytes32[] frontier;
}

/// @title Data requests
/// @notice The data-availability challenge: request, posting, recomputation and settlement (steps 11.6 to 11.16, 3.3.2
/// to 3.3.6). One window covers posting and recomputation.
interface IDataRequests {
    /// @notice A verifier requested a batch's data (steps 11.6, 3.3.2).
    event DataRequested(
        bytes32 indexed headerHash,
        address indexed requester,
        uint64 indexed index,
        uint256 deadline,
        uint256 fee
    );
    /// @notice The sequencer posted records (steps 11.8, 3.3.4). Their bytes are the `records` argument of the call.
    event DataPosted(bytes32 indexed headerHash, Posting posting);
    /// @notice All data is posted and gives the declared MTTBR.
    event DataCompleted(bytes32 indexed headerHash, Recomputing recomputing);
    /// @notice L1 executed further transactions (steps 11.9, 3.3.5).
    event RecomputationAdvanced(bytes32 indexed headerHash, Recomputing recomputing);
    /// @notice L1 found the batch right (steps 11.10.1, 3.3.6b.1); the fee went to the treasury.
    event RequestAnswered(bytes32 indexed headerHash, bytes32 mtsr);
    /// @notice The fee went back to the requester: the batch was wrong, or is no longer there.
    event RequestRefunded(bytes32 indexed headerHash, address indexed requester, uint256 fee);
    /// @notice The window passed (step 11.D1).
    event RequestExpired(bytes32 indexed headerHash);

    /// @notice Only a registered verifier may request.
    error RequestNotVerifier(address caller);
    /// @notice The value sent is not the fee.
    error RequestWrongFee(uint256 value, uint256 fee);
    /// @notice The data of this header was requested before.
    error RequestExists(bytes32 headerHash);
    /// @notice The request is not in the state that the call is for.
    error RequestWrongState(bytes32 headerHash, RequestState state);
    /// @notice The batch is still in the chain: nothing to refund.
    error RequestStillStands(bytes32 headerHash);
    /// @notice The batch is gone: the request can only be refunded.
    error RequestVoid(bytes32 headerHash);
    /// @notice The window is over: the request can only expire.
    error RequestWindowOver(uint256 deadline);
    /// @notice The window is open: the request cannot expire yet.
    error RequestWindowOpen(uint256 deadline);
    /// @notice Only the batch's sequencer posts its data.
    error PostingUnauthorized(address caller, address sequencer);
    /// @notice The progress passed is not where the request stands.
    error ProgressMismatch(bytes32 progress, bytes32 expected);
    /// @notice More than the header declares.
    error PostingTooMuch(uint256 size, uint256 declared);
    /// @notice A call carries at least one record.
    error PostingEmpty();
    /// @notice The MTTBR does not have these records at this place.
    error RecomputationWrongRecords(bytes32 root, bytes32 mttbr);

    /// @notice Requests the data of a batch that is not final (step 11.6). Payable with exactly `requestFee(header)`.
    function requestData(BatchHeader calldata header) external payable;

    /// @notice Posts the next records of a requested batch (step 11.8); a piece ends at a record's end, and carries up
    /// to about 100 kB. With the last one L1 compares size, count, blocks and MTTBR with the header and, where they
    /// differ, settles against the sequencer (step 11.11).
    /// @param posting Where the posting stands: that of the last `DataPosted`, all zero at first.
    /// @param records Encoded transactions.
    function post(BatchHeader calldata header, Posting calldata posting, bytes calldata records) external;

    /// @notice Executes the next transactions (step 11.9). Anyone may call. With the last one L1 compares MTSR,
    /// post-state root and gas with the header and settles (step 11.10).
    /// @param recomputing Where the recomputation stands: that of the last event.
    /// @param records The next transactions, encoded as they were posted.
    /// @param siblings Hashes that lead from these records' leaves to the MTTBR: level by level from the leaves, the
    /// left neighbour of the range where it starts at an odd place, then the right one where it ends at an even place.
    /// @param witness Trie nodes.
    function recompute(
        BatchHeader calldata header,
        Recomputing calldata recomputing,
        bytes calldata records,
        bytes32[] calldata siblings,
        bytes calldata witness
    ) external;

    /// @notice Settles a request whose window passed against the sequencer (step 11.D1). Anyone may call.
    function expire(BatchHeader calldata header) external;

    /// @notice Credits the fee of a request whose batch was replaced, invalidated or rolled back. Anyone may call.
    function refund(BatchHeader calldata header) external;

    /// @notice Fee for requesting a batch's data, in wei.
    function requestFee(BatchHeader calldata header) external view returns (uint256);

    /// @notice The request for the data of a header.
    function requestOf(bytes32 headerHash) external view returns (Request memory);
}
