// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Parameter} from "../../contracts/governance/IParameters.sol";
import {Certificate, ISequencerSet, Term} from "../../contracts/sequencers/ISequencerSet.sol";
import {Digests, SequencerFixture} from "./SequencerFixture.sol";

contract RotationTest is SequencerFixture {
    uint256 private constant TIMEOUT = 60;

    function setUp() public override {
        super.setUp();
        _joinMany(4, STAKE);
    }

    /// [5] [5.2]
    function test_rotate_afterTheAgreedTransactions_succeeds() public {
        _batch(2999);
        Term memory before = set.term();
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.RotationTooEarly.selector, 2999, 3000));
        set.rotate();
        _batch(1);
        skip(10);
        address selected = set.next();
        vm.expectEmit(address(set));
        emit ISequencerSet.SequencerRotated(before.number + 1, selected, before.sequencer);
        set.rotate();
        Term memory term = set.term();
        assertEq(term.sequencer, selected);
        assertNotEq(term.sequencer, before.sequencer);
        assertEq(term.number, before.number + 1);
        assertEq(term.transactions, 0);
        assertEq(term.startedAt, block.timestamp);
    }

    function test_attest_ofAnother_doesNotCount_succeeds() public {
        address other = _current() == set.ownerAt(0) ? set.ownerAt(1) : set.ownerAt(0);
        _attest(other, 3000, _certify(HEADER, 15));
        assertEq(set.term().transactions, 0);
    }

    /// [S2] [3.3.9]
    function test_rotateSilent_succeeds() public {
        Term memory term = set.term();
        Certificate memory certificate = _silence(term, 15);
        vm.warp(uint256(term.startedAt) + TIMEOUT);
        address selected = set.next();
        vm.prank(makeAddr("anyone"));
        set.rotateSilent(term.number, certificate);
        assertEq(_current(), selected);
        assertNotEq(selected, term.sequencer);
    }

    function test_rotateSilent_withoutTheSilentOne_succeeds() public {
        Term memory term = set.term();
        skip(TIMEOUT);
        set.rotateSilent(term.number, _silence(term, _allBut(term.sequencer)));
        assertNotEq(_current(), term.sequencer);
    }

    function test_rotateSilent_tooEarly_reverts() public {
        Term memory term = set.term();
        uint256 required = uint256(term.startedAt) + TIMEOUT;
        Certificate memory certificate = _silence(term, 15);
        vm.warp(required - 1);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.RotationTooEarly.selector, required - 1, required));
        set.rotateSilent(term.number, certificate);
    }

    /// @dev One certificate ends one term.
    function test_rotateSilent_again_reverts() public {
        Term memory term = set.term();
        Certificate memory certificate = _silence(term, 15);
        skip(TIMEOUT);
        set.rotateSilent(term.number, certificate);
        skip(TIMEOUT);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.RotationWrongTerm.selector, term.number, term.number + 1));
        set.rotateSilent(term.number, certificate);
        vm.expectPartialRevert(ISequencerSet.CertificateWrongSigner.selector);
        set.rotateSilent(term.number + 1, certificate);
    }

    function test_rotateSilent_belowQuorum_reverts() public {
        Term memory term = set.term();
        Certificate memory certificate = _silence(term, 3);
        skip(TIMEOUT);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateBelowQuorum.selector, 2 * STAKE, 4 * STAKE));
        set.rotateSilent(term.number, certificate);
    }

    /// [S2]
    function test_rotateSilent_ofExactlyAThird_byTheOthers_succeeds() public {
        Term memory term = set.term();
        // 150 of 450: the other three hold 300, exactly two thirds.
        _topUpBy(term.sequencer, STAKE / 2);
        skip(TIMEOUT);
        set.rotateSilent(term.number, _silence(term, _allBut(term.sequencer)));
        assertNotEq(_current(), term.sequencer);
    }

    /// [S2]
    /// @dev With one wei more the others are no quorum, and the chain halts.
    function test_rotateSilent_ofMoreThanAThird_byTheOthers_reverts() public {
        Term memory term = set.term();
        _topUpBy(term.sequencer, STAKE / 2 + 1);
        Certificate memory certificate = _silence(term, _allBut(term.sequencer));
        skip(TIMEOUT);
        uint256 total = (9 * uint256(STAKE)) / 2 + 1;
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateBelowQuorum.selector, 3 * STAKE, total));
        set.rotateSilent(term.number, certificate);
    }

    function test_rotateSilent_withAHeaderCertificate_reverts() public {
        Term memory term = set.term();
        Certificate memory certificate = _certify(HEADER, 15);
        skip(TIMEOUT);
        vm.expectPartialRevert(ISequencerSet.CertificateWrongSigner.selector);
        set.rotateSilent(term.number, certificate);
    }

    function test_rotate_alone_goesOn_succeeds() public {
        for (uint8 seat = 1; seat < 4; ++seat) _resign(set.ownerAt(seat));
        address alone = set.ownerAt(0);
        assertEq(_current(), alone);
        assertEq(set.next(), alone);
        uint32 number = set.term().number;
        _attest(alone, 3000, _certify(HEADER, 1));
        set.rotate();
        assertEq(_current(), alone);
        assertEq(set.term().number, number + 1);
    }

    /// @dev The others lost all their stake as cosigners: they have seats, but are never selected.
    function test_rotate_whenNoOtherHasStake_goesOn_succeeds() public {
        _set(Parameter.CosignerSlash, 10_000);
        address current = _current();
        uint8 seat = set.sequencerOf(current).seat;
        uint8 culprit = seat == 0 ? 1 : 0;
        _punish(set.ownerAt(culprit), 15 & ~(uint128(1) << seat), address(this));
        assertEq(set.totalStake(), STAKE);
        assertEq(set.next(), current);
        _attest(current, 3000, _certify(HEADER, uint128(1) << seat));
        set.rotate();
        assertEq(_current(), current);
    }

    function test_topUp_whenNobodyHadStake_startsATerm_succeeds() public {
        _set(Parameter.CosignerSlash, 10_000);
        _punish(_current(), 15, address(this));
        assertEq(_current(), address(0));
        assertEq(set.next(), address(0));
        address owner = set.ownerAt(set.activeSeats() & 1 == 1 ? 0 : 1);
        _fund(owner, 1);
        vm.prank(owner);
        set.topUp(1);
        assertEq(_current(), owner);
    }

    /// [5.2]
    function testFuzz_next_predictsRotate_succeeds(uint96[4] calldata stakes, uint256 leaver) public {
        _topUp(stakes);
        _resign(set.ownerAt(uint8(leaver % 4)));
        for (uint256 i = 0; i < 8; ++i) {
            address predicted = set.next();
            assertNotEq(predicted, _current());
            assertTrue(predicted != set.ownerAt(uint8(leaver % 4)));
            _attest(_current(), 3000, _certify(HEADER, set.activeSeats()));
            set.rotate();
            assertEq(_current(), predicted);
        }
    }

    /// @dev How often each is selected stays within six standard deviations of its share.
    function testFuzz_rotate_isProportionalToStake_succeeds(uint96[4] calldata stakes) public {
        _topUp(stakes);
        _set(Parameter.RotationTransactions, 1);
        Certificate memory certificate = _certify(HEADER, 15);
        // Both in millionths.
        uint256[4] memory expected;
        uint256[4] memory variance;
        uint256[4] memory count;
        for (uint256 i = 0; i < 100; ++i) {
            uint8 current = set.sequencerOf(_current()).seat;
            uint256 others = set.totalStake() - _stakeOf(_current());
            for (uint8 seat = 0; seat < 4; ++seat) {
                if (seat == current) continue;
                uint256 share = (1e6 * _stakeOf(set.ownerAt(seat))) / others;
                expected[seat] += share;
                variance[seat] += (share * (1e6 - share)) / 1e6;
            }
            _attest(_current(), 1, certificate);
            set.rotate();
            ++count[set.sequencerOf(_current()).seat];
        }
        for (uint8 seat = 0; seat < 4; ++seat) {
            uint256 found = count[seat] * 1e6;
            uint256 distance = found > expected[seat] ? found - expected[seat] : expected[seat] - found;
            assertLe(distance, 6 * Math.sqrt(variance[seat] * 1e6) + 2e6);
        }
    }

    /// @dev Whoever chooses the moment of a rotation cannot choose the next sequencer.
    function test_next_isFixedAhead_succeeds() public {
        address selected = set.next();
        skip(1 days);
        vm.roll(block.number + 1000);
        assertEq(set.next(), selected);
    }

    /// @dev With three stakes of one wei each, a draw that is off by one wei leaves somebody out.
    function test_rotate_byTheWei_reachesEveryone_succeeds() public {
        _set(Parameter.CosignerSlash, 9_999);
        _set(Parameter.RotationTransactions, 1);
        address culprit = set.ownerAt(0);
        for (uint256 i = 0; i < 5; ++i) _punish(culprit, 15, address(this));
        assertEq(set.totalStake(), 3);
        Certificate memory certificate = _certify(HEADER, 14);
        uint256 reached = 0;
        for (uint256 i = 0; i < 24; ++i) {
            _attest(_current(), 1, certificate);
            set.rotate();
            reached |= 1 << set.sequencerOf(_current()).seat;
        }
        assertEq(reached, 14);
    }

    /// @dev L1's randomness at a rotation decides the draw after the next one; the next one is fixed already.
    function test_rotate_drawsFromTheRandomnessOfL1_succeeds() public {
        _batch(3000);
        address selected = set.next();
        uint256 snapshot = vm.snapshotState();
        address drawn;
        bool differs = false;
        for (uint256 i = 0; i < 16; ++i) {
            vm.prevrandao(keccak256(abi.encode(i)));
            set.rotate();
            assertEq(_current(), selected);
            if (i == 0) drawn = set.next();
            else if (set.next() != drawn) differs = true;
            vm.revertToState(snapshot);
        }
        assertTrue(differs);
    }

    function test_next_withoutSequencers_isNobody_succeeds() public {
        for (uint8 seat = 0; seat < 4; ++seat) _resign(set.ownerAt(seat));
        assertEq(set.next(), address(0));
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.RotationTooEarly.selector, 0, 3000));
        set.rotate();
        Term memory term = set.term();
        skip(TIMEOUT);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateBelowQuorum.selector, 0, 0));
        set.rotateSilent(term.number, Certificate({signers: 0, signatures: ""}));
    }

    function _batch(uint32 transactions) private {
        _attest(_current(), transactions, _certify(HEADER, 15));
    }

    function _silence(Term memory term, uint128 signers) private view returns (Certificate memory) {
        return _certify(Digests.silence(term.number, term.sequencer), signers);
    }

    function _topUp(uint96[4] calldata stakes) private {
        for (uint8 seat = 0; seat < 4; ++seat) {
            _topUpBy(set.ownerAt(seat), uint96(bound(stakes[seat], 0, 1000 ether)));
        }
    }

    function _topUpBy(address owner, uint96 more) private {
        _fund(owner, more);
        vm.prank(owner);
        set.topUp(more);
    }

    /// @dev The seats of everyone but this one.
    function _allBut(address owner) private view returns (uint128) {
        return 15 & ~(uint128(1) << set.sequencerOf(owner).seat);
    }
}
