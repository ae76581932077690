// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {BatchTree} from "../../contracts/batches/BatchTree.sol";
import {Batch, BatchStatus, IBatchInbox, Standing} from "../../contracts/batches/IBatchInbox.sol";
import {Disputes} from "../../contracts/disputes/Disputes.sol";
import {Place, Range} from "../../contracts/disputes/IDisputes.sol";
import {IExecutor} from "../../contracts/execution/IExecutor.sol";
import {IParameters, Parameter} from "../../contracts/governance/IParameters.sol";
import {Certificate, ISequencerSet} from "../../contracts/sequencers/ISequencerSet.sol";
import {BlockContext} from "../../contracts/types/BlockContext.sol";
import {Outcome} from "../../contracts/types/Outcome.sol";
import {IVerifierRegistry} from "../../contracts/verifiers/IVerifierRegistry.sol";
import {ReferenceTree} from "../batches/ReferenceTree.sol";
import {Test} from "../Test.sol";
import {ExecutorDouble, InboxDouble, RegistryDouble, SequencersDouble, ToyState} from "./Doubles.sol";

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

/// @title Fixture of disputes
/// @notice The disputes contract among doubles, right batches, and ranges of them.
abstract contract DisputesFixture is Test {
    uint256 internal constant REQUEST_WINDOW = 1 days;
    /// @dev What the sequencer has of it for itself: three minutes.
    uint256 internal constant GRACE = REQUEST_WINDOW / 480;
    uint256 internal constant FLOOR = 2 gwei;
    uint256 internal constant FACTOR = 12_000;
    uint256 internal constant PAY = 280 ether;
    address internal constant SEQUENCER = address(0x5e);
    address internal constant TREASURY = address(0x7e);
    bytes internal constant WITNESS = "witness";

    InboxDouble internal inbox;
    SequencersDouble internal sequencers;
    RegistryDouble internal registry;
    Disputes internal disputes;
    address internal verifier = address(0xbe);

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        inbox = new InboxDouble();
        sequencers = new SequencersDouble();
        registry = new RegistryDouble();
        disputes = new Disputes(
            IBatchInbox(address(inbox)),
            ISequencerSet(address(sequencers)),
            IVerifierRegistry(address(registry)),
            IParameters(address(registry)),
            TREASURY,
            IExecutor(new ExecutorDouble())
        );
        inbox.connect(disputes);
        registry.register(verifier);
        registry.set(Parameter.RequestWindow, REQUEST_WINDOW);
        registry.set(Parameter.RequestFeeFloor, FLOOR);
        registry.set(Parameter.RequestFeeFactor, FACTOR);
        registry.set(Parameter.AnswerPay, PAY);
        sequencers.setSpeaker(SEQUENCER, SEQUENCER);
        vm.deal(verifier, 1e6 ether);
    }

    /// @dev A right batch, up to three transactions to a block.
    function _make(uint64 index, uint256 count, bytes32 seed) internal view returns (Made memory made) {
        made.contexts = new BlockContext[](count);
        made.raws = new bytes[](count);
        BlockContext memory context = BlockContext(uint64(100 * index), uint64(1_700_000_000), address(0xc0), 0);
        for (uint256 i = 0; i < count; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            if (i == 0 || random % 3 == 0) {
                context = BlockContext({
                    number: context.number + 1 + uint64((random >> 8) % 4),
                    timestamp: context.timestamp + uint64((random >> 16) % 3),
                    coinbase: address(uint160(random >> 96)),
                    randomness: 0
                });
            }
            made.contexts[i] = context;
            made.raws[i] = abi.encodePacked(bytes1(0x02), new bytes((random >> 24) % 90), random);
        }
        made.header.index = index;
        made.header.sequencer = SEQUENCER;
        made.header.baseFee = 7;
        made.header.term = 3;
        made.header.preStateRoot = keccak256(abi.encode("state before", index));
        made.standing = Standing(BatchStatus.Certified, uint40(block.timestamp + 7 days), 7, address(0x50));
        _execute(made);
        _seal(made);
    }

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
            bool opens = i == from || made.contexts[i].number != made.contexts[i - 1].number;
            records = bytes.concat(records, _record(opens, made.contexts[i], made.raws[i]));
        }
    }

    function _record(bool opens, BlockContext memory context, bytes memory raw) internal pure returns (bytes memory) {
        bytes memory head = abi.encodePacked(context.number, context.timestamp, context.coinbase, context.randomness);
        return bytes.concat(opens ? bytes.concat(hex"01", head) : bytes(hex"00"), bytes3(uint24(raw.length)), raw);
    }

    function _submit(Made memory made) internal returns (bytes32 commitment) {
        return inbox.put(made.header, made.standing);
    }

    function _request(Made memory made) internal returns (bytes32 commitment, uint256 fee) {
        commitment = _submit(made);
        fee = disputes.requestFee(made.header, block.basefee);
        vm.prank(verifier);
        disputes.requestData{value: fee}(_one(made));
    }

    /// @dev Has anybody check the transitions `[from, to)` of a batch that stands.
    function _check(Made memory made, uint256 from, uint256 to) internal {
        _check(made, _range(made, from, to));
    }

    function _check(Made memory made, Range memory range) internal {
        disputes.check(made.header, Place(_hash(made), made.standing, _noCertificate()), range, WITNESS, 0);
    }

    function _noCertificate() internal pure returns (Certificate memory) {
        return Certificate(0, "");
    }

    /// @dev The same for a header that does not stand, with a certificate by these seats.
    function _checkGone(Made memory made, Range memory range, uint128 signers) internal {
        Standing memory nowhere;
        disputes.check(made.header, Place(0, nowhere, Certificate(signers, "")), range, WITNESS, 0);
    }

    function _batch(Made memory made) internal pure returns (Batch memory) {
        return Batch(made.header, made.standing);
    }

    function _one(Made memory made) internal pure returns (Batch[] memory batches) {
        batches = new Batch[](1);
        batches[0] = _batch(made);
    }

    function _hash(Made memory made) internal pure returns (bytes32) {
        return made.header.hashMemory();
    }
}
