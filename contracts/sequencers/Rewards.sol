// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Parameter} from "../governance/IParameters.sol";
import {ISequencerSet, Seat, Work} from "./ISequencerSet.sol";
import {Office} from "./Office.sol";
import {Seats} from "./Seats.sol";

/// @title Rewards
/// @notice Pays for final batches (Q4), never more than the base fees that they paid in, nor than the pool holds; and,
/// from a sequencer's stake, who answered in its place.
abstract contract Rewards is Office {
    using Seats for uint128;

    /// @dev What a run of batches pays for, in shares of basis points, and what each has earned so far, in wei. By seat
    /// while the seat keeps its key, so that a run credits everybody once; the present submitter beside.
    struct Payroll {
        uint256 perGas;
        uint256 submissionShare;
        uint256 producerShare;
        uint256 pool;
        address submitter;
        uint256 submitted;
        uint256 finalised;
        address[] keys;
        address[] owners;
        uint256[] earned;
        uint256[] weights;
    }

    /// @dev See `ISequencerSet`.
    function reward(Work[] calldata work, address finaliser) external onlyInbox {
        uint256 pool = rewardPool;
        Payroll memory payroll;
        (payroll.perGas, payroll.producerShare, payroll.submissionShare) = parameters.getThree(Parameter.RewardPerGas);
        payroll.pool = pool;
        payroll.keys = new address[](Seats.COUNT);
        payroll.owners = new address[](Seats.COUNT);
        payroll.earned = new uint256[](Seats.COUNT);
        payroll.weights = new uint256[](Seats.COUNT);

        uint128 earners = 0;
        for (uint256 i = 0; i < work.length; ++i) {
            _earn(work[i], payroll);
            earners |= work[i].signers;
        }
        for (; earners != 0; earners &= earners - 1) _payOut(earners.lowest(), payroll);
        _credit(payroll.submitter, payroll.submitted);
        _credit(finaliser, payroll.finalised);
        rewardPool = payroll.pool;
        emit ISequencerSet.BatchesRewarded(work.length, pool - payroll.pool);
    }

    /// @dev See `ISequencerSet`.
    function fundRewards(uint256 amount) external {
        rewardPool += amount;
        emit ISequencerSet.RewardsFunded(msg.sender, amount);
        SafeERC20.safeTransferFrom(_payoutToken, msg.sender, address(this), amount);
    }

    /// @dev See `ISequencerSet`. Never reverts: an answer would with it.
    function repay(address sequencer, address answerer, uint256 amount) external onlyDisputes {
        Member memory member = _member(sequencer);
        if (amount > member.stake) amount = member.stake;
        if (amount == 0) return;
        _take(member, amount);
        bool ends = !member.barred && member.stake < _get(Parameter.MinimumLock) && _bar(sequencer, member);
        _setMember(sequencer, member);
        emit ISequencerSet.AnswerRepaid(sequencer, answerer, amount);
        _credit(answerer, amount);
        if (ends) _begin();
    }

    /// @dev Shares out what one batch earns. What nobody gets, like rounding or the share of signers where there are
    /// none, stays in the pool.
    function _earn(Work calldata work, Payroll memory payroll) private {
        uint256 amount = work.gasUsed * (work.baseFee < payroll.perGas ? work.baseFee : payroll.perGas);
        if (amount > payroll.pool) amount = payroll.pool;
        uint256 half = (amount * payroll.submissionShare) / (2 * SHARES);
        uint256 produced = (amount * payroll.producerShare) / SHARES;
        // Shares that add up to more than all would not be the pool's loss.
        uint256 signed = amount < 2 * half + produced ? 0 : amount - 2 * half - produced;

        if (payroll.submitter != work.submitter) {
            _credit(payroll.submitter, payroll.submitted);
            (payroll.submitter, payroll.submitted) = (work.submitter, 0);
        }
        payroll.submitted += half;
        payroll.finalised += half;
        uint256 paid = 2 * half + _earnSigning(work, payroll, signed);
        payroll.pool -= paid + produced;
        _earnProducing(work, payroll, produced);
    }

    /// @dev The signers' part, by weight in the batch's term.
    function _earnSigning(Work calldata work, Payroll memory payroll, uint256 amount) private returns (uint256 paid) {
        uint256 total = 0;
        for (uint128 left = work.signers; left != 0; left &= left - 1) {
            uint8 seat = left.lowest();
            Seat memory version = _seatAt(seat, work.term);
            if (payroll.keys[seat] != version.key) {
                _payOut(seat, payroll);
                payroll.keys[seat] = version.key;
                payroll.owners[seat] = _owners[version.key];
            }
            payroll.weights[seat] = version.weight;
            total += version.weight;
        }
        if (total == 0) return 0;
        for (uint128 left = work.signers; left != 0; left &= left - 1) {
            uint8 seat = left.lowest();
            uint256 part = (amount * payroll.weights[seat]) / total;
            payroll.earned[seat] += part;
            paid += part;
        }
    }

    /// @dev The sequencer's part: added to its seat's where it signed, as every certified batch's sequencer did.
    function _earnProducing(Work calldata work, Payroll memory payroll, uint256 amount) private {
        for (uint128 left = work.signers; left != 0; left &= left - 1) {
            uint8 seat = left.lowest();
            if (payroll.owners[seat] != work.sequencer) continue;
            payroll.earned[seat] += amount;
            return;
        }
        _credit(_recipientOf(work.sequencer), amount);
    }

    function _payOut(uint8 seat, Payroll memory payroll) private {
        uint256 amount = payroll.earned[seat];
        if (amount == 0) return;
        payroll.earned[seat] = 0;
        _credit(_recipientOf(payroll.owners[seat]), amount);
    }

    /// @dev Who withdrew its stake is paid itself.
    function _recipientOf(address owner) private view returns (address recipient) {
        recipient = _accounts[owner].recipient;
        if (recipient == address(0)) recipient = owner;
    }
}
