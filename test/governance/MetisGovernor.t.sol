// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {Governed, IMetisGovernor, VotingRules} from "../../contracts/governance/IMetisGovernor.sol";
import {IParameters, Parameter} from "../../contracts/governance/IParameters.sol";
import {ITreasury} from "../../contracts/governance/ITreasury.sol";
import {MetisGovernor} from "../../contracts/governance/MetisGovernor.sol";
import {MetisToken} from "../../contracts/governance/MetisToken.sol";
import {Parameters} from "../../contracts/governance/Parameters.sol";
import {Timelock} from "../../contracts/governance/Timelock.sol";
import {Treasury} from "../../contracts/governance/Treasury.sol";
import {VerifierRegistry} from "../../contracts/verifiers/VerifierRegistry.sol";
import {Log, Test} from "../Test.sol";
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

contract MetisGovernorTest is Test {
    uint256 private constant SUPPLY = 1_000_000 ether;
    uint8 private constant FOR = 1;

    MetisToken private token;
    Stakes private stakes;
    Timelock private timelock;
    Parameters private parameters;
    Treasury private treasury;
    VerifierRegistry private verifiers;
    MetisGovernor private governor;
    address private whale;
    address private sequencer;
    address private verifier;
    address private minnow;

    function setUp() public {
        vm.warp(1_800_000_000);
        (whale, sequencer) = (makeAddr("whale"), makeAddr("sequencer"));
        (verifier, minnow) = (makeAddr("verifier"), makeAddr("minnow"));
        token = new MetisToken(whale, SUPPLY);
        stakes = new Stakes(false);
        timelock = new Timelock(2 days, 4 days, address(this));
        parameters = new Parameters(address(timelock), Settings.defaults());
        treasury = new Treasury(token, address(timelock));
        verifiers = new VerifierRegistry(token, parameters, address(treasury), address(timelock));
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

    function test_constructor_slowerThanABond_reverts() public {
        VotingRules memory rules = _rules();
        // A day before the vote, up to 4 in the timelock, and a shortest unbonding delay of 14.
        rules.votingPeriod = 9 days;
        vm.expectRevert(abi.encodeWithSelector(IMetisGovernor.GovernorTooSlow.selector, 14 days, 14 days));
        new MetisGovernor(_governed(stakes), rules);
        rules.votingPeriod = 9 days - 1;
        new MetisGovernor(_governed(stakes), rules);
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
        address account = makeAddr("account");
        uint256 amount = bound(liquid, 0, 1000 ether);
        vm.prank(whale);
        token.transfer(account, amount);
        vm.startPrank(account);
        stakes.lock(locked);
        stakes.delegate(account);
        token.delegate(account);
        vm.stopPrank();
        skip(1);
        assertEq(governor.getVotes(account, block.timestamp - 1), amount + locked);
    }

    /// @dev The governor's part of steps 11.10.3 to 11.10.3.2.
    function testFuzz_proposeKick_kicksAndCompensates_succeeds(uint16 share, uint64 metis, uint64 ether_) public {
        share = uint16(bound(share, 0, 10_000));
        vm.expectEmit(address(governor));
        emit IMetisGovernor.KickProposed(_kickId(share, metis, ether_), sequencer, verifier, share, metis, ether_);
        vm.prank(whale);
        uint256 id = governor.proposeKick(sequencer, share, verifier, metis, ether_, "kick");
        assertEq(governor.proposalProposer(id), whale);
        _passAndExecute(id);
        assertEq(stakes.kicked(), sequencer);
        assertEq(stakes.slashed(), share);
        (uint256 owedMetis, uint256 owedEther) = treasury.owed(verifier);
        assertEq(owedMetis, metis);
        assertEq(owedEther, ether_);
    }

    function test_proposeKick_moreThanAll_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IMetisGovernor.GovernorShareTooLarge.selector, 10_001, 10_000));
        vm.prank(whale);
        governor.proposeKick(sequencer, 10_001, verifier, 0, 0, "kick");
        vm.prank(whale);
        _passAndExecute(governor.proposeKick(sequencer, 10_000, verifier, 0, 0, "kick"));
        assertEq(stakes.slashed(), 10_000);
    }

    function testFuzz_proposeKick_compensatesNobody_reverts(bool inEther) public {
        vm.expectRevert(abi.encodeWithSelector(ITreasury.TreasuryInvalidAccount.selector, address(0)));
        vm.prank(whale);
        governor.proposeKick(sequencer, 1, address(0), inEther ? 0 : 1, inEther ? 1 : 0, "kick");
    }

    function test_proposeKick_belowTheThreshold_reverts() public {
        vm.expectRevert(
            abi.encodeWithSelector(IGovernor.GovernorInsufficientProposerVotes.selector, minnow, 999 ether, 1000 ether)
        );
        vm.prank(minnow);
        governor.proposeKick(sequencer, 1, address(0), 0, 0, "kick");
    }

    function test_proposeKick_thresholdMetWithStake_succeeds() public {
        vm.startPrank(minnow);
        stakes.lock(1 ether);
        stakes.delegate(minnow);
        skip(1);
        governor.proposeKick(sequencer, 1, address(0), 0, 0, "kick");
        vm.stopPrank();
    }

    function test_proposeBan_bansAndCompensates_succeeds() public {
        vm.startPrank(whale);
        token.transfer(verifier, 10 ether);
        vm.stopPrank();
        vm.startPrank(verifier);
        token.approve(address(verifiers), 10 ether);
        verifiers.register();
        vm.stopPrank();
        vm.prank(whale);
        uint256 id = governor.proposeBan(verifier, sequencer, 3 ether, 1 ether, "ban");
        // It resigns as soon as it sees the proposal, in vain.
        vm.prank(verifier);
        verifiers.resign();
        _passAndExecute(id);
        assertTrue(verifiers.isBanned(verifier));
        assertEq(token.balanceOf(address(treasury)), 1010 ether);
        vm.prank(sequencer);
        treasury.claim();
        assertEq(token.balanceOf(sequencer), 3 ether);
        assertEq(sequencer.balance, 1 ether);
    }

    function test_proposeParameter_changesIt_succeeds() public {
        vm.prank(whale);
        uint256 id = governor.proposeParameter(Parameter.ChallengeWindow, 14 days, "longer");
        _passAndExecute(id);
        assertEq(parameters.get(Parameter.ChallengeWindow), 14 days);
    }

    function testFuzz_proposeParameter_atItsBounds_succeeds(bool above) public {
        uint256 value = above ? 30 days : 3 days;
        vm.prank(whale);
        _passAndExecute(governor.proposeParameter(Parameter.ChallengeWindow, value, "as far as it goes"));
        assertEq(parameters.get(Parameter.ChallengeWindow), value);
    }

    function testFuzz_proposeParameter_outOfBounds_reverts(bool above) public {
        uint256 value = above ? 30 days + 1 : 3 days - 1;
        vm.expectRevert(
            abi.encodeWithSelector(
                IParameters.ParameterOutOfBounds.selector,
                Parameter.ChallengeWindow,
                value,
                3 days,
                30 days
            )
        );
        vm.prank(whale);
        governor.proposeParameter(Parameter.ChallengeWindow, value, "too far");
    }

    function test_execute_withoutQuorum_reverts() public {
        vm.prank(whale);
        uint256 id = governor.proposeParameter(Parameter.ChallengeWindow, 14 days, "longer");
        skip(1 days + 1);
        vm.prank(minnow);
        governor.castVote(id, FOR);
        skip(5 days);
        assertEq(uint256(governor.state(id)), uint256(IGovernor.ProposalState.Defeated));
        assertEq(governor.quorum(block.timestamp - 1), 40_000 ether);
        _load(id);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _queue();
    }

    function test_execute_beforeTheTimelock_reverts() public {
        vm.prank(whale);
        uint256 id = governor.proposeParameter(Parameter.ChallengeWindow, 14 days, "longer");
        _pass(id);
        _queue();
        skip(2 days - 1);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        _execute();
        skip(1);
        _execute();
    }

    function test_cancel_byItsProposerBeforeTheVote_succeeds() public {
        vm.prank(whale);
        uint256 id = governor.proposeParameter(Parameter.ChallengeWindow, 14 days, "longer");
        _load(id);
        vm.prank(whale);
        governor.cancel(targets, new uint256[](targets.length), calldatas, keccak256(bytes(description)));
        assertEq(uint256(governor.state(id)), uint256(IGovernor.ProposalState.Canceled));
    }

    /// @dev Governance cannot make itself slower than bonds last.
    function testFuzz_setVotingRules_slowerThanABond_reverts(bool period) public {
        bytes memory call =
            period
                ? abi.encodeCall(governor.setVotingPeriod, (9 days))
                : abi.encodeCall(governor.setVotingDelay, (5 days));
        uint256 id = _proposeOn(address(governor), call);
        _pass(id);
        _queue();
        skip(2 days);
        vm.expectRevert(abi.encodeWithSelector(IMetisGovernor.GovernorTooSlow.selector, 14 days, 14 days));
        _execute();
    }

    function test_setVotingRules_withinABond_succeeds() public {
        _passAndExecute(_proposeOn(address(governor), abi.encodeCall(governor.setVotingPeriod, (9 days - 1))));
        assertEq(governor.votingPeriod(), 9 days - 1);
    }

    function test_updateDelay_withinItsBound_succeeds() public {
        _passAndExecute(_proposeOn(address(timelock), abi.encodeCall(timelock.updateDelay, (4 days))));
        assertEq(timelock.getMinDelay(), 4 days);
    }

    // The present proposal: its calls are in the log, not in the governor.
    address[] private targets;
    bytes[] private calldatas;
    string private description;

    function _governed(Stakes stakes_) private view returns (Governed memory) {
        return
            Governed({
                token: token,
                sequencers: stakes_,
                verifiers: verifiers,
                treasury: treasury,
                parameters: parameters,
                timelock: timelock
            });
    }

    function _rules() private pure returns (VotingRules memory) {
        return
            VotingRules({votingDelay: 1 days, votingPeriod: 5 days, proposalThreshold: 1000 ether, quorumPercent: 4});
    }

    function _kickId(uint16 share, uint256 metis, uint256 ether_) private view returns (uint256) {
        uint256 calls = metis == 0 && ether_ == 0 ? 1 : 2;
        address[] memory to = new address[](calls);
        bytes[] memory data = new bytes[](calls);
        (to[0], data[0]) = (address(stakes), abi.encodeCall(Stakes.kick, (sequencer, share)));
        if (calls == 2)
            (to[1], data[1]) = (address(treasury), abi.encodeCall(Treasury.grant, (verifier, metis, ether_)));
        return governor.hashProposal(to, new uint256[](calls), data, keccak256("kick"));
    }

    function _proposeOn(address target, bytes memory call) private returns (uint256) {
        address[] memory to = new address[](1);
        bytes[] memory calls = new bytes[](1);
        (to[0], calls[0]) = (target, call);
        vm.prank(whale);
        return governor.propose(to, new uint256[](1), calls, "rules");
    }

    function _pass(uint256 id) private {
        skip(1 days + 1);
        vm.prank(whale);
        governor.castVote(id, FOR);
        skip(5 days);
        _load(id);
    }

    function _passAndExecute(uint256 id) private {
        _pass(id);
        _queue();
        skip(2 days);
        _execute();
    }

    function _queue() private {
        governor.queue(targets, new uint256[](targets.length), calldatas, keccak256(bytes(description)));
    }

    function _execute() private {
        governor.execute(targets, new uint256[](targets.length), calldatas, keccak256(bytes(description)));
    }

    function _load(uint256 id) private {
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
