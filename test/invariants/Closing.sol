// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {IDataRequests} from "../../contracts/disputes/IDataRequests.sol";
import {Parameter} from "../../contracts/governance/IParameters.sol";
import {ISequencerSet, SequencerStatus} from "../../contracts/sequencers/ISequencerSet.sol";
import {Verifier} from "../../contracts/verifiers/IVerifierRegistry.sol";
import {Batching} from "./Batching.sol";
import {Disputing} from "./Disputing.sol";
import {Governing} from "./Governing.sol";
import {Members} from "./Members.sol";

/// @title Closing
/// @notice The end of a history: every dispute is settled, everybody leaves, and all money comes out.
abstract contract Closing is Batching, Disputing, Members, Governing {
    /// @notice Settles everything, and takes all money out.
    function close() external {
        _reset();
        while (inbox.finalised() < inbox.head()) _closeNext();
        assertFalse(inbox.insecure(), "secure in the end");
        for (uint256 i = 0; i < asked.length; ++i) {
            bytes32 headerHash = asked[i].headerHash;
            if (_isOpen(headerHash)) disputes.refund(_draft(headerHash).header);
        }
        _leave();
        _try(accounts[0], address(set), abi.encodeCall(ISequencerSet.settle, (owners[0])));
        for (uint256 i = 0; i < accounts.length; ++i) _claim(accounts[i]);
        (uint256 metis, uint256 ether_) = treasury.available();
        vm.prank(timelock);
        treasury.grant(accounts[0], metis, ether_);
        _claim(accounts[0]);

        assertEq(token.balanceOf(address(set)), set.rewardPool(), "the set holds nothing but the reward pool");
        assertEq(token.balanceOf(address(registry)), 0, "the registry holds nothing");
        assertEq(token.balanceOf(address(treasury)), 0, "the treasury holds no METIS");
        assertEq(token.balanceOf(address(disputes)) + token.balanceOf(address(inbox)), 0, "no METIS went astray");
        assertEq(address(disputes).balance, 0, "the disputes hold nothing");
        assertEq(address(treasury).balance, 0, "the treasury holds no ETH");
        _sumUp();
    }

    /// @dev Finalises the oldest batch, or has it condemned.
    function _closeNext() private {
        for (uint256 i = 0; i < asked.length; ++i) {
            bytes32 headerHash = asked[i].headerHash;
            if (!_isOpen(headerHash) || !_isLive(headerHash)) continue;
            if (_isHonest(known[headerHash].sequencer)) {
                _answer(headerHash);
            } else {
                uint256 over = disputes.requestOf(headerHash).deadline + 1;
                if (block.timestamp < over) _pass(over - block.timestamp);
                if (_isOpen(headerHash) && _isLive(headerHash)) {
                    assertTrue(
                        _step(
                            accounts[0],
                            headerHash,
                            abi.encodeCall(IDataRequests.expire, (_draft(headerHash).header))
                        ),
                        "an unanswered request expires"
                    );
                }
            }
        }
        if (_headIsUnattested()) _ask(_hashAt(inbox.head() - 1));
        _pass(30 days);
        _finalise();
    }

    function _ask(bytes32 headerHash) private {
        address last = verifiers[VERIFIERS - 1];
        Verifier memory entry = registry.verifierOf(last);
        if (entry.leavesAt != 0) {
            if (block.timestamp < entry.leavesAt) _pass(entry.leavesAt - block.timestamp);
            vm.prank(last);
            registry.withdraw();
        }
        if (!registry.isVerifier(last)) {
            vm.prank(last);
            registry.register();
        }
        BatchHeader memory header = _draft(headerHash).header;
        uint256 fee = disputes.requestFee(header);
        assertTrue(_pay(last, fee, header), "an unattested batch can be requested");
        asked.push(Asked(headerHash, last, fee, false));
    }

    function _leave() private {
        for (uint256 i = 0; i < SEQUENCERS; ++i) if (_isActive(owners[i])) _resign(owners[i]);
        for (uint256 i = 0; i < VERIFIERS; ++i) {
            if (!registry.isVerifier(verifiers[i])) continue;
            vm.prank(verifiers[i]);
            registry.resign();
        }
        _pass(100 days);
        for (uint256 i = 0; i < SEQUENCERS; ++i) {
            if (set.sequencerOf(owners[i]).status == SequencerStatus.Leaving) {
                _withdraw(owners[i]);
                assertTrue(set.sequencerOf(owners[i]).status == SequencerStatus.None, "every stake leaves in the end");
            }
        }
        for (uint256 i = 0; i < VERIFIERS; ++i) {
            if (registry.verifierOf(verifiers[i]).bond == 0) continue;
            vm.prank(verifiers[i]);
            registry.withdraw();
        }
    }

    /// @dev A history may end with extreme parameters; the end needs affordable ones.
    function _reset() private {
        vm.startPrank(timelock);
        parameters.set(Parameter.ChallengeWindow, 7 days);
        parameters.set(Parameter.VerifierBond, 10 ether);
        parameters.set(Parameter.UnbondingDelay, 21 days);
        vm.stopPrank();
    }

    function _sumUp() private view {
        uint256 sum = token.balanceOf(address(this)) + set.rewardPool();
        for (uint256 i = 0; i < accounts.length; ++i) sum += token.balanceOf(accounts[i]);
        assertEq(sum, token.totalSupply(), "all METIS sums up");
        uint256 kept = 0;
        uint256 returned = 0;
        for (uint256 i = 0; i < asked.length; ++i) {
            if (asked[i].answered) kept += asked[i].fee;
            else returned += asked[i].fee;
        }
        assertEq(etherGranted, kept, "fees of answered requests are the treasury's");
        uint256 claimed = 0;
        for (uint256 i = 0; i < accounts.length; ++i) claimed += etherClaimed[accounts[i]];
        assertEq(claimed, returned, "all other fees went back");
    }
}
