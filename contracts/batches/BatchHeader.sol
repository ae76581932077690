// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev What L1 is told of a batch (step 8a). L1 keeps its hash; calls pass the header.
/// @param index Position in the chain of batches; genesis is 0.
/// @param parent Hash of the header before.
/// @param sequencer Owner of the sequencer that vouches for the batch and answers requests for its data.
/// @param txCount Number of transactions, at least one.
/// @param dataSize Size of the encoded transactions, in bytes.
/// @param gasUsed L2 gas that the transactions used.
/// @param firstBlock L2 block of the first transaction.
/// @param lastBlock L2 block of the last transaction.
/// @param firstTimestamp Time of `firstBlock`, in seconds.
/// @param lastTimestamp Time of `lastBlock`, in seconds.
/// @param preStateRoot State root before the first transaction.
/// @param postStateRoot State root after the last transaction.
/// @param mtsr Merkle tree state root: the batch tree over the state root after every transaction.
/// @param mttbr Merkle tree transaction batch root: the batch tree over the transactions.
/// @param dataHash keccak-256 of the object in storage: the encoded transactions, then every state root.
struct BatchHeader {
    uint64 index;
    bytes32 parent;
    address sequencer;
    uint32 txCount;
    uint32 dataSize;
    uint64 gasUsed;
    uint64 firstBlock;
    uint64 lastBlock;
    uint64 firstTimestamp;
    uint64 lastTimestamp;
    bytes32 preStateRoot;
    bytes32 postStateRoot;
    bytes32 mtsr;
    bytes32 mttbr;
    bytes32 dataHash;
}

using BatchHeaders for BatchHeader global;

/// @title Batch headers
library BatchHeaders {
    bytes32 internal constant TYPE_HASH = keccak256(
        "BatchHeader(uint64 index,bytes32 parent,address sequencer,uint32 txCount,uint32 dataSize,uint64 gasUsed,uint64 firstBlock,uint64 lastBlock,uint64 firstTimestamp,uint64 lastTimestamp,bytes32 preStateRoot,bytes32 postStateRoot,bytes32 mtsr,bytes32 mttbr,bytes32 dataHash)"
    );

    /// @notice The header's name on L1 and what its certificate signs.
    /// @return result The EIP-712 struct hash.
    /// @dev Calldata holds the fields as `abi.encode` gives them. One with surplus bits has a hash that no submitted
    /// header has: reading such a field reverts, and a submission reads every one.
    function hash(BatchHeader calldata header) internal pure returns (bytes32 result) {
        bytes32 typeHash = TYPE_HASH;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, typeHash)
            calldatacopy(add(free, 0x20), header, 0x1e0)
            result := keccak256(free, 0x200)
        }
    }

    /// @notice The same for a header in memory.
    function hashMemory(BatchHeader memory header) internal pure returns (bytes32) {
        return keccak256(abi.encode(TYPE_HASH, header));
    }
}
