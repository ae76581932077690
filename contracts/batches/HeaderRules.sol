// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader, BatchHeaders} from "./BatchHeader.sol";
import {BatchTree} from "./BatchTree.sol";
import {IBatchInbox, Parent} from "./IBatchInbox.sol";

/// @title Header rules
/// @notice What follows from a header and its parent alone. Honest sequencers sign nothing that L1 refuses: their limits
/// are these.
library HeaderRules {
    /// @notice Most transactions of a batch: answering for it must fit into the request window.
    uint32 internal constant MAX_TRANSACTIONS = 4096;
    /// @notice Most bytes of a batch's data.
    uint32 internal constant MAX_DATA_SIZE = 2 ** 20;
    /// @notice Most L2 gas of a batch.
    uint64 internal constant MAX_GAS = 25_000_000;
    /// @notice Most block numbers that a batch may span: nobody can use up all 64-bit numbers and so end the chain.
    uint64 internal constant MAX_BLOCKS = 2 ** 32;
    /// @notice How far the L2's clock may be ahead of L1's, in seconds.
    uint64 internal constant MAX_DRIFT = 15 minutes;
    /// @notice How far the L2's clock may be behind L1's when a batch is submitted, in seconds.
    uint64 internal constant MAX_LAG = 3 days;

    /// @notice Reverts unless the header may follow its parent.
    ///
    /// Invariant: a batch continues its parent in state, blocks and time, and its post-state root is the last value of
    /// its MTSR. So the MTSR commits to the state that the next batch starts from.
    /// @param parent What is said of the batch before, whose `blockBefore` in the header is known to be right.
    /// @param baseFee The chain's base fee, in wei of the L2.
    /// @param postStateProof Merkle proof of the leaf `[txCount - 1, postStateRoot]` in the MTSR.
    function check(
        Parent calldata parent,
        BatchHeader calldata header,
        uint64 baseFee,
        bytes32[] calldata postStateProof
    ) internal view {
        // The parent's last block is known by its hash, which commits to the state after it.
        bytes32 blockBefore = BatchHeaders.hashBlock(
            parent.lastBlock,
            parent.lastTimestamp,
            header.preStateRoot,
            parent.mttbr
        );
        _equal("blockBefore", header.blockBefore, blockBefore);
        _equal("baseFee", bytes32(uint256(header.baseFee)), bytes32(uint256(baseFee)));
        _equal("deposits", bytes32(uint256(header.deposits)), 0);
        _equal("depositsHash", header.depositsHash, 0);
        _equal("attestations", header.attestations, 0);
        _within("dataSize", header.dataSize, 1, MAX_DATA_SIZE);
        _within("gasUsed", header.gasUsed, 0, MAX_GAS);
        _checkBlocks(parent, header);
        uint256 count = header.txCount;
        _within("txCount", count, 1, MAX_TRANSACTIONS);
        if (!BatchTree.contains(header.mtsr, count - 1, header.postStateRoot, postStateProof)) {
            revert IBatchInbox.InboxWrongPostState(header.postStateRoot);
        }
    }

    /// @dev Blocks and times follow those of the parent, and L1's clock.
    function _checkBlocks(Parent calldata parent, BatchHeader calldata header) private view {
        // Sums of numbers of 64 bits do not overflow, and L1's clock is beyond `MAX_LAG`.
        unchecked {
            (uint256 firstBlock, uint256 blockBefore) = (header.firstBlock, parent.lastBlock);
            _within("firstBlock", firstBlock, blockBefore + 1, type(uint64).max);
            _within("lastBlock", header.lastBlock, firstBlock, blockBefore + MAX_BLOCKS);
            uint256 firstTime = header.firstTimestamp;
            _within("firstTimestamp", firstTime, parent.lastTimestamp, type(uint64).max);
            uint256 oldest = block.timestamp - MAX_LAG;
            if (oldest < firstTime) oldest = firstTime;
            _within("lastTimestamp", header.lastTimestamp, oldest, block.timestamp + MAX_DRIFT);
        }
    }

    /// @notice Reverts unless a field has the value that L1 knows.
    /// @param field Its name, of at most 31 characters.
    function requireField(bytes32 field, uint256 value, uint256 expected) internal pure {
        _equal(field, bytes32(value), bytes32(expected));
    }

    function _equal(bytes32 field, bytes32 value, bytes32 expected) private pure {
        if (value != expected) revert IBatchInbox.InboxWrongField(_text(field), value, expected);
    }

    function _within(bytes32 field, uint256 value, uint256 least, uint256 most) private pure {
        if (value < least) revert IBatchInbox.InboxFieldOutOfRange(_text(field), value, least);
        if (value > most) revert IBatchInbox.InboxFieldOutOfRange(_text(field), value, most);
    }

    /// @dev The name of a field as a string. Built only for an error: a string for each check would cost more than the
    /// checks.
    function _text(bytes32 word) private pure returns (string memory) {
        uint256 length = 0;
        while (word[length] != 0) ++length;
        bytes memory text = new bytes(length);
        for (uint256 i = 0; i < length; ++i) text[i] = word[i];
        return string(text);
    }
}
