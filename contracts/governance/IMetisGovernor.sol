// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";

import {IVerifierRegistry} from "../verifiers/IVerifierRegistry.sol";
import {IParameters, Parameter} from "./IParameters.sol";
import {ITreasury} from "./ITreasury.sol";
import {Timelock} from "./Timelock.sol";

/// @dev The contracts that the governor works with.
/// @param token METIS; its votes count, and the quorum is a share of its supply.
/// @param sequencers The sequencer set; the votes of the stake that it locks count too. A vote can kick there.
/// @param verifiers The verifier registry. A vote can ban there.
/// @param treasury Pays the compensations.
/// @param parameters What a vote can change.
/// @param timelock Executes what passed, after its delay.
struct Governed {
    IERC5805 token;
    IERC5805 sequencers;
    IVerifierRegistry verifiers;
    ITreasury treasury;
    IParameters parameters;
    Timelock timelock;
}

/// @dev The rules of votes.
/// @param votingDelay From a proposal to the snapshot and the start of the vote, in seconds.
/// @param votingPeriod How long the vote lasts, in seconds.
/// @param proposalThreshold Votes that a proposer needs, in wei of METIS.
/// @param quorumPercent Share of the supply that must vote for or abstain, in percent.
struct VotingRules {
    uint48 votingDelay;
    uint32 votingPeriod;
    uint256 proposalThreshold;
    uint256 quorumPercent;
}

/// @title Metis governor
/// @notice The decisions that the community takes by vote, each with one helper that composes the proposal. The caller
/// is the proposer; anything else can be proposed through the general `propose`.
interface IMetisGovernor {
    /// @notice A vote on kicking a sequencer began (steps 3.3.1, 3.3.7, 11.10.3).
    event KickProposed(
        uint256 indexed proposalId,
        address indexed sequencer,
        address indexed verifier,
        uint16 slashShare,
        uint256 metisCompensation,
        uint256 etherCompensation
    );
    /// @notice A vote on banning a verifier began (step 11.6.1).
    event BanProposed(
        uint256 indexed proposalId,
        address indexed verifier,
        address indexed sequencer,
        uint256 metisCompensation,
        uint256 etherCompensation
    );
    /// @notice A vote on changing a parameter began.
    event ParameterProposed(uint256 indexed proposalId, Parameter indexed parameter, uint256 value);

    /// @notice A vote could take so long that a stake or bond leaves before it is executed.
    /// @param duration From proposal to execution at the most, in seconds.
    /// @param unbondingDelay The shortest that the parameters allow, in seconds.
    error GovernorTooSlow(uint256 duration, uint256 unbondingDelay);
    /// @notice The votes of the token and of the stake run on different ERC-6372 clocks.
    error GovernorClockMismatch(string token, string stake);
    /// @notice A share is at most 10,000 basis points.
    error GovernorShareTooLarge(uint256 share, uint256 limit);

    /// @notice Proposes to kick a sequencer, slash a share of its stake and compensate a verifier out of the treasury
    /// (steps 3.3.1, 3.3.7, 11.10.3, 11.10.3.2).
    /// @param slashShare In basis points.
    /// @param verifier Who is compensated; unused where both compensations are zero.
    /// @param metisCompensation In wei of METIS.
    /// @param etherCompensation In wei of ETH.
    /// @return proposalId The proposal's id.
    function proposeKick(
        address sequencer,
        uint16 slashShare,
        address verifier,
        uint256 metisCompensation,
        uint256 etherCompensation,
        string calldata description
    ) external returns (uint256 proposalId);

    /// @notice Proposes to ban a verifier that spams requests and compensate a sequencer out of the treasury (step
    /// 11.6.1).
    /// @param sequencer Who is compensated; unused where both compensations are zero.
    /// @param metisCompensation In wei of METIS.
    /// @param etherCompensation In wei of ETH.
    /// @return proposalId The proposal's id.
    function proposeBan(
        address verifier,
        address sequencer,
        uint256 metisCompensation,
        uint256 etherCompensation,
        string calldata description
    ) external returns (uint256 proposalId);

    /// @notice Proposes to change a parameter; a value outside of its bounds is refused at once.
    /// @return proposalId The proposal's id.
    function proposeParameter(
        Parameter parameter,
        uint256 value,
        string calldata description
    ) external returns (uint256 proposalId);
}
