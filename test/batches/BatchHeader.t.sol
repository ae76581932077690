// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {Commitments} from "../../contracts/batches/Commitments.sol";
import {BatchStatus, Standing} from "../../contracts/batches/IBatchInbox.sol";
import {Test} from "../Test.sol";

contract BatchHeaderHarness {
    function hash(BatchHeader calldata header) external pure returns (bytes32) {
        return header.hash();
    }

    function lastBlockHash(BatchHeader calldata header) external pure returns (bytes32) {
        return header.lastBlockHash();
    }

    function commit(BatchHeader calldata header, Standing calldata standing) external pure returns (bytes32) {
        return Commitments.commit(header, header.hash(), standing);
    }
}

contract BatchHeaderTest is Test {
    bytes32 private constant TYPE_HASH = keccak256(
        "BatchHeader(uint64 index,bytes32 parent,uint32 epoch,uint32 term,address sequencer,uint32 txCount,uint32 dataSize,uint64 gasUsed,uint64 baseFee,uint64 firstBlock,uint64 lastBlock,uint64 firstTimestamp,uint64 lastTimestamp,bytes32 blockBefore,uint64 deposits,bytes32 depositsHash,bytes32 preStateRoot,bytes32 postStateRoot,bytes32 mtsr,bytes32 mttbr,bytes32 dataHash,bytes32 attestations)"
    );

    BatchHeaderHarness private harness;

    function setUp() public {
        harness = new BatchHeaderHarness();
    }

    /// @dev From calldata and from memory alike, and as EIP-712 has it: the type's hash, then a word for each field.
    function testFuzz_hash_isTheStructHash_succeeds(BatchHeader memory header) public view {
        bytes memory fields = bytes.concat(
            abi.encode(header.index, header.parent, header.epoch, header.term, header.sequencer, header.txCount),
            abi.encode(header.dataSize, header.gasUsed, header.baseFee, header.firstBlock, header.lastBlock),
            abi.encode(header.firstTimestamp, header.lastTimestamp, header.blockBefore, header.deposits),
            abi.encode(header.depositsHash, header.preStateRoot, header.postStateRoot, header.mtsr, header.mttbr),
            abi.encode(header.dataHash, header.attestations)
        );
        bytes32 expected = keccak256(bytes.concat(TYPE_HASH, fields));
        assertEq(harness.hash(header), expected);
        assertEq(header.hashMemory(), expected);
    }

    /// @dev Every field counts.
    function testFuzz_hash_differsWithAnyField_succeeds(BatchHeader memory header, uint8 field) public view {
        bytes32 before = header.hashMemory();
        uint256 offset = 32 * uint256(field % 22);
        assembly ("memory-safe") {
            // The lowest bit is within every field's width.
            let place := add(header, offset)
            mstore(place, xor(mload(place), 1))
        }
        assertNotEq(header.hashMemory(), before);
        assertNotEq(harness.hash(header), before);
    }

    function testFuzz_lastBlockHash_commitsToTheLastBlock_succeeds(BatchHeader memory header) public view {
        bytes32 expected = keccak256(
            bytes.concat(
                bytes32(uint256(header.lastBlock)),
                bytes32(uint256(header.lastTimestamp)),
                header.postStateRoot,
                header.mttbr
            )
        );
        assertEq(harness.lastBlockHash(header), expected);
    }

    /// @dev From calldata and from memory alike, as the interface has it.
    function testFuzz_commit_isTheIndexAndTheHash_succeeds(
        BatchHeader memory header,
        uint8 status,
        uint40 due,
        uint128 signers,
        address submitter
    ) public view {
        Standing memory standing = Standing(BatchStatus(status % 5), due, signers, submitter);
        header.index = uint32(header.index);
        bytes32 link = keccak256(abi.encode(header.hashMemory(), harness.lastBlockHash(header)));
        bytes32 hash = keccak256(abi.encode(link, standing));
        bytes32 commitment = harness.commit(header, standing);
        assertEq(commitment, Commitments.commitMemory(header.index, link, standing));
        assertEq(uint256(commitment) >> 224, header.index);
        assertEq(commitment << 32, hash << 32);
        assertEq(Commitments.indexOf(commitment), header.index);
    }
}
