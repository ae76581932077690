// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {Setting} from "./IParameters.sol";
import {Tier} from "./Tier.sol";

/// @dev A function of a contract that is less than grave.
/// @param target The contract.
/// @param selector Its function.
/// @param tier How grave a call of it is.
struct KnownCall {
    address target;
    bytes4 selector;
    Tier tier;
}

/// @title Timelock
/// @notice Owns the system. The calls of an operation decide how long it waits: the few that L1's record bounds wait for
/// the short delay, so that a vote ends before the stake or bond that it is about can leave; everything else waits for
/// the long one, in which users can leave. Both delays have bounds that no vote changes.
contract Timelock is TimelockController {
    /// @notice Bounds of the short delay, in seconds.
    uint256 public immutable minShortDelay;
    uint256 public immutable maxShortDelay;
    /// @notice Bounds of the long delay, in seconds.
    uint256 public immutable minLongDelay;
    uint256 public immutable maxLongDelay;
    /// @notice The present long delay, in seconds; the short one is `getMinDelay`.
    uint256 public longDelay;
    /// @notice Whether the calls that are less than grave are named, once and for all.
    bool public connected;
    mapping(address target => mapping(bytes4 selector => Tier)) private _tiers;

    /// @notice The long delay changed, in seconds.
    event LongDelayChange(uint256 oldDelay, uint256 newDelay);
    /// @notice Calls of this function have this tier.
    event CallNamed(address indexed target, bytes4 indexed selector, Tier tier);

    /// @notice A delay is outside of its bounds.
    error TimelockDelayOutOfBounds(uint256 delay, uint256 min, uint256 max);
    /// @notice The short delay needs a least value, and must always be shorter than the long one.
    error TimelockDelaysOverlap(uint256 minShort, uint256 maxShort, uint256 minLong);
    /// @notice The calls are named already.
    error TimelockConnected();

    /// @dev Nobody proposes until the admin says who; anyone executes what has waited long enough.
    /// @param short The short delay and its bounds, in seconds.
    /// @param long The long delay and its bounds, in seconds.
    /// @param admin Names the calls that are less than grave, appoints the governor, and then renounces.
    constructor(
        Setting memory short,
        Setting memory long,
        address admin
    ) TimelockController(short.value, new address[](0), _anyone(), admin) {
        if (short.min == 0 || short.max >= long.min) revert TimelockDelaysOverlap(short.min, short.max, long.min);
        _requireBounded(short.value, short.min, short.max);
        _requireBounded(long.value, long.min, long.max);
        (minShortDelay, maxShortDelay) = (short.min, short.max);
        (minLongDelay, maxLongDelay) = (long.min, long.max);
        longDelay = long.value;
        emit LongDelayChange(0, long.value);
    }

    /// @notice Names the calls that are less than grave, once. The admin only.
    function connect(KnownCall[] calldata calls) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (connected) revert TimelockConnected();
        connected = true;
        for (uint256 i = 0; i < calls.length; ++i) {
            KnownCall calldata call = calls[i];
            _tiers[call.target][call.selector] = call.tier;
            emit CallNamed(call.target, call.selector, call.tier);
        }
    }

    /// @notice Changes the long delay within its bounds, in seconds. The timelock itself only.
    function updateLongDelay(uint256 newDelay) external {
        if (msg.sender != address(this)) revert TimelockUnauthorizedCaller(msg.sender);
        _requireBounded(newDelay, minLongDelay, maxLongDelay);
        emit LongDelayChange(longDelay, newDelay);
        longDelay = newDelay;
    }

    /// @notice Changes the short delay within its bounds, in seconds. The timelock itself only.
    function updateDelay(uint256 newDelay) public override {
        _requireBounded(newDelay, minShortDelay, maxShortDelay);
        super.updateDelay(newDelay);
    }

    /// @inheritdoc TimelockController
    function schedule(
        address target,
        uint256 value,
        bytes calldata data,
        bytes32 predecessor,
        bytes32 salt,
        uint256 delay
    ) public override {
        _requireDelay(delay, tierOfCall(target, value, bytes4(data)));
        super.schedule(target, value, data, predecessor, salt, delay);
    }

    /// @inheritdoc TimelockController
    function scheduleBatch(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads,
        bytes32 predecessor,
        bytes32 salt,
        uint256 delay
    ) public override {
        _requireDelay(delay, tierOf(targets, values, payloads));
        super.scheduleBatch(targets, values, payloads, predecessor, salt, delay);
    }

    /// @notice The tier of the gravest of these calls. Lists that are empty, or not equally long, are grave.
    /// @param values ETH sent along, in wei.
    function tierOf(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads
    ) public view returns (Tier tier) {
        if (targets.length == 0 || targets.length != values.length || targets.length != payloads.length) {
            return Tier.Grave;
        }
        tier = Tier.Swift;
        for (uint256 i = 0; i < targets.length; ++i) {
            Tier call = tierOfCall(targets[i], values[i], bytes4(payloads[i]));
            if (call < tier) tier = call;
        }
    }

    /// @notice The tier of a call; grave unless it was named, and with any ETH.
    function tierOfCall(address target, uint256 value, bytes4 selector) public view returns (Tier) {
        return value == 0 ? _tiers[target][selector] : Tier.Grave;
    }

    function _requireDelay(uint256 delay, Tier tier) private view {
        uint256 least = _delayOf(tier);
        if (delay < least) revert TimelockInsufficientDelay(delay, least);
    }

    function _delayOf(Tier tier) private view returns (uint256) {
        return tier == Tier.Swift ? getMinDelay() : longDelay;
    }

    function _requireBounded(uint256 delay, uint256 min, uint256 max) private pure {
        if (delay < min || delay > max) revert TimelockDelayOutOfBounds(delay, min, max);
    }

    /// @dev A role that the zero address has is everyone's.
    function _anyone() private pure returns (address[] memory executors) {
        executors = new address[](1);
    }
}
