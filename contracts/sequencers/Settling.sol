// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ISequencerSet, SequencerStatus} from "./ISequencerSet.sol";
import {Office} from "./Office.sol";

/// @title Settling
/// @notice What a verdict leaves for later: votes and weight of who was slashed, and where the money goes.
abstract contract Settling is Office {
    /// @dev See `ISequencerSet`.
    function settle(address sequencer) external {
        Member memory member = _member(sequencer);
        // `SequencerSet` brings the votes in line itself.
        bool synced = _accounts[sequencer].votes != member.stake;
        if (_syncWeight(member)) synced = true;
        // Also for an unknown sequencer: what was slashed is distributed even when everybody has left.
        if (!_distribute() && !synced) revert ISequencerSet.SequencerNothingToSettle(sequencer);
        emit ISequencerSet.SequencerSettled(sequencer);
    }

    /// @dev Adds to what waits for `settle`, in wei.
    function _keep(uint256 toTreasury, uint256 toBurn) internal {
        _proceeds.treasury += SafeCast.toUint128(toTreasury);
        _proceeds.burned += SafeCast.toUint128(toBurn);
    }

    /// @dev Sends the treasury its share and burns the rest. Returns whether there was anything.
    function _distribute() internal returns (bool) {
        Proceeds memory proceeds = _proceeds;
        uint256 burned = proceeds.burned - 1;
        if (proceeds.treasury == 0 && burned == 0) return false;
        _proceeds = Proceeds(0, 1);
        emit ISequencerSet.SlashDistributed(proceeds.treasury, burned);
        SafeERC20.safeTransfer(_payoutToken, treasury, proceeds.treasury);
        ERC20Burnable(address(_payoutToken)).burn(burned);
        return true;
    }

    /// @dev Brings the weight of the next term in line with an active sequencer's stake. Returns whether it was not.
    function _syncWeight(Member memory member) internal returns (bool changed) {
        uint64 weight = _weightOf(member.stake);
        if (member.status != SequencerStatus.Active || _newest(member.seat).weight == weight) return false;
        _changeSeat(member.seat, _newest(member.seat).key, weight);
        return true;
    }
}
