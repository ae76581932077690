// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {Parameter} from "../../contracts/governance/IParameters.sol";
import {Certificate, ISequencerSet} from "../../contracts/sequencers/ISequencerSet.sol";
import {Digests, SequencerFixture} from "./SequencerFixture.sol";

/// @dev Four sequencers at seats 0 to 3 with equal stakes unless a test says otherwise.
contract CertificatesTest is SequencerFixture {
    uint256 private constant OVERLAP = 1 hours;
    address private alice;
    address private bob;

    function setUp() public override {
        super.setUp();
        alice = _join("alice", STAKE);
        bob = _join("bob", STAKE);
        _join("carol", STAKE);
        _join("dave", STAKE);
    }

    /// [S4]
    function test_attest_byThreeOfFour_succeeds() public {
        uint128 current = uint128(1) << set.sequencerOf(_current()).seat;
        uint128 another = current == 1 ? 2 : 1;
        _attest(_current(), 7, _certify(HEADER, 15 & ~another));
        assertEq(set.term().transactions, 7);
    }

    function test_attest_byAnyoneButTheInbox_reverts() public {
        Certificate memory certificate = _certify(HEADER, 7);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerUnauthorized.selector, address(this)));
        set.attest(HEADER, alice, 1, certificate);
    }

    /// @dev Exactly two thirds are enough, one wei less is not.
    function testFuzz_attest_quorumIsTwoThirds_succeeds(uint96[4] memory stakes, uint8 signers) public {
        uint256 total = 0;
        uint256 signing = 0;
        signers = uint8(bound(signers, 0, 15)) | 1;
        for (uint8 seat = 0; seat < 4; ++seat) {
            address owner = set.ownerAt(seat);
            uint96 more = uint96(bound(stakes[seat], 0, 1000 ether));
            _fund(owner, more);
            vm.prank(owner);
            set.topUp(more);
            total += STAKE + more;
            if (signers & (1 << seat) != 0) signing += STAKE + more;
        }
        Certificate memory certificate = _certify(HEADER, signers);
        if (signing * 3 < total * 2) {
            vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateBelowQuorum.selector, signing, total));
        }
        _attest(alice, 1, certificate);
    }

    function test_attest_exactlyTwoThirds_succeeds() public {
        _fund(alice, 4 * STAKE);
        vm.startPrank(alice);
        set.topUp(4 * STAKE);
        vm.stopPrank();
        // 5 + 1 + 1 + 1: alice and bob hold six eighths; alice alone five.
        vm.expectPartialRevert(ISequencerSet.CertificateBelowQuorum.selector);
        _attest(alice, 1, _certify(HEADER, 1));
        _fund(alice, STAKE);
        vm.prank(alice);
        set.topUp(STAKE);
        _attest(alice, 1, _certify(HEADER, 1));
    }

    function test_attest_withoutItsSequencer_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateWithoutSequencer.selector, alice));
        _attest(alice, 1, _certify(HEADER, 14));
    }

    function test_attest_nobodySigned_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateWithoutSequencer.selector, alice));
        _attest(alice, 1, _certify(HEADER, 0));
    }

    function test_attest_emptySeat_reverts() public {
        Certificate memory certificate = _certify(HEADER, 15);
        certificate.signers = 31;
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateUnknownSeat.selector, 4));
        _attest(alice, 1, certificate);
    }

    function test_attest_seatOfOneThatLeft_reverts() public {
        Certificate memory certificate = _certify(HEADER, 15);
        _resign(bob);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateUnknownSeat.selector, 1));
        _attest(alice, 1, certificate);
    }

    function test_attest_signaturesOutOfOrder_reverts() public {
        Certificate memory certificate = Certificate({
            signers: 7,
            signatures: bytes.concat(_sign(keys[1], HEADER), _sign(keys[0], HEADER), _sign(keys[2], HEADER))
        });
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateWrongSigner.selector, 0, _key("bob")));
        _attest(alice, 1, certificate);
    }

    function test_attest_oneSignatureForTwoSeats_reverts() public {
        Certificate memory certificate = Certificate({
            signers: 7,
            signatures: bytes.concat(_sign(keys[0], HEADER), _sign(keys[0], HEADER), _sign(keys[0], HEADER))
        });
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateWrongSigner.selector, 1, _key("alice")));
        _attest(alice, 1, certificate);
    }

    function test_attest_anotherHeader_reverts() public {
        vm.expectPartialRevert(ISequencerSet.CertificateWrongSigner.selector);
        _attest(alice, 1, _certify(keccak256("another"), 7));
    }

    function test_attest_onAnotherChain_reverts() public {
        Certificate memory certificate = _certify(HEADER, 7);
        vm.chainId(4711);
        vm.expectPartialRevert(ISequencerSet.CertificateWrongSigner.selector);
        _attest(alice, 1, certificate);
    }

    function test_attest_brokenSignature_reverts() public {
        Certificate memory certificate = Certificate({signers: 7, signatures: new bytes(192)});
        vm.expectRevert(ECDSA.ECDSAInvalidSignature.selector);
        _attest(alice, 1, certificate);
    }

    function testFuzz_attest_wrongLength_reverts(uint256 length) public {
        length = bound(length, 0, 300);
        vm.assume(length != 192);
        bytes memory whole = bytes.concat(_certify(HEADER, 7).signatures, new bytes(300));
        bytes memory part = new bytes(length);
        for (uint256 i = 0; i < length; ++i) part[i] = whole[i];
        uint256 expected = length > 192 ? 192 : (length / 64 + 1) * 64;
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateWrongLength.selector, length, expected));
        _attest(alice, 1, Certificate({signers: 7, signatures: part}));
    }

    function test_attest_withTheOldKeyInTheOverlap_succeeds() public {
        Certificate memory certificate = _certify(HEADER, 7);
        vm.prank(alice);
        set.rotateKey(_key("alice 2"));
        skip(OVERLAP - 1);
        _attest(alice, 1, certificate);
        keys[0] = makeAccount("alice 2 key").key;
        _attest(alice, 1, _certify(HEADER, 7));
    }

    function test_attest_withTheOldKeyAfterTheOverlap_reverts() public {
        Certificate memory certificate = _certify(HEADER, 7);
        vm.prank(alice);
        set.rotateKey(_key("alice 2"));
        skip(OVERLAP);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateWrongSigner.selector, 0, _key("alice")));
        _attest(alice, 1, certificate);
    }

    function test_attest_withTheKeyBeforeTheOldOne_reverts() public {
        Certificate memory certificate = _certify(HEADER, 7);
        vm.startPrank(alice);
        set.rotateKey(_key("alice 2"));
        set.rotateKey(_key("alice 3"));
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateWrongSigner.selector, 0, _key("alice")));
        _attest(alice, 1, certificate);
    }

    /// @dev The stake answers for what an old key signed, however often the key changed since.
    function test_punish_forWhatTheOldKeySigned_succeeds() public {
        _attest(bob, 1, _certify(HEADER, 7));
        vm.startPrank(alice);
        set.rotateKey(_key("alice 2"));
        set.rotateKey(_key("alice 3"));
        vm.stopPrank();
        _resign(bob);
        _punish(bob, 7, address(this));
        assertEq(_stakeOf(bob), 0);
        assertEq(_stakeOf(alice), (STAKE * 95) / 100);
    }

    /// @dev Where all stakes are slashed to zero there is no quorum.
    function test_attest_whenNoStakeIsLeft_reverts() public {
        _set(Parameter.CosignerSlash, 10_000);
        _punish(alice, 15, address(this));
        assertEq(set.totalStake(), 0);
        Certificate memory certificate = _certify(HEADER, 14);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.CertificateBelowQuorum.selector, 0, 0));
        _attest(bob, 1, certificate);
    }

    function test_attest_gasWith128Signers_succeeds() public {
        for (uint256 i = 0; i < 124; ++i) _join(string.concat("s", vm.toString(i)), STAKE);
        Certificate memory certificate = _certify(HEADER, type(uint128).max);
        vm.prank(address(chain));
        uint256 before = gasleft();
        set.attest(HEADER, alice, 1, certificate);
        assertLe(before - gasleft(), 1_600_000);
    }

    function test_digest_isTheContractsDomain_succeeds() public view {
        (, string memory name, string memory version, uint256 chainId, address verifying, , ) = set.eip712Domain();
        assertEq(name, "Metis L2");
        assertEq(version, "1");
        assertEq(chainId, block.chainid);
        assertEq(verifying, address(set));
        assertNotEq(Digests.domain(address(set)), Digests.domain(address(this)));
    }
}
