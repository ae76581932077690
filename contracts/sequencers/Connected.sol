// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IParameters, Parameter} from "../governance/IParameters.sol";
import {ILiability} from "./ILiability.sol";
import {ISequencerSet} from "./ISequencerSet.sol";

/// @title Connected
/// @notice The contracts around the sequencer set. Three of them may call what nobody else may.
abstract contract Connected is Ownable {
    /// @dev One, in basis points.
    uint256 internal constant SHARES = 10_000;

    /// @notice Minimum stake, delays and shares.
    IParameters public immutable parameters;
    /// @notice Receives its share of what is slashed.
    address public immutable treasury;
    address private immutable _deployer;
    /// @notice The chain of batches: it attests and rewards, and tells which batches a stake still answers for.
    address public inbox;
    /// @notice The contract that may punish.
    address public disputes;

    /// @dev Reverts unless the inbox calls.
    modifier onlyInbox() {
        if (msg.sender != inbox) revert ISequencerSet.SequencerUnauthorized(msg.sender);
        _;
    }

    /// @dev Reverts unless the disputes contract calls.
    modifier onlyDisputes() {
        if (msg.sender != disputes) revert ISequencerSet.SequencerUnauthorized(msg.sender);
        _;
    }

    constructor(IParameters parameters_, address treasury_, address timelock) Ownable(timelock) {
        parameters = parameters_;
        treasury = treasury_;
        _deployer = msg.sender;
    }

    /// @notice Names the inbox and the disputes contract, once; the deployer's only right.
    function connect(address inbox_, address disputes_) external {
        if (msg.sender != _deployer || inbox != address(0)) revert ISequencerSet.SequencerUnauthorized(msg.sender);
        inbox = inbox_;
        disputes = disputes_;
    }

    /// @dev A parameter's value.
    function _get(Parameter parameter) internal view returns (uint256) {
        return parameters.get(parameter);
    }

    /// @dev The head of the chain of batches.
    function _head() internal view returns (uint64) {
        return ILiability(inbox).head();
    }
}
