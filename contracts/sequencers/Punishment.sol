// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
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

    /// @dev What a verdict takes and gives, in basis points.
    struct Shares {
        uint256 bounty;
        uint256 treasury;
        uint256 cosigner;
    }

    /// @inheritdoc ISequencerSet
    function punish(Verdict calldata verdict) external override onlyDisputes {
        Shares memory shares;
        (shares.bounty, shares.treasury, shares.cosigner) = parameters.getThree(Parameter.SlashBounty);
        Proceeds memory proceeds = _proceeds;
        bool ends = _punishSequencer(verdict, shares, proceeds);
        if (_punishCosigners(verdict, shares, proceeds) || verdict.restarts) ends = true;
        _proceeds = proceeds;
        if (ends) _begin();
    }

    /// @inheritdoc ISequencerSet
    function undistributed() external view override returns (uint256 toTreasury, uint256 toBurn) {
        return (_proceeds.treasury, _proceeds.burned - 1);
    }

    /// @dev Sets a bounty aside.
    /// @return kept What is set aside, in wei.
    function _setBounty(Verdict calldata verdict, uint256 amount) private returns (uint256 kept) {
        uint256 units = amount / BOUNTY_UNIT;
        // Never the reason for which a verdict fails.
        if (units > type(uint48).max) units = type(uint48).max;
        kept = units * BOUNTY_UNIT;
        uint16 age = _ageOf(verdict.commitment, block.timestamp);
        _bounties[verdict.headerHash] = Bounty(verdict.claimant, uint48(units), age, uint32(block.timestamp));
        emit ISequencerSet.BountySet(verdict.headerHash, verdict.claimant, kept);
    }

    /// @dev Gives a bounty that waits to another claimant, where that one had committed to its proof earlier: the oldest
    /// commitment is the one that nobody can have copied.
    function _passBounty(Verdict calldata verdict, Bounty memory bounty) private {
        if (bounty.amount == 0 || block.timestamp >= _payableAt(bounty)) return;
        uint16 age = _ageOf(verdict.commitment, bounty.setAt);
        if (age <= bounty.age) return;
        (bounty.claimant, bounty.age) = (verdict.claimant, age);
        _bounties[verdict.headerHash] = bounty;
        emit ISequencerSet.BountyTaken(verdict.headerHash, verdict.claimant);
    }

    /// @dev How much older than a verdict a commitment is, in seconds; zero where there is none, or it is not old enough.
    function _ageOf(bytes32 commitment, uint256 verdictAt) private view returns (uint16) {
        if (commitment == 0) return 0;
        uint256 since = _commitments[commitment];
        if (since == 0 || since + COMMIT_DELAY > verdictAt) return 0;
        return uint16(Math.min(verdictAt - since, type(uint16).max));
    }

    /// @dev All of the stake. A header that has earned its bounty is done with: who comes back with another stake does
    /// not lose it for the same proof.
    function _punishSequencer(
        Verdict calldata verdict,
        Shares memory shares,
        Proceeds memory proceeds
    ) private returns (bool ends) {
        address owner = verdict.sequencer;
        Bounty memory claimed = _bounties[verdict.headerHash];
        if (claimed.setAt != 0) {
            _passBounty(verdict, claimed);
            return false;
        }
        Member memory member = _member(owner);
        if (member.status == SequencerStatus.None) return false;
        uint256 amount = member.stake;
        if (!member.barred) ends = _bar(owner, member);
        _take(member, amount);
        _setMember(owner, member);
        if (amount == 0) return ends;
        uint256 bounty = _setBounty(verdict, (amount * shares.bounty) / SHARES);
        uint256 kept = (amount * shares.treasury) / SHARES;
        _account(owner, amount, bounty, kept, proceeds);
    }

    /// @dev A share of the stake of each other signer, once for each epoch. Who has less than the minimum then leaves.
    function _punishCosigners(
        Verdict calldata verdict,
        Shares memory shares,
        Proceeds memory proceeds
    ) private returns (bool ends) {
        uint128 left = verdict.signers;
        if (left == 0) return false;
        uint256 minimum = _get(Parameter.MinimumLock);
        uint32 epoch = _epochOf(verdict);
        for (; left != 0; left &= left - 1) {
            address owner = _owners[_seatAt(left.lowest(), verdict.term).key];
            if (owner == verdict.sequencer) continue;
            Member memory member = _member(owner);
            if (member.status == SequencerStatus.None || member.punishedEpoch > epoch) continue;
            member.punishedEpoch = epoch + 1;
            uint256 amount = (member.stake * shares.cosigner) / SHARES;
            _take(member, amount);
            if (!member.barred && member.stake < minimum && _bar(owner, member)) ends = true;
            _setMember(owner, member);
            if (amount != 0) _account(owner, amount, 0, (amount * shares.treasury) / SHARES, proceeds);
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
}
