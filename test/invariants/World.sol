// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {BatchInbox} from "../../contracts/batches/BatchInbox.sol";
import {BatchStatus} from "../../contracts/batches/IBatchInbox.sol";
import {Disputes} from "../../contracts/disputes/Disputes.sol";
import {Posting, Recomputing, Request, RequestState} from "../../contracts/disputes/IDataRequests.sol";
import {Parameter} from "../../contracts/governance/IParameters.sol";
import {MetisToken} from "../../contracts/governance/MetisToken.sol";
import {Parameters} from "../../contracts/governance/Parameters.sol";
import {Treasury} from "../../contracts/governance/Treasury.sol";
import {Certificate, Sequencer, SequencerStatus} from "../../contracts/sequencers/ISequencerSet.sol";
import {SequencerSet} from "../../contracts/sequencers/SequencerSet.sol";
import {VerifierRegistry} from "../../contracts/verifiers/VerifierRegistry.sol";
import {Settings} from "../governance/Settings.sol";
import {Digests} from "../sequencers/SequencerFixture.sol";
import {Test} from "../Test.sol";
import {Draft, Drafts, Fault} from "./Drafts.sol";
import {ExecutorDouble} from "./ExecutorDouble.sol";

/// @title World
/// @notice The whole system on L1, those who act on it, and what they know that L1 does not: which of them are honest,
/// and which batches are right.
abstract contract World is Test {
    /// @dev What is known of a batch that was accepted once.
    struct Known {
        uint64 index;
        Fault fault;
        bytes32 parent;
        address sequencer;
        address[] signers;
    }

    /// @dev A request that was accepted once.
    struct Asked {
        bytes32 headerHash;
        address requester;
        uint256 fee;
        bool answered;
    }

    uint256 internal constant SUPPLY = 100_000_000 ether;
    uint256 internal constant SEQUENCERS = 7;
    uint256 internal constant VERIFIERS = 4;

    MetisToken public immutable token;
    Parameters public immutable parameters;
    Treasury public immutable treasury;
    SequencerSet public immutable set;
    BatchInbox public immutable inbox;
    VerifierRegistry public immutable registry;
    Disputes public immutable disputes;
    address internal immutable timelock;
    /// @dev Sequencers below this are honest: they sign only what is right, and answer every request in time.
    uint256 internal immutable honest;

    address[] internal owners;
    address[] internal verifiers;
    /// @dev Everybody who may ever be owed anything.
    address[] internal accounts;
    mapping(address owner => uint256) internal keyOf;
    mapping(address owner => uint256) internal previousKeyOf;
    uint256 private _keys;

    bytes32[] internal hashes;
    mapping(bytes32 headerHash => Known) internal known;
    mapping(bytes32 headerHash => bytes) private _drafts;
    mapping(bytes32 headerHash => Posting) internal postings;
    mapping(bytes32 headerHash => Recomputing) internal recomputings;
    Asked[] internal asked;

    /// @dev What each sequencer locked since it joined.
    mapping(address owner => uint256) internal locked;
    /// @dev What sequencers that withdrew had lost.
    uint256 internal lostBefore;
    mapping(address account => uint256) internal etherClaimed;
    uint256 internal etherGranted;
    mapping(uint64 index => bytes32) internal finalHash;
    uint64 internal finalisedBefore = 1;
    /// @notice How often each action succeeded.
    mapping(string action => uint256) public done;

    constructor(uint256 honest_, uint96 honestStake, uint96 hostileStake) {
        vm.warp(1_800_000_000);
        honest = honest_;
        timelock = makeAddr("timelock");
        token = new MetisToken(address(this), SUPPLY);
        parameters = new Parameters(timelock, Settings.defaults());
        treasury = new Treasury(token, parameters, timelock);
        set = new SequencerSet(token, parameters, address(treasury), timelock);
        BatchHeader memory genesis;
        genesis.preStateRoot = keccak256("genesis");
        genesis.postStateRoot = genesis.preStateRoot;
        genesis.firstTimestamp = uint64(block.timestamp);
        genesis.lastTimestamp = uint64(block.timestamp);
        inbox = new BatchInbox(set, parameters, genesis);
        registry = new VerifierRegistry(token, parameters, address(treasury), timelock);
        disputes = new Disputes(inbox, set, registry, parameters, address(treasury), new ExecutorDouble());
        set.connect(address(inbox), address(disputes));
        inbox.connect(address(disputes));
        Draft memory first;
        first.header = genesis;
        _drafts[genesis.hashMemory()] = abi.encode(first);
        finalHash[0] = genesis.hashMemory();
        _populate(honestStake, hostileStake);
        vm.prank(timelock);
        parameters.set(Parameter.RotationTransactions, 10);
    }

    function _populate(uint96 honestStake, uint96 hostileStake) private {
        for (uint256 i = 0; i < SEQUENCERS; ++i) {
            address owner = makeAddr(string.concat("sequencer ", vm.toString(i)));
            owners.push(owner);
            accounts.push(owner);
            accounts.push(_recipient(owner));
            _endow(owner, address(set));
            _join(owner, i < honest ? honestStake : hostileStake);
        }
        for (uint256 i = 0; i < VERIFIERS; ++i) {
            address verifier = makeAddr(string.concat("verifier ", vm.toString(i)));
            verifiers.push(verifier);
            accounts.push(verifier);
            _endow(verifier, address(registry));
            vm.prank(verifier);
            registry.register();
        }
        token.approve(address(set), type(uint256).max);
    }

    function _endow(address account, address spender) internal {
        token.transfer(account, 2_000_000 ether);
        vm.prank(account);
        token.approve(spender, type(uint256).max);
    }

    function _join(address owner, uint96 stake) internal {
        uint256 key = _newKey();
        vm.prank(owner);
        set.join(vm.addr(key), _recipient(owner), stake);
        keyOf[owner] = key;
        delete previousKeyOf[owner];
        locked[owner] = stake;
    }

    function _newKey() internal returns (uint256) {
        return uint256(keccak256(abi.encode("key", ++_keys)));
    }

    function _recipient(address owner) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("recipient", owner)))));
    }

    /// @dev A call by `caller` that may fail.
    function _try(address caller, address target, bytes memory data) internal returns (bool ok) {
        vm.prank(caller);
        // solhint-disable-next-line avoid-low-level-calls
        (ok, ) = target.call(data);
    }

    function _done(bool ok, string memory action) internal {
        if (ok) ++done[action];
    }

    function _remember(Draft memory draft, uint128 signers) internal {
        bytes32 headerHash = draft.header.hashMemory();
        if (known[headerHash].index == 0) {
            hashes.push(headerHash);
            _drafts[headerHash] = abi.encode(draft);
        }
        Known storage entry = known[headerHash];
        entry.index = draft.header.index;
        entry.fault = draft.fault;
        entry.parent = draft.header.parent;
        entry.sequencer = draft.header.sequencer;
        delete entry.signers;
        for (uint8 seat = 0; seat < 128; ++seat) {
            if ((signers >> seat) & 1 == 1) entry.signers.push(set.ownerAt(seat));
        }
    }

    function _draft(bytes32 headerHash) internal view returns (Draft memory) {
        return abi.decode(_drafts[headerHash], (Draft));
    }

    function _hashAt(uint64 index) internal view returns (bytes32) {
        return inbox.batchAt(index).headerHash;
    }

    function _isLive(bytes32 headerHash) internal view returns (bool) {
        return inbox.contains(known[headerHash].index, headerHash);
    }

    function _isOpen(bytes32 headerHash) internal view returns (bool) {
        RequestState state = disputes.requestOf(headerHash).state;
        return state == RequestState.Posting || state == RequestState.Recomputing;
    }

    function _headIsUnattested() internal view returns (bool) {
        return inbox.batchAt(inbox.head() - 1).status == BatchStatus.Unattested;
    }

    function _isHonest(address owner) internal view returns (bool) {
        for (uint256 i = 0; i < honest; ++i) if (owners[i] == owner) return true;
        return false;
    }

    function _isActive(address owner) internal view returns (bool) {
        return set.sequencerOf(owner).status == SequencerStatus.Active;
    }

    /// @dev Seats of active sequencers, of all of them or of the hostile ones.
    function _seats(bool hostileOnly) internal view returns (uint128 seats) {
        for (uint256 i = hostileOnly ? honest : 0; i < SEQUENCERS; ++i) {
            Sequencer memory sequencer = set.sequencerOf(owners[i]);
            if (sequencer.status == SequencerStatus.Active) seats |= uint128(1) << sequencer.seat;
        }
    }

    function _isQuorum(uint128 signers) internal view returns (bool) {
        uint256 stake = 0;
        for (uint8 seat = 0; seat < 128; ++seat) {
            if ((signers >> seat) & 1 == 1) stake += set.sequencerOf(set.ownerAt(seat)).stake;
        }
        return stake != 0 && stake * 3 >= set.totalStake() * 2;
    }

    /// @dev In seat order; where `old` has the seat's bit and the overlap lasts, by the key before.
    function _certify(
        bytes32 structHash,
        uint128 signers,
        uint256 old
    ) internal view returns (Certificate memory certificate) {
        certificate.signers = signers;
        bytes32 digest = Digests.typed(address(set), structHash);
        for (uint8 seat = 0; seat < 128; ++seat) {
            if ((signers >> seat) & 1 == 0) continue;
            address owner = set.ownerAt(seat);
            bool overlaps =
                previousKeyOf[owner] != 0 && block.timestamp < set.sequencerOf(owner).keyChangedAt + set.KEY_OVERLAP();
            uint256 key = overlaps && (old >> seat) & 1 == 1 ? previousKeyOf[owner] : keyOf[owner];
            (bytes32 r, bytes32 vs) = vm.signCompact(key, digest);
            certificate.signatures = bytes.concat(certificate.signatures, r, vs);
        }
    }
}
