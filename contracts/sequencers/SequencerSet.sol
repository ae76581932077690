// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IParameters} from "../governance/IParameters.sol";
import {ISequencerSet, Roster, Seat, Sequencer, SequencerStatus, Term, Work} from "./ISequencerSet.sol";
import {Office} from "./Office.sol";
import {Punishment} from "./Punishment.sol";
import {Rotation} from "./Rotation.sol";
import {Seats} from "./Seats.sol";
import {SequencerDesk} from "./SequencerDesk.sol";
import {StakeVotes} from "./StakeVotes.sol";

/// @title Sequencer set
/// @notice What the rest of the system calls at every batch and verdict, and what it reads. The rest of the calls are
/// answered by the code of `SequencerDesk`.
contract SequencerSet is Rotation, Punishment, StakeVotes {
    using Seats for uint128;

    /// @notice Holds the code of the calls that are not here.
    SequencerDesk public immutable desk;

    /// @param token_ METIS.
    /// @param parameters_ Minimum stake, delays and shares.
    /// @param treasury_ Receives its share of what is slashed.
    /// @param timelock Governance, the owner.
    constructor(
        IERC20 token_,
        IParameters parameters_,
        address treasury_,
        address timelock
    ) Office(token_, parameters_, treasury_, timelock) {
        desk = new SequencerDesk(token_, parameters_, treasury_, timelock);
    }

    /// @inheritdoc ISequencerSet
    function join(address, address, uint96, bytes calldata) external override {
        _runDesk();
        if (delegates(msg.sender) == address(0)) _delegate(msg.sender, msg.sender);
        _syncVotes(msg.sender);
    }

    /// @inheritdoc ISequencerSet
    function topUp(uint96) external override {
        _runDesk();
        _syncVotes(msg.sender);
    }

    /// @inheritdoc ISequencerSet
    function rotateKey(address, bytes calldata) external override {
        _runDesk();
    }

    /// @inheritdoc ISequencerSet
    function setRecipient(address) external override {
        _runDesk();
    }

    /// @inheritdoc ISequencerSet
    function resign() external override {
        _runDesk();
    }

    /// @inheritdoc ISequencerSet
    function withdraw(address sequencer) external override {
        _runDesk();
        _syncVotes(sequencer);
    }

    /// @inheritdoc ISequencerSet
    function settle(address sequencer) external override {
        _runDesk();
        _syncVotes(sequencer);
    }

    /// @inheritdoc ISequencerSet
    function commitProof(bytes32) external override {
        _runDesk();
    }

    /// @inheritdoc ISequencerSet
    function payBounty(bytes32) external override {
        _runDesk();
    }

    /// @inheritdoc ISequencerSet
    function kick(address sequencer, uint16) external override {
        _runDesk();
        _syncVotes(sequencer);
    }

    /// @inheritdoc ISequencerSet
    function reward(Work[] calldata, address) external override {
        _runDesk();
    }

    /// @inheritdoc ISequencerSet
    function repay(address, address, uint256) external override {
        _runDesk();
    }

    /// @inheritdoc ISequencerSet
    function fundRewards(uint256) external override {
        _runDesk();
    }

    /// @inheritdoc ISequencerSet
    function term() external view override returns (Term memory) {
        Current memory current = _term();
        return Term(current.number, current.transactions, current.startedAt, current.sequencer);
    }

    /// @inheritdoc ISequencerSet
    function ownerOf(address key) external view override returns (address) {
        return _owners[key];
    }

    /// @inheritdoc ISequencerSet
    function seatAt(uint8 seat, uint32 number) external view override returns (Seat memory empty) {
        return _rosterOf(number).active.has(seat) ? _seatAt(seat, number) : empty;
    }

    /// @inheritdoc ISequencerSet
    function rosterOf(uint32 number) external view override returns (Roster memory) {
        Frozen memory roster = _rosterOf(number);
        return Roster(roster.active, roster.weight, roster.head);
    }

    /// @inheritdoc ISequencerSet
    function sequencerOf(address owner) external view override returns (Sequencer memory) {
        Member memory member = _member(owner);
        return
            Sequencer({
                status: member.status,
                seat: member.seat,
                stake: member.stake,
                key: _accounts[owner].key,
                recipient: _accounts[owner].recipient,
                leavesAt: member.leavesAt,
                lastTerm: member.lastTerm,
                punishedEpoch: member.punishedEpoch,
                barred: member.barred
            });
    }

    /// @inheritdoc ISequencerSet
    function speaksFor(address actor, address sequencer) external view override returns (bool) {
        if (actor == sequencer) return _member(sequencer).status != SequencerStatus.None;
        return actor != address(0) && actor == _accounts[sequencer].key;
    }

    /// @inheritdoc ISequencerSet
    function totalStake() external view override returns (uint256) {
        return _totals.stake;
    }

    /// @inheritdoc ISequencerSet
    function bountyOf(
        bytes32 headerHash
    ) external view override returns (address claimant, uint256 amount, uint256 payableAt) {
        Bounty memory bounty = _bounties[headerHash];
        if (bounty.amount == 0) return (address(0), 0, 0);
        return (bounty.claimant, bounty.amount * BOUNTY_UNIT, _payableAt(bounty));
    }

    /// @dev Runs the desk's code for this call, on this contract's storage: the desk is fixed at deployment, and both lay
    /// out their storage in `Office`. None of its calls returns anything.
    function _runDesk() private {
        address code = address(desk);
        // Writes beyond the free memory pointer only, and leaves the memory free.
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, 0, calldatasize())
            if iszero(delegatecall(gas(), code, free, calldatasize(), 0, 0)) {
                returndatacopy(free, 0, returndatasize())
                revert(free, returndatasize())
            }
        }
    }
}
