// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISequencerSet} from "../../contracts/sequencers/ISequencerSet.sol";
import {Closing} from "./Closing.sol";
import {Rules} from "./Rules.sol";
import {World} from "./World.sol";

/// @title Handler
/// @notice Every external call of the system, by honest and hostile actors. Each action knows whether its call has to
/// succeed and says so when it is wrong: what the honest may do always succeeds, what nobody may do never does.
contract Handler is Closing, Rules {
    uint256 private constant ACTIONS = 4;
    uint256 private _calls;

    constructor(uint256 honest_, uint96 honestStake, uint96 hostileStake) World(honest_, honestStake, hostileStake) {}

    /// @notice Some actions, one after the other.
    function play(uint256 seed) external {
        for (uint256 i = 0; i < ACTIONS; ++i) {
            // Uses every bit of the runner's seed, and never repeats a choice.
            seed = uint256(keccak256(abi.encode(seed, ++_calls)));
            _act(seed % 32, seed >> 5);
        }
    }

    function _act(uint256 what, uint256 seed) private {
        if (what < 5) _submitCertified(seed);
        else if (what < 9) _submitAlone(seed);
        else if (what < 13) _requestData(seed);
        else if (what < 17) _post(seed);
        else if (what < 20) _recompute(seed);
        else if (what < 23) _settle(seed);
        else if (what < 25) _prove(seed);
        else if (what < 27) _membership(seed);
        else if (what < 29) _rarely(seed);
        else _wait(seed);
    }

    /// @notice What is rarer than batches and disputes.
    function _rarely(uint256 seed) private {
        uint256 what = seed % 8;
        seed >>= 3;
        if (what < 2) _rotate(seed);
        else if (what < 4) _govern(seed);
        else if (what == 4) _changeBond(seed);
        else if (what == 5) _trespass(seed);
        else if (what == 6)
            _try(accounts[0], address(set), abi.encodeCall(ISequencerSet.settle, (owners[seed % SEQUENCERS])));
        else _claim(accounts[seed % accounts.length]);
    }

    /// @notice Time passes, and the honest answer in time.
    function _wait(uint256 seed) private {
        uint24[8] memory steps = [1 minutes, 5 minutes, 30 minutes, 1 hours, 6 hours, 1 days, 2 days, 8 days];
        _pass(steps[seed % 8]);
        _finalise();
    }
}
