// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IParameters, Parameter, Setting} from "./IParameters.sol";

/// @title Parameters
/// @notice The numbers of the system, owned by the timelock. Bounds are checked against each other once, at deployment:
/// no sequence of votes can bring two parameters into contradiction.
contract Parameters is IParameters, Ownable {
    /// @dev The part of a setting that never changes.
    struct Bounds {
        uint128 min;
        uint128 max;
    }

    uint256 private constant COUNT = uint256(type(Parameter).max) + 1;
    /// @dev Values that share a word. Neighbours in the enum are read together, and the second one then costs 100 gas.
    uint256 private constant PER_WORD = 3;
    /// @dev Bits of a value.
    uint256 private constant WIDTH = 80;
    /// @dev Fits `WIDTH`, and keeps every product of a parameter and a 64-bit number of a header far from overflow.
    uint256 private constant MAX_VALUE = type(uint80).max;
    /// @dev One, in basis points.
    uint256 private constant ONE = 10_000;
    /// @dev The most that bounty and treasury get of a slashed stake; at least a tenth is burned. So an offender who
    /// claims its own bounty still loses.
    uint256 private constant MAX_SLASH_KEPT = 9_000;
    /// @dev A vote is not proof: it takes half a stake at the most.
    uint256 private constant MAX_KICK_SLASH = 5_000;
    /// @dev Keeps every sum of a time and a window within 40 bits.
    uint256 private constant MAX_TIME = 3650 days;
    /// @dev 10,000 gwei.
    uint256 private constant MAX_GAS_PRICE = 1e13;
    /// @dev A request pays at least what its answer costs, and at most ten times that.
    uint256 private constant MAX_FEE_FACTOR = 100_000;
    /// @dev 0.0001 METIS per unit of gas: 1,680 METIS for the largest transaction that L1 takes.
    uint256 private constant MAX_ANSWER_PAY = 10_000 ether;
    /// @dev What the short delay can pay beyond the record, for each request.
    uint256 private constant MAX_ALLOWANCE = 1 ether;
    uint256 private constant MAX_ALLOWANCE_METIS = 2_000 ether;
    /// @dev The base fee of the L2: above it, a batch would earn more than its transactions burned.
    uint256 private constant MAX_REWARD = 1 gwei;

    mapping(uint256 word => uint256) private _values;
    mapping(Parameter parameter => Bounds) private _bounds;

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
            // Both fit: they are at most `MAX_VALUE`.
            _bounds[parameter] = Bounds(uint128(s.min), uint128(s.max));
            _store(parameter, s.value);
            emit ParameterChanged(parameter, s.value, 0);
        }

        // A request that is made as soon as a batch is submitted ends before that batch could be final.
        _requireAbove(settings, Parameter.ChallengeWindow, Parameter.RequestWindow);
        // A stake or bond stays at least until the requests that it is accused over are answered. How long votes take
        // after that, the governor checks.
        _requireAbove(settings, Parameter.UnbondingDelay, Parameter.RequestWindow);
        _requireTogether(settings, Parameter.SlashBounty, Parameter.SlashTreasury, MAX_SLASH_KEPT);
        _requireTogether(settings, Parameter.ProducerShare, Parameter.SubmissionShare, ONE);
    }

    /// @inheritdoc IParameters
    function set(Parameter parameter, uint256 value) external onlyOwner {
        _set(parameter, value);
    }

    /// @inheritdoc IParameters
    function adjust(Parameter parameter, uint256 value) external onlyOwner {
        if (lengthensExit(parameter, value)) revert ParameterLengthensExit(parameter, value, get(parameter));
        _set(parameter, value);
    }

    /// @inheritdoc IParameters
    function getThree(Parameter first) external view returns (uint256, uint256, uint256) {
        (uint256 word, uint256 shift) = _place(first);
        uint256 values = _values[word] >> shift;
        return (values & MAX_VALUE, (values >> WIDTH) & MAX_VALUE, (values >> (2 * WIDTH)) & MAX_VALUE);
    }

    /// @inheritdoc IParameters
    function setting(Parameter parameter) external view returns (Setting memory) {
        Bounds memory bounds = _bounds[parameter];
        return Setting({value: get(parameter), min: bounds.min, max: bounds.max});
    }

    /// @inheritdoc IParameters
    function get(Parameter parameter) public view returns (uint256) {
        (uint256 word, uint256 shift) = _place(parameter);
        return (_values[word] >> shift) & MAX_VALUE;
    }

    /// @inheritdoc IParameters
    function lengthensExit(Parameter parameter, uint256 value) public view returns (bool) {
        _requireBounded(parameter, value);
        return
            (parameter == Parameter.ChallengeWindow ||
                parameter == Parameter.RequestWindow ||
                parameter == Parameter.UnbondingDelay) && value > get(parameter);
    }

    function _set(Parameter parameter, uint256 value) private {
        _requireBounded(parameter, value);
        uint256 previous = get(parameter);
        _store(parameter, value);
        emit ParameterChanged(parameter, value, previous);
    }

    function _requireBounded(Parameter parameter, uint256 value) private view {
        Bounds memory bounds = _bounds[parameter];
        if (value < bounds.min || value > bounds.max) {
            revert ParameterOutOfBounds(parameter, value, bounds.min, bounds.max);
        }
    }

    /// @dev The value fits: its bounds do.
    function _store(Parameter parameter, uint256 value) private {
        (uint256 word, uint256 shift) = _place(parameter);
        _values[word] = (_values[word] & ~(MAX_VALUE << shift)) | (value << shift);
    }

    /// @dev The word of a value, and the bit in it that the value starts at.
    function _place(Parameter parameter) private pure returns (uint256 word, uint256 shift) {
        return (uint256(parameter) / PER_WORD, (uint256(parameter) % PER_WORD) * WIDTH);
    }

    /// @dev Reverts unless one parameter is always larger than another.
    function _requireAbove(Setting[] memory settings, Parameter larger, Parameter smaller) private pure {
        if (settings[uint256(larger)].min <= settings[uint256(smaller)].max) revert ParameterConflict(larger, smaller);
    }

    /// @dev Reverts unless two shares are never more together than this.
    function _requireTogether(Setting[] memory settings, Parameter first, Parameter second, uint256 most) private pure {
        if (settings[uint256(first)].max + settings[uint256(second)].max > most)
            revert ParameterConflict(first, second);
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
            parameter == Parameter.ProducerShare ||
            parameter == Parameter.SubmissionShare
        ) return (0, ONE);
        if (parameter == Parameter.KickSlash) return (0, MAX_KICK_SLASH);
        if (parameter == Parameter.RotationTransactions) return (1, type(uint32).max);
        if (parameter == Parameter.MinimumLock || parameter == Parameter.VerifierBond) return (1, MAX_VALUE);
        if (parameter == Parameter.RequestFeeFloor) return (1, MAX_GAS_PRICE);
        if (parameter == Parameter.RequestFeeFactor) return (ONE, MAX_FEE_FACTOR);
        if (parameter == Parameter.AnswerPay) return (0, MAX_ANSWER_PAY);
        if (parameter == Parameter.GrantAllowance) return (0, MAX_ALLOWANCE);
        if (parameter == Parameter.GrantAllowanceMetis) return (0, MAX_ALLOWANCE_METIS);
        return (0, MAX_REWARD);
    }
}
