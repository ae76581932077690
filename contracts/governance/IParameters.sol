// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev What governance can change. Windows and delays are in seconds, shares in basis points. Storage holds three to a
/// word, so those that one call reads stand together.
enum Parameter {
    /// Time that a request for data leaves for its answer (step 11.6).
    RequestWindow,
    /// Least price of L1 gas in a request's fee, in wei per unit of gas.
    RequestFeeFloor,
    /// Part of what the answer costs on L1 (gas at the larger of base fee and floor) that a request pays.
    RequestFeeFactor,
    /// Time that a batch can be disputed in.
    ChallengeWindow,
    /// How long a term must have lasted before certified silence can end it (S2).
    RotationTimeout,
    /// Transactions after which anyone may rotate.
    RotationTransactions,
    /// Share of a slashed stake that goes to the claimant.
    SlashBounty,
    /// Share of a slashed stake that goes to the treasury; the rest is burned.
    SlashTreasury,
    /// Share of its stake that a signer of a wrong or unanswered batch loses.
    CosignerSlash,
    /// Smallest stake to join with, in wei of METIS.
    MinimumLock,
    /// Time between leaving and withdrawing, for sequencers and verifiers.
    UnbondingDelay,
    /// Most of a stake that a kick by vote takes.
    KickSlash,
    /// What somebody who answers in the sequencer's place is paid from its stake, in wei of METIS for an ether of the fee.
    AnswerPay,
    /// What a compensation may exceed the fee of its request by, in wei of ETH.
    GrantAllowance,
    /// What a compensation may pay beside, in wei of METIS.
    GrantAllowanceMetis,
    /// Reward of a final batch per unit of L2 gas, in wei of METIS.
    RewardPerGas,
    /// Share of that reward that goes to the batch's sequencer.
    ProducerShare,
    /// Share of that reward that goes, in halves, to who submitted the batch and who finalised it; the signers share
    /// the rest by stake.
    SubmissionShare,
    /// Bond of a verifier, in wei of METIS.
    VerifierBond
}

/// @dev A parameter with its bounds, which are fixed at deployment.
struct Setting {
    uint256 value;
    uint256 min;
    uint256 max;
}

/// @title Parameters
/// @notice Every number that governance can change, within bounds that it cannot.
interface IParameters {
    /// @notice A parameter has a new value.
    event ParameterChanged(Parameter indexed parameter, uint256 value, uint256 previous);

    /// @notice The value is outside of its bounds.
    error ParameterOutOfBounds(Parameter parameter, uint256 value, uint256 min, uint256 max);
    /// @notice The constructor needs one setting for each parameter.
    error ParameterCount(uint256 count, uint256 expected);
    /// @notice The bounds allow values of two parameters that contradict each other.
    error ParameterConflict(Parameter first, Parameter second);

    /// @notice The change would make users wait longer until they have left, or stakes until they are free.
    error ParameterLengthensExit(Parameter parameter, uint256 value, uint256 previous);

    /// @notice Changes a parameter within its bounds. Governance only; a grave proposal, since it can lengthen an exit.
    function set(Parameter parameter, uint256 value) external;

    /// @notice Changes a parameter within its bounds, unless that lengthens an exit. Governance only; an ordinary
    /// proposal.
    function adjust(Parameter parameter, uint256 value) external;

    /// @notice Whether this value would make users wait longer until they have left, or stakes until they are free: a
    /// larger challenge window, request window or unbonding delay. Reverts where the value is outside of its bounds.
    function lengthensExit(Parameter parameter, uint256 value) external view returns (bool);

    /// @notice The present value.
    function get(Parameter parameter) external view returns (uint256);

    /// @notice The present values of three parameters that share a word of storage: every third parameter begins one.
    /// @param first The first of them; from the middle of a word on zeros follow.
    function getThree(Parameter first) external view returns (uint256, uint256, uint256);

    /// @notice The present value and its bounds.
    function setting(Parameter parameter) external view returns (Setting memory);
}
