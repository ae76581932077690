// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {Test} from "../Test.sol";

contract BatchHeaderHarness {
    function hash(BatchHeader calldata header) external pure returns (bytes32) {
        return header.hash();
    }
}

contract BatchHeaderTest is Test {
    bytes32 private constant TYPE_HASH = keccak256(
        "BatchHeader(uint64 index,bytes32 parent,address sequencer,uint32 txCount,uint32 dataSize,uint64 gasUsed,uint64 firstBlock,uint64 lastBlock,uint64 firstTimestamp,uint64 lastTimestamp,bytes32 preStateRoot,bytes32 postStateRoot,bytes32 mtsr,bytes32 mttbr,bytes32 dataHash)"
    );

    BatchHeaderHarness private harness;

    function setUp() public {
        harness = new BatchHeaderHarness();
    }

    /// @dev From calldata and from memory alike, and as EIP-712 has it: the type's hash, then a word for each field.
    function testFuzz_hash_isTheStructHash_succeeds(BatchHeader memory header) public view {
        bytes memory fields = bytes.concat(
            abi.encode(header.index, header.parent, header.sequencer, header.txCount, header.dataSize),
            abi.encode(header.gasUsed, header.firstBlock, header.lastBlock, header.firstTimestamp),
            abi.encode(header.lastTimestamp, header.preStateRoot, header.postStateRoot, header.mtsr),
            abi.encode(header.mttbr, header.dataHash)
        );
        bytes32 expected = keccak256(bytes.concat(TYPE_HASH, fields));
        assertEq(harness.hash(header), expected);
        assertEq(header.hashMemory(), expected);
    }

    /// @dev Every field counts.
    function testFuzz_hash_differsWithAnyField_succeeds(BatchHeader memory header, uint8 field) public view {
        bytes32 before = header.hashMemory();
        uint256 offset = 32 * uint256(field % 15);
        assembly ("memory-safe") {
            // The lowest bit is within every field's width.
            let place := add(header, offset)
            mstore(place, xor(mload(place), 1))
        }
        assertNotEq(header.hashMemory(), before);
        assertNotEq(harness.hash(header), before);
    }
}
