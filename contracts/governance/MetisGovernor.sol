// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {GovernorVotesQuorumFraction} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {ISequencerSet} from "../sequencers/ISequencerSet.sol";
import {IVerifierRegistry} from "../verifiers/IVerifierRegistry.sol";
import {GovernorTiers} from "./GovernorTiers.sol";
import {Compensation, Governed, IMetisGovernor, VotingRules} from "./IMetisGovernor.sol";
import {IParameters, Parameter} from "./IParameters.sol";
import {ITreasury} from "./ITreasury.sol";
import {Tier} from "./Tier.sol";

/// @title Metis governor
/// @notice Votes of liquid METIS and of locked stake count alike; what passes waits in the timelock, which owns the
/// system.
contract MetisGovernor is IMetisGovernor, GovernorTiers {
    /// @notice The sequencer set: its stake votes, and a vote can kick there.
    IERC5805 public immutable sequencers;
    /// @notice The verifier registry: a vote can ban there.
    IVerifierRegistry public immutable verifiers;
    /// @notice Pays the compensations that a vote grants.
    ITreasury public immutable treasury;
    /// @notice What a vote can change.
    IParameters public immutable parameters;
    /// @dev Voting delay and period together are at most this, in seconds.
    uint256 private immutable _maxVote;

    /// @param governed The contracts that it works with.
    /// @param rules The rules of votes; together with the timelock's longest short delay shorter than the unbonding
    /// delay.
    constructor(
        Governed memory governed,
        VotingRules memory rules
    )
        Governor("Metis Governor")
        GovernorSettings(rules.votingDelay, rules.votingPeriod, rules.proposalThreshold)
        GovernorVotes(governed.token)
        GovernorVotesQuorumFraction(rules.quorumPercent)
        GovernorTiers(governed.timelock, governed.vault, rules.graveDelay)
    {
        sequencers = governed.sequencers;
        verifiers = governed.verifiers;
        treasury = governed.treasury;
        parameters = governed.parameters;

        string memory tokenClock = governed.token.CLOCK_MODE();
        string memory stakeClock = governed.sequencers.CLOCK_MODE();
        if (!Strings.equal(tokenClock, stakeClock)) revert GovernorClockMismatch(tokenClock, stakeClock);
        _requireSwift(address(governed.sequencers), ISequencerSet.kick.selector);
        _requireSwift(address(governed.verifiers), IVerifierRegistry.ban.selector);
        _requireSwift(address(governed.treasury), ITreasury.compensate.selector);

        uint256 requestWindow = parameters.setting(Parameter.RequestWindow).max;
        // From the request that a kick or ban is about, over its answer, to the execution.
        uint256 around = requestWindow + timelock.maxShortDelay();
        uint256 unbondingDelay = parameters.setting(Parameter.UnbondingDelay).min;
        _maxVote = around < unbondingDelay ? unbondingDelay - around - 1 : 0;
        _requireQuick();
        // Who leaves waits until the next batch is final: a challenge window, in which a request may be open.
        uint256 exit = parameters.setting(Parameter.ChallengeWindow).max + requestWindow;
        uint256 minLongDelay = timelock.minLongDelay();
        if (minLongDelay <= exit) revert GovernorTooFast(minLongDelay, exit);
    }

    /// @inheritdoc IMetisGovernor
    function proposeKick(
        address sequencer,
        uint16 slashShare,
        Compensation calldata compensation,
        string calldata description
    ) external returns (uint256 proposalId) {
        uint256 limit = parameters.get(Parameter.KickSlash);
        if (slashShare > limit) revert GovernorShareTooLarge(slashShare, limit);
        proposalId = _proposeCall(
            address(sequencers),
            abi.encodeCall(ISequencerSet.kick, (sequencer, slashShare)),
            compensation,
            description
        );
        emit KickProposed(proposalId, sequencer, slashShare, compensation);
    }

    /// @inheritdoc IMetisGovernor
    function proposeBan(
        address verifier,
        Compensation calldata compensation,
        string calldata description
    ) external returns (uint256 proposalId) {
        proposalId = _proposeCall(
            address(verifiers),
            abi.encodeCall(IVerifierRegistry.ban, (verifier)),
            compensation,
            description
        );
        emit BanProposed(proposalId, verifier, compensation);
    }

    /// @inheritdoc IMetisGovernor
    function proposeParameter(
        Parameter parameter,
        uint256 value,
        string calldata description
    ) external returns (uint256 proposalId) {
        proposalId = _proposeCall(
            address(parameters),
            parameters.lengthensExit(parameter, value)
                ? abi.encodeCall(IParameters.set, (parameter, value))
                : abi.encodeCall(IParameters.adjust, (parameter, value)),
            Compensation(address(0), 0, 0, 0),
            description
        );
        emit ParameterProposed(proposalId, parameter, value);
    }

    /// @dev Proposes one call, followed by a compensation if there is any, in a way that only the caller can.
    function _proposeCall(
        address target,
        bytes memory data,
        Compensation memory compensation,
        string calldata description
    ) private returns (uint256) {
        bool compensates = compensation.metis != 0 || compensation.ether_ != 0;
        if (compensates && compensation.account == address(0)) {
            revert ITreasury.TreasuryInvalidAccount(compensation.account);
        }
        uint256 calls = compensates ? 2 : 1;
        address[] memory targets = new address[](calls);
        bytes[] memory calldatas = new bytes[](calls);
        targets[0] = target;
        calldatas[0] = data;
        if (compensates) {
            targets[1] = address(treasury);
            calldatas[1] = abi.encodeCall(
                ITreasury.compensate,
                (compensation.account, compensation.request, compensation.metis, compensation.ether_)
            );
        }
        string memory safe = string.concat(description, "#proposer=", Strings.toHexString(msg.sender));
        return propose(targets, new uint256[](calls), calldatas, safe);
    }

    /// @inheritdoc GovernorSettings
    function _setVotingDelay(uint48 newVotingDelay) internal override {
        super._setVotingDelay(newVotingDelay);
        // The base sets it once before the limit is known; the constructor checks at its end.
        if (_maxVote != 0) _requireQuick();
    }

    /// @inheritdoc GovernorSettings
    function _setVotingPeriod(uint32 newVotingPeriod) internal override {
        super._setVotingPeriod(newVotingPeriod);
        if (_maxVote != 0) _requireQuick();
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

    /// @dev A stake or bond must outlive a vote on it: otherwise its owner could leave with it while the vote lasts.
    function _requireQuick() private view {
        uint256 duration = votingDelay() + votingPeriod();
        if (duration > _maxVote) revert GovernorTooSlow(duration, _maxVote);
    }

    function _requireSwift(address target, bytes4 selector) private view {
        if (timelock.tierOfCall(target, 0, selector) != Tier.Swift) revert GovernorNotSwift(target, selector);
    }
}
