// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IParameters} from "../governance/IParameters.sol";
import {Bounties} from "./Bounties.sol";
import {Kicks} from "./Kicks.sol";
import {Office} from "./Office.sol";
import {Rewards} from "./Rewards.sol";
import {Seating} from "./Seating.sol";

/// @title Sequencer desk
/// @notice The half of the sequencer set that is seldom called: one contract would be larger than L1 allows.
/// `SequencerSet` deploys it and runs its code on its own storage; nothing ever replaces it. Called by itself it is empty:
/// it knows no inbox, without which nobody joins.
contract SequencerDesk is Seating, Kicks, Rewards, Bounties {
    constructor(
        IERC20 token,
        IParameters parameters_,
        address treasury_,
        address timelock
    ) Office(token, parameters_, treasury_, timelock) {}
}
