// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Parameter, Setting} from "../../contracts/governance/IParameters.sol";

/// @title Settings
/// @notice Settings that tests deploy with: those of a real network, with bounds wide enough to test with.
library Settings {
    function defaults() internal pure returns (Setting[] memory s) {
        s = new Setting[](uint256(type(Parameter).max) + 1);
        s[uint256(Parameter.ChallengeWindow)] = Setting(7 days, 3 days, 14 days);
        s[uint256(Parameter.RequestWindow)] = Setting(1 days, 1 hours, 2 days);
        s[uint256(Parameter.RotationTimeout)] = Setting(60, 10, 1 hours);
        s[uint256(Parameter.RotationTransactions)] = Setting(3000, 1, 1_000_000);
        s[uint256(Parameter.MinimumLock)] = Setting(100 ether, 1 ether, 1_000_000 ether);
        s[uint256(Parameter.UnbondingDelay)] = Setting(21 days, 14 days, 90 days);
        s[uint256(Parameter.RequestFeeFloor)] = Setting(1 gwei, 1, 1000 gwei);
        s[uint256(Parameter.RequestFeeFactor)] = Setting(12_000, 10_000, 50_000);
        s[uint256(Parameter.SlashBounty)] = Setting(3000, 0, 4500);
        s[uint256(Parameter.SlashTreasury)] = Setting(2000, 0, 4500);
        s[uint256(Parameter.CosignerSlash)] = Setting(500, 0, 10_000);
        s[uint256(Parameter.KickSlash)] = Setting(1000, 0, 5000);
        s[uint256(Parameter.AnswerPay)] = Setting(280 ether, 0, 2000 ether);
        s[uint256(Parameter.GrantAllowance)] = Setting(0.05 ether, 0, 1 ether);
        s[uint256(Parameter.GrantAllowanceMetis)] = Setting(200 ether, 0, 2000 ether);
        s[uint256(Parameter.VerifierBond)] = Setting(10 ether, 1 ether, 10_000 ether);
        s[uint256(Parameter.RewardPerGas)] = Setting(1 gwei, 0, 1 gwei);
        s[uint256(Parameter.ProducerShare)] = Setting(5000, 0, 9000);
        s[uint256(Parameter.SubmissionShare)] = Setting(500, 0, 1000);
    }
}
