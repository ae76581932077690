// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev What a submission tells L1 of a batch (step 8a). L1 keeps only a hash, and callers pass the header again.
/// @param index Position in the chain of batches; genesis is 0.
/// @param parent Hash of the header before.
/// @param epoch How often a verdict has moved the head back; a header belongs to one epoch.
/// @param term The rotation whose sequencers, stakes and keys its certificate counts with.
/// @param sequencer Owner of the sequencer that answers for the batch.
/// @param txCount Number of transactions, at least one.
/// @param dataSize Size of the encoded transactions, in bytes.
/// @param gasUsed L2 gas that the transactions used.
/// @param baseFee Base fee of the batch's blocks, in wei of the L2; a constant of the chain so far.
/// @param firstBlock L2 block of the first transaction.
/// @param lastBlock L2 block of the last transaction.
/// @param firstTimestamp Time of `firstBlock`, in seconds.
/// @param lastTimestamp Time of `lastBlock`, in seconds.
/// @param blockBefore Commitment to the block before the first one: `BatchHeaders.lastBlockHash` of the parent.
/// @param deposits Number of deposits taken up to the end of the batch; zero so far.
/// @param depositsHash Accumulator over these deposits; zero so far.
/// @param preStateRoot State root before the first transaction.
/// @param postStateRoot State root after the last transaction.
/// @param mtsr Merkle tree state root: the batch tree over the state root after every transaction.
/// @param mttbr Merkle tree transaction batch root: the batch tree over the transactions.
/// @param dataHash keccak-256 of the object in storage: the encoded transactions, then every state root. A hint for
/// readers; nobody is guilty of it.
/// @param attestations Commitment to what verifiers attested; zero so far.
struct BatchHeader {
    uint64 index;
    bytes32 parent;
    uint32 epoch;
    uint32 term;
    address sequencer;
    uint32 txCount;
    uint32 dataSize;
    uint64 gasUsed;
    uint64 baseFee;
    uint64 firstBlock;
    uint64 lastBlock;
    uint64 firstTimestamp;
    uint64 lastTimestamp;
    bytes32 blockBefore;
    uint64 deposits;
    bytes32 depositsHash;
    bytes32 preStateRoot;
    bytes32 postStateRoot;
    bytes32 mtsr;
    bytes32 mttbr;
    bytes32 dataHash;
    bytes32 attestations;
}

using BatchHeaders for BatchHeader global;

/// @title Batch headers
/// @notice Hashes headers.
library BatchHeaders {
    /// @dev EIP-712 type hash.
    bytes32 internal constant TYPE_HASH = keccak256(
        "BatchHeader(uint64 index,bytes32 parent,uint32 epoch,uint32 term,address sequencer,uint32 txCount,uint32 dataSize,uint64 gasUsed,uint64 baseFee,uint64 firstBlock,uint64 lastBlock,uint64 firstTimestamp,uint64 lastTimestamp,bytes32 blockBefore,uint64 deposits,bytes32 depositsHash,bytes32 preStateRoot,bytes32 postStateRoot,bytes32 mtsr,bytes32 mttbr,bytes32 dataHash,bytes32 attestations)"
    );

    /// @notice The hash that identifies a header on L1, and that its certificate signs.
    /// @return result The EIP-712 struct hash.
    /// @dev Hashes the 22 words of calldata as they are: they are what `abi.encode` would give. A header whose narrow
    /// fields carry surplus bits hashes to something that L1 never keeps, since a submission reads every such field and
    /// the read reverts; honest signers never sign it either.
    function hash(BatchHeader calldata header) internal pure returns (bytes32 result) {
        bytes32 typeHash = TYPE_HASH;
        // Writes beyond the free memory pointer only, and leaves the memory free.
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, typeHash)
            calldatacopy(add(free, 0x20), header, 0x2c0)
            result := keccak256(free, 0x2e0)
        }
    }

    /// @notice The same for a header in memory.
    function hashMemory(BatchHeader memory header) internal pure returns (bytes32) {
        return keccak256(abi.encode(TYPE_HASH, header));
    }

    /// @notice Commitment to a batch's last block: its number, its time, the state after it and the transactions before
    /// that state. What the next batch carries as `blockBefore`.
    function lastBlockHash(BatchHeader calldata header) internal pure returns (bytes32) {
        return hashBlock(header.lastBlock, header.lastTimestamp, header.postStateRoot, header.mttbr);
    }

    /// @notice The same out of its parts: `keccak256(abi.encode(height, time, stateRoot, mttbr))`.
    function hashBlock(
        uint64 height,
        uint64 time,
        bytes32 stateRoot,
        bytes32 mttbr
    ) internal pure returns (bytes32 result) {
        // Writes beyond the free memory pointer only, and leaves the memory free. The numbers have no surplus bits: reading
        // one from calldata reverts where it has.
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, height)
            mstore(add(free, 0x20), time)
            mstore(add(free, 0x40), stateRoot)
            mstore(add(free, 0x60), mttbr)
            result := keccak256(free, 0x80)
        }
    }
}
