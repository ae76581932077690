// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISequencerSet} from "./ISequencerSet.sol";

interface SequencerSet is ISequencerSet {}
