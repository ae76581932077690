// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {Certificate, ISequencerSet} from "../../contracts/sequencers/ISequencerSet.sol";
import {Digests, SequencerFixture} from "./SequencerFixture.sol";

/// @dev Four sequencers at seats 0 to 3 with equal stakes, all of which count in the term under way.
contract CertificatesTest is SequencerFixture {
    address[] private owners;
    address private alice;
    address private bob;
    uint32 private term;

    function setUp() public override {
        super.setUp();
        owners = _found(4, 2 * STAKE);
        (alice, bob, term) = (owners[0], owners[1], _term());
    }

    /// [S4]
    function test_attest_byThreeOfFour_countsItsTransactions() public {
        address current = _current();
        uint128 without = 15 & ~_seatOf(_another(owners));
        _attest(current, term, 7, _certify(HEADER, term, without));
        assertEq(set.term().transactions, 7);
        _attest(_another(owners), term, 5, _certify(HEADER, term, 15));
        assertEq(set.term().transactions, 7);
    }

    function test_attest_byAnyoneButTheInbox_reverts() public {
        Certificate memory certificate = _certify(HEADER, term, 7);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerUnauthorized.selector, address(this)));
        set.attest(HEADER, alice, term, 1, certificate);
    }

    /// @dev [S4] Exactly two thirds of the term's weights are enough, less is not.
    function testFuzz_attest_quorumIsTwoThirds(uint96[4] memory stakes, uint8 signers) public {
        signers = uint8(bound(signers, 0, 15)) | 1;
        uint256 signing = 0;
        for (uint8 seat = 0; seat < 4; ++seat) _topUp(owners[seat], uint96(bound(stakes[seat], 0, 1000 ether)));
        _nextTerm();
        uint32 next = _term();
        for (uint8 seat = 0; seat < 4; ++seat) {
            if (signers & (1 << seat) != 0) signing += _stakeOf(owners[seat]) / 1 gwei;
        }
        uint256 total = set.rosterOf(next).weight;
        Certificate memory certificate = _certify(HEADER, next, signers);
        if (signing * 3 < total * 2) {
            vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateBelowQuorum.selector, signing, total));
        }
        _attest(alice, next, 1, certificate);
    }

    /// @dev [M4] What a term froze counts: neither stakes that came since nor keys that changed make a difference.
    function test_attest_M4_weighsTheTermsStakes() public {
        Certificate memory three = _certify(HEADER, term, 7);
        Certificate memory two = _certify(HEADER, term, 3);
        _topUp(bob, 10_000 ether);
        _nextTerm();
        vm.expectPartialRevert(ISequencerSet.CertificateBelowQuorum.selector);
        _attest(alice, term, 1, two);
        _attest(alice, term, 1, three);
    }

    /// @dev [M4] A certificate counts in its term and in the next one, and never again.
    function test_attest_M4_twoTermsLater_reverts() public {
        Certificate memory certificate = _certify(HEADER, term, 15);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateWrongTerm.selector, term + 1, term));
        _attest(alice, term + 1, 1, certificate);
        _nextTerm();
        _attest(alice, term, 1, certificate);
        _nextTerm();
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateWrongTerm.selector, term, term + 2));
        _attest(alice, term, 1, certificate);
    }

    /// @dev [M3] Key changes do not kill a certificate on its way.
    function test_attest_M3_afterTwoKeyChanges_succeeds() public {
        Certificate memory certificate = _certify(HEADER, term, 7);
        _rotateKey(alice, "second");
        _rotateKey(alice, "third");
        _attest(alice, term, 1, certificate);
        _nextTerm();
        _attest(alice, term, 1, certificate);
        _attest(alice, term + 1, 1, _certify(HEADER, term + 1, 7));
        assertEq(set.seatAt(0, term + 1).key, _key("third"));
    }

    function test_attest_withoutItsSequencer_reverts() public {
        Certificate memory certificate = _certify(HEADER, term, 14);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateWithoutSequencer.selector, alice));
        _attest(alice, term, 1, certificate);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateWithoutSequencer.selector, alice));
        _attest(alice, term, 1, Certificate(0, ""));
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerNotActive.selector, address(this)));
        _attest(address(this), term, 1, certificate);
    }

    function test_attest_emptySeat_reverts() public {
        Certificate memory certificate = _certify(HEADER, term, 15);
        certificate.signers = 31;
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateUnknownSeat.selector, 4));
        _attest(alice, term, 1, certificate);
    }

    /// @dev A seat that was taken within the term has no say in it.
    function test_attest_seatOfALatecomer_reverts() public {
        address late = _join("late", 2 * STAKE);
        Certificate memory certificate = _certify(HEADER, term, 15);
        certificate.signers = 31;
        certificate.signatures = bytes.concat(certificate.signatures, _sign(_key("late"), HEADER));
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateUnknownSeat.selector, 4));
        _attest(alice, term, 1, certificate);
        certificate = _certify(HEADER, term, 15);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateWithoutSequencer.selector, late));
        _attest(late, term, 1, certificate);
    }

    /// @dev Who left hands over what it signed before; who was kicked does not.
    function test_attest_ofOneThatLeftOrWasKicked() public {
        Certificate memory certificate = _certify(HEADER, term, 15);
        address leaver = _another(owners);
        _resign(leaver);
        _attest(leaver, term, 1, certificate);
        _kick(leaver, 0);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerNotActive.selector, leaver));
        _attest(leaver, term, 1, certificate);
    }

    function test_attest_ofOneThatLeft_inTheTermAfter_reverts() public {
        address leaver = _another(owners);
        uint128 seat = _seatOf(leaver);
        _resign(leaver);
        _nextTerm();
        Certificate memory certificate = _certify(HEADER, term + 1, 15 & ~seat);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerNotActive.selector, leaver));
        _attest(leaver, term + 1, 1, certificate);
    }

    function test_attest_signaturesOutOfOrder_reverts() public {
        bytes memory a = _sign(_key("s0"), HEADER);
        bytes memory b = _sign(_key("s1"), HEADER);
        Certificate memory swapped = Certificate(7, bytes.concat(b, a, _sign(_key("s2"), HEADER)));
        address wrong = _key("s1");
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateWrongSigner.selector, 0, wrong));
        _attest(alice, term, 1, swapped);
        Certificate memory thrice = Certificate(7, bytes.concat(a, a, a));
        wrong = _key("s0");
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateWrongSigner.selector, 1, wrong));
        _attest(alice, term, 1, thrice);
    }

    function test_attest_anotherHeaderOrChain_reverts() public {
        Certificate memory certificate = _certify(keccak256("another"), term, 7);
        vm.expectPartialRevert(ISequencerSet.CertificateWrongSigner.selector);
        _attest(alice, term, 1, certificate);
        certificate = _certify(HEADER, term, 7);
        vm.chainId(4711);
        vm.expectPartialRevert(ISequencerSet.CertificateWrongSigner.selector);
        _attest(alice, term, 1, certificate);
    }

    function test_attest_brokenSignature_reverts() public {
        vm.expectRevert(ECDSA.ECDSAInvalidSignature.selector);
        _attest(alice, term, 1, Certificate(7, new bytes(192)));
    }

    function testFuzz_attest_wrongLength_reverts(uint256 length) public {
        length = bound(length, 0, 300);
        vm.assume(length != 192);
        bytes memory whole = bytes.concat(_certify(HEADER, term, 7).signatures, new bytes(300));
        bytes memory part = new bytes(length);
        for (uint256 i = 0; i < length; ++i) part[i] = whole[i];
        uint256 expected = length > 192 ? 192 : (length / 64 + 1) * 64;
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateWrongLength.selector, length, expected));
        _attest(alice, term, 1, Certificate(7, part));
    }

    /// @dev [M2] [H4] Signatures of any term that began prove who signed, a quorum or not.
    function test_requireCertificate_ofAnyTerm() public {
        Certificate memory one = _certify(HEADER, term, 8);
        Certificate memory three = _certify(HEADER, term, 7);
        for (uint256 i = 0; i < 3; ++i) _nextTerm();
        set.requireCertificate(HEADER, alice, term, one, false);
        set.requireCertificate(HEADER, alice, term, three, true);
        vm.expectPartialRevert(ISequencerSet.CertificateBelowQuorum.selector);
        set.requireCertificate(HEADER, alice, term, one, true);
        address dave = owners[3];
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateWithoutSequencer.selector, dave));
        set.requireCertificate(HEADER, dave, term, three, true);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateWrongTerm.selector, term + 4, term + 3));
        set.requireCertificate(HEADER, alice, term + 4, three, true);
        vm.expectPartialRevert(ISequencerSet.CertificateUnknownSeat.selector);
        set.requireCertificate(HEADER, alice, 0, three, true);
    }

    function test_attest_gasWith128Signers() public {
        for (uint256 i = 4; i < 128; ++i) _join(string.concat("s", vm.toString(i)), 2 * STAKE);
        set.rotate();
        uint32 full = _term();
        Certificate memory certificate = _certify(HEADER, full, type(uint128).max);
        vm.prank(address(chain));
        uint256 before = gasleft();
        set.attest(HEADER, alice, full, 1, certificate);
        assertLe(before - gasleft(), 1_600_000);
    }

    function test_digest_isTheContractsDomain() public view {
        (, string memory name, string memory version, uint256 chainId, address verifying, , ) = set.eip712Domain();
        assertEq(name, "Metis L2");
        assertEq(version, "1");
        assertEq(chainId, block.chainid);
        assertEq(verifying, address(set));
        assertNotEq(Digests.domain(address(set)), Digests.domain(address(this)));
    }
}
