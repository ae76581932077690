// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBatchInbox} from "./IBatchInbox.sol";

interface BatchInbox is IBatchInbox {}
