// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDisputes} from "./IDisputes.sol";

interface Disputes is IDisputes {}
