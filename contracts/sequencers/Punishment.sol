// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Parameter} from "../governance/IParameters.sol";
import {ILiability} from "./ILiability.sol";
import {ISequencerSet, SequencerStatus, Verdict} from "./ISequencerSet.sol";
import {Office} from "./Office.sol";
import {Seats} from "./Seats.sol";

/// @title Punishment
/// @notice What a verdict takes, from whom, and where it goes. The bounty is a share of what the header's sequencer lost
/// alone: sacrificing a small stake must not pay out of the large ones that signed with it.
abstract contract Punishment is ISequencerSet, Office {
    using Seats for uint128;

    /// @inheritdoc ISequencerSet
    function punish(Verdict calldata verdict) external override onlyDisputes {
        uint256 treasuryShare = _get(Parameter.SlashTreasury);
        Proceeds memory proceeds = _proceeds;
        bool ends = _punishSequencer(verdict, treasuryShare, proceeds);
        if (_punishCosigners(verdict, treasuryShare, proceeds) || verdict.restarts) ends = true;
        _proceeds = proceeds;
        if (ends) _begin();
    }

    /// @inheritdoc ISequencerSet
    function repay(address sequencer, address answerer, uint256 amount) external override onlyDisputes {
        Member memory member = _member(sequencer);
        if (amount > member.stake) amount = member.stake;
        if (amount == 0) return;
        _take(member, amount);
        bool ends = _barBelowMinimum(sequencer, member);
        _setMember(sequencer, member);
        emit ISequencerSet.AnswerRepaid(sequencer, answerer, amount);
        _credit(answerer, amount);
        if (ends) _begin();
    }

    /// @inheritdoc ISequencerSet
    function undistributed() external view override returns (uint256 toTreasury, uint256 toBurn) {
        return (_proceeds.treasury, _proceeds.burned);
    }

    /// @dev Whether the header has earned a bounty, paid or not.
    function _wasClaimed(bytes32 headerHash) internal view returns (bool) {
        return _bounties[headerHash].setAt != 0;
    }

    /// @dev Sets a bounty aside, in whole gwei.
    /// @return kept What is set aside, in wei.
    function _setBounty(bytes32 headerHash, address claimant, uint256 amount) internal returns (uint256 kept) {
        uint256 whole = amount / 1 gwei;
        // Never the reason for which a verdict fails.
        if (whole > type(uint64).max) whole = type(uint64).max;
        kept = whole * 1 gwei;
        _bounties[headerHash] = Bounty(claimant, uint64(whole), uint32(block.timestamp));
        emit ISequencerSet.BountySet(headerHash, claimant, kept);
    }

    /// @dev All of the stake. A header that has earned its bounty is done with: who comes back with another stake does
    /// not lose it for the same proof.
    function _punishSequencer(
        Verdict calldata verdict,
        uint256 treasuryShare,
        Proceeds memory proceeds
    ) private returns (bool ends) {
        address owner = verdict.sequencer;
        Member memory member = _member(owner);
        if (member.status == SequencerStatus.None || _wasClaimed(verdict.headerHash)) return false;
        uint256 amount = member.stake;
        if (!member.barred) ends = _bar(owner, member);
        _take(member, amount);
        _setMember(owner, member);
        if (amount == 0) return ends;
        uint256 share = _get(Parameter.SlashBounty);
        uint256 bounty = _setBounty(verdict.headerHash, verdict.claimant, (amount * share) / SHARES);
        uint256 kept = (amount * treasuryShare) / SHARES;
        _account(owner, amount, bounty, kept, proceeds);
    }

    /// @dev A share of the stake of each other signer, once for each epoch. Who has less than the minimum then leaves.
    function _punishCosigners(
        Verdict calldata verdict,
        uint256 treasuryShare,
        Proceeds memory proceeds
    ) private returns (bool ends) {
        uint128 left = verdict.signers;
        if (left == 0) return false;
        uint256 share = _get(Parameter.CosignerSlash);
        uint256 minimum = _get(Parameter.MinimumLock);
        uint32 epoch = _epochOf(verdict);
        for (; left != 0; left &= left - 1) {
            address owner = _owners[_seatAt(left.lowest(), verdict.term).key];
            if (owner == verdict.sequencer) continue;
            Member memory member = _member(owner);
            if (member.status == SequencerStatus.None || member.punishedEpoch > epoch) continue;
            member.punishedEpoch = epoch + 1;
            uint256 amount = (member.stake * share) / SHARES;
            _take(member, amount);
            if (!member.barred && member.stake < minimum && _bar(owner, member)) ends = true;
            _setMember(owner, member);
            _account(owner, amount, 0, (amount * treasuryShare) / SHARES, proceeds);
        }
    }

    /// @dev The header's epoch, but none that is still to come: a header can name any, and nobody buys itself free of
    /// later ones.
    function _epochOf(Verdict calldata verdict) private view returns (uint32 epoch) {
        epoch = ILiability(inbox).epoch();
        if (verdict.epoch < epoch) epoch = verdict.epoch;
    }

    /// @dev Rounding falls to the burned part.
    function _account(address owner, uint256 amount, uint256 bounty, uint256 kept, Proceeds memory proceeds) private {
        uint256 burned = amount - bounty - kept;
        proceeds.treasury += SafeCast.toUint128(kept);
        proceeds.burned += SafeCast.toUint128(burned);
        emit ISequencerSet.SequencerSlashed(owner, amount, bounty, kept, burned);
    }

    function _barBelowMinimum(address owner, Member memory member) private returns (bool) {
        if (member.barred || member.stake >= _get(Parameter.MinimumLock)) return false;
        return _bar(owner, member);
    }
}
