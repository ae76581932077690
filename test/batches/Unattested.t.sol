// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {Batch, BatchStatus, IBatchInbox, Standing} from "../../contracts/batches/IBatchInbox.sol";
import {Parameter} from "../../contracts/governance/IParameters.sol";
import {InboxFixture} from "./InboxFixture.sol";

/// @title Unattested batches
/// @notice What the current sequencer submits alone.
contract UnattestedTest is InboxFixture {
    Batch private first;

    function setUp() public override {
        super.setUp();
        first = _submit(genesis, 1);
        skip(1 hours);
    }

    /// [3.3] [3.3.2] [3.3.3] M8: it counts as requested from its submission on.
    function test_submitUnattested_isHeldAtOnce_succeeds() public {
        BatchHeader memory header = _header(first, 2);
        bytes32 hash = header.hashMemory();
        Standing memory standing = Standing(BatchStatus.Unattested, uint40(block.timestamp + WINDOW), 0, alice);
        vm.expectEmit(address(inbox));
        emit IBatchInbox.BatchSubmitted(2, hash, standing, header);
        vm.expectEmit(address(inbox));
        emit IBatchInbox.BatchHeld(2);
        vm.expectEmit(address(inbox));
        emit IBatchInbox.SecurityChanged(true, 2);
        vm.prank(alice);
        inbox.submitUnattested(_parent(first), header, new bytes32[](0));
        assertTrue(inbox.stands(Batch(header, standing)));
        assertTrue(inbox.held(2));
        assertTrue(inbox.insecure());
        assertEq(inbox.secureBelow(), 2);
        assertTrue(inbox.vouched(hash));
        assertEq(openedHash, hash);
        assertEq(openedCommitment, inbox.commitmentAt(2));
    }

    /// [3.3] [S4]
    function test_submitUnattested_byOthers_reverts() public {
        BatchHeader memory header = _header(first, 2);
        address bob = makeAddr("bob");
        _refused(bob, header, abi.encodeWithSelector(IBatchInbox.InboxUnauthorized.selector, bob));
        sequencers.allow(bob, bob);
        _refused(bob, header, abi.encodeWithSelector(IBatchInbox.InboxUnauthorized.selector, bob));
        header.sequencer = bob;
        _refused(bob, header, abi.encodeWithSelector(IBatchInbox.InboxUnauthorized.selector, bob));
        _refused(alice, header, abi.encodeWithSelector(IBatchInbox.InboxUnauthorized.selector, alice));
        // A key of the sequencer speaks for it.
        sequencers.allow(bob, alice);
        header.sequencer = alice;
        vm.prank(bob);
        inbox.submitUnattested(_parent(first), header, new bytes32[](0));
    }

    /// [3.3] Its header belongs to the term under way, which its guilt is judged by.
    function test_submitUnattested_ofAnotherTerm_reverts() public {
        BatchHeader memory header = _header(first, 2);
        header.term = 0;
        bytes32 term = bytes32(uint256(1));
        _refused(alice, header, abi.encodeWithSelector(IBatchInbox.InboxWrongField.selector, "term", 0, term));
    }

    /// [3.3] Same checks as for a certified one, and at the head only.
    function test_submitUnattested_elsewhere_reverts() public {
        BatchHeader memory header = _header(first, 2);
        header.epoch = 1;
        _refused(alice, header, abi.encodeWithSelector(IBatchInbox.InboxWrongEpoch.selector, 1, 0));
        header = _header(genesis, 2);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxWrongIndex.selector, 1, 2));
        inbox.submitUnattested(_parent(genesis), header, new bytes32[](0));
    }

    /// [3.3] Neither a certified batch nor another of its kind builds on it.
    function test_submit_onUnattested_reverts() public {
        Batch memory alone = _submitUnattested(first, 2);
        BatchHeader memory next = _header(alone, 3);
        bytes memory reason = abi.encodeWithSelector(IBatchInbox.InboxUnattestedHead.selector, 2);
        vm.expectRevert(reason);
        inbox.submit(_parent(alone), next, new bytes32[](0), _certificate(15));
        vm.prank(alice);
        vm.expectRevert(reason);
        inbox.submitUnattested(_parent(alone), next, new bytes32[](0));
        BatchHeader memory rival = _header(first, 4);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxWrongIndex.selector, 2, 3));
        inbox.submitUnattested(_parent(first), rival, new bytes32[](0));
    }

    /// [3.3] [11.16] M8: a certificate at its index ends its request, and guilt survives.
    function test_submit_replacesUnattested_succeeds() public {
        Batch memory alone = _submitUnattested(first, 2);
        skip(5 hours);
        BatchHeader memory header = _header(first, 3);
        vm.expectEmit(address(inbox));
        emit IBatchInbox.BatchReplaced(2);
        vm.expectEmit(address(inbox));
        emit IBatchInbox.SecurityChanged(false, 2);
        Batch memory rival = _submitAsIs(first, header);
        assertTrue(_stands(rival));
        assertFalse(_stands(alone));
        assertFalse(inbox.insecure());
        assertFalse(inbox.held(2));
        assertEq(inbox.head(), 3);
        assertEq(inbox.epoch(), 0);
        assertEq(rival.standing.due, block.timestamp + WINDOW);
        assertTrue(inbox.vouched(alone.header.hashMemory()));
        // Nothing takes the place of a certified batch.
        header = alone.header;
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxWrongIndex.selector, 2, 3));
        inbox.submit(_parent(first), header, new bytes32[](0), _certificate(15));
    }

    /// [3.3] H4: a certificate for the very same header.
    function test_submit_certifiesUnattested_succeeds() public {
        Batch memory alone = _submitUnattested(first, 2);
        skip(5 hours);
        Batch memory same = _submitHeader(first, alone.header);
        assertFalse(_stands(alone));
        assertTrue(_stands(same));
        assertFalse(inbox.insecure());
        _submit(same, 3);
    }

    /// [3.3] What L1 confirms below it changes nothing, and what stands below it is not replaced.
    function test_confirm_belowUnattested_keepsItsPlace_succeeds() public {
        inbox.hold(_commitment(first));
        Batch memory alone = _submitUnattested(first, 2);
        _confirm(first);
        assertEq(inbox.secureBelow(), 2);
        BatchHeader memory next = _header(alone, 3);
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxUnattestedHead.selector, 2));
        inbox.submit(_parent(alone), next, new bytes32[](0), _certificate(15));
        next = _header(genesis, 4);
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxWrongIndex.selector, 1, 3));
        inbox.submit(_parent(genesis), next, new bytes32[](0), _certificate(15));
    }

    /// [3.3.6b.1] [3.3.6b.3] Recomputed, it carries certified batches.
    function test_confirm_recomputesUnattested_succeeds() public {
        Batch memory alone = _submitUnattested(first, 2);
        skip(2 hours);
        Standing memory standing = Standing(BatchStatus.Recomputed, alone.standing.due, 0, alice);
        vm.expectEmit(address(inbox));
        emit IBatchInbox.BatchConfirmed(2, alone.header.hashMemory(), standing);
        vm.expectEmit(address(inbox));
        emit IBatchInbox.SecurityChanged(false, 3);
        inbox.confirm(alone.header, alone.standing);
        assertFalse(_stands(alone));
        alone.standing = standing;
        assertTrue(_stands(alone));
        Batch memory next = _submit(alone, 3);
        // What carries another gives way no more.
        BatchHeader memory rival = _header(first, 4);
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxWrongIndex.selector, 2, 4));
        inbox.submit(_parent(first), rival, new bytes32[](0), _certificate(15));
        rival = _header(alone, 5);
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxWrongIndex.selector, 3, 4));
        inbox.submit(_parent(alone), rival, new bytes32[](0), _certificate(15));
        assertTrue(_stands(next));
    }

    /// [3.3] M8: soft confirmations outrank it for a `RequestWindow`, also where L1 recomputed it at once.
    function test_submit_replacesRecomputed_untilARequestWindowHasPassed_succeeds() public {
        Batch memory alone = _submitUnattested(first, 2);
        uint256 submitted = block.timestamp;
        alone = _confirm(alone);
        // A change of the parameter comes too late for it.
        parameters.set(Parameter.RequestWindow, 2 * REQUEST);
        vm.warp(submitted + REQUEST - 1);
        BatchHeader memory rival = _header(first, 3);
        uint256 snapshot = vm.snapshotState();
        assertTrue(_stands(_submitAsIs(first, rival)));
        vm.revertToState(snapshot);
        vm.warp(submitted + REQUEST);
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxWrongIndex.selector, 2, 3));
        inbox.submit(_parent(first), rival, new bytes32[](0), _certificate(15));
    }

    /// [3.3] M8: nobody covers a recomputed batch with another unattested one to keep certified ones away.
    function test_submitUnattested_onRecomputed_waitsForARequestWindow_succeeds() public {
        Batch memory alone = _submitUnattested(first, 2);
        uint256 submitted = block.timestamp;
        alone = _confirm(alone);
        vm.warp(submitted + REQUEST - 1);
        BatchHeader memory next = _header(alone, 3);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxUnattestedHead.selector, 2));
        inbox.submitUnattested(_parent(alone), next, new bytes32[](0));
        vm.warp(submitted + REQUEST);
        _submitUnattested(alone, 4);
        assertEq(inbox.head(), 4);
    }

    /// [3.3] A final batch gives way to nothing, however the windows are set.
    function test_submit_replacesRecomputed_thatIsFinal_reverts() public {
        parameters.set(Parameter.RequestWindow, 30 days);
        Batch memory alone = _confirm(_submitUnattested(first, 2));
        skip(WINDOW);
        Batch[] memory run = new Batch[](2);
        (run[0], run[1]) = (first, alone);
        inbox.finalise(run);
        assertEq(inbox.finalised(), 3);
        BatchHeader memory rival = _header(first, 3);
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxWrongIndex.selector, 2, 3));
        inbox.submit(_parent(first), rival, new bytes32[](0), _certificate(15));
    }

    /// [3.3] [S1] Time alone never makes it final, and what lies before it becomes final meanwhile.
    function test_finalise_unattested_reverts() public {
        Batch memory alone = _submitUnattested(first, 2);
        skip(4 * WINDOW);
        inbox.finalise(_run(first));
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxInsecure.selector, 2));
        inbox.finalise(_run(alone));
    }

    /// [11.14] [11.D1] A verdict on it raises the epoch: it does not come back.
    function test_invalidate_unattested_succeeds() public {
        Batch memory alone = _submitUnattested(first, 2);
        skip(REQUEST);
        assertEq(inbox.invalidate(alone.header, alone.standing), 0);
        assertFalse(inbox.insecure());
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxWrongEpoch.selector, 0, 1));
        inbox.submitUnattested(_parent(first), alone.header, new bytes32[](0));
        Batch memory next = _submit(first, 3);
        assertEq(next.standing.due, block.timestamp + WINDOW);
    }

    function _submitAsIs(Batch memory parent, BatchHeader memory header) private returns (Batch memory batch) {
        batch.header = header;
        inbox.submit(_parent(parent), header, new bytes32[](0), _certificate(15));
        uint40 due = uint40(block.timestamp + WINDOW);
        batch.standing = Standing(BatchStatus.Certified, due, 15, address(this));
    }

    function _refused(address sender, BatchHeader memory header, bytes memory reason) private {
        vm.prank(sender);
        vm.expectRevert(reason);
        inbox.submitUnattested(_parent(first), header, new bytes32[](0));
    }
}
