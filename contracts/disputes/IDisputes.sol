// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPayouts} from "../payments/IPayouts.sol";
import {IDataRequests} from "./IDataRequests.sol";
import {IFraudProofs} from "./IFraudProofs.sol";

/// @title Disputes
/// @notice Everything that settles a dispute between sequencers and verifiers on L1. Pays out ETH.
interface IDisputes is IDataRequests, IFraudProofs, IPayouts {
    /// @notice A batch was found wrong (steps 11.11 to 11.16).
    /// @param claimant The account that is credited the bounty.
    /// @param provenAgainstSigners Whether the signers of its certificate lose a share of their stake too.
    event BatchCondemned(bytes32 indexed headerHash, address indexed claimant, bool provenAgainstSigners);

    /// @notice Whether the system is in the insecure tx state (steps 11.7, 3.3.3; S1).
    function insecure() external view returns (bool);
}
