// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {Parameter} from "../../contracts/governance/IParameters.sol";
import {ISequencerSet, SequencerStatus} from "../../contracts/sequencers/ISequencerSet.sol";
import {SequencerFixture} from "./SequencerFixture.sol";

contract KicksTest is SequencerFixture {
    address[] private owners;

    function setUp() public override {
        super.setUp();
        owners = _found(24, STAKE);
        chain.move(2, 1);
    }

    /// [3.3.1] [3.3.8] [11.10.3.1]
    function test_kick_removesAndSlashes() public {
        address offender = _another(owners);
        uint256 supply = token.totalSupply();
        vm.expectEmit(address(set));
        emit ISequencerSet.SequencerKicked(offender);
        _kick(offender, 1_000);
        assertTrue(_sequencer(offender).status == SequencerStatus.Leaving);
        assertTrue(_sequencer(offender).barred);
        assertEq(_stakeOf(offender), (STAKE * 9) / 10);
        // Nobody claims a bounty: its share is the treasury's too.
        assertEq(token.balanceOf(treasury), (STAKE / 10) / 2);
        assertEq(token.totalSupply(), supply - (STAKE / 10) / 2);
        assertEq(set.getVotes(offender), (STAKE * 9) / 10);
        _assertSolvent(owners, new bytes32[](0));
    }

    /// @dev [H8] A kick takes at most `KickSlash`, and from each only once.
    function test_kick_H8_isBounded() public {
        address offender = _another(owners);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerSlashTooLarge.selector, 1_001, 1_000));
        _kick(offender, 1_001);
        _kick(offender, 1_000);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerNotActive.selector, offender));
        _kick(offender, 1_000);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerUnknown.selector, address(9)));
        _kick(address(9), 0);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(this)));
        set.kick(owners[0], 0);
    }

    /// @dev [H8] Leaving before the vote ends dodges nothing.
    function test_kick_H8_ofOneThatLeft_slashesAllTheSame() public {
        address offender = _another(owners);
        _resign(offender);
        _kick(offender, 1_000);
        assertEq(_stakeOf(offender), (STAKE * 9) / 10);
        assertTrue(_sequencer(offender).barred);
    }

    /// @dev [H8] [Q3] Kicks of 30 days concern a tenth of the stake together: a vote does not take the set over. 2 of 24
    /// are less than a tenth, 3 are not.
    function test_kick_H8_concernsATenthIn30Days() public {
        _kick(owners[0], 0);
        _kick(owners[1], 0);
        vm.expectPartialRevert(ISequencerSet.SequencerKicksTooMuch.selector);
        _kick(owners[2], 0);
        skip(30 days - 1);
        vm.expectPartialRevert(ISequencerSet.SequencerKicksTooMuch.selector);
        _kick(owners[2], 0);
        skip(1);
        _kick(owners[2], 0);
    }

    /// @dev One kick in 30 days is always possible, however large the stake: otherwise a set of four could kick nobody.
    function test_kick_ofALargeStake_isTheOnlyOne() public {
        _topUp(owners[5], 100 * STAKE);
        _set(Parameter.KickSlash, 5_000);
        vm.expectPartialRevert(ISequencerSet.SequencerKicksTooMuch.selector);
        _kick(owners[5], 5_000);
        _kick(owners[5], 500);
        vm.expectPartialRevert(ISequencerSet.SequencerKicksTooMuch.selector);
        _kick(owners[6], 0);
    }
}
