// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {BatchHeader} from "./BatchHeader.sol";
import {Standing} from "./IBatchInbox.sol";

/// @title Commitments
/// @notice What L1 keeps of a batch, in one word: its index in 4 bytes, then the last 28 bytes of
/// `keccak256(abi.encode(link, standing))`. Two batches with the same word take 2^112 hashes to find.
library Commitments {
    uint256 private constant INDEX_AT = 224;

    /// @notice The commitment to a batch.
    function commit(
        BatchHeader calldata header,
        bytes32 headerHash,
        Standing calldata standing
    ) internal pure returns (bytes32) {
        return commitLink(header.index, linkOf(headerHash, header.lastBlockHash()), standing);
    }

    /// @notice The same for a batch of which the link is known. Hashes the four words of calldata as they are: with
    /// surplus bits they give a word that L1 never keeps.
    /// @param index Fits into 4 bytes for every batch that L1 keeps; other indices give words that L1 never keeps.
    function commitLink(uint256 index, bytes32 link, Standing calldata standing) internal pure returns (bytes32 word) {
        // Writes beyond the free memory pointer only, and leaves the memory free.
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, link)
            calldatacopy(add(free, 0x20), standing, 0x80)
            word := keccak256(free, 0xa0)
        }
        return _mark(index, word);
    }

    /// @notice The same for a standing in memory.
    function commitMemory(uint256 index, bytes32 link, Standing memory standing) internal pure returns (bytes32 word) {
        // A struct in memory has a word for each field, as the ABI has it, and no surplus bits. Writes beyond the free
        // memory pointer only, and leaves the memory free.
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, link)
            mcopy(add(free, 0x20), standing, 0x80)
            word := keccak256(free, 0xa0)
        }
        return _mark(index, word);
    }

    /// @notice What the next batch says of a batch: the two hashes that its header has as `parent` and `blockBefore`.
    function linkOf(bytes32 headerHash, bytes32 lastBlockHash) internal pure returns (bytes32 link) {
        return Hashes.efficientKeccak256(headerHash, lastBlockHash);
    }

    /// @notice The index that a commitment tells.
    function indexOf(bytes32 commitment) internal pure returns (uint256) {
        return uint256(commitment) >> INDEX_AT;
    }

    function _mark(uint256 index, bytes32 word) private pure returns (bytes32) {
        return bytes32((index << INDEX_AT) | (uint256(word) & ((1 << INDEX_AT) - 1)));
    }
}
