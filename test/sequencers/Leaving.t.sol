// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISequencerSet, Sequencer, SequencerStatus} from "../../contracts/sequencers/ISequencerSet.sol";
import {SequencerFixture} from "./SequencerFixture.sol";

/// @dev A stake leaves when its delay has passed, when no certificate that counts it can be submitted any more, and when
/// every batch so certified is final or gone.
contract LeavingTest is SequencerFixture {
    address[] private owners;
    address private leaver;
    uint32 private term;

    function setUp() public override {
        super.setUp();
        owners = _found(4, STAKE);
        chain.move(5, 2);
        leaver = _another(owners);
        term = _term();
        _resign(leaver);
    }

    function test_resign_keepsTheStakeLiable() public {
        Sequencer memory leaving = _sequencer(leaver);
        assertTrue(leaving.status == SequencerStatus.Leaving);
        assertEq(leaving.stake, STAKE);
        assertEq(leaving.leavesAt, block.timestamp + UNBONDING);
        assertEq(leaving.lastTerm, term);
        assertFalse(leaving.barred);
        assertEq(set.totalStake(), 3 * STAKE);
        // Its signature counts to the end of the term.
        _attest(leaver, term, 1, _certify(HEADER, term, 15));
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerNotActive.selector, leaver));
        vm.prank(leaver);
        set.resign();
    }

    function test_withdraw_afterAllThree_creditsTheOwner() public {
        skip(UNBONDING - 2 days - 1);
        _nextTerm();
        _nextTerm();
        vm.expectRevert(_liable(term + 2));
        set.withdraw(leaver);
        skip(1);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerBatchesPending.selector, 5, 2));
        set.withdraw(leaver);
        chain.move(9, 5);
        vm.expectEmit(address(set));
        emit ISequencerSet.StakeWithdrawn(leaver, STAKE);
        set.withdraw(leaver);
        assertEq(set.owed(leaver), STAKE);
        assertTrue(_sequencer(leaver).status == SequencerStatus.None);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerUnknown.selector, leaver));
        set.withdraw(leaver);
        vm.prank(leaver);
        set.claim();
        assertEq(token.balanceOf(leaver), STAKE);
        _assertSolvent(owners, new bytes32[](0));
    }

    /// @dev While its last term's certificates count, that is to the end of the next term.
    function test_withdraw_whileACertificateCounts_reverts() public {
        chain.move(5, 5);
        skip(UNBONDING);
        vm.expectRevert(_liable(term));
        set.withdraw(leaver);
        _nextTerm();
        _attest(_signer(), term, 1, _certify(HEADER, term, 15));
        vm.expectRevert(_liable(term + 1));
        set.withdraw(leaver);
        _nextTerm();
        set.withdraw(leaver);
    }

    /// @dev Batches that were submitted in those terms: what was rolled back since binds nobody.
    function test_withdraw_whileABatchIsPending_reverts() public {
        skip(UNBONDING);
        _nextTerm();
        chain.move(8, 2);
        _nextTerm();
        chain.move(20, 7);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerBatchesPending.selector, 8, 7));
        set.withdraw(leaver);
        uint256 snapshot = vm.snapshotState();
        chain.move(20, 8);
        set.withdraw(leaver);
        vm.revertToState(snapshot);
        chain.rollBack(7);
        set.withdraw(leaver);
    }

    function test_withdraw_whileActive_reverts() public {
        address current = _current();
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerStillActive.selector, current));
        set.withdraw(current);
        vm.expectRevert(abi.encodeWithSelector(ISequencerSet.SequencerUnknown.selector, address(9)));
        set.withdraw(address(9));
    }

    /// @dev Slashed while it leaves: the rest leaves.
    function test_withdraw_afterASlash_givesTheRest() public {
        _kick(leaver, 1_000);
        chain.move(5, 5);
        _nextTerm();
        _nextTerm();
        skip(UNBONDING);
        set.withdraw(leaver);
        assertEq(set.owed(leaver), (STAKE * 9) / 10);
    }

    /// @dev It can come back with another key once its stake has left.
    function test_join_afterWithdrawal_takesASeat() public {
        chain.move(5, 5);
        _nextTerm();
        _nextTerm();
        skip(UNBONDING);
        set.withdraw(leaver);
        _join(leaver, "again", STAKE);
        assertTrue(_sequencer(leaver).status == SequencerStatus.Active);
    }

    function _liable(uint32 now_) private view returns (bytes memory) {
        return
            abi.encodeWithSelector(
                ISequencerSet.SequencerStillLiable.selector,
                _sequencer(leaver).leavesAt,
                term,
                now_
            );
    }

    function _signer() private view returns (address) {
        return owners[0] == leaver ? owners[1] : owners[0];
    }
}
