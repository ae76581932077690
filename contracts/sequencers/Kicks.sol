// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Parameter} from "../governance/IParameters.sol";
import {ISequencerSet} from "./ISequencerSet.sol";
import {Settling} from "./Settling.sol";

/// @title Kicks
/// @notice What a vote may do to sequencers, whatever it was told: little, and slowly.
abstract contract Kicks is Settling {
    /// @notice Kicks of this many seconds are bounded together.
    uint256 public constant KICK_PERIOD = 30 days;
    /// @dev Kicks of a period concern at most this part of the active stake, unless it is a single one; and they take at
    /// most this part.
    uint256 private constant KICK_FRACTION = 10;

    /// @dev See `ISequencerSet`.
    function kick(address sequencer, uint16 slashShare) external onlyOwner {
        uint256 limit = _get(Parameter.KickSlash);
        if (slashShare > limit) revert ISequencerSet.SequencerSlashTooLarge(slashShare, limit);
        Member memory member = _known(sequencer);
        if (member.barred) revert ISequencerSet.SequencerNotActive(sequencer);
        uint256 amount = (member.stake * uint256(slashShare)) / SHARES;
        _record(member.stake, amount);

        bool ends = _bar(sequencer, member);
        _take(member, amount);
        _setMember(sequencer, member);
        // Nobody claims a bounty: compensation is the vote's to grant.
        uint256 toTreasury = (amount * (_get(Parameter.SlashBounty) + _get(Parameter.SlashTreasury))) / SHARES;
        emit ISequencerSet.SequencerSlashed(sequencer, amount, 0, toTreasury, amount - toTreasury);
        _keep(toTreasury, amount - toTreasury);
        if (ends) _begin();
        _distribute();
    }

    /// @dev Reverts where the kicks of the period become too many. The loop goes over those of the period alone, which
    /// the limits and the delays of votes bound.
    function _record(uint96 stake, uint256 slashed) private {
        uint256 limit = _totals.stake / KICK_FRACTION;
        (uint256 concerned, uint256 taken) = (stake, slashed);
        uint256 i = _kicks.length;
        for (; i > 0 && _kicks[i - 1].time + KICK_PERIOD > block.timestamp; --i) {
            concerned += _kicks[i - 1].stake;
            taken += _kicks[i - 1].slashed;
        }
        if (concerned > limit && concerned != stake) revert ISequencerSet.SequencerKicksTooMuch(concerned, limit);
        if (taken > limit) revert ISequencerSet.SequencerKicksTooMuch(taken, limit);
        _kicks.push(Kick(SafeCast.toUint40(block.timestamp), stake, SafeCast.toUint96(slashed)));
    }
}
