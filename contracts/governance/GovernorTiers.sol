// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorVotesQuorumFraction} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IGovernorTiers} from "./IGovernorTiers.sol";
import {Tier} from "./Tier.sol";
import {Timelock} from "./Timelock.sol";

/// @title Tiers of proposals
/// @notice Fixes a proposal's tier by its calls, counts its votes by it, and puts it into the timelock for as long as it
/// says.
/// @dev Takes the place of OpenZeppelin's `GovernorTimelockControl`, which knows one delay for all; it differs in
/// `_queueOperations`, and in that no vote exchanges the timelock.
abstract contract GovernorTiers is
    IGovernorTiers,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotesQuorumFraction
{
    /// @dev In percent.
    uint256 private constant LEAST_QUORUM = 4;

    /// @notice Executes what passed, after its delay.
    Timelock public immutable timelock;
    /// @notice The bridge's vault. It delegates its METIS to itself and never votes; so what it can vote with at a time is
    /// what is locked in it. The zero address where there is no bridge.
    address public immutable vault;
    /// @notice How long a grave proposal waits that less than a third of the votable supply is in favour of, in seconds.
    uint256 public immutable graveDelay;

    mapping(uint256 proposalId => Tier) private _tiers;
    mapping(uint256 proposalId => bytes32) private _operations;

    /// @param timelock_ Executes what passed.
    /// @param vault_ The bridge's vault, or zero.
    /// @param graveDelay_ In seconds; no shorter than the long delay can be.
    constructor(Timelock timelock_, address vault_, uint256 graveDelay_) {
        if (graveDelay_ < timelock_.maxLongDelay()) {
            revert GovernorGraveDelayTooShort(graveDelay_, timelock_.maxLongDelay());
        }
        timelock = timelock_;
        vault = vault_;
        graveDelay = graveDelay_;
    }

    /// @inheritdoc IGovernorTiers
    function proposalTier(uint256 proposalId) external view returns (Tier) {
        return _tiers[proposalId];
    }

    /// @inheritdoc IGovernorTiers
    function leastQuorum() external pure returns (uint256) {
        return LEAST_QUORUM;
    }

    /// @inheritdoc IGovernor
    // solhint-disable-next-line func-name-mixedcase
    function COUNTING_MODE() public pure override(IGovernor, GovernorCountingSimple) returns (string memory) {
        return "support=bravo&quorum=for";
    }

    /// @notice Votes in favour that a proposal needs, in wei of METIS.
    /// @param timepoint Its snapshot, in seconds.
    function quorum(uint256 timepoint) public view override(Governor, GovernorVotesQuorumFraction) returns (uint256) {
        return Math.mulDiv(votableSupply(timepoint), quorumNumerator(timepoint), quorumDenominator());
    }

    /// @inheritdoc IGovernorTiers
    function votableSupply(uint256 timepoint) public view returns (uint256) {
        return token().getPastTotalSupply(timepoint) - token().getPastVotes(vault, timepoint);
    }

    /// @inheritdoc Governor
    function state(uint256 proposalId) public view override returns (ProposalState) {
        ProposalState current = super.state(proposalId);
        if (current != ProposalState.Queued) return current;
        // At the timelock itself it may have been executed (1) or cancelled (0).
        uint256 readyAt = timelock.getTimestamp(_operations[proposalId]);
        if (readyAt > 1) return ProposalState.Queued;
        return readyAt == 1 ? ProposalState.Executed : ProposalState.Canceled;
    }

    /// @inheritdoc GovernorSettings
    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    /// @inheritdoc Governor
    function proposalNeedsQueuing(uint256) public pure override returns (bool) {
        return true;
    }

    /// @inheritdoc Governor
    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal override returns (uint256 proposalId) {
        proposalId = super._propose(targets, values, calldatas, description, proposer);
        Tier tier = timelock.tierOf(targets, values, calldatas);
        _tiers[proposalId] = tier;
        emit ProposalTiered(proposalId, tier);
    }

    /// @dev Schedules for as long as calls and votes say.
    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override returns (uint48) {
        Tier tier = _tiers[proposalId];
        uint256 delay = tier == Tier.Swift ? timelock.getMinDelay() : timelock.longDelay();
        if (tier == Tier.Grave && !_isBroad(proposalId)) delay = graveDelay;
        bytes32 salt = _salt(descriptionHash);
        // As the timelock itself hashes the operation.
        _operations[proposalId] = keccak256(abi.encode(targets, values, calldatas, bytes32(0), salt));
        timelock.scheduleBatch(targets, values, calldatas, 0, salt, delay);
        return SafeCast.toUint48(block.timestamp + delay);
    }

    /// @inheritdoc Governor
    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override {
        timelock.executeBatch{value: msg.value}(targets, values, calldatas, 0, _salt(descriptionHash));
        delete _operations[proposalId];
    }

    /// @inheritdoc GovernorVotesQuorumFraction
    function _updateQuorumNumerator(uint256 newQuorumNumerator) internal override {
        if (newQuorumNumerator < LEAST_QUORUM) revert GovernorQuorumTooLow(newQuorumNumerator, LEAST_QUORUM);
        super._updateQuorumNumerator(newQuorumNumerator);
    }

    /// @inheritdoc Governor
    function _executor() internal view override returns (address) {
        return address(timelock);
    }

    /// @dev Abstentions and votes against help nobody to a quorum.
    function _quorumReached(
        uint256 proposalId
    ) internal view override(Governor, GovernorCountingSimple) returns (bool) {
        (, uint256 inFavour, ) = proposalVotes(proposalId);
        return inFavour >= quorum(proposalSnapshot(proposalId));
    }

    /// @inheritdoc Governor
    function _voteSucceeded(
        uint256 proposalId
    ) internal view override(Governor, GovernorCountingSimple) returns (bool) {
        if (!super._voteSucceeded(proposalId)) return false;
        if (_tiers[proposalId] != Tier.Grave || _isBroad(proposalId)) return true;
        (uint256 against, uint256 inFavour, uint256 abstained) = proposalVotes(proposalId);
        return inFavour * 3 >= (against + inFavour + abstained) * 2;
    }

    /// @dev Whether a third of the votable supply is in favour.
    function _isBroad(uint256 proposalId) private view returns (bool) {
        (, uint256 inFavour, ) = proposalVotes(proposalId);
        return inFavour * 3 >= votableSupply(proposalSnapshot(proposalId));
    }

    /// @dev Keeps operations of several governors at one timelock apart.
    function _salt(bytes32 descriptionHash) private view returns (bytes32) {
        return bytes20(address(this)) ^ descriptionHash;
    }
}
