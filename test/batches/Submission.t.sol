// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {BatchInbox} from "../../contracts/batches/BatchInbox.sol";
import {Batch, BatchStatus, IBatchInbox, Standing} from "../../contracts/batches/IBatchInbox.sol";
import {IParameters, Parameter} from "../../contracts/governance/IParameters.sol";
import {Certificate, ISequencerSet} from "../../contracts/sequencers/ISequencerSet.sol";
import {Ring} from "../../contracts/batches/Ring.sol";
import {InboxFixture, SequencersDouble} from "./InboxFixture.sol";

contract SubmissionTest is InboxFixture {
    Batch private first;
    /// @dev A right header on `first`, for tests to spoil.
    BatchHeader private second;

    function setUp() public override {
        super.setUp();
        first = _submit(genesis, 1);
        skip(1 hours);
        second = _header(first, 2);
    }

    function test_genesis_isFinal_succeeds() public {
        BatchInbox fresh = _deploy();
        assertEq(fresh.head(), 1);
        assertEq(fresh.finalised(), 1);
        assertEq(fresh.epoch(), 0);
        assertEq(fresh.secureBelow(), 1);
        assertFalse(fresh.insecure());
        assertEq(fresh.challengeWindow(), WINDOW);
        assertEq(fresh.baseFee(), BASE_FEE);
        bytes32 hash = genesis.header.hashMemory();
        assertEq(fresh.genesisHash(), hash);
        assertEq(fresh.commitmentAt(0), bytes32(0));
        assertTrue(fresh.stands(genesis));
        assertTrue(fresh.isFinal(0, hash, 0, new bytes32[](0)));
    }

    function test_connect_onceAndByTheDeployer_succeeds() public {
        BatchInbox fresh = _deploy();
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxUnauthorized.selector, alice));
        fresh.connect(alice);
        fresh.connect(alice);
        assertEq(address(fresh.disputes()), alice);
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxUnauthorized.selector, address(this)));
        fresh.connect(address(this));
    }

    /// [8a] [S4]
    function test_submit_byAnyone_succeeds() public {
        address anyone = makeAddr("anyone");
        bytes32 hash = second.hashMemory();
        Standing memory standing = Standing(BatchStatus.Certified, uint40(block.timestamp + WINDOW), 7, anyone);
        Certificate memory certificate = _certificate(7);
        vm.expectEmit(address(inbox));
        emit IBatchInbox.BatchSubmitted(2, hash, standing, second);
        vm.prank(anyone);
        inbox.submit(_parent(first), second, new bytes32[](0), certificate);
        assertEq(inbox.head(), 3);
        Batch memory batch = Batch(second, standing);
        assertEq(inbox.commitmentAt(2), _commitment(batch));
        assertTrue(inbox.stands(batch));
        batch.standing.due += 1;
        assertFalse(inbox.stands(batch));
        batch = Batch(second, standing);
        batch.header.index = 1;
        assertFalse(inbox.stands(batch));
        batch.header.index = 3;
        assertFalse(inbox.stands(batch));
        batch.header.index = 2 + 2 ** 32;
        assertFalse(inbox.stands(batch));
        assertEq(inbox.commitmentAt(3), bytes32(0));
        assertEq(sequencers.attested(), keccak256(abi.encode(hash, alice, uint32(1), uint32(1), certificate)));
    }

    /// [S4]
    function test_submit_refusedByTheSet_reverts() public {
        sequencers.refuse(true);
        _refused(abi.encodeWithSelector(SequencersDouble.Refused.selector));
    }

    function test_submit_onUnknownParent_reverts() public {
        Batch memory parent = first;
        parent.standing.signers = 7;
        _refused(parent, _unknown(first));
        parent = first;
        parent.standing.due += 1;
        _refused(parent, _unknown(first));
        // What is said of a parent's last block is what the header itself was bound to.
        bytes32 right = second.blockBefore;
        for (uint256 field = 0; field < 3; ++field) {
            parent = first;
            if (field == 0) parent.header.lastBlock -= 1;
            else if (field == 1) parent.header.lastTimestamp -= 1;
            else parent.header.mttbr = keccak256("another");
            bytes32 wrong = _header(parent, 2).blockBefore;
            _refused(parent, abi.encodeWithSelector(IBatchInbox.InboxWrongField.selector, "blockBefore", right, wrong));
        }
        // The header of another parent, which L1 does not know.
        parent = first;
        parent.header.gasUsed += 1;
        second = _header(parent, 2);
        _refused(parent, _unknown(parent));
    }

    /// @dev M7: somebody finalises the parent in front of a submission, which goes on.
    function test_submit_onParentThatBecameFinal_succeeds() public {
        skip(WINDOW);
        second = _header(first, 2);
        inbox.finalise(_run(first));
        assertTrue(_stands(first));
        _submitHeader(first, second);
        assertEq(inbox.head(), 3);
    }

    function test_submit_withWrongIndex_reverts() public {
        second.index = 3;
        _refused(abi.encodeWithSelector(IBatchInbox.InboxWrongIndex.selector, 3, 2));
        second.index = 0;
        _refused(abi.encodeWithSelector(IBatchInbox.InboxWrongIndex.selector, 0, 2));
        second = _header(genesis, 9);
        _refused(genesis, abi.encodeWithSelector(IBatchInbox.InboxWrongIndex.selector, 1, 2));
        // The parent of another index is another batch.
        second.index = 2;
        _refused(genesis, abi.encodeWithSelector(IBatchInbox.InboxUnknownBatch.selector, 1, second.parent));
    }

    function test_submit_withWrongParentHash_reverts() public {
        second.parent = keccak256("another");
        _refused(abi.encodeWithSelector(IBatchInbox.InboxUnknownBatch.selector, 1, second.parent));
    }

    /// @dev M4: certificates of another epoch are worth nothing.
    function test_submit_withWrongEpoch_reverts() public {
        second.epoch = 1;
        _refused(abi.encodeWithSelector(IBatchInbox.InboxWrongEpoch.selector, 1, 0));
    }

    function test_submit_withFieldThatL1KnowsOtherwise_reverts() public {
        BatchHeader memory right = second;
        bytes32 wrong = bytes32(uint256(77));
        second.preStateRoot = wrong;
        BatchHeader memory before = first.header;
        bytes32 other = keccak256(abi.encode(before.lastBlock, before.lastTimestamp, wrong, before.mttbr));
        _wrongField("blockBefore", right.blockBefore, other);
        second = right;
        second.blockBefore = wrong;
        _refused(_unknown(first));
        second = right;
        second.baseFee = 77;
        _wrongField("baseFee", wrong, bytes32(uint256(BASE_FEE)));
        second = right;
        second.deposits = 77;
        _wrongField("deposits", wrong, 0);
        second = right;
        second.depositsHash = wrong;
        _wrongField("depositsHash", wrong, 0);
        second = right;
        second.attestations = wrong;
        _wrongField("attestations", wrong, 0);
    }

    function test_submit_withPostStateThatIsNotTheLast_reverts() public {
        second.postStateRoot = keccak256("another");
        _refused(abi.encodeWithSelector(IBatchInbox.InboxWrongPostState.selector, second.postStateRoot));
    }

    /// @dev C1: L1's limits are those of honest sequencers.
    function test_submit_beyondLimits_reverts() public {
        BatchHeader memory right = second;
        uint64 last = first.header.lastBlock;
        second.txCount = 0;
        _outOfRange("txCount", 0, 1);
        second.txCount = 4097;
        _outOfRange("txCount", 4097, 4096);
        second = right;
        second.dataSize = 0;
        _outOfRange("dataSize", 0, 1);
        second.dataSize = 2 ** 20 + 1;
        _outOfRange("dataSize", 2 ** 20 + 1, 2 ** 20);
        second = right;
        second.gasUsed = 25_000_001;
        _outOfRange("gasUsed", 25_000_001, 25_000_000);
        second = right;
        second.firstBlock = last;
        _outOfRange("firstBlock", last, last + 1);
        second = right;
        second.lastBlock = right.firstBlock - 1;
        _outOfRange("lastBlock", right.firstBlock - 1, right.firstBlock);
        second.lastBlock = last + 2 ** 32 + 1;
        _outOfRange("lastBlock", last + 2 ** 32 + 1, last + 2 ** 32);
        second = right;
        second.firstTimestamp = first.header.lastTimestamp - 1;
        _outOfRange("firstTimestamp", second.firstTimestamp, first.header.lastTimestamp);
        second = right;
        second.lastTimestamp = right.firstTimestamp - 1;
        _outOfRange("lastTimestamp", second.lastTimestamp, right.firstTimestamp);
        second.lastTimestamp = uint64(block.timestamp + 15 minutes + 1);
        _outOfRange("lastTimestamp", second.lastTimestamp, block.timestamp + 15 minutes);
    }

    function test_submit_atTheLimits_succeeds() public {
        second.dataSize = 2 ** 20;
        second.gasUsed = 25_000_000;
        second.firstBlock = first.header.lastBlock + 1;
        second.lastBlock = first.header.lastBlock + 2 ** 32;
        second.firstTimestamp = first.header.lastTimestamp;
        second.lastTimestamp = uint64(block.timestamp + 15 minutes);
        _submitHeader(first, second);
        assertEq(inbox.head(), 3);
    }

    /// @dev [L2] The L2's clock does not stop for 40 days: what is older than three days is signed anew.
    function test_submit_afterMaxLag_reverts() public {
        second.firstTimestamp = second.lastTimestamp = first.header.lastTimestamp + 1;
        vm.warp(second.lastTimestamp + 3 days);
        uint256 snapshot = vm.snapshotState();
        _submitHeader(first, second);
        vm.revertToState(snapshot);
        skip(1);
        _outOfRange("lastTimestamp", second.lastTimestamp, second.lastTimestamp + 1);
    }

    /// [3.3] What a narrow field carries beyond its width is no part of a header.
    function test_submit_withSurplusBits_reverts() public {
        bytes memory certified = abi.encodeCall(
            inbox.submit,
            (_parent(first), second, new bytes32[](0), _certificate(15))
        );
        bytes memory alone = abi.encodeCall(inbox.submitUnattested, (_parent(first), second, new bytes32[](0)));
        uint8[13] memory narrow = [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14];
        for (uint256 i = 0; i < narrow.length; ++i) {
            // After the selector come the 26 words of the parent, then those of the header.
            uint256 place = 4 + 32 * (7 + uint256(narrow[i]));
            _refusedRaw(certified, place);
            _refusedRaw(alone, place);
        }
        vm.prank(alice);
        (bool done, ) = address(inbox).call(alone);
        assertTrue(done);
    }

    /// @dev A full chain takes no more, so that a rollback stays cheap and requests never meet in the ring.
    function test_submit_whileTooManyWait_reverts() public {
        uint64 most = inbox.MAX_PENDING();
        assertEq(most, 255 * 256);
        _graft(most);
        _refused(abi.encodeWithSelector(IBatchInbox.InboxWrongIndex.selector, 2, most));
        // Index `most` is free, with `most - 1` waiting; the parent stands just below.
        Batch memory parent = first;
        parent.header.index = most - 1;
        vm.store(address(inbox), _slotOf(most - 1), _commitment(parent));
        second = _header(parent, 2);
        uint256 snapshot = vm.snapshotState();
        Batch memory last = _submitHeader(parent, second);
        second = _header(last, 3);
        _refused(last, abi.encodeWithSelector(IBatchInbox.InboxFull.selector, most));
        vm.revertToState(snapshot);
        _submitUnattested(parent, 4);
        // A certified batch takes its place all the same.
        _submitHeader(parent, second);
        assertEq(inbox.head(), most + 1);
    }

    /// @dev [L6] A change of `ChallengeWindow` leaves batches that wait alone, and nobody needs to be asked.
    function test_challengeWindow_changes_forLaterBatchesOnly_succeeds() public {
        parameters.set(Parameter.ChallengeWindow, 30 days);
        inbox.syncWindow();
        assertEq(inbox.challengeWindow(), 30 days);
        Batch memory later = _submit(first, 2);
        assertEq(first.standing.due, block.timestamp - 1 hours + WINDOW);
        assertEq(later.standing.due, block.timestamp + 30 days);
        skip(WINDOW);
        parameters.set(Parameter.ChallengeWindow, 3 days);
        // Finality takes a change over too.
        inbox.finalise(_run(first));
        assertEq(inbox.challengeWindow(), 3 days);
    }

    /// @dev A window that the state cannot hold neither wraps nor stops finality.
    function test_challengeWindow_isCapped_succeeds() public {
        parameters.set(Parameter.ChallengeWindow, 2 ** 24 + 5);
        inbox.syncWindow();
        assertEq(inbox.challengeWindow(), 2 ** 24 - 1);
    }

    function _slotOf(uint64 index) private pure returns (bytes32) {
        return bytes32(RING_SLOT + (index % Ring.COUNT));
    }

    uint256 private constant RING_SLOT = 262;

    /// @dev Moves the head, which is the lowest field of the first word.
    function _graft(uint64 head) private {
        assertEq(vm.load(address(inbox), _slotOf(1)), _commitment(first));
        uint256 word = uint256(vm.load(address(inbox), 0));
        assertEq(word & type(uint32).max, 2);
        vm.store(address(inbox), _slotOf(1), 0);
        vm.store(address(inbox), 0, bytes32(word - 2 + head));
    }

    function _refusedRaw(bytes memory data, uint256 place) private {
        bytes memory dirty = bytes.concat(data);
        dirty[place] = 0x01;
        vm.prank(alice);
        (bool done, bytes memory reason) = address(inbox).call(dirty);
        assertFalse(done);
        assertEq(reason.length, 0);
    }

    function _unknown(Batch memory batch) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IBatchInbox.InboxUnknownBatch.selector,
                batch.header.index,
                batch.header.hashMemory()
            );
    }

    function _wrongField(string memory field, bytes32 value, bytes32 expected) private {
        _refused(abi.encodeWithSelector(IBatchInbox.InboxWrongField.selector, field, value, expected));
    }

    function _outOfRange(string memory field, uint256 value, uint256 limit) private {
        _refused(abi.encodeWithSelector(IBatchInbox.InboxFieldOutOfRange.selector, field, value, limit));
    }

    function _refused(bytes memory reason) private {
        _refused(first, reason);
    }

    function _refused(Batch memory parent, bytes memory reason) private {
        vm.expectRevert(reason);
        inbox.submit(_parent(parent), second, new bytes32[](0), _certificate(15));
    }
}
