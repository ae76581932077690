// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Batch, BatchStatus, IBatchInbox} from "../../contracts/batches/IBatchInbox.sol";
import {Work} from "../../contracts/sequencers/ISequencerSet.sol";
import {InboxFixture, SequencersDouble} from "./InboxFixture.sol";

contract FinalityTest is InboxFixture {
    Batch private first;
    Batch private second;
    Batch private third;

    function setUp() public override {
        super.setUp();
        first = _submit(genesis, 1);
        skip(1 hours);
        second = _submit(first, 2);
        skip(1 hours);
        third = _submit(second, 3);
    }

    /// [11.3.1] In order, once, when the window has passed.
    function test_finalise_afterItsWindow_succeeds() public {
        vm.warp(first.standing.due - 1);
        _refused(first, abi.encodeWithSelector(IBatchInbox.InboxWindowOpen.selector, 1));
        skip(1);
        _refused(second, abi.encodeWithSelector(IBatchInbox.InboxWrongIndex.selector, 2, 1));
        vm.expectEmit(address(inbox));
        emit IBatchInbox.BatchFinalised(1, first.header.hashMemory());
        inbox.finalise(_run(first));
        assertEq(inbox.finalised(), 2);
        assertEq(inbox.commitmentAt(1), bytes32(0));
        bytes32 chain = keccak256(abi.encode(bytes32(0), genesis.header.hashMemory()));
        assertTrue(inbox.isFinal(1, first.header.hashMemory(), chain, new bytes32[](0)));
        assertTrue(_stands(first));
        _refused(first, abi.encodeWithSelector(IBatchInbox.InboxWrongIndex.selector, 1, 2));
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxWrongIndex.selector, 0, 2));
        inbox.finalise(new Batch[](0));
    }

    function test_finalise_unknownBatch_reverts() public {
        skip(WINDOW);
        Batch memory other = first;
        other.standing.due -= 1;
        bytes32 hash = first.header.hashMemory();
        _refused(other, abi.encodeWithSelector(IBatchInbox.InboxUnknownBatch.selector, 1, hash));
        other = first;
        other.header.gasUsed += 1;
        hash = other.header.hashMemory();
        _refused(other, abi.encodeWithSelector(IBatchInbox.InboxUnknownBatch.selector, 1, hash));
    }

    /// @dev Beyond the head old words remain, which mean nothing.
    function test_finalise_rolledBackBatch_reverts() public {
        inbox.invalidate(first.header, first.standing);
        skip(2 * WINDOW);
        bytes32 hash = first.header.hashMemory();
        _refused(first, abi.encodeWithSelector(IBatchInbox.InboxUnknownBatch.selector, 1, hash));
    }

    /// [Q4] H2: a run in one call, which pays everybody in one call.
    function test_finalise_aRun_succeeds() public {
        inbox.addSignatures(second, _certificate(16 + 8));
        skip(WINDOW);
        address anyone = makeAddr("anyone");
        vm.prank(anyone);
        inbox.finalise(_runOf(first, second, third));
        assertEq(inbox.finalised(), 4);
        assertEq(sequencers.rewards(), 1);
        assertEq(sequencers.finaliser(), anyone);
        Work[] memory work = sequencers.lastWork();
        assertEq(work.length, 3);
        uint128[3] memory signers = [uint128(15), 31, 15];
        for (uint256 i = 0; i < 3; ++i) {
            Work memory expected = Work(alice, 1, signers[i], 21_000, BASE_FEE, address(this));
            assertEq(keccak256(abi.encode(work[i])), keccak256(abi.encode(expected)));
        }
    }

    /// @dev M7: what somebody finalised in front, or what is not ready at the end, does not make a run fail.
    function test_finalise_aRun_inPart_succeeds() public {
        vm.warp(second.standing.due);
        inbox.finalise(_run(first));
        inbox.finalise(_runOf(first, second, third));
        assertEq(inbox.finalised(), 3);
        assertEq(sequencers.lastWork().length, 1);
    }

    function test_finalise_aRunWithAGap_stopsThere_succeeds() public {
        skip(WINDOW);
        Batch[] memory run = new Batch[](3);
        (run[0], run[1], run[2]) = (first, first, third);
        inbox.finalise(run);
        assertEq(inbox.finalised(), 2);
        assertEq(sequencers.lastWork().length, 1);
    }

    /// [S1] [11.7] H2: what lies before the requested batch becomes final, nothing from it on does.
    function test_finalise_beforeAnOpenRequest_succeeds() public {
        inbox.hold(_commitment(second));
        skip(3 * WINDOW);
        inbox.finalise(_runOf(first, second, third));
        assertEq(inbox.finalised(), 2);
        _refused(second, abi.encodeWithSelector(IBatchInbox.InboxInsecure.selector, 2));
    }

    /// [11.10.1] H1: an answered request gives back exactly its own time, to its batch and all after it.
    function test_finalise_afterAnAnswer_succeeds() public {
        vm.warp(first.standing.due - 10);
        inbox.hold(_commitment(second));
        skip(3 hours);
        _confirm(second);
        inbox.finalise(_run(first));
        assertEq(inbox.standstill(1), 0);
        assertEq(inbox.standstill(2), 3 hours);
        assertEq(inbox.standstill(3), 3 hours);
        vm.warp(second.standing.due + 3 hours - 1);
        _refused(second, abi.encodeWithSelector(IBatchInbox.InboxWindowOpen.selector, 1));
        skip(1);
        inbox.finalise(_run(second));
        vm.warp(third.standing.due + 3 hours - 1);
        _refused(third, abi.encodeWithSelector(IBatchInbox.InboxWindowOpen.selector, 1));
        skip(1);
        inbox.finalise(_run(third));
        // What comes later starts with all that has passed.
        Batch memory fourth = _submit(third, 4);
        assertEq(fourth.standing.due, block.timestamp - 3 hours + WINDOW);
        vm.warp(fourth.standing.due + 3 hours);
        inbox.finalise(_run(fourth));
    }

    /// @dev H1: whoever requests a batch a day, each answered within ten minutes, delays all of them by these minutes.
    function test_finalise_underARequestADay_succeeds() public {
        Batch[] memory all = new Batch[](12);
        Batch memory parent = third;
        for (uint256 i = 0; i < 12; ++i) all[i] = parent = _submit(parent, 100 + i);
        uint256 due = parent.standing.due;
        vm.warp(due - 7 days + 1 hours);
        for (uint256 day = 0; day < 7; ++day) {
            inbox.hold(_commitment(all[day]));
            skip(10 minutes);
            _confirm(all[day]);
            skip(1 days - 10 minutes);
        }
        vm.warp(due + 70 minutes - 1);
        inbox.finalise(_runOf(first, second, third));
        // The first one lost ten minutes only.
        inbox.finalise(all);
        assertEq(inbox.finalised(), 10);
        skip(1);
        inbox.finalise(all);
        assertEq(inbox.finalised(), inbox.head());
    }

    /// @dev H2: requests that overlap delay by their union, not by their sum.
    function test_finalise_afterOverlappingRequests_succeeds() public {
        inbox.hold(_commitment(third));
        skip(1 hours);
        inbox.hold(_commitment(first));
        skip(1 hours);
        inbox.hold(_commitment(second));
        skip(1 hours);
        _confirm(first);
        skip(1 hours);
        _confirm(third);
        _confirm(second);
        assertEq(inbox.standstill(1), 2 hours);
        assertEq(inbox.standstill(2), 3 hours);
        assertEq(inbox.standstill(3), 4 hours);
        assertFalse(inbox.insecure());
    }

    /// @dev M2: signatures that a submitter left out are added by anybody, and count as if they had been there.
    function test_addSignatures_ofLeftOutSigners_succeeds() public {
        bytes32 commitment = inbox.commitmentAt(2);
        bytes32 hash = second.header.hashMemory();
        vm.expectEmit(address(inbox));
        emit IBatchInbox.SignaturesAdded(2, hash, 16);
        inbox.addSignatures(second, _certificate(16 + 1));
        vm.expectEmit(address(inbox));
        emit IBatchInbox.SignaturesAdded(2, hash, 16 + 32);
        inbox.addSignatures(second, _certificate(32 + 16));
        assertEq(inbox.addedSigners(commitment), 48);
        assertEq(inbox.commitmentAt(2), commitment);
        // M7: what is there already changes nothing, whatever it is.
        sequencers.refuse(true);
        inbox.addSignatures(second, _certificate(32 + 15));
        assertEq(inbox.invalidate(second.header, second.standing), 15 + 48);
    }

    /// @dev M2: only what the set takes, and only for certified batches that stand and are not final.
    function test_addSignatures_elsewhere_reverts() public {
        sequencers.refuse(true);
        vm.expectRevert(abi.encodeWithSelector(SequencersDouble.Refused.selector));
        inbox.addSignatures(second, _certificate(16));
        sequencers.refuse(false);
        Batch memory other = second;
        other.standing.signers = 1;
        bytes32 hash = second.header.hashMemory();
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxUnknownBatch.selector, 2, hash));
        inbox.addSignatures(other, _certificate(16));
        Batch memory alone = _submitUnattested(third, 4);
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxWrongStatus.selector, 4, BatchStatus.Unattested));
        inbox.addSignatures(alone, _certificate(16));
        skip(WINDOW);
        inbox.finalise(_run(first));
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.InboxWrongStatus.selector, 1, BatchStatus.Final));
        inbox.addSignatures(first, _certificate(16));
    }

    function _runOf(Batch memory a, Batch memory b, Batch memory c) private pure returns (Batch[] memory run) {
        run = new Batch[](3);
        (run[0], run[1], run[2]) = (a, b, c);
    }

    function _refused(Batch memory batch, bytes memory reason) private {
        vm.expectRevert(reason);
        inbox.finalise(_run(batch));
    }
}
