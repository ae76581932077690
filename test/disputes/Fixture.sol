// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Batch, BatchStatus, IBatchInbox, Standing} from "../../contracts/batches/IBatchInbox.sol";
import {Disputes} from "../../contracts/disputes/Disputes.sol";
import {Place, Range} from "../../contracts/disputes/IDisputes.sol";
import {IExecutor} from "../../contracts/execution/IExecutor.sol";
import {IParameters, Parameter} from "../../contracts/governance/IParameters.sol";
import {Certificate, ISequencerSet} from "../../contracts/sequencers/ISequencerSet.sol";
import {BlockContext} from "../../contracts/types/BlockContext.sol";
import {IVerifierRegistry} from "../../contracts/verifiers/IVerifierRegistry.sol";
import {Links} from "../batches/Links.sol";
import {Test} from "../Test.sol";
import {ExecutorDouble, InboxDouble, RegistryDouble, SequencersDouble} from "./Doubles.sol";
import {Made, Making} from "./Making.sol";

/// @title Fixture of disputes
/// @notice The disputes contract among doubles, right batches, and ranges of them.
abstract contract DisputesFixture is Test, Making {
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
        disputes.check(made.header, Place(_link(made), made.standing, _noCertificate()), range, WITNESS, 0);
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

    function _link(Made memory made) internal pure returns (bytes32) {
        return Links.linkOf(made.header);
    }

    function _hash(Made memory made) internal pure returns (bytes32) {
        return made.header.hashMemory();
    }
}
