// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Tier} from "./Tier.sol";

/// @title Tiers of proposals
/// @notice Which majority a proposal needs and how long it waits.
interface IGovernorTiers {
    /// @notice The tier of a proposal, fixed when it is made.
    event ProposalTiered(uint256 indexed proposalId, Tier tier);

    /// @notice No vote can bring the quorum below this.
    /// @param percent What was asked for, in percent.
    /// @param least In percent.
    error GovernorQuorumTooLow(uint256 percent, uint256 least);
    /// @notice The delay of grave proposals is shorter than the long one can be, in seconds.
    error GovernorGraveDelayTooShort(uint256 graveDelay, uint256 maxLongDelay);

    /// @notice The tier of a proposal.
    function proposalTier(uint256 proposalId) external view returns (Tier);

    /// @notice METIS that can vote at a time, in wei: the supply without what is locked in the bridge.
    /// @param timepoint In seconds; past.
    function votableSupply(uint256 timepoint) external view returns (uint256);

    /// @notice The least that the quorum can be voted to, in percent of the votable supply.
    function leastQuorum() external view returns (uint256);
}
