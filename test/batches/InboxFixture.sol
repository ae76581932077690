// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {BatchInbox} from "../../contracts/batches/BatchInbox.sol";
import {BatchTree} from "../../contracts/batches/BatchTree.sol";
import {Batch, BatchStatus, IBatchInbox, Parent, Standing} from "../../contracts/batches/IBatchInbox.sol";
import {IParameters, Parameter} from "../../contracts/governance/IParameters.sol";
import {Certificate, ISequencerSet, Term, Work} from "../../contracts/sequencers/ISequencerSet.sol";
import {Log, Test} from "../Test.sol";
import {Links} from "./Links.sol";

/// @dev Parameters that the test sets.
contract ParametersDouble {
    mapping(Parameter => uint256) public get;

    function set(Parameter parameter, uint256 value) external {
        get[parameter] = value;
    }
}

/// @dev The sequencer set as the inbox sees it: takes every certificate but those that the test has it refuse.
contract SequencersDouble {
    error Refused();

    Term private _term;
    bool public refusing;
    mapping(address actor => mapping(address sequencer => bool)) public speaksFor;
    /// @dev What was attested last.
    bytes32 public attested;
    /// @dev What was rewarded last, and how often.
    Work[] private _work;
    address public finaliser;
    uint256 public rewards;

    function begin(uint32 number, address sequencer) external {
        _term = Term(number, 0, uint32(block.timestamp), sequencer);
        speaksFor[sequencer][sequencer] = true;
    }

    function allow(address actor, address sequencer) external {
        speaksFor[actor][sequencer] = true;
    }

    function refuse(bool refusing_) external {
        refusing = refusing_;
    }

    function term() external view returns (Term memory) {
        return _term;
    }

    function attest(bytes32 hash, address sequencer, uint32 number, uint32 count, Certificate calldata c) external {
        if (refusing) revert Refused();
        attested = keccak256(abi.encode(hash, sequencer, number, count, c));
    }

    function requireCertificate(bytes32, address, uint32, Certificate calldata, bool quorum) external view {
        if (refusing || quorum) revert Refused();
    }

    function reward(Work[] calldata work, address finaliser_) external {
        delete _work;
        for (uint256 i = 0; i < work.length; ++i) _work.push(work[i]);
        finaliser = finaliser_;
        ++rewards;
    }

    function lastWork() external view returns (Work[] memory) {
        return _work;
    }
}

/// @title Inbox fixture
/// @notice An inbox whose sequencer set is a double and whose disputes contract is the test.
abstract contract InboxFixture is Test {
    uint64 internal constant BASE_FEE = 1 gwei;
    uint256 internal constant WINDOW = 7 days;
    uint256 internal constant REQUEST = 1 days;

    ParametersDouble internal parameters;
    SequencersDouble internal sequencers;
    BatchInbox internal inbox;
    address internal alice;
    Batch internal genesis;

    /// @dev What the inbox told of the last unattested batch.
    bytes32 internal openedHash;
    bytes32 internal openedCommitment;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        parameters = new ParametersDouble();
        parameters.set(Parameter.ChallengeWindow, WINDOW);
        parameters.set(Parameter.RequestWindow, REQUEST);
        sequencers = new SequencersDouble();
        alice = makeAddr("alice");
        sequencers.begin(1, alice);
        genesis.header.lastTimestamp = uint64(block.timestamp);
        genesis.header.postStateRoot = keccak256("genesis");
        genesis.standing.status = BatchStatus.Final;
        inbox = _deploy();
        inbox.connect(address(this));
    }

    function _deploy() internal virtual returns (BatchInbox) {
        return
            new BatchInbox(
                ISequencerSet(address(sequencers)),
                IParameters(address(parameters)),
                genesis.header,
                BASE_FEE
            );
    }

    /// @dev The inbox calls the disputes contract.
    function openUnattested(BatchHeader calldata header, bytes32 headerHash, bytes32 commitment) external {
        assertEq(msg.sender, address(inbox));
        assertEq(header.hash(), headerHash);
        assertTrue(inbox.held(header.index));
        (openedHash, openedCommitment) = (headerHash, commitment);
    }

    /// @dev A right header of one transaction, which differs with the salt.
    function _header(Batch memory parent, uint256 salt) internal view returns (BatchHeader memory header) {
        BatchHeader memory before = parent.header;
        header.index = before.index + 1;
        header.parent = before.hashMemory();
        header.epoch = inbox.epoch();
        header.term = sequencers.term().number;
        header.sequencer = alice;
        header.txCount = 1;
        header.dataSize = 200;
        header.gasUsed = 21_000;
        header.baseFee = BASE_FEE;
        header.firstBlock = before.lastBlock + 1;
        header.lastBlock = before.lastBlock + 2;
        header.firstTimestamp = uint64(block.timestamp);
        header.lastTimestamp = uint64(block.timestamp);
        header.blockBefore = keccak256(
            abi.encode(before.lastBlock, before.lastTimestamp, before.postStateRoot, before.mttbr)
        );
        header.preStateRoot = before.postStateRoot;
        header.postStateRoot = keccak256(abi.encode(before.postStateRoot, salt));
        header.mtsr = BatchTree.leaf(0, header.postStateRoot);
        header.mttbr = keccak256(abi.encode("mttbr", salt));
        header.dataHash = keccak256(abi.encode("data", salt));
    }

    function _certificate(uint128 signers) internal pure returns (Certificate memory certificate) {
        certificate.signers = signers;
        certificate.signatures = hex"c0ffee";
    }

    function _submit(Batch memory parent, uint256 salt) internal returns (Batch memory) {
        return _submitHeader(parent, _header(parent, salt));
    }

    function _submitHeader(Batch memory parent, BatchHeader memory header) internal returns (Batch memory batch) {
        batch.header = header;
        vm.recordLogs();
        inbox.submit(_parent(parent), header, new bytes32[](0), _certificate(15));
        batch.standing = _standingInLogs();
    }

    function _submitUnattested(Batch memory parent, uint256 salt) internal returns (Batch memory batch) {
        batch.header = _header(parent, salt);
        vm.recordLogs();
        vm.prank(batch.header.sequencer);
        inbox.submitUnattested(_parent(parent), batch.header, new bytes32[](0));
        batch.standing = _standingInLogs();
    }

    /// @dev The disputes contract confirms: what L1 keeps may change.
    function _confirm(Batch memory batch) internal returns (Batch memory) {
        vm.recordLogs();
        inbox.confirm(batch.header, batch.standing);
        Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IBatchInbox.BatchConfirmed.selector) continue;
            batch.standing = abi.decode(logs[i].data, (Standing));
        }
        return batch;
    }

    function _standingInLogs() internal returns (Standing memory standing) {
        Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IBatchInbox.BatchSubmitted.selector) continue;
            (standing, ) = abi.decode(logs[i].data, (Standing, BatchHeader));
        }
    }

    function _run(Batch memory batch) internal pure returns (Batch[] memory run) {
        run = new Batch[](1);
        run[0] = batch;
    }

    function _stands(Batch memory batch) internal view returns (bool) {
        return inbox.stands(batch);
    }

    /// @dev What a submission on top of it says of a batch.
    function _parent(Batch memory batch) internal pure returns (Parent memory) {
        BatchHeader memory header = batch.header;
        return Parent(header.lastBlock, header.lastTimestamp, header.mttbr, batch.standing);
    }

    function _commitment(Batch memory batch) internal pure returns (bytes32) {
        return Links.commit(batch.header, batch.standing);
    }
}
