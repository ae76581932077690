// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {BatchTree} from "../../contracts/batches/BatchTree.sol";
import {Standing} from "../../contracts/batches/IBatchInbox.sol";
import {Range} from "../../contracts/disputes/IDisputes.sol";
import {BlockContext} from "../../contracts/types/BlockContext.sol";
import {Outcome} from "../../contracts/types/Outcome.sol";
import {ReferenceTree} from "../batches/ReferenceTree.sol";
import {ToyState} from "./Doubles.sol";

/// @dev A batch with everything that a dispute about it needs.
/// @param values Its transactions' values in the MTTBR.
struct Made {
    BatchHeader header;
    Standing standing;
    BlockContext[] contexts;
    bytes[] raws;
    bytes32[] values;
    bytes32[] roots;
}

/// @title Making
/// @notice Makes batches of toy transactions, and ranges of them.
abstract contract Making {
    /// @dev Gives the batch the state roots that its transactions lead to, and their sums.
    function _execute(Made memory made) internal pure {
        made.roots = new bytes32[](made.raws.length);
        bytes32 state = made.header.preStateRoot;
        made.header.gasUsed = 0;
        for (uint256 i = 0; i < made.raws.length; ++i) {
            Outcome memory outcome = ToyState.step(state, made.contexts[i], made.raws[i]);
            made.header.gasUsed += outcome.gasUsed;
            made.roots[i] = state = outcome.stateRoot;
        }
        made.header.dataSize = uint32(_records(made, 0, made.raws.length).length);
    }

    /// @dev Gives the header what its transactions and state roots are, true or not.
    function _seal(Made memory made) internal pure {
        uint256 count = made.raws.length;
        BatchHeader memory header = made.header;
        made.values = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            made.values[i] = BatchTree.transactionValue(made.contexts[i], keccak256(made.raws[i]));
        }
        header.txCount = uint32(count);
        header.mttbr = ReferenceTree.root(made.values);
        header.mtsr = ReferenceTree.root(made.roots);
        header.postStateRoot = made.roots[count - 1];
        (header.firstBlock, header.firstTimestamp) = (made.contexts[0].number, made.contexts[0].timestamp);
        (header.lastBlock, header.lastTimestamp) = (
            made.contexts[count - 1].number,
            made.contexts[count - 1].timestamp
        );
    }

    /// @dev The transitions `[from, to)`.
    function _range(Made memory made, uint256 from, uint256 to) internal pure returns (Range memory range) {
        uint256 start = from == 0 ? 0 : from - 1;
        range.from = uint32(from);
        if (from != 0) {
            range.before = made.contexts[from - 1];
            range.hashBefore = keccak256(made.raws[from - 1]);
        }
        range.records = _records(made, from, to);
        range.recordProof = ReferenceTree.rangeProof(made.values, start, to);
        range.stateRoots = new bytes32[](to - start);
        for (uint256 i = start; i < to; ++i) range.stateRoots[i - start] = made.roots[i];
        range.rootProof = ReferenceTree.rangeProof(made.roots, start, to);
    }

    /// @dev Records as a batch encodes them; the first opens a block.
    function _records(Made memory made, uint256 from, uint256 to) internal pure returns (bytes memory records) {
        for (uint256 i = from; i < to; ++i) {
            bool opens = i == from || !_same(made.contexts[i], made.contexts[i - 1]);
            records = bytes.concat(records, _record(opens, made.contexts[i], made.raws[i]));
        }
    }

    function _same(BlockContext memory a, BlockContext memory b) private pure returns (bool) {
        return keccak256(abi.encode(a)) == keccak256(abi.encode(b));
    }

    function _record(bool opens, BlockContext memory context, bytes memory raw) internal pure returns (bytes memory) {
        bytes memory head = abi.encodePacked(context.number, context.timestamp, context.coinbase, context.randomness);
        return bytes.concat(opens ? bytes.concat(hex"01", head) : bytes(hex"00"), bytes3(uint24(raw.length)), raw);
    }
}
