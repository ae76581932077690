// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Parameter} from "../governance/IParameters.sol";
import {Certificates} from "./Certificates.sol";
import {ISequencerSet, SequencerStatus} from "./ISequencerSet.sol";
import {Seats} from "./Seats.sol";

/// @title Membership
/// @notice Sequencers by the address that owns their stake. What rosters say of a seat and a term leads to a key, the
/// key to its owner, and the owner to the stake that answers: also after the seat went to somebody else.
abstract contract Membership is Certificates {
    using Seats for uint128;

    /// @dev What certificates, selection and verdicts need of a sequencer, in one word. `since` is the first term in
    /// which its seat counts.
    struct Member {
        SequencerStatus status;
        bool barred;
        uint8 seat;
        uint96 stake;
        uint40 leavesAt;
        uint32 since;
        uint32 lastTerm;
        uint32 punishedEpoch;
    }

    /// @dev The rest. `votes` is the stake as of the last `_syncVotes`.
    struct Account {
        address recipient;
        uint96 votes;
        address key;
    }

    /// @dev Stake of all active sequencers, in wei; and the seats of the current term's roster whose sequencers have left
    /// since the term began.
    struct Totals {
        uint128 stake;
        uint128 gone;
    }

    mapping(address owner => Member) private _members;
    mapping(address owner => Account) internal _accounts;
    Totals internal _totals;

    function _member(address owner) internal view returns (Member memory) {
        return _members[owner];
    }

    function _setMember(address owner, Member memory member) internal {
        _members[owner] = member;
    }

    /// @dev Ends a sequencer's office: it leaves the next roster. Changes the member in memory only.
    /// @return wasCurrent Whether it was the current one, so that the term has to end.
    function _retire(address owner, Member memory member) internal returns (bool wasCurrent) {
        Current memory current = _term();
        uint256 leavesAt = block.timestamp + _get(Parameter.UnbondingDelay);
        member.status = SequencerStatus.Leaving;
        member.leavesAt = SafeCast.toUint40(leavesAt);
        member.lastTerm = current.number;
        Totals memory totals = _totals;
        totals.stake -= member.stake;
        if (member.since <= current.number) totals.gone |= Seats.bit(member.seat);
        _totals = totals;
        _vacate(member.seat);
        emit ISequencerSet.SequencerLeft(owner, leavesAt, current.number);
        return owner == current.sequencer;
    }

    /// @dev Takes from a stake. Votes and weight stay as they are until `settle`: a verdict over many signers must stay
    /// cheap. Changes the member in memory only.
    function _take(Member memory member, uint256 amount) internal {
        uint96 taken = SafeCast.toUint96(amount);
        member.stake -= taken;
        if (member.status == SequencerStatus.Active) _totals.stake -= taken;
    }

    /// @dev Reverts where the owner has no stake here.
    function _known(address owner) internal view returns (Member memory member) {
        member = _member(owner);
        if (member.status == SequencerStatus.None) revert ISequencerSet.SequencerUnknown(owner);
    }

    /// @dev Reverts unless the owner's sequencer is active.
    function _active(address owner) internal view returns (Member memory member) {
        member = _known(owner);
        if (member.status != SequencerStatus.Active) revert ISequencerSet.SequencerNotActive(owner);
    }
}
