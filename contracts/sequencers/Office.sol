// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IParameters} from "../governance/IParameters.sol";
import {TokenPayouts} from "../payments/Payouts.sol";
import {Connected} from "./Connected.sol";
import {ISequencerSet, SequencerStatus} from "./ISequencerSet.sol";
import {Terms} from "./Terms.sol";

/// @title Office
/// @notice All that the sequencer set keeps, and what both of its halves do. `SequencerSet` and `SequencerDesk` share one
/// storage, which is laid out here and below: neither has state of its own.
abstract contract Office is Terms, TokenPayouts {
    /// @dev What was slashed and waits for `settle`, in wei. `burned` is one more than what is to be burned: a word of storage
    /// that leaves zero is dear, and the verdict pays for it.
    struct Proceeds {
        uint128 treasury;
        uint128 burned;
    }

    /// @dev One word. It stays when the bounty is paid, so that a header earns one only once.
    /// @param amount In `BOUNTY_UNIT`.
    /// @param age How much older than the verdict the claimant's commitment is, in seconds; zero if it has none.
    struct Bounty {
        address claimant;
        uint48 amount;
        uint16 age;
        uint32 setAt;
    }

    /// @dev A kick by vote: the stake that it concerned, and what it took, in wei.
    struct Kick {
        uint40 time;
        uint96 stake;
        uint96 slashed;
    }

    /// @dev A millionth of METIS, in wei.
    uint256 internal constant BOUNTY_UNIT = 1e12;
    /// @notice How long a bounty can be taken by who committed to a proof earlier, in seconds.
    uint256 public constant COMMIT_WINDOW = 1 hours;
    /// @notice How much older than the verdict a commitment must be, in seconds: two slots of L1, so that it is older
    /// than the proof's way through the mempool.
    uint256 public constant COMMIT_DELAY = 24;

    /// @notice METIS that batch rewards are paid from, in wei.
    uint256 public rewardPool;
    Proceeds internal _proceeds;
    mapping(bytes32 headerHash => Bounty) internal _bounties;
    /// @dev When each commitment was made.
    mapping(bytes32 commitment => uint256 time) internal _commitments;
    Kick[] internal _kicks;

    constructor(
        IERC20 token,
        IParameters parameters_,
        address treasury_,
        address timelock
    ) Connected(parameters_, treasury_, timelock) TokenPayouts(token) {
        _proceeds.burned = 1;
    }

    /// @dev Takes a sequencer out of office against its will. Leaving before dodges nothing: L1 refuses its headers from
    /// now on. Changes the member in memory only.
    /// @return wasCurrent Whether the term has to end.
    function _bar(address owner, Member memory member) internal returns (bool wasCurrent) {
        member.barred = true;
        emit ISequencerSet.SequencerKicked(owner);
        if (member.status == SequencerStatus.Active) wasCurrent = _retire(owner, member);
    }

    /// @dev From when on a bounty is paid, in seconds.
    function _payableAt(Bounty memory bounty) internal pure returns (uint256) {
        return bounty.setAt + COMMIT_WINDOW;
    }
}
