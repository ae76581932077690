// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IParameters, Parameter, Setting} from "../../contracts/governance/IParameters.sol";
import {Parameters} from "../../contracts/governance/Parameters.sol";
import {Test} from "../Test.sol";
import {Settings} from "./Settings.sol";

contract ParametersTest is Test {
    uint256 private constant COUNT = uint256(type(Parameter).max) + 1;

    address private timelock;

    function setUp() public {
        timelock = makeAddr("timelock");
    }

    function test_constructor_keepsEverySetting_succeeds() public {
        Setting[] memory settings = Settings.defaults();
        Parameters parameters = new Parameters(timelock, settings);
        for (uint256 i = 0; i < settings.length; ++i) {
            Setting memory kept = parameters.setting(Parameter(i));
            assertEq(parameters.get(Parameter(i)), settings[i].value);
            assertEq(abi.encode(kept), abi.encode(settings[i]));
        }
        assertEq(parameters.owner(), timelock);
    }

    /// @dev Three of a word at once, from any place in it on; zeros beyond the word and the last parameter.
    function test_getThree_givesAWord() public {
        Setting[] memory settings = Settings.defaults();
        Parameters parameters = new Parameters(timelock, settings);
        for (uint256 i = 0; i < COUNT; ++i) {
            uint256[3] memory values;
            (values[0], values[1], values[2]) = parameters.getThree(Parameter(i));
            for (uint256 j = 0; j < 3; ++j) {
                bool there = (i % 3) + j < 3 && i + j < COUNT;
                assertEq(values[j], there ? settings[i + j].value : 0);
            }
        }
    }

    function test_constructor_settingMissing_reverts() public {
        Setting[] memory settings = new Setting[](18);
        vm.expectRevert(abi.encodeWithSelector(IParameters.ParameterCount.selector, 18, 19));
        new Parameters(timelock, settings);
    }

    function testFuzz_constructor_valueOutOfBounds_reverts(uint8 which, bool above) public {
        Parameter parameter = Parameter(which % COUNT);
        Setting[] memory settings = Settings.defaults();
        Setting memory s = settings[uint256(parameter)];
        // A lower bound of zero has nothing below it.
        if (s.min == 0) above = true;
        s.value = above ? s.max + 1 : s.min - 1;
        _expectOutOfBounds(parameter, s.value, s.min, s.max);
        new Parameters(timelock, settings);
    }

    function test_constructor_valueAtItsBounds_succeeds() public {
        Setting[] memory settings = Settings.defaults();
        for (uint256 i = 0; i < settings.length; ++i)
            settings[i].value = i % 2 == 0 ? settings[i].min : settings[i].max;
        new Parameters(timelock, settings);
        for (uint256 i = 0; i < settings.length; ++i)
            settings[i].value = i % 2 == 0 ? settings[i].max : settings[i].min;
        new Parameters(timelock, settings);
    }

    function testFuzz_constructor_boundsCrossed_reverts(uint8 which) public {
        Parameter parameter = Parameter(which % COUNT);
        Setting[] memory settings = Settings.defaults();
        Setting memory s = settings[uint256(parameter)];
        (s.min, s.max) = (s.max, s.max - 1);
        s.value = s.min;
        _expectOutOfBounds(parameter, s.value, s.min, s.max);
        new Parameters(timelock, settings);
    }

    function testFuzz_constructor_windowOfNoTime_reverts(uint8 which) public {
        Parameter[4] memory times = [
            Parameter.ChallengeWindow,
            Parameter.RequestWindow,
            Parameter.RotationTimeout,
            Parameter.UnbondingDelay
        ];
        _expectLimit(times[which % 4], 0, 3650 days + 1, 1, 3650 days);
    }

    function testFuzz_constructor_shareAboveOne_reverts(uint8 which) public {
        Parameter[5] memory shares = [
            Parameter.SlashBounty,
            Parameter.SlashTreasury,
            Parameter.CosignerSlash,
            Parameter.ProducerShare,
            Parameter.SubmissionShare
        ];
        _expectLimit(shares[which % 5], 0, 10_001, 0, 10_000);
    }

    function test_constructor_rotationOutOfLimits_reverts() public {
        _expectLimit(Parameter.RotationTransactions, 0, uint256(type(uint32).max) + 1, 1, type(uint32).max);
    }

    function testFuzz_constructor_stakeOutOfLimits_reverts(bool bond) public {
        uint256 above = uint256(type(uint80).max) + 1;
        _expectLimit(bond ? Parameter.VerifierBond : Parameter.MinimumLock, 0, above, 1, type(uint80).max);
    }

    /// @dev H8, M9: a kick takes half a stake at the most, a request pays at least for its answer, what the short delay
    /// grants is small, and no batch earns more than the base fee.
    function test_constructor_H8_M9_pricesAndAllowancesOutOfLimits_reverts() public {
        _expectLimit(Parameter.KickSlash, 0, 5_001, 0, 5_000);
        _expectLimit(Parameter.RequestFeeFloor, 0, 1e13 + 1, 1, 1e13);
        _expectLimit(Parameter.RequestFeeFactor, 9_999, 100_001, 10_000, 100_000);
        _expectLimit(Parameter.AnswerPay, 0, 10_000 ether + 1, 0, 10_000 ether);
        _expectLimit(Parameter.GrantAllowance, 0, 1 ether + 1, 0, 1 ether);
        _expectLimit(Parameter.GrantAllowanceMetis, 0, 2_000 ether + 1, 0, 2_000 ether);
        _expectLimit(Parameter.RewardPerGas, 0, 1 gwei + 1, 0, 1 gwei);
    }

    function test_constructor_challengeWithinRequestWindow_reverts() public {
        _expectAbove(Parameter.ChallengeWindow, Parameter.RequestWindow);
    }

    function test_constructor_unbondingWithinRequestWindow_reverts() public {
        _expectAbove(Parameter.UnbondingDelay, Parameter.RequestWindow);
    }

    function test_constructor_slashKeptWhole_reverts() public {
        _expectTogether(Parameter.SlashBounty, Parameter.SlashTreasury, 9_000);
    }

    function test_constructor_moreRewardThanThereIs_reverts() public {
        _expectTogether(Parameter.ProducerShare, Parameter.SubmissionShare, 10_000);
    }

    /// @dev Values share words of storage: each keeps its own, whatever its neighbours become.
    function testFuzz_set_leavesAllOthersAlone_succeeds(uint8 which, uint256 value) public {
        Parameters parameters = new Parameters(timelock, Settings.defaults());
        uint256 changed = which % COUNT;
        Setting memory s = parameters.setting(Parameter(changed));
        vm.prank(timelock);
        parameters.set(Parameter(changed), bound(value, s.min, s.max));
        for (uint256 i = 0; i < COUNT; ++i) {
            if (i != changed) assertEq(parameters.get(Parameter(i)), Settings.defaults()[i].value);
        }
    }

    function testFuzz_adjust_lengthensNoExit_succeeds(uint8 which, uint256 value) public {
        Parameter parameter = Parameter(which % COUNT);
        Parameters parameters = new Parameters(timelock, Settings.defaults());
        Setting memory s = parameters.setting(parameter);
        value = bound(value, s.min, s.max);
        bool longer = _isExit(parameter) && value > s.value;
        assertEq(parameters.lengthensExit(parameter, value), longer);
        if (longer) {
            vm.expectRevert(
                abi.encodeWithSelector(IParameters.ParameterLengthensExit.selector, parameter, value, s.value)
            );
        }
        vm.prank(timelock);
        parameters.adjust(parameter, value);
        assertEq(parameters.get(parameter), longer ? s.value : value);
    }

    function test_adjust_windowsUpward_reverts() public {
        Parameters parameters = new Parameters(timelock, Settings.defaults());
        vm.startPrank(timelock);
        for (uint256 i = 0; i < COUNT; ++i) {
            Parameter parameter = Parameter(i);
            if (!_isExit(parameter)) continue;
            uint256 value = parameters.get(parameter);
            parameters.adjust(parameter, value);
            vm.expectRevert(
                abi.encodeWithSelector(IParameters.ParameterLengthensExit.selector, parameter, value + 1, value)
            );
            parameters.adjust(parameter, value + 1);
        }
        vm.stopPrank();
    }

    function testFuzz_adjust_outOfBounds_reverts(uint8 which, uint256 value) public {
        Parameter parameter = Parameter(which % COUNT);
        Parameters parameters = new Parameters(timelock, Settings.defaults());
        Setting memory s = parameters.setting(parameter);
        vm.assume(value < s.min || value > s.max);
        _expectOutOfBounds(parameter, value, s.min, s.max);
        vm.prank(timelock);
        parameters.adjust(parameter, value);
    }

    function testFuzz_adjust_notByGovernance_reverts(address caller) public {
        vm.assume(caller != timelock);
        Parameters parameters = new Parameters(timelock, Settings.defaults());
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller));
        vm.prank(caller);
        parameters.adjust(Parameter.MinimumLock, 100 ether);
    }

    function testFuzz_set_withinBounds_succeeds(uint8 which, uint256 value) public {
        Parameter parameter = Parameter(which % COUNT);
        Parameters parameters = new Parameters(timelock, Settings.defaults());
        Setting memory s = parameters.setting(parameter);
        value = bound(value, s.min, s.max);
        vm.expectEmit(address(parameters));
        emit IParameters.ParameterChanged(parameter, value, s.value);
        vm.prank(timelock);
        parameters.set(parameter, value);
        assertEq(parameters.get(parameter), value);
        assertEq(parameters.setting(parameter).min, s.min);
        assertEq(parameters.setting(parameter).max, s.max);
    }

    function test_set_atTheBounds_succeeds() public {
        Parameters parameters = new Parameters(timelock, Settings.defaults());
        vm.startPrank(timelock);
        for (uint256 i = 0; i < COUNT; ++i) {
            Parameter parameter = Parameter(i);
            Setting memory s = parameters.setting(parameter);
            parameters.set(parameter, s.min);
            assertEq(parameters.get(parameter), s.min);
            parameters.set(parameter, s.max);
            assertEq(parameters.get(parameter), s.max);
            _expectOutOfBounds(parameter, s.max + 1, s.min, s.max);
            parameters.set(parameter, s.max + 1);
            if (s.min == 0) continue;
            _expectOutOfBounds(parameter, s.min - 1, s.min, s.max);
            parameters.set(parameter, s.min - 1);
        }
        vm.stopPrank();
    }

    function testFuzz_set_outOfBounds_reverts(uint8 which, uint256 value) public {
        Parameter parameter = Parameter(which % COUNT);
        Parameters parameters = new Parameters(timelock, Settings.defaults());
        Setting memory s = parameters.setting(parameter);
        vm.assume(value < s.min || value > s.max);
        _expectOutOfBounds(parameter, value, s.min, s.max);
        vm.prank(timelock);
        parameters.set(parameter, value);
    }

    function testFuzz_set_notByGovernance_reverts(address caller) public {
        vm.assume(caller != timelock);
        Parameters parameters = new Parameters(timelock, Settings.defaults());
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller));
        vm.prank(caller);
        parameters.set(Parameter.ChallengeWindow, 7 days);
    }

    function _expectOutOfBounds(Parameter parameter, uint256 value, uint256 min, uint256 max) private {
        vm.expectRevert(abi.encodeWithSelector(IParameters.ParameterOutOfBounds.selector, parameter, value, min, max));
    }

    function _isExit(Parameter parameter) private pure returns (bool) {
        return
            parameter == Parameter.ChallengeWindow ||
            parameter == Parameter.RequestWindow ||
            parameter == Parameter.UnbondingDelay;
    }

    /// @dev One parameter must always be larger than another.
    function _expectAbove(Parameter larger, Parameter smaller) private {
        Setting[] memory settings = Settings.defaults();
        settings[uint256(larger)].min = settings[uint256(smaller)].max;
        vm.expectRevert(abi.encodeWithSelector(IParameters.ParameterConflict.selector, larger, smaller));
        new Parameters(timelock, settings);
        settings[uint256(larger)].min += 1;
        new Parameters(timelock, settings);
    }

    /// @dev Two shares must never be more together than this.
    function _expectTogether(Parameter first, Parameter second, uint256 most) private {
        Setting[] memory settings = Settings.defaults();
        settings[uint256(second)].max = most - settings[uint256(first)].max;
        new Parameters(timelock, settings);
        settings[uint256(second)].max += 1;
        vm.expectRevert(abi.encodeWithSelector(IParameters.ParameterConflict.selector, first, second));
        new Parameters(timelock, settings);
    }

    /// @dev Deploys with bounds just beyond the widest that the parameter may have, below unless that is zero, and above.
    function _expectLimit(Parameter parameter, uint256 below, uint256 above, uint256 least, uint256 most) private {
        Setting[] memory settings = Settings.defaults();
        Setting memory kept = settings[uint256(parameter)];
        if (below < least) {
            settings[uint256(parameter)] = Setting(kept.value, below, kept.max);
            _expectOutOfBounds(parameter, below, least, most);
            new Parameters(timelock, settings);
        }
        settings[uint256(parameter)] = Setting(kept.value, kept.min, above);
        _expectOutOfBounds(parameter, above, least, most);
        new Parameters(timelock, settings);
    }
}
