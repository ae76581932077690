// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {IGovernorTiers} from "../../contracts/governance/IGovernorTiers.sol";
import {Compensation, Governed, IMetisGovernor, VotingRules} from "../../contracts/governance/IMetisGovernor.sol";
import {IParameters, Parameter, Setting} from "../../contracts/governance/IParameters.sol";
import {RequestState} from "../../contracts/governance/IRequestRecord.sol";
import {ITreasury} from "../../contracts/governance/ITreasury.sol";
import {MetisGovernor} from "../../contracts/governance/MetisGovernor.sol";
import {MetisToken} from "../../contracts/governance/MetisToken.sol";
import {Parameters} from "../../contracts/governance/Parameters.sol";
import {Tier} from "../../contracts/governance/Tier.sol";
import {KnownCall, Timelock} from "../../contracts/governance/Timelock.sol";
import {Treasury} from "../../contracts/governance/Treasury.sol";
import {VerifierRegistry} from "../../contracts/verifiers/VerifierRegistry.sol";
import {Log, Test} from "../Test.sol";
import {Requests} from "./Requests.sol";
import {Settings} from "./Settings.sol";

/// @dev Stake that votes, and a record of who was kicked: all that the governor needs of a sequencer set.
contract Stakes is Votes {
    mapping(address account => uint256) private _stakes;
    bool private immutable _byBlock;

    address public kicked;
    uint16 public slashed;

    constructor(bool byBlock) EIP712("Stakes", "1") {
        _byBlock = byBlock;
    }

    function lock(uint256 amount) external {
        _stakes[msg.sender] += amount;
        _transferVotingUnits(address(0), msg.sender, amount);
    }

    function kick(address sequencer, uint16 slashShare) external {
        (kicked, slashed) = (sequencer, slashShare);
    }

    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public view override returns (string memory) {
        return _byBlock ? "mode=blocknumber&from=default" : "mode=timestamp";
    }

    function _getVotingUnits(address account) internal view override returns (uint256) {
        return _stakes[account];
    }
}

/// @title Base of the governor's tests
abstract contract GovernorFixture is Test {
    uint256 internal constant SUPPLY = 1_000_000 ether;
    uint256 internal constant GRAVE_DELAY = 90 days;
    uint8 internal constant AGAINST = 0;
    uint8 internal constant FOR = 1;
    uint8 internal constant ABSTAIN = 2;

    MetisToken internal token;
    Stakes internal stakes;
    Timelock internal timelock;
    Parameters internal parameters;
    Treasury internal treasury;
    Requests internal requests;
    VerifierRegistry internal verifiers;
    MetisGovernor internal governor;
    address internal whale;
    address internal sequencer;
    address internal verifier;
    address internal minnow;
    address internal vault;

    // The present proposal: its calls are in the log, not in the governor.
    address[] private targets;
    bytes[] private calldatas;
    string private description;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        (whale, sequencer) = (makeAddr("whale"), makeAddr("sequencer"));
        (verifier, minnow) = (makeAddr("verifier"), makeAddr("minnow"));
        vault = makeAddr("vault");
        token = new MetisToken(whale, SUPPLY);
        stakes = new Stakes(false);
        timelock = _timelock();
        parameters = new Parameters(address(timelock), Settings.defaults());
        treasury = new Treasury(token, parameters, address(timelock));
        requests = new Requests();
        treasury.connect(requests, requests);
        requests.seat(sequencer);
        verifiers = new VerifierRegistry(token, parameters, address(treasury), address(timelock));
        timelock.connect(_known());
        governor = new MetisGovernor(_governed(stakes), _rules());
        timelock.grantRole(timelock.PROPOSER_ROLE(), address(governor));
        timelock.grantRole(timelock.CANCELLER_ROLE(), address(governor));
        timelock.renounceRole(timelock.DEFAULT_ADMIN_ROLE(), address(this));

        vm.startPrank(whale);
        token.transfer(address(treasury), 1000 ether);
        token.transfer(minnow, 999 ether);
        token.delegate(whale);
        vm.stopPrank();
        vm.prank(minnow);
        token.delegate(minnow);
        vm.deal(address(treasury), 30 ether);
        skip(1);
        vm.recordLogs();
    }

    function _timelock() internal returns (Timelock) {
        return new Timelock(Setting(2 days, 1 days, 4 days), Setting(30 days, 21 days, 60 days), address(this));
    }

    function _known() internal view returns (KnownCall[] memory calls) {
        calls = new KnownCall[](5);
        calls[0] = KnownCall(address(stakes), Stakes.kick.selector, Tier.Swift);
        calls[1] = KnownCall(address(verifiers), VerifierRegistry.ban.selector, Tier.Swift);
        calls[2] = KnownCall(address(treasury), ITreasury.compensate.selector, Tier.Swift);
        calls[3] = KnownCall(address(treasury), ITreasury.grant.selector, Tier.Ordinary);
        calls[4] = KnownCall(address(parameters), IParameters.adjust.selector, Tier.Ordinary);
    }

    function _governed(Stakes stakes_) internal view returns (Governed memory) {
        return
            Governed({
                token: token,
                sequencers: stakes_,
                verifiers: verifiers,
                treasury: treasury,
                parameters: parameters,
                timelock: timelock,
                vault: vault
            });
    }

    function _rules() internal pure returns (VotingRules memory) {
        return
            VotingRules({
                votingDelay: 1 days,
                votingPeriod: 5 days,
                proposalThreshold: 1000 ether,
                quorumPercent: 4,
                graveDelay: GRAVE_DELAY
            });
    }

    /// @dev No compensation.
    function _nothing() internal pure returns (Compensation memory none) {}

    /// @dev A voter with this much METIS of the whale's.
    function _voter(string memory name, uint256 votes) internal returns (address account) {
        account = makeAddr(name);
        vm.prank(whale);
        token.transfer(account, votes);
        vm.prank(account);
        token.delegate(account);
        skip(1);
    }

    function _proposeOn(address target, bytes memory call) internal returns (uint256) {
        address[] memory to = new address[](1);
        bytes[] memory calls = new bytes[](1);
        (to[0], calls[0]) = (target, call);
        vm.prank(whale);
        return governor.propose(to, new uint256[](1), calls, "rules");
    }

    function _cast(uint256 id, address account, uint8 support) internal {
        vm.prank(account);
        governor.castVote(id, support);
    }

    function _pass(uint256 id) internal {
        skip(1 days + 1);
        _cast(id, whale, FOR);
        skip(5 days);
        _load(id);
    }

    /// @dev After exactly as long as the tier says, and not before.
    function _passAndExecute(uint256 id, uint256 delay) internal {
        _pass(id);
        _queue();
        _executeAfter(id, delay);
    }

    function _executeAfter(uint256 id, uint256 delay) internal {
        assertEq(governor.proposalEta(id), block.timestamp + delay);
        skip(delay - 1);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        _execute();
        skip(1);
        _execute();
        assertEq(uint256(governor.state(id)), uint256(IGovernor.ProposalState.Executed));
    }

    function _queue() internal {
        governor.queue(targets, new uint256[](targets.length), calldatas, keccak256(bytes(description)));
    }

    function _execute() internal {
        governor.execute(targets, new uint256[](targets.length), calldatas, keccak256(bytes(description)));
    }

    function _cancel() internal {
        governor.cancel(targets, new uint256[](targets.length), calldatas, keccak256(bytes(description)));
    }

    /// @dev As `_execute`, past the governor.
    function _executeAtTheTimelock() internal {
        bytes32 salt = bytes20(address(governor)) ^ keccak256(bytes(description));
        timelock.executeBatch(targets, new uint256[](targets.length), calldatas, 0, salt);
    }

    /// @dev As the present one, by somebody else.
    function _proposeAgain(address proposer) internal returns (uint256) {
        vm.prank(proposer);
        return governor.propose(targets, new uint256[](targets.length), calldatas, description);
    }

    function _assertState(uint256 id, IGovernor.ProposalState state) internal view {
        assertEq(uint256(governor.state(id)), uint256(state));
    }

    function _load(uint256 id) internal {
        Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IGovernor.ProposalCreated.selector) continue;
            uint256 found;
            (found, , targets, , , calldatas, , , description) = abi.decode(
                logs[i].data,
                (uint256, address, address[], uint256[], string[], bytes[], uint256, uint256, string)
            );
            if (found == id) return;
        }
        revert("no such proposal");
    }
}

contract MetisGovernorTest is GovernorFixture {
    function test_constructor_slowerThanABond_reverts() public {
        VotingRules memory rules = _rules();
        // Of a shortest unbonding delay of 14 days, a request takes up to 2 and the timelock up to 4.
        rules.votingPeriod = 7 days;
        vm.expectRevert(abi.encodeWithSelector(IMetisGovernor.GovernorTooSlow.selector, 8 days, 8 days - 1));
        new MetisGovernor(_governed(stakes), rules);
        rules.votingPeriod = 7 days - 1;
        new MetisGovernor(_governed(stakes), rules);
    }

    function test_constructor_fasterThanUsersLeave_reverts() public {
        Governed memory governed = _governed(stakes);
        Setting[] memory settings = Settings.defaults();
        // A longest request window of 2 days, and 21 days of least long delay.
        settings[uint256(Parameter.ChallengeWindow)].max = 19 days;
        governed.parameters = new Parameters(address(timelock), settings);
        vm.expectRevert(abi.encodeWithSelector(IMetisGovernor.GovernorTooFast.selector, 21 days, 21 days));
        new MetisGovernor(governed, _rules());
        settings[uint256(Parameter.ChallengeWindow)].max -= 1;
        governed.parameters = new Parameters(address(timelock), settings);
        new MetisGovernor(governed, _rules());
    }

    function test_constructor_graveDelayShorterThanTheLongOne_reverts() public {
        VotingRules memory rules = _rules();
        rules.graveDelay = 60 days - 1;
        vm.expectRevert(
            abi.encodeWithSelector(IGovernorTiers.GovernorGraveDelayTooShort.selector, 60 days - 1, 60 days)
        );
        new MetisGovernor(_governed(stakes), rules);
        rules.graveDelay = 60 days;
        new MetisGovernor(_governed(stakes), rules);
    }

    function test_constructor_timelockWithoutTheSwiftCalls_reverts() public {
        for (uint256 missing = 0; missing < 3; ++missing) {
            KnownCall[] memory calls = _known();
            calls[missing].tier = Tier.Ordinary;
            timelock = _timelock();
            timelock.connect(calls);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IMetisGovernor.GovernorNotSwift.selector,
                    calls[missing].target,
                    calls[missing].selector
                )
            );
            new MetisGovernor(_governed(stakes), _rules());
        }
    }

    function test_constructor_clocksDiffer_reverts() public {
        Stakes byBlock = new Stakes(true);
        vm.expectRevert(
            abi.encodeWithSelector(
                IMetisGovernor.GovernorClockMismatch.selector,
                "mode=timestamp",
                "mode=blocknumber&from=default"
            )
        );
        new MetisGovernor(_governed(byBlock), _rules());
    }

    function testFuzz_getVotes_countsLiquidAndLocked_succeeds(uint96 liquid, uint96 locked) public {
        address account = _voter("account", bound(liquid, 0, 1000 ether));
        vm.startPrank(account);
        stakes.lock(locked);
        stakes.delegate(account);
        vm.stopPrank();
        skip(1);
        assertEq(governor.getVotes(account, block.timestamp - 1), bound(liquid, 0, 1000 ether) + locked);
    }

    /// @dev The governor's part of steps 11.10.3 to 11.10.3.2.
    function testFuzz_proposeKick_kicksAndCompensates_succeeds(uint16 share, uint64 metis, uint56 ether_) public {
        share = uint16(bound(share, 0, 1_000));
        Compensation memory compensation = Compensation(verifier, "request", metis, ether_);
        requests.put("request", verifier, uint40(0.1 ether / 1 gwei), RequestState.Answered);
        vm.expectEmit(address(governor));
        emit IMetisGovernor.KickProposed(_kickId(share, compensation), sequencer, share, compensation);
        vm.prank(whale);
        uint256 id = governor.proposeKick(sequencer, share, compensation, "kick");
        assertEq(governor.proposalProposer(id), whale);
        _passAndExecute(id, 2 days);
        assertEq(stakes.kicked(), sequencer);
        assertEq(stakes.slashed(), share);
        (uint256 owedMetis, uint256 owedEther) = treasury.owed(verifier);
        assertEq(owedMetis, metis);
        assertEq(owedEther, ether_);
    }

    /// @dev H8: a kick by vote takes at most `KickSlash`.
    function test_proposeKick_H8_moreThanKickSlash_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IMetisGovernor.GovernorShareTooLarge.selector, 1_001, 1_000));
        vm.prank(whale);
        governor.proposeKick(sequencer, 1_001, _nothing(), "kick");
        vm.prank(whale);
        _passAndExecute(governor.proposeKick(sequencer, 1_000, _nothing(), "kick"), 2 days);
        assertEq(stakes.slashed(), 1_000);
    }

    function testFuzz_proposeKick_compensatesNobody_reverts(bool inEther) public {
        Compensation memory compensation = Compensation(address(0), "request", inEther ? 0 : 1, inEther ? 1 : 0);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.TreasuryInvalidAccount.selector, address(0)));
        vm.prank(whale);
        governor.proposeKick(sequencer, 1, compensation, "kick");
    }

    function test_proposeKick_belowTheThreshold_reverts() public {
        vm.expectRevert(
            abi.encodeWithSelector(IGovernor.GovernorInsufficientProposerVotes.selector, minnow, 999 ether, 1000 ether)
        );
        vm.prank(minnow);
        governor.proposeKick(sequencer, 1, _nothing(), "kick");
    }

    function test_proposeKick_thresholdMetWithStake_succeeds() public {
        vm.startPrank(minnow);
        stakes.lock(1 ether);
        stakes.delegate(minnow);
        skip(1);
        governor.proposeKick(sequencer, 1, _nothing(), "kick");
        vm.stopPrank();
    }

    /// @dev M6: nobody takes an accusation, neither its text nor its calls, and cancels it.
    function test_proposeKick_M6_takenByAnother_reverts() public {
        address mallory = _voter("mallory", 1000 ether);
        vm.prank(whale);
        uint256 id = governor.proposeKick(sequencer, 1, _nothing(), "kick");
        _load(id);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorRestrictedProposer.selector, mallory));
        _proposeAgain(mallory);
        vm.prank(mallory);
        assertTrue(governor.proposeKick(sequencer, 1, _nothing(), "kick") != id);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, mallory));
        vm.prank(mallory);
        _cancel();
    }

    function test_proposeBan_bansAndCompensates_succeeds() public {
        vm.startPrank(whale);
        token.transfer(verifier, 10 ether);
        vm.stopPrank();
        vm.startPrank(verifier);
        token.approve(address(verifiers), 10 ether);
        verifiers.register();
        vm.stopPrank();
        requests.put("request", verifier, uint40(1 ether / 1 gwei), RequestState.Answered);
        Compensation memory compensation = Compensation(sequencer, "request", 3 ether, 1 ether);
        vm.prank(whale);
        uint256 id = governor.proposeBan(verifier, compensation, "ban");
        // It resigns as soon as it sees the proposal, in vain.
        vm.prank(verifier);
        verifiers.resign();
        _passAndExecute(id, 2 days);
        assertTrue(verifiers.isBanned(verifier));
        assertEq(token.balanceOf(address(treasury)), 1010 ether);
        vm.startPrank(sequencer);
        treasury.claimMetis();
        treasury.claimEther();
        vm.stopPrank();
        assertEq(token.balanceOf(sequencer), 3 ether);
        assertEq(sequencer.balance, 1 ether);
    }

    /// @dev H8: the treasury was emptied by a ban of the thief's own verifier.
    function test_proposeBan_H8_compensatesAboveTheRecord_reverts() public {
        requests.put("request", verifier, uint40(1 ether / 1 gwei), RequestState.Answered);
        vm.prank(whale);
        uint256 id = governor.proposeBan(verifier, Compensation(sequencer, "request", 1000 ether, 30 ether), "mine");
        _pass(id);
        _queue();
        skip(2 days);
        vm.expectPartialRevert(ITreasury.TreasuryCompensationTooLarge.selector);
        _execute();
        assertFalse(verifiers.isBanned(verifier));
    }

    function test_proposeParameter_changesIt_succeeds() public {
        vm.prank(whale);
        uint256 id = governor.proposeParameter(Parameter.ChallengeWindow, 5 days, "shorter");
        assertTrue(governor.proposalTier(id) == Tier.Ordinary);
        _passAndExecute(id, 30 days);
        assertEq(parameters.get(Parameter.ChallengeWindow), 5 days);
    }

    function testFuzz_proposeParameter_atItsBounds_succeeds(bool above) public {
        uint256 value = above ? 14 days : 3 days;
        vm.prank(whale);
        uint256 id = governor.proposeParameter(Parameter.ChallengeWindow, value, "as far as it goes");
        assertTrue(governor.proposalTier(id) == (above ? Tier.Grave : Tier.Ordinary));
        _passAndExecute(id, 30 days);
        assertEq(parameters.get(Parameter.ChallengeWindow), value);
    }

    function testFuzz_proposeParameter_outOfBounds_reverts(bool above) public {
        uint256 value = above ? 14 days + 1 : 3 days - 1;
        vm.expectRevert(
            abi.encodeWithSelector(
                IParameters.ParameterOutOfBounds.selector,
                Parameter.ChallengeWindow,
                value,
                3 days,
                14 days
            )
        );
        vm.prank(whale);
        governor.proposeParameter(Parameter.ChallengeWindow, value, "too far");
    }

    function test_execute_withoutQuorum_reverts() public {
        vm.prank(whale);
        uint256 id = governor.proposeParameter(Parameter.ChallengeWindow, 5 days, "shorter");
        skip(1 days + 1);
        _cast(id, minnow, FOR);
        skip(5 days);
        _assertState(id, IGovernor.ProposalState.Defeated);
        _load(id);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _queue();
    }

    function test_state_executedAtTheTimelockItself_succeeds() public {
        vm.prank(whale);
        uint256 id = governor.proposeKick(sequencer, 1, _nothing(), "kick");
        _pass(id);
        _queue();
        _assertState(id, IGovernor.ProposalState.Queued);
        skip(2 days);
        _assertState(id, IGovernor.ProposalState.Queued);
        _executeAtTheTimelock();
        _assertState(id, IGovernor.ProposalState.Executed);
        assertEq(stakes.kicked(), sequencer);
    }

    function test_cancel_byItsProposerBeforeTheVote_succeeds() public {
        vm.prank(whale);
        uint256 id = governor.proposeParameter(Parameter.ChallengeWindow, 5 days, "shorter");
        _load(id);
        vm.prank(whale);
        _cancel();
        _assertState(id, IGovernor.ProposalState.Canceled);
    }

    /// @dev Governance cannot make itself slower than bonds last.
    function testFuzz_setVotingRules_slowerThanABond_reverts(bool period) public {
        bytes memory call =
            period
                ? abi.encodeCall(governor.setVotingPeriod, (7 days))
                : abi.encodeCall(governor.setVotingDelay, (3 days));
        uint256 id = _proposeOn(address(governor), call);
        _pass(id);
        _queue();
        skip(30 days);
        vm.expectRevert(abi.encodeWithSelector(IMetisGovernor.GovernorTooSlow.selector, 8 days, 8 days - 1));
        _execute();
    }

    function test_setVotingRules_withinABond_succeeds() public {
        _passAndExecute(_proposeOn(address(governor), abi.encodeCall(governor.setVotingPeriod, (7 days - 1))), 30 days);
        assertEq(governor.votingPeriod(), 7 days - 1);
    }

    function _kickId(uint16 share, Compensation memory c) private view returns (uint256) {
        uint256 calls = c.metis == 0 && c.ether_ == 0 ? 1 : 2;
        address[] memory to = new address[](calls);
        bytes[] memory data = new bytes[](calls);
        (to[0], data[0]) = (address(stakes), abi.encodeCall(Stakes.kick, (sequencer, share)));
        if (calls == 2) {
            to[1] = address(treasury);
            data[1] = abi.encodeCall(ITreasury.compensate, (c.account, c.request, c.metis, c.ether_));
        }
        string memory text = string.concat("kick#proposer=", Strings.toHexString(whale));
        return governor.hashProposal(to, new uint256[](calls), data, keccak256(bytes(text)));
    }
}

/// @dev C2: who decides, and how long users have until it happens.
contract GovernorTiersTest is GovernorFixture {
    function test_countingMode_saysThatOnlyVotesForCount_succeeds() public view {
        assertEq(governor.COUNTING_MODE(), "support=bravo&quorum=for");
    }

    /// @dev C2: abstentions carried any proposal over the quorum.
    function test_quorum_C2_abstentionsDoNotCount_succeeds() public {
        vm.prank(whale);
        uint256 id = governor.proposeKick(sequencer, 1, _nothing(), "kick");
        skip(1 days + 1);
        _cast(id, minnow, FOR);
        _cast(id, whale, ABSTAIN);
        skip(5 days);
        _assertState(id, IGovernor.ProposalState.Defeated);
    }

    function testFuzz_quorum_isReachedByVotesForAlone_succeeds(bool enough) public {
        address voter = _voter("voter", 40_000 ether - (enough ? 0 : 1));
        vm.prank(whale);
        uint256 id = governor.proposeKick(sequencer, 1, _nothing(), "kick");
        skip(1 days + 1);
        _cast(id, voter, FOR);
        skip(5 days);
        _assertState(id, enough ? IGovernor.ProposalState.Succeeded : IGovernor.ProposalState.Defeated);
    }

    /// @dev [L4] The quorum could be voted to 0.
    function testFuzz_updateQuorumNumerator_L4_belowTheFloor_reverts(uint8 percent) public {
        percent = uint8(bound(percent, 0, 3));
        assertEq(governor.leastQuorum(), 4);
        uint256 id = _proposeOn(address(governor), abi.encodeCall(governor.updateQuorumNumerator, (percent)));
        _pass(id);
        _queue();
        skip(30 days);
        vm.expectRevert(abi.encodeWithSelector(IGovernorTiers.GovernorQuorumTooLow.selector, percent, 4));
        _execute();
        VotingRules memory rules = _rules();
        rules.quorumPercent = percent;
        vm.expectRevert(abi.encodeWithSelector(IGovernorTiers.GovernorQuorumTooLow.selector, percent, 4));
        new MetisGovernor(_governed(stakes), rules);
    }

    function test_updateQuorumNumerator_upAndDownToTheFloor_succeeds() public {
        uint256 id = _proposeOn(address(governor), abi.encodeCall(governor.updateQuorumNumerator, (5)));
        _passAndExecute(id, 30 days);
        skip(1);
        assertEq(governor.quorum(block.timestamp - 1), 50_000 ether);
        _passAndExecute(_proposeOn(address(governor), abi.encodeCall(governor.updateQuorumNumerator, (4))), 30 days);
    }

    /// @dev METIS locked in the bridge counts in neither: not in the quorum, not in the supply that it is a share of.
    function testFuzz_votableSupply_leavesTheVaultOut_succeeds(uint96 locked) public {
        locked = uint96(bound(locked, 0, 900_000 ether));
        assertEq(governor.vault(), vault);
        vm.prank(vault);
        token.delegate(vault);
        vm.prank(whale);
        token.transfer(vault, locked);
        skip(1);
        uint256 before = block.timestamp - 1;
        assertEq(governor.votableSupply(before), SUPPLY - locked);
        assertEq(governor.quorum(before), ((SUPPLY - locked) * 4) / 100);
        // What is locked later changes nothing for a vote that began before.
        vm.prank(whale);
        token.transfer(vault, 50_000 ether);
        skip(1);
        assertEq(governor.votableSupply(before), SUPPLY - locked);
    }

    function test_tier_isThatOfTheCalls_succeeds() public {
        vm.startPrank(whale);
        uint256 kick = governor.proposeKick(sequencer, 1, _nothing(), "");
        uint256 ban = governor.proposeBan(verifier, Compensation(sequencer, "request", 1, 1), "");
        uint256 lower = governor.proposeParameter(Parameter.UnbondingDelay, 20 days, "");
        uint256 higher = governor.proposeParameter(Parameter.UnbondingDelay, 22 days, "");
        uint256 other = governor.proposeParameter(Parameter.RequestFeeFactor, 50_000, "");
        vm.stopPrank();
        assertTrue(governor.proposalTier(kick) == Tier.Swift);
        assertTrue(governor.proposalTier(ban) == Tier.Swift);
        assertTrue(governor.proposalTier(lower) == Tier.Ordinary);
        assertTrue(governor.proposalTier(other) == Tier.Ordinary);
        assertTrue(governor.proposalTier(higher) == Tier.Grave);
        _assertTier(address(treasury), abi.encodeCall(ITreasury.grant, (whale, 1, 1)), Tier.Ordinary);
        _assertTier(address(parameters), abi.encodeCall(IParameters.adjust, (Parameter.MinimumLock, 1)), Tier.Ordinary);
        // Unknown functions, contracts, and the rules of votes themselves.
        _assertTier(address(parameters), abi.encodeCall(IParameters.set, (Parameter.MinimumLock, 1)), Tier.Grave);
        _assertTier(address(stakes), abi.encodeCall(Stakes.lock, (1)), Tier.Grave);
        _assertTier(minnow, abi.encodeCall(Stakes.kick, (sequencer, 1)), Tier.Grave);
        _assertTier(address(timelock), abi.encodeCall(timelock.updateDelay, (1 days)), Tier.Grave);
        _assertTier(address(timelock), abi.encodeCall(timelock.grantRole, (0, whale)), Tier.Grave);
        _assertTier(address(governor), abi.encodeCall(governor.setProposalThreshold, (0)), Tier.Grave);
        _assertTier(address(governor), abi.encodeCall(governor.relay, (minnow, 0, "")), Tier.Grave);
    }

    /// @dev A kick with anything graver beside it waits, and counts, as that.
    function test_tier_C2_ofAMixtureIsTheGravest_succeeds() public {
        address[] memory to = new address[](2);
        bytes[] memory calls = new bytes[](2);
        (to[0], calls[0]) = (address(stakes), abi.encodeCall(Stakes.kick, (sequencer, 1)));
        (to[1], calls[1]) = (address(treasury), abi.encodeCall(ITreasury.grant, (whale, 1, 1)));
        vm.prank(whale);
        uint256 id = governor.propose(to, new uint256[](2), calls, "mixed");
        assertTrue(governor.proposalTier(id) == Tier.Ordinary);
        _passAndExecute(id, 30 days);
        calls[1] = abi.encodeCall(Ownable.transferOwnership, (whale));
        vm.prank(whale);
        assertTrue(governor.proposalTier(governor.propose(to, new uint256[](2), calls, "mixed")) == Tier.Grave);
    }

    /// @dev A third of the votable supply in favour: the long delay, whatever is against.
    function test_grave_withAThirdOfTheSupply_waitsTheLongDelay_succeeds() public {
        address third = _voter("third", 333_334 ether);
        address less = _voter("less", 333_333 ether);
        uint256 id = _proposeOn(address(timelock), abi.encodeCall(timelock.updateLongDelay, (60 days)));
        skip(1 days + 1);
        _cast(id, third, FOR);
        _cast(id, less, AGAINST);
        skip(5 days);
        _assertState(id, IGovernor.ProposalState.Succeeded);
        _load(id);
        _queue();
        _executeAfter(id, 30 days);
        assertEq(timelock.longDelay(), 60 days);
    }

    function testFuzz_grave_withTwoThirdsOfTheVotes_waitsTheGraveDelay_succeeds(bool abstains) public {
        address most = _voter("most", 100_000 ether);
        address rest = _voter("rest", 50_000 ether);
        uint256 id = _proposeOn(address(timelock), abi.encodeCall(timelock.updateLongDelay, (60 days)));
        skip(1 days + 1);
        _cast(id, most, FOR);
        _cast(id, rest, abstains ? ABSTAIN : AGAINST);
        skip(5 days);
        _assertState(id, IGovernor.ProposalState.Succeeded);
        _load(id);
        _queue();
        _executeAfter(id, GRAVE_DELAY);
    }

    function testFuzz_grave_withLess_isDefeated_succeeds(bool abstains) public {
        address most = _voter("most", 100_000 ether);
        address rest = _voter("rest", 50_000 ether + 1);
        uint256 id = _proposeOn(address(timelock), abi.encodeCall(timelock.updateLongDelay, (60 days)));
        skip(1 days + 1);
        _cast(id, most, FOR);
        _cast(id, rest, abstains ? ABSTAIN : AGAINST);
        skip(5 days);
        _assertState(id, IGovernor.ProposalState.Defeated);
    }

    /// @dev Two thirds of a handful are no quorum.
    function test_grave_withoutAQuorum_isDefeated_succeeds() public {
        uint256 id = _proposeOn(address(timelock), abi.encodeCall(timelock.updateLongDelay, (60 days)));
        skip(1 days + 1);
        _cast(id, minnow, FOR);
        skip(5 days);
        _assertState(id, IGovernor.ProposalState.Defeated);
    }

    /// @dev What passed while it lengthened nothing does nothing once it would.
    function test_adjust_thatBecameLonger_failsAtItsExecution_reverts() public {
        vm.prank(whale);
        uint256 id = governor.proposeParameter(Parameter.ChallengeWindow, 6 days, "shorter");
        _pass(id);
        _queue();
        vm.prank(address(timelock));
        parameters.set(Parameter.ChallengeWindow, 3 days);
        skip(30 days);
        vm.expectPartialRevert(IParameters.ParameterLengthensExit.selector);
        _execute();
    }

    function _assertTier(address target, bytes memory call, Tier tier) private {
        uint256 id = _proposeOn(target, call);
        assertTrue(governor.proposalTier(id) == tier);
    }
}
