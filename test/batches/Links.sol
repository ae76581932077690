// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {Standing} from "../../contracts/batches/IBatchInbox.sol";

/// @title Links
/// @notice What L1 keeps of batches, from the definition in docs/protocol.md.
library Links {
    function linkOf(BatchHeader memory header) internal pure returns (bytes32) {
        bytes32 lastBlock = keccak256(
            abi.encode(header.lastBlock, header.lastTimestamp, header.postStateRoot, header.mttbr)
        );
        return keccak256(abi.encode(header.hashMemory(), lastBlock));
    }

    function commit(BatchHeader memory header, Standing memory standing) internal pure returns (bytes32) {
        bytes28 low = bytes28(keccak256(abi.encode(linkOf(header), standing)) << 32);
        return bytes32(abi.encodePacked(uint32(header.index), low));
    }
}
