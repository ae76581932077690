// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev Where a request for data stands.
enum RequestState {
    /// Nobody requested it.
    None,
    /// The window runs.
    Open,
    /// L1 has seen the data, and the batch was right: the requester lost its fee.
    Answered,
    /// Settled in another way; the fee went back.
    Closed
}

/// @dev A request for a batch's data.
/// @param requester The verifier that paid for it.
/// @param deadline When its window ends, in seconds.
/// @param fee What was paid, in gwei.
/// @param delay By how much earlier requests moved the deadline on, in minutes.
/// @param state Where it stands.
struct Request {
    address requester;
    uint32 deadline;
    uint40 fee;
    uint16 delay;
    RequestState state;
}

/// @title Record of requests
/// @notice What governance has to know of the disputes, which stand above it.
interface IRequestRecord {
    /// @notice A request by its key.
    function requestOf(bytes32 key) external view returns (Request memory);
}

/// @title Roll of sequencers
/// @notice What governance has to know of the sequencer set, which stands above it.
interface ISequencerRoll {
    /// @notice Whether `actor` may act for the sequencer: its owner or its present key.
    function speaksFor(address actor, address sequencer) external view returns (bool);
}
