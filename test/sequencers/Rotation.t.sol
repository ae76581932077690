// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Certificate, ISequencerSet, Roster, Verdict} from "../../contracts/sequencers/ISequencerSet.sol";
import {Digests, SequencerFixture} from "./SequencerFixture.sol";

contract RotationTest is SequencerFixture {
    address[] private owners;
    uint32 private term;

    function setUp() public override {
        super.setUp();
        owners = _found(4, 2 * STAKE);
        chain.move(2, 1);
        term = _term();
    }

    /// [5] [5.2]
    function test_rotate_afterEnoughTransactions_beginsTheNextTerm() public {
        address current = _current();
        address next = set.next();
        _attest(current, term, 2_999, _certify(HEADER, term, 15));
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.RotationTooEarly.selector, 2_999, 3_000));
        set.rotate();
        _attest(current, term, 1, _certify(HEADER, term, 15));
        vm.expectEmit(address(set));
        emit ISequencerSet.SequencerRotated(term + 1, next, current);
        set.rotate();
        assertEq(_current(), next);
        assertEq(set.term().transactions, 0);
        assertEq(set.term().startedAt, block.timestamp);
    }

    function test_rotate_afterADay_beginsTheNextTerm() public {
        skip(1 days - 1);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.RotationTooEarly.selector, 0, 3_000));
        set.rotate();
        skip(1);
        set.rotate();
        assertEq(_term(), term + 1);
    }

    /// @dev Before the first batch nobody waits for sequencers who joined; after it they wait for the term.
    function test_rotate_founding_onlyBeforeTheFirstBatch() public {
        _join("late", STAKE);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.RotationTooEarly.selector, 0, 3_000));
        set.rotate();
        chain.move(1, 1);
        set.rotate();
        assertEq(set.rosterOf(term + 1).active, 31);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.RotationTooEarly.selector, 0, 3_000));
        set.rotate();
    }

    /// @dev The counter stops at its maximum instead of beginning anew.
    function test_attest_moreTransactionsThanItCounts() public {
        address current = _current();
        for (uint256 i = 0; i < 2; ++i) _attest(current, term, type(uint32).max, _certify(HEADER, term, 15));
        assertEq(set.term().transactions, type(uint24).max);
    }

    /// [3.3.9] [S2]
    function test_rotateSilent_withTwoThirds_endsTheTerm() public {
        address current = _current();
        Certificate memory certificate = _certify(Digests.silence(term, current), term, 15 & ~_seatOf(current));
        vm.expectRevert(
            abi.encodeWithSelector(ISequencerSet.RotationTooEarly.selector, block.timestamp, set.term().startedAt + 60)
        );
        set.rotateSilent(term, certificate);
        skip(60);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.RotationWrongTerm.selector, term + 1, term));
        set.rotateSilent(term + 1, certificate);
        vm.expectEmit(address(set));
        emit ISequencerSet.SilenceCertified(term, current);
        set.rotateSilent(term, certificate);
        assertNotEq(_current(), current);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.RotationWrongTerm.selector, term, term + 1));
        set.rotateSilent(term, certificate);
    }

    function test_rotateSilent_withLess_reverts() public {
        address current = _current();
        uint128 two = _seatOf(_another(owners)) | _seatOf(current);
        skip(60);
        Certificate memory certificate = _certify(Digests.silence(term, current), term, two);
        vm.expectPartialRevert(ISequencerSet.CertificateBelowQuorum.selector);
        set.rotateSilent(term, certificate);
        // What is said of another sequencer is not said of this one.
        certificate = _certify(Digests.silence(term, owners[0] == current ? owners[1] : owners[0]), term, 15);
        vm.expectPartialRevert(ISequencerSet.CertificateWrongSigner.selector);
        set.rotateSilent(term, certificate);
    }

    /// [11.15] [11.10.3.3]
    function test_removal_ofTheCurrentOne_endsItsTerm() public {
        address current = _current();
        _punish(_verdict(current, 0));
        assertEq(_term(), term + 1);
        assertNotEq(_current(), current);
        address second = _current();
        _resign(second);
        assertEq(_term(), term + 2);
        assertNotEq(_current(), second);
        address third = _current();
        _kick(third, 0);
        assertEq(_term(), term + 3);
        assertNotEq(_current(), third);
    }

    /// @dev Another's removal ends no term, unless the head moves back with it.
    function test_removal_ofAnother_endsNoTerm() public {
        address another = _another(owners);
        Verdict memory verdict = _verdict(another, 0);
        _punish(verdict);
        assertEq(_term(), term);
        verdict.headerHash = keccak256("second");
        verdict.restarts = true;
        _punish(verdict);
        assertEq(_term(), term + 1);
    }

    /// @dev A roster is that of its term for ever, whatever comes after.
    function test_rosterOf_keepsEveryTerm() public {
        Roster memory before = set.rosterOf(term);
        chain.move(9, 3);
        _topUp(owners[1], STAKE);
        _resign(owners[2]);
        _nextTerm();
        _nextTerm();
        Roster memory kept = set.rosterOf(term);
        assertEq(kept.active, before.active);
        assertEq(kept.weight, before.weight);
        assertEq(kept.head, before.head);
        assertEq(set.rosterOf(_term()).head, 9);
        assertEq(set.rosterOf(_term() + 2).active, 0);
    }
}
