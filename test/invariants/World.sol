// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {BatchInbox} from "../../contracts/batches/BatchInbox.sol";
import {BatchStatus, Standing} from "../../contracts/batches/IBatchInbox.sol";
import {Disputes} from "../../contracts/disputes/Disputes.sol";
import {Parameter} from "../../contracts/governance/IParameters.sol";
import {MetisToken} from "../../contracts/governance/MetisToken.sol";
import {Parameters} from "../../contracts/governance/Parameters.sol";
import {Treasury} from "../../contracts/governance/Treasury.sol";
import {Certificate, SequencerStatus} from "../../contracts/sequencers/ISequencerSet.sol";
import {SequencerSet} from "../../contracts/sequencers/SequencerSet.sol";
import {VerifierRegistry} from "../../contracts/verifiers/VerifierRegistry.sol";
import {ExecutorDouble} from "../disputes/Doubles.sol";
import {Made, Making} from "../disputes/Making.sol";
import {Links} from "../batches/Links.sol";
import {Settings} from "../governance/Settings.sol";
import {Digests} from "../sequencers/SequencerFixture.sol";
import {Test} from "../Test.sol";

/// @title World
/// @notice The whole system on L1 with an executor whose truth is known, those who act on it, and a model of what L1
/// should say: which headers are forged, which batches stand, and for how long each one's clock has stood still.
abstract contract World is Test, Making {
    /// @dev A header that somebody made.
    /// @param forged Whether it is wrong.
    /// @param withheld Whether only the hostile have its data.
    /// @param alone Whether its sequencer submitted it without a certificate, and nobody recomputed it since.
    /// @param stands Whether it is in the chain of batches.
    /// @param condemned Whether it was found wrong.
    /// @param answered Whether L1 has checked all of it under a request.
    /// @param committedAt When the honest verifier committed to its proof.
    /// @param submittedAt When L1 took it.
    /// @param stood For how long its clock has stood still since, in seconds.
    /// @param deadline When the window of its open request ends; zero where none is open.
    struct Entry {
        bool forged;
        bool withheld;
        bool alone;
        bool stands;
        bool condemned;
        bool answered;
        uint64 index;
        uint40 committedAt;
        uint40 submittedAt;
        uint40 stood;
        uint40 deadline;
    }

    uint256 internal constant SEQUENCERS = 9;
    uint96 internal constant STAKE = 1_000 ether;
    uint256 internal constant WINDOW = 7 days;
    uint64 internal constant BASE_FEE = 7;
    bytes internal constant WITNESS = "witness";
    bytes32 internal constant SALT = keccak256("salt");

    MetisToken internal token;
    Parameters internal parameters;
    Treasury internal treasury;
    SequencerSet internal set;
    BatchInbox internal inbox;
    VerifierRegistry internal registry;
    Disputes internal disputes;

    /// @dev Owners below this are honest: they sign only what is right, and answer what they are asked for.
    uint256 internal immutable HONEST;
    /// @dev Owners of stakes, also of those that were taken since.
    address[] internal owners;
    mapping(address key => uint256) internal secrets;
    address internal watcher;
    address internal mallory;
    uint256 private _nonce;

    mapping(bytes32 hash => Entry) internal entries;
    mapping(bytes32 hash => bytes) private _mades;
    mapping(bytes32 hash => bytes) private _certificates;
    /// @dev The chain of batches, by index.
    bytes32[] internal chain;
    /// @dev Wrong headers that the honest know, and that L1 has not condemned yet.
    bytes32[] internal suspects;
    bytes32[] internal condemned;
    /// @dev Commitments under which fees were paid.
    bytes32[] internal requested;
    uint64 internal finalisedBefore = 1;

    constructor(uint256 honest) {
        HONEST = honest;
        vm.warp(1_800_000_000);
        vm.roll(1_000);
        address timelock = makeAddr("timelock");
        token = new MetisToken(address(this), 10_000_000 ether);
        parameters = new Parameters(timelock, Settings.defaults());
        treasury = new Treasury(token, parameters, timelock);
        set = new SequencerSet(token, parameters, address(treasury), timelock);
        BatchHeader memory genesis;
        genesis.preStateRoot = keccak256("genesis");
        genesis.postStateRoot = genesis.preStateRoot;
        genesis.firstTimestamp = uint64(block.timestamp);
        genesis.lastTimestamp = uint64(block.timestamp);
        inbox = new BatchInbox(set, parameters, genesis, BASE_FEE);
        registry = new VerifierRegistry(token, parameters, address(treasury), timelock);
        disputes = new Disputes(inbox, set, registry, parameters, address(treasury), new ExecutorDouble());
        set.connect(address(inbox), address(disputes));
        inbox.connect(address(disputes));
        vm.prank(timelock);
        parameters.set(Parameter.RotationTransactions, 12);

        for (uint256 i = 0; i < SEQUENCERS; ++i) _join(STAKE);
        set.rotate();
        vm.roll(block.number + 2);
        (watcher, mallory) = (_verifier("watcher"), _verifier("mallory"));
        token.approve(address(set), type(uint256).max);
        set.fundRewards(1_000 ether);

        Made memory first;
        (first.header, first.standing.status) = (genesis, BatchStatus.Final);
        bytes32 hash = _keep(first);
        entries[hash].stands = true;
        chain.push(hash);
    }

    function _join(uint96 stake) internal returns (address owner) {
        owner = makeAddr(string.concat("owner ", vm.toString(owners.length)));
        owners.push(owner);
        token.transfer(owner, stake);
        vm.prank(owner);
        token.approve(address(set), type(uint256).max);
        (address key, bytes memory possession) = _newKey(owner);
        vm.prank(owner);
        set.join(key, owner, stake, possession);
    }

    function _newKey(address owner) internal returns (address key, bytes memory possession) {
        uint256 secret = uint256(keccak256(abi.encode("key", ++_nonce)));
        key = vm.addr(secret);
        secrets[key] = secret;
        possession = _sign(key, Digests.possession(owner, key));
    }

    function _verifier(string memory name) private returns (address account) {
        account = makeAddr(name);
        token.transfer(account, 1_000 ether);
        vm.deal(account, 1e6 ether);
        vm.startPrank(account);
        token.approve(address(registry), type(uint256).max);
        registry.register();
        vm.stopPrank();
    }

    function _sign(address key, bytes32 structHash) internal view returns (bytes memory) {
        (bytes32 r, bytes32 vs) = vm.signCompact(secrets[key], Digests.typed(address(set), structHash));
        return bytes.concat(r, vs);
    }

    /// @dev Signatures by the seats whose owners are in a set; and whether they are two thirds of the term's stake.
    function _certify(
        bytes32 structHash,
        uint32 term,
        function(uint256) view returns (bool) signs
    ) internal view returns (Certificate memory certificate, bool quorum) {
        uint256 weight = 0;
        uint128 active = set.rosterOf(term).active;
        for (uint8 seat = 0; seat < 128; ++seat) {
            if (active & (uint128(1) << seat) == 0) continue;
            address key = set.seatAt(seat, term).key;
            if (!signs(_placeOf(set.ownerOf(key)))) continue;
            certificate.signers |= uint128(1) << seat;
            certificate.signatures = bytes.concat(certificate.signatures, _sign(key, structHash));
            weight += set.seatAt(seat, term).weight;
        }
        quorum = weight != 0 && 3 * weight >= 2 * uint256(set.rosterOf(term).weight);
    }

    function _everybody(uint256) internal pure returns (bool) {
        return true;
    }

    function _isHonest(uint256 place) internal view returns (bool) {
        return place < HONEST;
    }

    function _isHostile(uint256 place) internal view returns (bool) {
        return place >= HONEST;
    }

    function _placeOf(address owner) internal view returns (uint256 place) {
        while (owners[place] != owner) ++place;
    }

    /// @dev Whether the owner's sequencer has a seat in the term under way, and L1 takes its headers.
    function _sits(address owner) internal view returns (bool) {
        if (set.sequencerOf(owner).status != SequencerStatus.Active) return false;
        address key = set.seatAt(set.sequencerOf(owner).seat, set.term().number).key;
        return set.ownerOf(key) == owner;
    }

    function _keep(Made memory made) internal returns (bytes32 hash) {
        hash = made.header.hashMemory();
        _mades[hash] = abi.encode(made);
        entries[hash].index = made.header.index;
    }

    function _made(bytes32 hash) internal view returns (Made memory) {
        return abi.decode(_mades[hash], (Made));
    }

    function _restand(bytes32 hash, Standing memory standing) internal {
        Made memory made = _made(hash);
        made.standing = standing;
        _mades[hash] = abi.encode(made);
    }

    function _keepCertificate(bytes32 hash, Certificate memory certificate) internal {
        _certificates[hash] = abi.encode(certificate);
    }

    function _certificateOf(bytes32 hash) internal view returns (Certificate memory none) {
        bytes memory kept = _certificates[hash];
        return kept.length == 0 ? none : abi.decode(kept, (Certificate));
    }

    function _commitment(bytes32 hash) internal view returns (bytes32) {
        Made memory made = _made(hash);
        return Links.commit(made.header, made.standing);
    }

    /// @dev The lowest batch under request; the length of the chain where there is none.
    function _lowest() internal view returns (uint256 lowest) {
        for (lowest = inbox.finalised(); lowest < chain.length; ++lowest) {
            if (entries[chain[lowest]].deadline != 0) return lowest;
        }
    }

    /// @dev Time passes: clocks from the lowest batch under request on stand still.
    function _wait(uint256 time) internal {
        for (uint256 i = _lowest(); i < chain.length; ++i) entries[chain[i]].stood += uint40(time);
        skip(time);
        vm.roll(block.number + 1 + time / 12);
    }

    /// @dev All batches from an index on are gone, with their requests.
    function _cut(uint256 index) internal {
        while (chain.length > index) {
            Entry storage entry = entries[chain[chain.length - 1]];
            (entry.stands, entry.deadline) = (false, 0);
            chain.pop();
        }
    }

    /// @dev A new random number.
    function _random() internal returns (uint256) {
        return uint256(keccak256(abi.encode("random", ++_nonce, block.timestamp)));
    }
}
