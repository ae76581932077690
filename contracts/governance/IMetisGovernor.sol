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
/// @param vault The bridge's vault, whose METIS counts neither for the quorum nor for the supply; zero without a bridge.
struct Governed {
    IERC5805 token;
    IERC5805 sequencers;
    IVerifierRegistry verifiers;
    ITreasury treasury;
    IParameters parameters;
    Timelock timelock;
    address vault;
}

/// @dev The rules of votes.
/// @param votingDelay From a proposal to the snapshot and the start of the vote, in seconds.
/// @param votingPeriod How long the vote lasts, in seconds.
/// @param proposalThreshold Votes that a proposer needs, in wei of METIS.
/// @param quorumPercent Share of the votable supply that must vote in favour, in percent.
/// @param graveDelay How long a grave proposal waits that less than a third of that supply is in favour of, in seconds.
struct VotingRules {
    uint48 votingDelay;
    uint32 votingPeriod;
    uint256 proposalThreshold;
    uint256 quorumPercent;
    uint256 graveDelay;
}

/// @dev A payment out of the treasury that goes along with a kick or a ban. Without METIS and ETH there is none.
/// @param account Who is paid: the requester, or the sequencer of the batch.
/// @param request Key of the request that it is about, which was answered.
/// @param metis In wei of METIS.
/// @param ether_ In wei of ETH.
struct Compensation {
    address account;
    bytes32 request;
    uint256 metis;
    uint256 ether_;
}

/// @title Metis governor
/// @notice The decisions that the community takes by vote, each with one helper that composes the proposal. The caller
/// is the proposer, and the description that they compose ends with OpenZeppelin's `#proposer=0x…`, so that nobody else
/// can make the same proposal before and cancel it. Anything else can be proposed through the general `propose`, with
/// that ending where it shall be safe too.
interface IMetisGovernor {
    /// @notice A vote on kicking a sequencer began (steps 3.3.1, 3.3.7, 11.10.3).
    event KickProposed(
        uint256 indexed proposalId,
        address indexed sequencer,
        uint16 slashShare,
        Compensation compensation
    );
    /// @notice A vote on banning a verifier began (step 11.6.1).
    event BanProposed(uint256 indexed proposalId, address indexed verifier, Compensation compensation);
    /// @notice A vote on changing a parameter began.
    event ParameterProposed(uint256 indexed proposalId, Parameter indexed parameter, uint256 value);

    /// @notice A vote could take so long that a stake or bond leaves before it is executed.
    /// @param duration Voting delay and voting period, in seconds.
    /// @param limit What the shortest unbonding delay leaves for them, beside the longest request window before and the
    /// longest short delay after, in seconds.
    error GovernorTooSlow(uint256 duration, uint256 limit);
    /// @notice The long delay could be so short that users cannot leave in it.
    /// @param minLongDelay In seconds.
    /// @param exit What leaving can take, in seconds.
    error GovernorTooFast(uint256 minLongDelay, uint256 exit);
    /// @notice The timelock does not know this call as one that waits for the short delay only.
    error GovernorNotSwift(address target, bytes4 selector);
    /// @notice The votes of the token and of the stake run on different ERC-6372 clocks.
    error GovernorClockMismatch(string token, string stake);
    /// @notice A kick takes at most `KickSlash` of a stake, in basis points.
    error GovernorShareTooLarge(uint256 share, uint256 limit);

    /// @notice Proposes to kick a sequencer, slash a share of its stake and compensate a verifier out of the treasury
    /// (steps 3.3.1, 3.3.7, 11.10.3, 11.10.3.2).
    /// @param slashShare In basis points, at most `KickSlash`.
    /// @param compensation For the requester of a request that was answered.
    /// @return proposalId The proposal's id.
    function proposeKick(
        address sequencer,
        uint16 slashShare,
        Compensation calldata compensation,
        string calldata description
    ) external returns (uint256 proposalId);

    /// @notice Proposes to ban a verifier that spams requests and compensate a sequencer out of the treasury (step
    /// 11.6.1).
    /// @param compensation For the sequencer of a batch that was requested needlessly.
    /// @return proposalId The proposal's id.
    function proposeBan(
        address verifier,
        Compensation calldata compensation,
        string calldata description
    ) external returns (uint256 proposalId);

    /// @notice Proposes to change a parameter; a value outside of its bounds is refused at once. What lengthens an exit
    /// is proposed as a grave change.
    /// @return proposalId The proposal's id.
    function proposeParameter(
        Parameter parameter,
        uint256 value,
        string calldata description
    ) external returns (uint256 proposalId);
}
