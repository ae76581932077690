// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Batch, BatchStatus} from "../../contracts/batches/IBatchInbox.sol";
import {Request} from "../../contracts/disputes/IDataRequests.sol";
import {Sequencer, SequencerStatus} from "../../contracts/sequencers/ISequencerSet.sol";
import {World} from "./World.sol";

/// @title Rules
/// @notice What holds after any sequence of calls.
abstract contract Rules is World {
    /// @notice Checks all of them.
    function check() external {
        _checkStakes();
        _checkBonds();
        _checkRequests();
        _checkChain();
        _checkLiability();
    }

    /// @dev The set's METIS adds up; the honest lost nothing; stakes vote; a tenth of each slash is burned.
    function _checkStakes() private view {
        uint256 stakes = 0;
        uint256 active = 0;
        uint256 owed = 0;
        uint256 lost = lostBefore;
        for (uint256 i = 0; i < SEQUENCERS; ++i) {
            Sequencer memory sequencer = set.sequencerOf(owners[i]);
            stakes += sequencer.stake;
            lost += locked[owners[i]] - sequencer.stake;
            if (sequencer.status == SequencerStatus.Active) active += sequencer.stake;
            assertGe(set.getVotes(owners[i]), sequencer.stake, "stake votes, and what was slashed until it is settled");
            if (i < honest) assertEq(sequencer.stake, locked[owners[i]], "the honest are never slashed");
        }
        for (uint256 i = 0; i < accounts.length; ++i) owed += set.owed(accounts[i]);
        assertEq(set.totalOwed(), owed, "the set owes known accounts");
        (uint256 toTreasury, uint256 toBurn) = set.undistributed();
        uint256 books = stakes + owed + set.rewardPool() + toTreasury + toBurn;
        assertEq(token.balanceOf(address(set)), books, "the set's books balance");
        assertEq(set.totalStake(), active, "the roster's stake is that of the active");
        assertEq(set.activeSeats(), _seats(false), "the roster's seats are those of the active");
        assertGe((SUPPLY - token.totalSupply() + toBurn) * 10, lost, "a tenth of what is slashed is burned");
        address current = set.term().sequencer;
        assertTrue(current == address(0) ? active == 0 : _isActive(current), "an active one is current");
    }

    function _checkBonds() private view {
        uint256 sum = 0;
        for (uint256 i = 0; i < VERIFIERS; ++i) {
            sum += registry.verifierOf(verifiers[i]).bond + registry.owed(verifiers[i]);
            assertTrue(!registry.isBanned(verifiers[i]) || !registry.isVerifier(verifiers[i]), "banned is banned");
        }
        assertEq(token.balanceOf(address(registry)), sum, "the registry's books balance");
        treasury.available();
    }

    /// @dev The ETH of requests adds up; every requester of a wrong or vanished batch has its fee back; the system is
    /// insecure exactly while a request is open on a batch of the chain.
    function _checkRequests() private view {
        uint256 open = 0;
        uint256 held = 0;
        uint256 back = 0;
        for (uint256 i = 0; i < asked.length; ++i) {
            Asked memory entry = asked[i];
            Request memory request = disputes.requestOf(entry.headerHash);
            assertEq(request.requester, entry.requester, "one request for a header");
            if (_isOpen(entry.headerHash)) {
                open += entry.fee;
                bool live = _isLive(entry.headerHash);
                if (live) ++held;
                assertTrue(!live || inbox.held(known[entry.headerHash].index), "a live request holds its batch");
                assertFalse(entry.answered, "an answered request is closed");
            } else if (!entry.answered) {
                back += entry.fee;
            }
        }
        assertTrue(inbox.insecure() == (held != 0), "insecure: a request is open on a live batch");
        assertTrue(disputes.insecure() == inbox.insecure(), "one flag");
        uint256 holds = 0;
        for (uint64 index = 0; index <= inbox.head(); ++index) if (inbox.held(index)) ++holds;
        assertEq(holds, held, "each hold is a request's");
        assertEq(address(disputes).balance, open + disputes.totalOwed(), "the disputes' books balance");
        uint256 credited = 0;
        for (uint256 i = 0; i < accounts.length; ++i) {
            credited += disputes.owed(accounts[i]) + etherClaimed[accounts[i]];
        }
        assertEq(credited, back, "whoever asked for what was wrong or is gone is whole");
    }

    /// @dev Finality only grows, final batches never change, and batches form a chain.
    function _checkChain() private {
        uint64 finalised = inbox.finalised();
        uint64 head = inbox.head();
        assertGe(finalised, finalisedBefore, "finality is monotonic");
        assertLe(finalised, head, "what is final exists");
        finalisedBefore = finalised;
        for (uint64 index = 0; index < head; ++index) {
            Batch memory batch = inbox.batchAt(index);
            assertFalse(inbox.invalidated(batch.headerHash), "an invalid batch is not in the chain");
            if (index < finalised) {
                assertEq(batch.headerHash, finalHash[index], "what is final stays");
                assertTrue(batch.status == BatchStatus.Final, "what is final stays final");
                continue;
            }
            bool last = index + 1 == head;
            assertTrue(
                batch.status == BatchStatus.Pending || (last && batch.status == BatchStatus.Unattested),
                "nothing builds on an unattested batch"
            );
            assertEq(known[batch.headerHash].parent, inbox.batchAt(index - 1).headerHash, "batches form a chain");
        }
    }

    /// @dev Whoever signed a batch that is not final has its stake in the set.
    function _checkLiability() private view {
        uint64 head = inbox.head();
        for (uint64 index = inbox.finalised(); index < head; ++index) {
            bytes32 headerHash = _hashAt(index);
            Known storage entry = known[headerHash];
            assertTrue(set.sequencerOf(entry.sequencer).status != SequencerStatus.None, "its sequencer answers");
            uint128 signers = inbox.batchAt(index).signers;
            for (uint256 i = 0; i < entry.signers.length; ++i) {
                Sequencer memory signer = set.sequencerOf(entry.signers[i]);
                assertTrue(signer.status != SequencerStatus.None, "its signers answer");
                assertTrue((signers >> signer.seat) & 1 == 1, "a seat is its signer's");
            }
        }
    }
}
