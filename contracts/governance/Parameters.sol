// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IParameters, Parameter, Setting} from "./IParameters.sol";

/// @title Parameters
/// @notice The numbers of the system, owned by the timelock. Bounds are checked against each other once, at deployment:
/// no sequence of votes can bring two parameters into contradiction.
contract Parameters is IParameters, Ownable {
    uint256 private constant COUNT = uint256(type(Parameter).max) + 1;
    /// @dev One, in basis points.
    uint256 private constant ONE = 10_000;
    /// @dev The most that bounty and treasury get of a slashed stake; at least a tenth is burned. So an offender who
    /// claims its own bounty still loses.
    uint256 private constant MAX_SLASH_KEPT = 9_000;
    /// @dev Keeps every product of a parameter and a 64-bit number of a header far from overflow.
    uint256 private constant MAX_VALUE = type(uint96).max;
    /// @dev Keeps every sum of a time and a window within 40 bits.
    uint256 private constant MAX_TIME = 3650 days;

    mapping(Parameter parameter => Setting) private _settings;

    /// @param timelock Governance, the owner.
    /// @param settings One for each parameter, in the order of the enum.
    constructor(address timelock, Setting[] memory settings) Ownable(timelock) {
        if (settings.length != COUNT) revert ParameterCount(settings.length, COUNT);
        for (uint256 i = 0; i < COUNT; ++i) {
            Parameter parameter = Parameter(i);
            (uint256 least, uint256 most) = _limits(parameter);
            Setting memory s = settings[i];
            if (s.min < least) revert ParameterOutOfBounds(parameter, s.min, least, most);
            if (s.max > most) revert ParameterOutOfBounds(parameter, s.max, least, most);
            if (s.value < s.min || s.value > s.max) revert ParameterOutOfBounds(parameter, s.value, s.min, s.max);
            _settings[parameter] = s;
            emit ParameterChanged(parameter, s.value, 0);
        }

        // A batch that is requested just before it could finalise must not finalise while the request is open.
        if (_min(Parameter.ChallengeWindow) <= _max(Parameter.RequestWindow)) {
            revert ParameterConflict(Parameter.ChallengeWindow, Parameter.RequestWindow);
        }
        if (_max(Parameter.SlashBounty) + _max(Parameter.SlashTreasury) > MAX_SLASH_KEPT) {
            revert ParameterConflict(Parameter.SlashBounty, Parameter.SlashTreasury);
        }
    }

    /// @inheritdoc IParameters
    function set(Parameter parameter, uint256 value) external onlyOwner {
        Setting storage s = _settings[parameter];
        if (value < s.min || value > s.max) revert ParameterOutOfBounds(parameter, value, s.min, s.max);
        uint256 previous = s.value;
        s.value = value;
        emit ParameterChanged(parameter, value, previous);
    }

    /// @inheritdoc IParameters
    function get(Parameter parameter) external view returns (uint256) {
        return _settings[parameter].value;
    }

    /// @inheritdoc IParameters
    function setting(Parameter parameter) external view returns (Setting memory) {
        return _settings[parameter];
    }

    function _min(Parameter parameter) private view returns (uint256) {
        return _settings[parameter].min;
    }

    function _max(Parameter parameter) private view returns (uint256) {
        return _settings[parameter].max;
    }

    /// @dev The widest bounds that a deployment may give a parameter.
    function _limits(Parameter parameter) private pure returns (uint256 least, uint256 most) {
        if (
            parameter == Parameter.ChallengeWindow ||
            parameter == Parameter.RequestWindow ||
            parameter == Parameter.RotationTimeout ||
            parameter == Parameter.UnbondingDelay
        ) return (1, MAX_TIME);
        if (
            parameter == Parameter.SlashBounty ||
            parameter == Parameter.SlashTreasury ||
            parameter == Parameter.CosignerSlash ||
            parameter == Parameter.ProducerShare
        ) return (0, ONE);
        if (parameter == Parameter.RotationTransactions) return (1, type(uint32).max);
        if (parameter == Parameter.MinimumLock || parameter == Parameter.VerifierBond) return (1, MAX_VALUE);
        return (0, MAX_VALUE);
    }
}
