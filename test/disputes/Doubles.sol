// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {Standing} from "../../contracts/batches/IBatchInbox.sol";
import {IUnattestedRequests} from "../../contracts/batches/IUnattestedRequests.sol";
import {Parameter} from "../../contracts/governance/IParameters.sol";
import {Certificate, Verdict} from "../../contracts/sequencers/ISequencerSet.sol";
import {IExecutor} from "../../contracts/execution/IExecutor.sol";
import {BlockContext} from "../../contracts/types/BlockContext.sol";
import {L2Transaction} from "../../contracts/types/L2Transaction.sol";
import {Outcome} from "../../contracts/types/Outcome.sol";
import {Links} from "../batches/Links.sol";

/// @title Toy state
/// @notice A state transition as strict as the real one, without a trie: a state root is the hash of the one before, the
/// block and the transaction. Bytes that start with 0xff, and no bytes, are invalid.
library ToyState {
    bytes1 internal constant INVALID = 0xff;

    function step(bytes32 state, BlockContext memory context, bytes memory raw) internal pure returns (Outcome memory) {
        if (raw.length == 0 || raw[0] == INVALID) return Outcome(false, 0, state);
        return Outcome(true, uint64(21_000 + raw.length), keccak256(abi.encode(state, context, keccak256(raw))));
    }
}

/// @notice Stands in for the executor, which has its own tests: pure, stops at the first invalid transaction, and reverts
/// on a wrong witness.
contract ExecutorDouble is IExecutor {
    uint256 public constant override baseFee = 7;

    error ExecutorWrongWitness();

    function execute(
        L2Transaction[] calldata transactions,
        bytes32 preStateRoot,
        bytes calldata witness
    ) external pure override returns (Outcome[] memory outcomes) {
        if (keccak256(witness) != keccak256("witness")) revert ExecutorWrongWitness();
        outcomes = new Outcome[](transactions.length);
        for (uint256 i = 0; i < transactions.length; ++i) {
            outcomes[i] = ToyState.step(preStateRoot, transactions[i].context, transactions[i].raw);
            preStateRoot = outcomes[i].stateRoot;
            if (outcomes[i].valid) continue;
            uint256 length = i + 1;
            assembly ("memory-safe") {
                mstore(outcomes, length)
            }
            break;
        }
    }
}

/// @notice Stands in for the inbox: takes what the test puts there.
contract InboxDouble {
    mapping(uint256 index => bytes32) private _kept;
    mapping(uint256 index => uint256) public holds;
    mapping(bytes32 headerHash => bool) public vouched;
    uint64 public head = 1;
    uint64 public finalised = 1;
    uint32 public epoch;
    uint256 public standstillOfAll;
    uint128 public added;
    bytes32 public confirmed;
    IUnattestedRequests public disputes;

    error InboxDoubleUnknown(bytes32 commitment);

    function connect(IUnattestedRequests disputes_) external {
        disputes = disputes_;
    }

    function put(BatchHeader calldata header, Standing calldata standing) external returns (bytes32 commitment) {
        commitment = Links.commit(header, standing);
        _kept[header.index] = commitment;
        if (header.index >= head) head = header.index + 1;
    }

    /// @dev As the inbox does: of a final batch it tells no commitment.
    function putFinal(BatchHeader calldata header) external {
        delete _kept[header.index];
        finalised = header.index + 1;
        if (head < finalised) head = finalised;
    }

    function openUnattested(BatchHeader calldata header, Standing calldata standing) external {
        bytes32 headerHash = header.hashMemory();
        vouched[headerHash] = true;
        ++holds[header.index];
        disputes.openUnattested(header, headerHash, Links.commit(header, standing));
    }

    function setStandstill(uint256 time) external {
        standstillOfAll = time;
    }

    function setAdded(uint128 signers) external {
        added = signers;
    }

    function hold(bytes32 commitment) external {
        uint256 index = uint256(commitment) >> 224;
        if (index >= head || _kept[index] != commitment) revert InboxDoubleUnknown(commitment);
        ++holds[index];
    }

    function confirm(BatchHeader calldata header, Standing calldata standing) external {
        confirmed = _require(header, standing);
        --holds[header.index];
    }

    function invalidate(BatchHeader calldata header, Standing calldata standing) external returns (uint128) {
        _require(header, standing);
        head = header.index;
        ++epoch;
        return standing.signers | added;
    }

    function standstill(uint64) external view returns (uint256) {
        return standstillOfAll;
    }

    function commitmentAt(uint64 index) external view returns (bytes32) {
        return index < head ? _kept[index] : bytes32(0);
    }

    function _require(BatchHeader calldata header, Standing calldata standing) private view returns (bytes32 kept) {
        kept = Links.commit(header, standing);
        if (header.index >= head || _kept[header.index] != kept) revert InboxDoubleUnknown(kept);
    }
}

/// @notice Stands in for the sequencer set: notes what it is told.
contract SequencersDouble {
    uint256 public verdicts;
    Verdict private _last;
    mapping(bytes32 key => bool) private _signed;
    mapping(address actor => address) public speaker;
    mapping(address answerer => uint256) public repaid;

    error SequencersDoubleNoQuorum();

    function sign(BatchHeader calldata header, uint128 signers) external {
        _signed[_key(header.hashMemory(), header.sequencer, header.term, signers)] = true;
    }

    function setSpeaker(address actor, address sequencer) external {
        speaker[actor] = sequencer;
    }

    function punish(Verdict calldata verdict) external {
        ++verdicts;
        _last = verdict;
    }

    function repay(address, address answerer, uint256 amount) external {
        repaid[answerer] += amount;
    }

    function speaksFor(address actor, address sequencer) external view returns (bool) {
        return speaker[actor] == sequencer;
    }

    function requireCertificate(
        bytes32 headerHash,
        address sequencer,
        uint32 term,
        Certificate calldata certificate,
        bool quorum
    ) external view {
        bytes32 key = _key(headerHash, sequencer, term, certificate.signers);
        if (!quorum || !_signed[key]) revert SequencersDoubleNoQuorum();
    }

    function last() external view returns (Verdict memory) {
        return _last;
    }

    function _key(bytes32 hash, address sequencer, uint32 term, uint128 signers) private pure returns (bytes32) {
        return keccak256(abi.encode(hash, sequencer, term, signers));
    }
}

/// @notice Stands in for the verifier registry, and for the parameters.
contract RegistryDouble {
    mapping(address account => bool) public isVerifier;
    mapping(Parameter parameter => uint256) public get;

    function getThree(Parameter first) external view returns (uint256, uint256, uint256) {
        uint8 place = uint8(first);
        return (get[first], get[Parameter(place + 1)], get[Parameter(place + 2)]);
    }

    function register(address account) external {
        isVerifier[account] = true;
    }

    function set(Parameter parameter, uint256 value) external {
        get[parameter] = value;
    }
}
