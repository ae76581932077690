// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchHeader} from "../../contracts/batches/BatchHeader.sol";
import {Batch, BatchStatus, IBatchInbox} from "../../contracts/batches/IBatchInbox.sol";
import {IDataRequests, Posting, Recomputing, Request, RequestState} from "../../contracts/disputes/IDataRequests.sol";
import {IFraudProofs} from "../../contracts/disputes/IFraudProofs.sol";
import {IParameters, Parameter, Setting} from "../../contracts/governance/IParameters.sol";
import {ITreasury} from "../../contracts/governance/ITreasury.sol";
import {IPayouts} from "../../contracts/payments/IPayouts.sol";
import {
    Certificate,
    ISequencerSet,
    Sequencer,
    SequencerStatus,
    Term
} from "../../contracts/sequencers/ISequencerSet.sol";
import {IVerifierRegistry, Verifier} from "../../contracts/verifiers/IVerifierRegistry.sol";
import {ReferenceTree} from "../batches/ReferenceTree.sol";
import {Digests} from "../sequencers/SequencerFixture.sol";
import {Log} from "../Test.sol";
import {Draft, Drafts, Fault} from "./Drafts.sol";
import {World} from "./World.sol";

/// @title Handler
/// @notice Every external call of the system, by honest and hostile actors. Each action knows whether its call has to
/// succeed and says so when it is wrong: what the honest may do always succeeds, what nobody may do never does.
contract Handler is World {
    using Drafts for Draft;

    /// @notice How often each action succeeded.
    mapping(string action => uint256) public done;
    uint256 private constant ACTIONS = 4;
    uint256 private _calls;

    constructor(uint256 honest_, uint96 honestStake, uint96 hostileStake) World(honest_, honestStake, hostileStake) {}

    /// @notice Some actions, one behind the other.
    function play(uint256 seed) external {
        for (uint256 i = 0; i < ACTIONS; ++i) {
            // Every bit of the runner's choice counts, and no choice comes twice.
            seed = uint256(keccak256(abi.encode(seed, ++_calls)));
            _act(seed % 32, seed >> 5);
        }
    }

    function _act(uint256 what, uint256 seed) private {
        if (what < 5) _submitCertified(seed);
        else if (what < 9) _submitAlone(seed);
        else if (what < 13) _requestData(seed);
        else if (what < 17) _post(seed);
        else if (what < 20) _recompute(seed);
        else if (what < 23) _settle(seed);
        else if (what < 25) _prove(seed);
        else if (what < 27) _membership(seed);
        else if (what < 29) _rarely(seed);
        else _wait(seed);
    }

    // ---------------------------------------------------------------- batches

    /// @notice A certified batch: at the head, or in the place of an unattested one.
    function _submitCertified(uint256 seed) private {
        uint64 index = inbox.head() - (_headIsUnattested() ? 1 : 0);
        Fault fault = _fault(seed >> 192);
        uint128 signers = _seats(fault != Fault.None);
        if (signers == 0) return;
        uint128 fewer = signers & uint128(seed | (seed >> 128));
        if (_isQuorum(fewer)) signers = fewer;
        address sequencer = _pick(signers, seed >> 64);
        Draft memory draft;
        if (_headIsUnattested() && seed % 4 == 0 && known[_hashAt(index)].fault == fault) {
            // The very header that stands there.
            draft = _draft(_hashAt(index));
            if (!_signs(signers, draft.header.sequencer)) return;
        } else {
            draft = Drafts.build(_draft(_hashAt(index - 1)).header, sequencer, seed, fault);
        }
        bool ok = _submit(draft, signers, seed >> 32);
        assertTrue(ok == _isQuorum(signers), "a quorum's batch is accepted, and no other");
        _done(ok, fault == Fault.None ? "submit" : "submit wrong");
    }

    /// @notice A batch by the current sequencer alone, and one by somebody else.
    function _submitAlone(uint256 seed) private {
        address current = set.term().sequencer;
        if (current == address(0)) return;
        Fault fault = _isHonest(current) ? Fault.None : _fault(seed >> 192);
        BatchHeader memory parent = _draft(_hashAt(inbox.head() - 1)).header;
        Draft memory draft = Drafts.build(parent, current, seed, fault);
        bytes memory call = abi.encodeCall(
            IBatchInbox.submitUnattested,
            (parent, draft.header, draft.postStateProof())
        );
        address other = owners[seed % SEQUENCERS];
        if (other != current) assertFalse(_try(other, address(inbox), call), "only the current one submits alone");
        bool free = !_headIsUnattested();
        bool ok = _try(seed % 2 == 0 ? current : vm.addr(keyOf[current]), address(inbox), call);
        assertTrue(ok == free, "the current one submits alone, once");
        if (ok) _remember(draft, 0);
        _done(ok, fault == Fault.None ? "submitAlone" : "submitAlone wrong");
    }

    /// @notice Finalises when it is due, and tries when it is not.
    function _finalise() private {
        uint64 index = inbox.finalised();
        if (index == inbox.head()) return;
        Batch memory batch = inbox.batchAt(index);
        bool due =
            batch.status == BatchStatus.Pending &&
                !inbox.insecure() &&
                block.timestamp >= batch.clock + parameters.get(Parameter.ChallengeWindow);
        bool ok = _try(
            verifiers[0],
            address(inbox),
            abi.encodeCall(IBatchInbox.finalise, (_draft(batch.headerHash).header))
        );
        assertTrue(ok == due, "finalises when due, secure and attested, and only then");
        if (ok) finalHash[index] = batch.headerHash;
        _done(ok, "finalise");
    }

    // --------------------------------------------------------------- disputes

    function _requestData(uint256 seed) private {
        (bytes32 headerHash, bool found) = _waiting(seed);
        if (!found) return;
        address verifier = verifiers[(seed >> 64) % VERIFIERS];
        BatchHeader memory header = _draft(headerHash).header;
        uint256 fee = disputes.requestFee(header);
        assertEq(
            fee,
            parameters.get(Parameter.RequestFeeBase) +
                parameters.get(Parameter.RequestFeePerByte) * header.dataSize +
                parameters.get(Parameter.RequestFeePerGas) * header.gasUsed,
            "a request pays for its answer"
        );
        bool may = registry.isVerifier(verifier) && disputes.requestOf(headerHash).state == RequestState.None;
        assertFalse(_pay(verifier, fee + 1, header), "the fee is exact");
        bool ok = _pay(verifier, fee, header);
        assertTrue(ok == may, "a verifier may request what was not requested before");
        if (ok) asked.push(Asked(headerHash, verifier, fee, false));
        _done(ok, "requestData");
    }

    /// @notice The sequencer posts some records; a hostile one may forge them, and others try to post in its name.
    function _post(uint256 seed) private {
        (bytes32 headerHash, bool found) = _requested(seed, RequestState.Posting);
        if (!found) return;
        Draft memory draft = _draft(headerHash);
        uint256 from = postings[headerHash].count;
        if (from >= draft.ends.length) return;
        uint256 to = from + 1 + ((seed >> 64) % (draft.ends.length - from));
        bytes memory records = draft.records(from, to);
        address sequencer = draft.header.sequencer;
        bytes memory call = abi.encodeCall(IDataRequests.post, (draft.header, postings[headerHash], records));
        address other = accounts[(seed >> 32) % accounts.length];
        if (other != sequencer) assertFalse(_try(other, address(disputes), call), "only the sequencer posts");
        if (_isHonest(sequencer)) {
            assertTrue(_step(_speaker(sequencer, seed), headerHash, call), "the honest can answer");
            _done(true, "post honest");
            return;
        }
        if (seed % 3 == 0) records[records.length - 1] ^= 0x01;
        call = abi.encodeCall(IDataRequests.post, (draft.header, postings[headerHash], records));
        _done(_step(_speaker(sequencer, seed), headerHash, call), "post");
    }

    /// @notice Anyone executes some transactions; wrong witnesses and records lead nowhere.
    function _recompute(uint256 seed) private {
        (bytes32 headerHash, bool found) = _requested(seed, RequestState.Recomputing);
        if (!found) return;
        Draft memory draft = _draft(headerHash);
        uint256 from = recomputings[headerHash].count;
        uint256 to = from + 1 + ((seed >> 64) % (draft.ends.length - from));
        address anyone = accounts[(seed >> 32) % accounts.length];
        _spoiledStep(anyone, headerHash, draft, to, seed % 4);
        bool inTime = block.timestamp <= disputes.requestOf(headerHash).deadline;
        bool ok = _step(anyone, headerHash, _recomputing(headerHash, draft, to, "witness"));
        assertTrue(ok == inTime, "anyone advances a recomputation in its window");
        _done(ok, "recompute");
    }

    /// @notice Closes a request whose window passed, or whose batch is gone.
    function _settle(uint256 seed) private {
        if (seed % 2 == 0) _expire(seed >> 1);
        else _refund(seed >> 1);
    }

    function _expire(uint256 seed) private {
        (bytes32 headerHash, bool found) = _pickAsked(seed);
        if (!found) return;
        bool due =
            _isOpen(headerHash) && _isLive(headerHash) && block.timestamp > disputes.requestOf(headerHash).deadline;
        address anyone = accounts[(seed >> 32) % accounts.length];
        bytes memory call = abi.encodeCall(IDataRequests.expire, (_draft(headerHash).header));
        bool ok = _step(anyone, headerHash, call);
        assertTrue(ok == due, "a request expires when its window is over, and only then");
        _done(ok, "expire");
    }

    function _refund(uint256 seed) private {
        (bytes32 headerHash, bool found) = _pickAsked(seed);
        if (!found) return;
        bool due = _isOpen(headerHash) && !_isLive(headerHash);
        bytes memory call = abi.encodeCall(IDataRequests.refund, (_draft(headerHash).header));
        bool ok = _try(accounts[(seed >> 32) % accounts.length], address(disputes), call);
        assertTrue(ok == due, "a request is refunded when its batch is gone, and only then");
        _done(ok, "refund");
    }

    /// @notice A fraud proof of what is wrong, or attempts at what is right.
    function _prove(uint256 seed) private {
        (bytes32 headerHash, bool found) = _waiting(seed);
        for (uint256 i = 0; found && seed % 2 == 0 && i < 8 && known[headerHash].fault == Fault.None; ++i) {
            (headerHash, found) = _waiting((seed >> 8) + i);
        }
        if (!found) return;
        Draft memory draft = _draft(headerHash);
        address anyone = accounts[(seed >> 32) % accounts.length];
        bool ok;
        if (draft.fault == Fault.StateRoot || draft.fault == Fault.InvalidTransaction) {
            ok = _prove(anyone, headerHash, _transitionProof(draft, draft.place));
        } else if (draft.fault == Fault.Disorder) {
            ok = _prove(anyone, headerHash, _disorderProof(draft, draft.place - 1));
        } else if (draft.fault == Fault.Misplacement) {
            ok = _prove(anyone, headerHash, _misplacementProof(draft, draft.place));
        } else {
            uint32 index = uint32((seed >> 64) % draft.ends.length);
            uint32 before = index == 0 ? 0 : index - 1;
            assertFalse(_prove(anyone, headerHash, _transitionProof(draft, index)), "no proof of what is right");
            assertFalse(_prove(anyone, headerHash, _misplacementProof(draft, index)), "no proof of what is right");
            if (index != 0) {
                assertFalse(_prove(anyone, headerHash, _disorderProof(draft, before)), "no proof of what is right");
            }
            return;
        }
        assertTrue(ok, "what is wrong is proven in one call");
        _done(ok, "prove");
    }

    // ------------------------------------------------------------- membership

    function _membership(uint256 seed) private {
        uint96 amount = uint96(seed >> 96);
        address owner = owners[seed % SEQUENCERS];
        SequencerStatus status = set.sequencerOf(owner).status;
        if (status == SequencerStatus.None) _rejoin(owner, amount);
        else if (status == SequencerStatus.Leaving) _withdraw(owner);
        else if ((seed >> 8) % 8 == 0) _resign(owner);
        else if ((seed >> 8) % 2 == 0) _topUp(owner, amount);
        else _change(owner, seed >> 16);
    }

    function _rotate(uint256 seed) private {
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

    function _changeBond(uint256 seed) private {
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

    // ------------------------------------------------------- governance, money

    /// @notice What is rarer than batches and disputes.
    function _rarely(uint256 seed) private {
        uint256 what = seed % 8;
        seed >>= 3;
        if (what < 2) _rotate(seed);
        else if (what < 4) _govern(seed);
        else if (what == 4) _changeBond(seed);
        else if (what == 5) _trespass(seed);
        else if (what == 6)
            _try(accounts[0], address(set), abi.encodeCall(ISequencerSet.settle, (owners[seed % SEQUENCERS])));
        else _claim(accounts[seed % accounts.length]);
    }

    function _govern(uint256 seed) private {
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
            _setParameter(Parameter((seed >> 8) % 15), value);
        }
        vm.stopPrank();
    }

    /// @notice What only the system's own contracts and governance may call.
    function _trespass(uint256 seed) private {
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

    /// @notice Time passes; the honest do what is due before.
    function _wait(uint256 seed) private {
        uint24[8] memory steps = [1 minutes, 5 minutes, 30 minutes, 1 hours, 6 hours, 1 days, 2 days, 8 days];
        _pass(steps[seed % 8]);
        _finalise();
    }

    // ---------------------------------------------------------------- the end

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

    /// @dev One batch becomes final, or goes.
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

    /// @dev Bounds that a history leaves behind may be the widest; the end needs affordable fees.
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

    // ------------------------------------------------------------- invariants

    /// @notice What holds after any sequence of calls.
    function check() external {
        _checkStakes();
        _checkBonds();
        _checkRequests();
        _checkChain();
        _checkLiability();
    }

    /// @dev The books of METIS balance; no honest one lost anything; stakes vote; a slash burns.
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

    /// @dev The books of ETH balance; every requester is whole; insecure is: an open request on a live batch.
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

    /// @dev Finality is monotonic, and what is final stays.
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

    // ---------------------------------------------------------------- helpers

    function _submit(Draft memory draft, uint128 signers, uint256 old) private returns (bool ok) {
        Certificate memory certificate = _certify(draft.header.hashMemory(), signers, old);
        BatchHeader memory parent = _draft(_hashAt(draft.header.index - 1)).header;
        ok = _try(
            verifiers[0],
            address(inbox),
            abi.encodeCall(IBatchInbox.submit, (parent, draft.header, draft.postStateProof(), certificate))
        );
        if (ok) _remember(draft, signers);
    }

    function _pay(address verifier_, uint256 fee, BatchHeader memory header) private returns (bool ok) {
        vm.deal(verifier_, fee);
        vm.prank(verifier_);
        // solhint-disable-next-line avoid-low-level-calls
        (ok, ) = address(disputes).call{value: fee}(abi.encodeCall(IDataRequests.requestData, (header)));
        vm.deal(verifier_, 0);
    }

    /// @dev One call of a dispute. No other dispute on a live batch moves by it, and its verdict is just.
    function _step(address caller, bytes32 headerHash, bytes memory call) private returns (bool ok) {
        bytes32 others = _progressOfOthers(headerHash);
        bool wasLive = _isLive(headerHash);
        vm.recordLogs();
        ok = _try(caller, address(disputes), call);
        Log[] memory logs = vm.getRecordedLogs();
        if (!ok) return false;
        assertEq(_progressOfOthers(headerHash), others, "a step of one dispute moves no other");
        for (uint256 i = 0; i < logs.length; ++i) _follow(headerHash, logs[i]);
        Fault fault = known[headerHash].fault;
        if (wasLive && !_isLive(headerHash)) {
            bool honestly = _isHonest(known[headerHash].sequencer);
            assertFalse(honestly, "no batch of the honest is condemned");
            _done(true, "condemned");
        } else if (!_isOpen(headerHash)) {
            assertTrue(fault == Fault.None, "L1 confirms only what is right");
            assertGe(
                inbox.batchAt(known[headerHash].index).clock + parameters.get(Parameter.ChallengeWindow),
                block.timestamp + parameters.get(Parameter.RequestWindow),
                "a window leaves its user time"
            );
            _done(true, "confirmed");
        }
    }

    function _prove(address caller, bytes32 headerHash, bytes memory call) private returns (bool ok) {
        ok = _step(caller, headerHash, call);
        if (!ok) return false;
        assertFalse(_isLive(headerHash), "a batch that is proven wrong is gone");
        assertTrue(known[headerHash].fault != Fault.None, "only what is wrong is proven wrong");
        assertEq(inbox.head(), known[headerHash].index, "its index is open");
        assertEq(set.sequencerOf(known[headerHash].sequencer).stake, 0, "its sequencer is slashed");
        assertFalse(_isActive(known[headerHash].sequencer), "its sequencer is out");
    }

    function _follow(bytes32 headerHash, Log memory entry) private {
        if (entry.emitter != address(disputes)) return;
        bytes32 topic = entry.topics[0];
        if (topic == IDataRequests.DataPosted.selector) {
            postings[headerHash] = abi.decode(entry.data, (Posting));
        } else if (
            topic == IDataRequests.DataCompleted.selector || topic == IDataRequests.RecomputationAdvanced.selector
        ) {
            recomputings[headerHash] = abi.decode(entry.data, (Recomputing));
        } else if (topic == IDataRequests.RequestAnswered.selector) {
            for (uint256 i = 0; i < asked.length; ++i) if (asked[i].headerHash == headerHash) asked[i].answered = true;
        }
    }

    /// @dev Of the disputes that a verdict on this one leaves standing: those on batches before it.
    function _progressOfOthers(bytes32 headerHash) private view returns (bytes32 digest) {
        for (uint256 i = 0; i < asked.length; ++i) {
            bytes32 other = asked[i].headerHash;
            if (known[other].index >= known[headerHash].index || !_isLive(other)) continue;
            digest = keccak256(abi.encode(digest, disputes.requestOf(other)));
        }
    }

    function _recomputing(
        bytes32 headerHash,
        Draft memory draft,
        uint256 to,
        bytes memory witness
    ) private view returns (bytes memory) {
        uint256 from = recomputings[headerHash].count;
        return
            abi.encodeCall(
                IDataRequests.recompute,
                (
                    draft.header,
                    recomputings[headerHash],
                    draft.records(from, to),
                    ReferenceTree.rangeProof(draft.values(), from, to),
                    witness
                )
            );
    }

    function _spoiledStep(address anyone, bytes32 headerHash, Draft memory draft, uint256 to, uint256 how) private {
        bytes memory call;
        if (how == 0) {
            call = _recomputing(headerHash, draft, to, "another witness");
        } else {
            uint256 from = recomputings[headerHash].count;
            bytes memory records = draft.records(from, to);
            if (how == 1) records[records.length - 1] ^= 0x01;
            // One more transaction than the batch has, of the same block, that cannot be executed.
            if (how == 2) records = bytes.concat(draft.records(from, draft.ends.length), hex"00000001ff");
            if (how == 3) return;
            uint256 end = how == 2 ? draft.ends.length : to;
            call = abi.encodeCall(
                IDataRequests.recompute,
                (
                    draft.header,
                    recomputings[headerHash],
                    records,
                    ReferenceTree.rangeProof(draft.values(), from, end),
                    "witness"
                )
            );
        }
        assertFalse(_try(anyone, address(disputes), call), "wrong records or witness lead nowhere");
    }

    /// @dev The honest sequencer's duty: post all that is left, and recompute it.
    function _answer(bytes32 headerHash) private {
        Draft memory draft = _draft(headerHash);
        uint256 length = draft.ends.length;
        if (disputes.requestOf(headerHash).state == RequestState.Posting) {
            Posting memory posting = postings[headerHash];
            bytes memory call = abi.encodeCall(
                IDataRequests.post,
                (draft.header, posting, draft.records(posting.count, length))
            );
            assertTrue(_step(draft.header.sequencer, headerHash, call), "the honest can answer");
        }
        bytes memory rest = _recomputing(headerHash, draft, length, "witness");
        assertTrue(_step(draft.header.sequencer, headerHash, rest), "the honest can have it recomputed");
        assertFalse(_isOpen(headerHash), "an answer closes the request");
        _done(true, "answer");
    }

    function _pass(uint256 time) private {
        uint256 target = block.timestamp + time;
        for (uint256 i = 0; i < asked.length; ++i) {
            bytes32 headerHash = asked[i].headerHash;
            if (!_isHonest(known[headerHash].sequencer) || !_isOpen(headerHash) || !_isLive(headerHash)) continue;
            if (target > disputes.requestOf(headerHash).deadline) _answer(headerHash);
        }
        vm.warp(target);
    }

    function _rejoin(address owner, uint96 amount) private {
        uint256 minimum = parameters.get(Parameter.MinimumLock);
        if (minimum > 10_000 ether) return;
        if (token.balanceOf(owner) < 10_000 ether) _endow(owner, address(set));
        _join(owner, uint96(minimum + bound(amount, 0, _isHonest(owner) ? 50 ether : 200 ether)));
        _done(true, "join");
    }

    function _resign(address owner) private {
        bool current = set.term().sequencer == owner;
        vm.prank(owner);
        set.resign();
        assertTrue(!current || set.term().sequencer != owner, "who leaves is not current");
        _done(true, "resign");
    }

    /// @dev An independent view of liability: whose name or signature a batch carries that is not final.
    function _withdraw(address owner) private {
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

    function _setParameter(Parameter parameter, uint256 value) private {
        Setting memory s = parameters.setting(parameter);
        uint256 most = s.value * 2 < s.max ? s.value * 2 : s.max;
        if (parameter == Parameter.RotationTransactions) most = 20;
        parameters.set(parameter, bound(value, s.min, most < s.min ? s.min : most));
        _done(true, "setParameter");
    }

    function _claim(address account) private {
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
        if (_try(account, address(treasury), abi.encodeCall(ITreasury.claim, ()))) etherGranted += granted;
    }

    function _deny(address caller, address target, bytes memory call) private {
        assertFalse(_try(caller, target, call), "nobody may");
    }

    function _transitionProof(Draft memory draft, uint32 index) private pure returns (bytes memory) {
        return abi.encodeCall(IFraudProofs.proveTransition, (draft.header, draft.transition(index), "witness"));
    }

    function _disorderProof(Draft memory draft, uint32 first) private pure returns (bytes memory) {
        return
            abi.encodeCall(
                IFraudProofs.proveDisorder,
                (draft.header, draft.placement(first), draft.placement(first + 1))
            );
    }

    function _misplacementProof(Draft memory draft, uint32 index) private pure returns (bytes memory) {
        return abi.encodeCall(IFraudProofs.proveMisplacement, (draft.header, draft.placement(index)));
    }

    function _fault(uint256 wrong) private pure returns (Fault) {
        return wrong % 2 == 0 ? Fault(1 + ((wrong >> 8) % 7)) : Fault.None;
    }

    function _pick(uint128 seats, uint256 seed) private view returns (address) {
        uint8 seat = uint8(seed % 128);
        while ((seats >> seat) & 1 == 0) seat = (seat + 1) % 128;
        return set.ownerAt(seat);
    }

    function _signs(uint128 signers, address owner) private view returns (bool) {
        return _isActive(owner) && (signers >> set.sequencerOf(owner).seat) & 1 == 1;
    }

    function _speaker(address sequencer, uint256 seed) private view returns (address) {
        return seed % 2 == 0 ? sequencer : vm.addr(keyOf[sequencer]);
    }

    /// @dev A batch that is not final.
    function _waiting(uint256 seed) private view returns (bytes32 headerHash, bool found) {
        uint64 finalised = inbox.finalised();
        uint64 head = inbox.head();
        if (finalised == head) return (0, false);
        return (_hashAt(finalised + uint64(seed % (head - finalised))), true);
    }

    /// @dev Half of the time any request, else one that is open.
    function _pickAsked(uint256 seed) private view returns (bytes32 headerHash, bool found) {
        found = asked.length != 0;
        for (uint256 i = 0; i < asked.length; ++i) {
            headerHash = asked[((seed >> 8) + i) % asked.length].headerHash;
            if (seed % 2 == 0 || _isOpen(headerHash)) break;
        }
    }

    /// @dev A request in this state on a live batch.
    function _requested(uint256 seed, RequestState state) private view returns (bytes32, bool) {
        for (uint256 i = 0; i < asked.length; ++i) {
            bytes32 headerHash = asked[((seed >> 128) + i) % asked.length].headerHash;
            if (_isLive(headerHash) && disputes.requestOf(headerHash).state == state) return (headerHash, true);
        }
        return (0, false);
    }

    function _done(bool ok, string memory action) private {
        if (ok) ++done[action];
    }
}
