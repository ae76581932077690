// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Parameter} from "../../contracts/governance/IParameters.sol";
import {
    Certificate,
    ISequencerSet,
    Sequencer,
    SequencerStatus,
    Term
} from "../../contracts/sequencers/ISequencerSet.sol";
import {IVerifierRegistry, Verifier} from "../../contracts/verifiers/IVerifierRegistry.sol";
import {Digests} from "../sequencers/SequencerFixture.sol";
import {World} from "./World.sol";

/// @title Members
/// @notice Sequencers and verifiers come, change and go, and terms end.
abstract contract Members is World {
    function _membership(uint256 seed) internal {
        uint96 amount = uint96(seed >> 96);
        address owner = owners[seed % SEQUENCERS];
        SequencerStatus status = set.sequencerOf(owner).status;
        if (status == SequencerStatus.None) _rejoin(owner, amount);
        else if (status == SequencerStatus.Leaving) _withdraw(owner);
        else if ((seed >> 8) % 8 == 0) _resign(owner);
        else if ((seed >> 8) % 2 == 0) _topUp(owner, amount);
        else _change(owner, seed >> 16);
    }

    function _rotate(uint256 seed) internal {
        Term memory term = set.term();
        address selected = set.next();
        uint128 signers = _seats(false);
        if (seed % 2 == 0) {
            bool enough = term.transactions >= parameters.get(Parameter.RotationTransactions);
            bool rotated = _try(verifiers[0], address(set), abi.encodeCall(ISequencerSet.rotate, ()));
            assertTrue(rotated == enough, "rotates after the agreed transactions");
            if (rotated) assertEq(set.term().sequencer, selected, "as predicted");
            _done(rotated, "rotate");
            return;
        }
        bool due = block.timestamp >= term.startedAt + parameters.get(Parameter.RotationTimeout);
        Certificate memory certificate = _certify(Digests.silence(term.number, term.sequencer), signers, seed >> 8);
        bytes memory call = abi.encodeCall(ISequencerSet.rotateSilent, (term.number, certificate));
        bool ok = _try(verifiers[0], address(set), call);
        assertTrue(ok == (due && _isQuorum(signers)), "rotates when silence is certified");
        if (ok) {
            assertEq(set.term().sequencer, selected, "as predicted");
            assertFalse(_try(verifiers[0], address(set), call), "one certificate ends one term");
        }
        _done(ok, "rotateSilent");
    }

    function _changeBond(uint256 seed) internal {
        address account = verifiers[seed % VERIFIERS];
        Verifier memory entry = registry.verifierOf(account);
        if (entry.bond == 0) {
            _done(_try(account, address(registry), abi.encodeCall(IVerifierRegistry.register, ())), "register");
        } else if (entry.leavesAt == 0) {
            if ((seed >> 8) % 4 != 0) return;
            _done(_try(account, address(registry), abi.encodeCall(IVerifierRegistry.resign, ())), "resignVerifier");
        } else {
            bool ok = _try(account, address(registry), abi.encodeCall(IVerifierRegistry.withdraw, ()));
            assertTrue(ok == block.timestamp >= entry.leavesAt, "a bond leaves after its delay");
            _done(ok, "withdrawBond");
        }
    }

    function _rejoin(address owner, uint96 amount) private {
        uint256 minimum = parameters.get(Parameter.MinimumLock);
        if (minimum > 10_000 ether) return;
        if (token.balanceOf(owner) < 10_000 ether) _endow(owner, address(set));
        _join(owner, uint96(minimum + bound(amount, 0, _isHonest(owner) ? 50 ether : 200 ether)));
        _done(true, "join");
    }

    function _resign(address owner) internal {
        bool current = set.term().sequencer == owner;
        vm.prank(owner);
        set.resign();
        assertTrue(!current || set.term().sequencer != owner, "a sequencer that leaves is not current");
        _done(true, "resign");
    }

    /// @dev Decides liability independently of the set: a batch that is not final names or was signed by the owner.
    function _withdraw(address owner) internal {
        Sequencer memory sequencer = set.sequencerOf(owner);
        bool liable = false;
        uint64 head = inbox.head();
        for (uint64 index = inbox.finalised(); index < head; ++index) {
            Known storage entry = known[_hashAt(index)];
            liable = liable || entry.sequencer == owner;
            for (uint256 i = 0; i < entry.signers.length; ++i) liable = liable || entry.signers[i] == owner;
        }
        bool ok = _try(accounts[0], address(set), abi.encodeCall(ISequencerSet.withdraw, (owner)));
        assertFalse(ok && liable, "stake outlives its responsibility");
        assertFalse(ok && block.timestamp < sequencer.leavesAt, "stake stays for the delay");
        if (ok) {
            lostBefore += locked[owner] - sequencer.stake;
            delete locked[owner];
        }
        _done(ok, "withdraw");
    }

    function _topUp(address owner, uint96 amount) private {
        amount = uint96(bound(amount, 0, 20 ether));
        if (token.balanceOf(owner) < amount) _endow(owner, address(set));
        vm.prank(owner);
        set.topUp(amount);
        locked[owner] += amount;
        _done(true, "topUp");
    }

    function _change(address owner, uint256 seed) private {
        if (seed % 2 == 0) {
            uint256 key = _newKey();
            vm.prank(owner);
            set.rotateKey(vm.addr(key));
            (previousKeyOf[owner], keyOf[owner]) = (keyOf[owner], key);
            _done(true, "rotateKey");
        } else {
            vm.prank(owner);
            set.setRecipient(accounts[(seed >> 8) % accounts.length]);
            _done(true, "setRecipient");
        }
    }
}
