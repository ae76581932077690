// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {GovernorVotesQuorumFraction} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {ISequencerSet} from "../sequencers/ISequencerSet.sol";
import {IVerifierRegistry} from "../verifiers/IVerifierRegistry.sol";
import {Governed, IMetisGovernor, VotingRules} from "./IMetisGovernor.sol";
import {IParameters, Parameter, Setting} from "./IParameters.sol";
import {ITreasury} from "./ITreasury.sol";
import {Timelock} from "./Timelock.sol";

/// @title Metis governor
/// @notice Votes of liquid METIS and of locked stake count alike; what passes waits in the timelock, which owns the
/// system.
contract MetisGovernor is
    IMetisGovernor,
    Governor,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorVotesQuorumFraction,
    GovernorTimelockControl
{
    /// @dev One, in basis points.
    uint256 private constant ONE = 10_000;

    /// @notice The sequencer set: its stake votes, and a vote can kick there.
    IERC5805 public immutable sequencers;
    /// @notice The verifier registry: a vote can ban there.
    IVerifierRegistry public immutable verifiers;
    /// @notice Pays the compensations that a vote grants.
    ITreasury public immutable treasury;
    /// @notice What a vote can change, and the shortest unbonding delay.
    IParameters public immutable parameters;

    /// @param governed The contracts that it works with.
    /// @param rules The rules of votes; together with the timelock's longest delay shorter than the unbonding delay.
    constructor(
        Governed memory governed,
        VotingRules memory rules
    )
        Governor("Metis Governor")
        GovernorSettings(rules.votingDelay, rules.votingPeriod, rules.proposalThreshold)
        GovernorVotes(governed.token)
        GovernorVotesQuorumFraction(rules.quorumPercent)
        GovernorTimelockControl(governed.timelock)
    {
        sequencers = governed.sequencers;
        verifiers = governed.verifiers;
        treasury = governed.treasury;
        parameters = governed.parameters;

        string memory tokenClock = governed.token.CLOCK_MODE();
        string memory stakeClock = governed.sequencers.CLOCK_MODE();
        if (!Strings.equal(tokenClock, stakeClock)) revert GovernorClockMismatch(tokenClock, stakeClock);
        _checkDuration();
    }

    /// @inheritdoc IMetisGovernor
    function proposeKick(
        address sequencer,
        uint16 slashShare,
        address verifier,
        uint256 metisCompensation,
        uint256 etherCompensation,
        string calldata description
    ) external returns (uint256 proposalId) {
        if (slashShare > ONE) revert GovernorShareTooLarge(slashShare, ONE);
        proposalId = _proposeWithGrant(
            address(sequencers),
            abi.encodeCall(ISequencerSet.kick, (sequencer, slashShare)),
            verifier,
            metisCompensation,
            etherCompensation,
            description
        );
        emit KickProposed(proposalId, sequencer, verifier, slashShare, metisCompensation, etherCompensation);
    }

    /// @inheritdoc IMetisGovernor
    function proposeBan(
        address verifier,
        address sequencer,
        uint256 metisCompensation,
        uint256 etherCompensation,
        string calldata description
    ) external returns (uint256 proposalId) {
        proposalId = _proposeWithGrant(
            address(verifiers),
            abi.encodeCall(IVerifierRegistry.ban, (verifier)),
            sequencer,
            metisCompensation,
            etherCompensation,
            description
        );
        emit BanProposed(proposalId, verifier, sequencer, metisCompensation, etherCompensation);
    }

    /// @inheritdoc IMetisGovernor
    function proposeParameter(
        Parameter parameter,
        uint256 value,
        string calldata description
    ) external returns (uint256 proposalId) {
        Setting memory setting = parameters.setting(parameter);
        if (value < setting.min || value > setting.max) {
            revert IParameters.ParameterOutOfBounds(parameter, value, setting.min, setting.max);
        }
        proposalId = _proposeWithGrant(
            address(parameters),
            abi.encodeCall(IParameters.set, (parameter, value)),
            address(0),
            0,
            0,
            description
        );
        emit ParameterProposed(proposalId, parameter, value);
    }

    /// @inheritdoc GovernorTimelockControl
    function state(uint256 proposalId) public view override(Governor, GovernorTimelockControl) returns (ProposalState) {
        return super.state(proposalId);
    }

    /// @inheritdoc GovernorTimelockControl
    function proposalNeedsQueuing(
        uint256 proposalId
    ) public view override(Governor, GovernorTimelockControl) returns (bool) {
        return super.proposalNeedsQueuing(proposalId);
    }

    /// @inheritdoc GovernorSettings
    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    /// @dev Proposes one call, followed by a grant of `metis` and `ether_` (in wei) to `account` unless both are zero.
    function _proposeWithGrant(
        address target,
        bytes memory data,
        address account,
        uint256 metis,
        uint256 ether_,
        string calldata description
    ) private returns (uint256) {
        bool compensates = metis != 0 || ether_ != 0;
        if (compensates && account == address(0)) revert ITreasury.TreasuryInvalidAccount(account);
        uint256 calls = compensates ? 2 : 1;
        address[] memory targets = new address[](calls);
        bytes[] memory calldatas = new bytes[](calls);
        targets[0] = target;
        calldatas[0] = data;
        if (compensates) {
            targets[1] = address(treasury);
            calldatas[1] = abi.encodeCall(ITreasury.grant, (account, metis, ether_));
        }
        return propose(targets, new uint256[](calls), calldatas, description);
    }

    /// @dev Liquid votes and those of locked stake. Nothing counts twice: the METIS that the sequencer set holds is not
    /// delegated, since no vote can make the set delegate.
    function _getVotes(
        address account,
        uint256 timepoint,
        bytes memory params
    ) internal view override(Governor, GovernorVotes) returns (uint256) {
        return super._getVotes(account, timepoint, params) + sequencers.getPastVotes(account, timepoint);
    }

    /// @inheritdoc GovernorSettings
    function _setVotingDelay(uint48 newVotingDelay) internal override {
        super._setVotingDelay(newVotingDelay);
        _checkDuration();
    }

    /// @inheritdoc GovernorSettings
    function _setVotingPeriod(uint32 newVotingPeriod) internal override {
        super._setVotingPeriod(newVotingPeriod);
        _checkDuration();
    }

    /// @dev A stake or bond must outlive a vote on it: otherwise its owner could leave with it while the vote lasts.
    function _checkDuration() private view {
        // The settings are set once before the rest is known; the constructor checks at its end.
        if (address(parameters) == address(0)) return;
        uint256 duration = votingDelay() + votingPeriod() + Timelock(payable(timelock())).maxDelay();
        uint256 unbondingDelay = parameters.setting(Parameter.UnbondingDelay).min;
        if (duration >= unbondingDelay) revert GovernorTooSlow(duration, unbondingDelay);
    }

    /// @inheritdoc GovernorTimelockControl
    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    /// @inheritdoc GovernorTimelockControl
    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    /// @inheritdoc GovernorTimelockControl
    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    /// @inheritdoc GovernorTimelockControl
    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}
