// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {Office} from "./Office.sol";

/// @title Stake votes
/// @notice Locked stake votes for its owner or the owner's delegate. Its state comes after that of `Office`.
abstract contract StakeVotes is Office, Votes {
    /// @dev The clock of governance: seconds, as the METIS token has it.
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    /// @dev ERC-6372 description of the clock.
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @dev Brings the votes in line with the stake.
    function _syncVotes(address owner) internal {
        (uint96 votes, uint96 stake) = (_accounts[owner].votes, _member(owner).stake);
        if (votes == stake) return;
        _accounts[owner].votes = stake;
        if (votes < stake) _transferVotingUnits(address(0), owner, stake - votes);
        else _transferVotingUnits(owner, address(0), votes - stake);
    }

    /// @dev The stake as of the last `_syncVotes`.
    function _getVotingUnits(address account) internal view override returns (uint256) {
        return _accounts[account].votes;
    }
}
