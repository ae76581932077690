// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRequestRecord, ISequencerRoll, Request, RequestState} from "../../contracts/governance/IRequestRecord.sol";

/// @title Requests
/// @notice A record of requests that a test writes itself, and a roll of sequencers with it.
contract Requests is IRequestRecord, ISequencerRoll {
    mapping(bytes32 key => Request) private _requests;
    mapping(address account => bool) private _seated;

    function put(bytes32 key, address requester, uint40 fee, RequestState state) external {
        _requests[key] = Request(requester, uint32(block.timestamp), fee, 0, state);
    }

    function seat(address sequencer) external {
        _seated[sequencer] = true;
    }

    function requestOf(bytes32 key) external view returns (Request memory) {
        return _requests[key];
    }

    function speaksFor(address actor, address sequencer) external view returns (bool) {
        return actor == sequencer && _seated[sequencer];
    }
}
