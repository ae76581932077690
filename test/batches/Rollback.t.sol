// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {Batch, BatchStatus, IBatchInbox} from "../../contracts/batches/IBatchInbox.sol";
import {InboxFixture} from "./InboxFixture.sol";

/// @title Rollbacks
/// @notice What the disputes contract calls.
contract RollbackTest is InboxFixture {
    Batch[6] private chain;

    function setUp() public override {
        super.setUp();
        chain[0] = genesis;
        for (uint256 i = 1; i < 6; ++i) {
            chain[i] = _submit(chain[i - 1], i);
            skip(1 hours);
        }
    }

    /// [11.14] The wrong batch and all that follow are gone, and the index is open.
    function test_invalidate_takesAllThatFollows_succeeds() public {
        vm.expectEmit(address(inbox));
        emit IBatchInbox.BatchInvalidated(3, chain[3].header.hashMemory(), 6, 1);
        assertEq(inbox.invalidate(chain[3].header, chain[3].standing), 15);
        assertEq(inbox.head(), 3);
        assertEq(inbox.epoch(), 1);
        for (uint256 i = 0; i < 6; ++i) assertTrue(_stands(chain[i]) == (i < 3));
        assertEq(inbox.commitmentAt(3), bytes32(0));
        Batch memory again = _submit(chain[2], 9);
        assertTrue(_stands(again));
        assertEq(inbox.head(), 4);
    }

    /// [11.14] M4: nothing that was certified before a rollback comes back after it.
    function test_submit_certifiedBeforeARollback_reverts() public {
        inbox.invalidate(chain[3].header, chain[3].standing);
        BatchHeader memory header = chain[3].header;
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxWrongEpoch.selector, 0, 1));
        inbox.submit(_parent(chain[2]), header, new bytes32[](0), _certificate(15));
    }

    /// [11.14] Earlier batches of the offender are judged for themselves.
    function test_invalidate_leavesEarlierBatches_succeeds() public {
        inbox.invalidate(chain[3].header, chain[3].standing);
        inbox.invalidate(chain[2].header, chain[2].standing);
        assertEq(inbox.head(), 2);
        assertEq(inbox.epoch(), 2);
        skip(WINDOW);
        inbox.finalise(_run(chain[1]));
    }

    function test_calls_byOthers_revert() public {
        bytes memory reason = abi.encodeWithSelector(IBatchInbox.InboxUnauthorized.selector, alice);
        vm.prank(alice);
        vm.expectRevert(reason);
        inbox.hold(_commitment(chain[1]));
        inbox.hold(_commitment(chain[1]));
        vm.prank(alice);
        vm.expectRevert(reason);
        inbox.confirm(chain[1].header, chain[1].standing);
        vm.prank(alice);
        vm.expectRevert(reason);
        inbox.invalidate(chain[1].header, chain[1].standing);
    }

    function test_calls_forBatchesThatDoNotStand_revert() public {
        Batch memory other = chain[2];
        other.standing.due += 1;
        bytes memory reason = abi.encodeWithSelector(
            IBatchInbox.InboxUnknownBatch.selector,
            2,
            chain[2].header.hashMemory()
        );
        vm.expectRevert(reason);
        inbox.confirm(other.header, other.standing);
        vm.expectRevert(reason);
        inbox.invalidate(other.header, other.standing);
        inbox.invalidate(chain[2].header, chain[2].standing);
        vm.expectRevert(reason);
        inbox.invalidate(chain[2].header, chain[2].standing);
        bytes32 gone = _commitment(chain[2]);
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxUnknownCommitment.selector, gone));
        inbox.hold(gone);
        bytes32 altered = _commitment(chain[1]) ^ bytes32(uint256(1));
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxUnknownCommitment.selector, altered));
        inbox.hold(altered);
    }

    function test_calls_forFinalBatches_revert() public {
        skip(WINDOW);
        inbox.finalise(_run(chain[1]));
        bytes memory reason = abi.encodeWithSelector(IBatchInbox.InboxWrongStatus.selector, 1, BatchStatus.Final);
        vm.expectRevert(reason);
        inbox.hold(_commitment(chain[1]));
        vm.expectRevert(reason);
        inbox.confirm(chain[1].header, chain[1].standing);
        vm.expectRevert(reason);
        inbox.invalidate(chain[1].header, chain[1].standing);
        reason = abi.encodeWithSelector(IBatchInbox.InboxWrongStatus.selector, 0, BatchStatus.Final);
        vm.expectRevert(reason);
        inbox.hold(_commitment(genesis));
    }

    function test_holds_once_revert() public {
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxNotHeld.selector, 2));
        inbox.confirm(chain[2].header, chain[2].standing);
        inbox.hold(_commitment(chain[2]));
        inbox.hold(_commitment(chain[4]));
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxAlreadyHeld.selector, 2));
        inbox.hold(_commitment(chain[2]));
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxAlreadyHeld.selector, 4));
        inbox.hold(_commitment(chain[4]));
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxNotHeld.selector, 3));
        inbox.confirm(chain[3].header, chain[3].standing);
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxNotHeld.selector, 1));
        inbox.confirm(chain[1].header, chain[1].standing);
    }

    /// [11.7] [11.10.1] [11.16] [S1] Insecure from the lowest request on; told whenever that changes.
    function test_secureBelow_isTheLowestRequest_succeeds() public {
        vm.expectEmit(address(inbox));
        emit IBatchInbox.SecurityChanged(true, 3);
        inbox.hold(_commitment(chain[3]));
        inbox.hold(_commitment(chain[5]));
        assertEq(inbox.secureBelow(), 3);
        vm.expectEmit(address(inbox));
        emit IBatchInbox.SecurityChanged(true, 2);
        inbox.hold(_commitment(chain[2]));
        vm.expectEmit(address(inbox));
        emit IBatchInbox.SecurityChanged(true, 3);
        inbox.confirm(chain[2].header, chain[2].standing);
        inbox.confirm(chain[5].header, chain[5].standing);
        assertEq(inbox.secureBelow(), 3);
        vm.expectEmit(address(inbox));
        emit IBatchInbox.SecurityChanged(false, 6);
        inbox.confirm(chain[3].header, chain[3].standing);
        assertEq(inbox.secureBelow(), 6);
        assertFalse(inbox.insecure());
    }

    /// [11.16] [S1] A rollback ends the requests that it reaches, and no other.
    function test_invalidate_keepsRequestsBelow_succeeds() public {
        inbox.hold(_commitment(chain[2]));
        inbox.hold(_commitment(chain[3]));
        inbox.hold(_commitment(chain[5]));
        inbox.invalidate(chain[4].header, chain[4].standing);
        assertEq(inbox.secureBelow(), 2);
        assertTrue(inbox.held(3));
        assertFalse(inbox.held(5));
        vm.expectEmit(address(inbox));
        emit IBatchInbox.SecurityChanged(false, 2);
        inbox.invalidate(chain[2].header, chain[2].standing);
        assertFalse(inbox.held(2) || inbox.held(3));
        Batch memory again = _submit(chain[1], 9);
        assertFalse(inbox.held(2));
        again = _submit(again, 10);
        assertFalse(inbox.held(3));
    }

    /// @dev H1: time that only rolled back batches lost is not charged to those that take their place.
    function test_invalidate_forgetsTheirStandstill_succeeds() public {
        inbox.hold(_commitment(chain[4]));
        skip(5 hours);
        inbox.confirm(chain[4].header, chain[4].standing);
        inbox.hold(_commitment(chain[2]));
        skip(1 hours);
        inbox.confirm(chain[2].header, chain[2].standing);
        inbox.hold(_commitment(chain[3]));
        skip(7 hours);
        inbox.invalidate(chain[3].header, chain[3].standing);
        assertEq(inbox.standstill(1), 0);
        assertEq(inbox.standstill(2), 1 hours);
        Batch memory again = _submit(chain[2], 9);
        assertEq(again.standing.due, block.timestamp - 1 hours + WINDOW);
        again = _submit(again, 10);
        assertEq(inbox.standstill(4), 1 hours);
        assertEq(again.standing.due, block.timestamp - 1 hours + WINDOW);
    }
}
