// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {IBatchInbox} from "../../contracts/batches/IBatchInbox.sol";
import {IParameters, Parameter, Setting} from "../../contracts/governance/IParameters.sol";
import {ITreasury} from "../../contracts/governance/ITreasury.sol";
import {IPayouts} from "../../contracts/payments/IPayouts.sol";
import {Certificate, ISequencerSet, SequencerStatus} from "../../contracts/sequencers/ISequencerSet.sol";
import {IVerifierRegistry} from "../../contracts/verifiers/IVerifierRegistry.sol";
import {World} from "./World.sol";

/// @title Governing
/// @notice Governance acts, strangers try to, and everybody claims what it is owed.
abstract contract Governing is World {
    function _govern(uint256 seed) internal {
        uint256 value = seed >> 64;
        uint256 what = seed % 8;
        vm.startPrank(timelock);
        if (what == 0) {
            address culprit = owners[honest + ((seed >> 8) % (SEQUENCERS - honest))];
            if (set.sequencerOf(culprit).status != SequencerStatus.None) {
                set.kick(culprit, uint16((value % 3) * 5000));
                assertTrue(set.sequencerOf(culprit).status == SequencerStatus.Leaving, "a kick is not dodged");
                assertTrue(set.term().sequencer != culprit, "a kick rotates");
                _done(true, "kick");
            }
        } else if (what == 1) {
            // The last one is never banned: the honest have a verifier.
            address account = verifiers[(seed >> 8) % (VERIFIERS - 1)];
            if (seed % 3 == 0 && !registry.isBanned(account)) {
                registry.ban(account);
                _done(true, "ban");
            }
        } else if (what == 2) {
            (uint256 metis, uint256 ether_) = treasury.available();
            treasury.grant(accounts[(seed >> 8) % accounts.length], value % (metis + 1), value % (ether_ + 1));
            _done(true, "grant");
        } else if (what == 3) {
            vm.stopPrank();
            set.fundRewards(bound(value, 0, 1 ether));
            _done(true, "fundRewards");
        } else {
            _setParameter(Parameter((seed >> 8) % 19), value);
        }
        vm.stopPrank();
    }

    /// @notice What only the system's own contracts and governance may call.
    function _trespass(uint256 seed) internal {
        address stranger = accounts[seed % accounts.length];
        address owner = owners[(seed >> 8) % SEQUENCERS];
        BatchHeader memory header = _draft(_hashAt(inbox.head() - 1)).header;
        Certificate memory certificate = _certify(header.hashMemory(), _seats(false), 0);
        _deny(
            stranger,
            address(set),
            abi.encodeCall(ISequencerSet.attest, (header.hashMemory(), owner, 1, certificate))
        );
        _deny(stranger, address(set), abi.encodeCall(ISequencerSet.reward, (owner, 1, 1)));
        _deny(stranger, address(set), abi.encodeCall(ISequencerSet.punish, (owner, 1, stranger)));
        _deny(stranger, address(set), abi.encodeCall(ISequencerSet.kick, (owner, 1)));
        _deny(stranger, address(set), abi.encodeWithSignature("connect(address,address)", stranger, stranger));
        _deny(address(this), address(set), abi.encodeWithSignature("connect(address,address)", stranger, stranger));
        _deny(stranger, address(inbox), abi.encodeCall(IBatchInbox.hold, (header)));
        _deny(stranger, address(inbox), abi.encodeCall(IBatchInbox.confirm, (header)));
        _deny(stranger, address(inbox), abi.encodeCall(IBatchInbox.invalidate, (header)));
        _deny(address(this), address(inbox), abi.encodeWithSignature("connect(address)", stranger));
        _deny(stranger, address(registry), abi.encodeCall(IVerifierRegistry.ban, (owner)));
        _deny(stranger, address(treasury), abi.encodeCall(ITreasury.grant, (stranger, 0, 0)));
        _deny(stranger, address(parameters), abi.encodeCall(IParameters.set, (Parameter.MinimumLock, 100 ether)));
    }

    function _setParameter(Parameter parameter, uint256 value) private {
        Setting memory s = parameters.setting(parameter);
        uint256 most = s.value * 2 < s.max ? s.value * 2 : s.max;
        if (parameter == Parameter.RotationTransactions) most = 20;
        parameters.set(parameter, bound(value, s.min, most < s.min ? s.min : most));
        _done(true, "setParameter");
    }

    function _claim(address account) internal {
        uint256 ether_ = disputes.owed(account);
        uint256 before = account.balance;
        bool ok = _try(account, address(disputes), abi.encodeCall(IPayouts.claim, ()));
        assertTrue(ok == (ether_ != 0), "what is owed can be claimed");
        assertEq(account.balance - before, ether_, "in full");
        etherClaimed[account] += ether_;
        uint256 metis = set.owed(account) + registry.owed(account);
        uint256 had = token.balanceOf(account);
        _done(_try(account, address(set), abi.encodeCall(IPayouts.claim, ())), "claim");
        _done(_try(account, address(registry), abi.encodeCall(IPayouts.claim, ())), "claimBond");
        assertEq(token.balanceOf(account) - had, metis, "in full");
        (, uint256 granted) = treasury.owed(account);
        if (_try(account, address(treasury), abi.encodeCall(ITreasury.claimEther, ()))) etherGranted += granted;
        _done(_try(account, address(treasury), abi.encodeCall(ITreasury.claimMetis, ())), "claimGrant");
    }

    function _deny(address caller, address target, bytes memory call) private {
        assertFalse(_try(caller, target, call), "nobody may");
    }
}
