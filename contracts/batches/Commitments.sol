// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Standing} from "./IBatchInbox.sol";

/// @title Commitments
/// @notice What L1 keeps of a batch that is not final: `keccak256(abi.encode(headerHash, standing))`.
library Commitments {
    /// @notice The commitment to a batch. Hashes the four words of calldata as they are: with surplus bits they give a
    /// hash that L1 never keeps.
    function commit(bytes32 headerHash, Standing calldata standing) internal pure returns (bytes32 result) {
        // Writes beyond the free memory pointer only, and leaves the memory free.
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, headerHash)
            calldatacopy(add(free, 0x20), standing, 0x80)
            result := keccak256(free, 0xa0)
        }
    }

    /// @notice The same for a standing in memory.
    function commitMemory(bytes32 headerHash, Standing memory standing) internal pure returns (bytes32) {
        return keccak256(abi.encode(headerHash, standing));
    }
}
