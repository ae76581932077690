// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "./BatchHeader.sol";

/// @title Requests for unattested batches
/// @notice What the inbox needs to know of the disputes contract.
interface IUnattestedRequests {
    /// @notice Opens the request that an unattested batch counts as (steps 3.3.2, 3.3.3). The inbox holds the batch
    /// itself.
    /// @param headerHash Hash of the header.
    /// @param commitment What L1 keeps of the batch.
    function openUnattested(BatchHeader calldata header, bytes32 headerHash, bytes32 commitment) external;
}
