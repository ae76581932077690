// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPayouts} from "../payments/IPayouts.sol";

/// @dev Signatures of the peer network over one EIP-712 hash.
/// @param signers One bit for each seat that signed, seat 0 being the lowest.
/// @param signatures One 64-byte ERC-2098 signature for each bit, in ascending order of seats.
struct Certificate {
    uint128 signers;
    bytes signatures;
}

/// @dev The rotation that is under way.
/// @param number Counts rotations.
/// @param startedAt When it began, in seconds.
/// @param transactions Transactions in certified batches of the current sequencer since.
/// @param sequencer Owner of the current sequencer; zero while nobody is active.
struct Term {
    uint32 number;
    uint32 transactions;
    uint32 startedAt;
    address sequencer;
}

/// @dev Where a sequencer stands.
enum SequencerStatus {
    None,
    Active,
    /// Left or kicked: it signs no more, and its stake stays liable until it withdraws.
    Leaving
}

/// @dev A sequencer, known by the address that owns its stake.
/// @param status Where it stands.
/// @param seat Its bit in certificates.
/// @param stake Locked METIS, in wei.
/// @param key The key that signs blocks and batches.
/// @param previousKey The key before, whose signatures count until `keyChangedAt` plus the key overlap.
/// @param keyChangedAt When the key was last changed, in seconds.
/// @param recipient Where rewards go.
/// @param leavesAt When the stake may leave at the earliest, in seconds; zero while active.
/// @param liableBelow Batches below this index may carry its signature; zero while active.
struct Sequencer {
    SequencerStatus status;
    uint8 seat;
    uint96 stake;
    address key;
    address previousKey;
    uint40 keyChangedAt;
    address recipient;
    uint40 leavesAt;
    uint64 liableBelow;
}

/// @title Sequencer set
/// @notice Who sequences: stake, keys, certificates, rotation, rewards and punishment. Money that leaves (METIS)
/// is credited and claimed, never pushed. Locked stake keeps its votes.
interface ISequencerSet is IPayouts {
    /// @notice A sequencer took a seat and locked its stake, in wei.
    event SequencerJoined(address indexed sequencer, uint8 seat, address key, address recipient, uint256 stake);
    /// @notice A sequencer added `amount` to its stake, which is `stake` now, in wei.
    event StakeAdded(address indexed sequencer, uint256 amount, uint256 stake);
    /// @notice A sequencer signs with another key.
    event KeyRotated(address indexed sequencer, address indexed key, address indexed previousKey);
    /// @notice A sequencer's rewards go to another account.
    event RecipientChanged(address indexed sequencer, address recipient);
    /// @notice The sequencer signs no more; its stake stays liable.
    /// @param leavesAt When the stake may be withdrawn at the earliest, in seconds.
    /// @param liableBelow The stake answers for batches below this index until they are final or gone.
    event SequencerLeft(address indexed sequencer, uint256 leavesAt, uint64 liableBelow);
    /// @notice A sequencer's stake was released and its seat is free.
    event StakeWithdrawn(address indexed sequencer, uint256 amount);
    /// @notice Part of a stake was taken (steps 11.11, 3.3.6a.1).
    event SequencerSlashed(address indexed sequencer, uint256 amount, uint256 bounty, uint256 treasury, uint256 burned);
    /// @notice The treasury got its share of what was slashed, and the rest was burned.
    event SlashDistributed(uint256 treasury, uint256 burned);
    /// @notice A sequencer's votes are in line with its stake.
    event SequencerSettled(address indexed sequencer);
    /// @notice A sequencer was removed (steps 11.12, 11.10.3.1, 3.3.1, 3.3.8).
    event SequencerKicked(address indexed sequencer);
    /// @notice Another sequencer is the current one (steps 11.15, 11.10.3.3, 3.3.9).
    event SequencerRotated(uint32 indexed term, address indexed sequencer, address indexed previous);
    /// @notice A final batch was rewarded (Q4).
    event BatchRewarded(address indexed sequencer, uint256 producerReward, uint256 signersReward);
    /// @notice The pool that batch rewards are paid from grew, in wei.
    event RewardsFunded(address indexed from, uint256 amount);

    /// @notice The caller may not call this.
    error SequencerUnauthorized(address caller);
    /// @notice No sequencer has this owner.
    error SequencerUnknown(address sequencer);
    /// @notice The sequencer left or was kicked.
    error SequencerNotActive(address sequencer);
    /// @notice Only a sequencer that left, or was kicked, withdraws.
    error SequencerStillActive(address sequencer);
    /// @notice A share is at most 10,000 basis points.
    error SequencerSlashTooLarge(uint256 share, uint256 limit);
    /// @notice The owner has a seat, perhaps one that it is leaving.
    error SequencerAlreadyJoined(address sequencer);
    /// @notice Key or recipient is the zero address.
    error SequencerInvalidAddress(string field);
    /// @notice The key belongs, or belonged, to a sequencer.
    error SequencerKeyTaken(address key);
    /// @notice The stake is below the minimum, in wei.
    error SequencerLockTooSmall(uint256 amount, uint256 minimum);
    /// @notice The votes are in line with the stake, and nothing waits to be distributed.
    error SequencerNothingToSettle(address sequencer);
    /// @notice All seats are taken.
    error SequencerNoSeat();
    /// @notice The stake answers for batches that are not final, or the delay has not passed.
    error SequencerStillLiable(uint256 leavesAt, uint64 liableBelow, uint64 finalised);
    /// @notice Bit `seat` of the certificate is set, but no active sequencer holds that seat.
    error CertificateUnknownSeat(uint8 seat);
    /// @notice The signature for this seat was made by another key.
    error CertificateWrongSigner(uint8 seat, address recovered);
    /// @notice The signatures are not 64 bytes for each signer.
    error CertificateWrongLength(uint256 length, uint256 expected);
    /// @notice The sequencer that answers for the batch did not sign it.
    error CertificateWithoutSequencer(address sequencer);
    /// @notice Less than two thirds of the stake signed.
    error CertificateBelowQuorum(uint256 stake, uint256 total);
    /// @notice The current term has not lasted long enough.
    error RotationTooEarly(uint256 value, uint256 required);
    /// @notice The silence that was certified is not that of the current term.
    error RotationWrongTerm(uint32 term, uint32 expected);

    /// @notice Locks METIS and takes a seat (Q4). The caller owns the stake.
    /// @param key Signs blocks and batches; no key serves twice.
    /// @param recipient Where rewards go.
    /// @param amount Stake in wei, at least the minimum; must be approved.
    function join(address key, address recipient, uint96 amount) external;

    /// @notice Adds to the caller's stake, in wei; must be approved.
    function topUp(uint96 amount) external;

    /// @notice Replaces the caller's key. The old key's signatures count for `KEY_OVERLAP` seconds more, and the stake
    /// answers for everything either key signed.
    function rotateKey(address key) external;

    /// @notice Changes where the caller's rewards go.
    function setRecipient(address recipient) external;

    /// @notice Stops sequencing; the stake stays liable until `withdraw`.
    function resign() external;

    /// @notice Releases the stake of a sequencer that left: after the delay, and after every batch that it can have
    /// signed is final or gone. Anyone may call; the owner is credited.
    function withdraw(address sequencer) external;

    /// @notice Rotates after the agreed number of transactions. Anyone may call.
    function rotate() external;

    /// @notice Rotates because the peer network certifies that the current sequencer was silent (S2, 3.3.9).
    /// @param term The term the certificate speaks of.
    /// @param certificate Signatures over `Silence(uint32 term,address sequencer)`.
    function rotateSilent(uint32 term, Certificate calldata certificate) external;

    /// @notice Adds to the pool that batch rewards are paid from, in wei; must be approved.
    function fundRewards(uint256 amount) external;

    /// @notice Does what a verdict leaves for later to stay cheap: brings a sequencer's votes in line with its stake,
    /// sends the treasury its share of everything slashed, and burns the rest. Anyone may call.
    function settle(address sequencer) external;

    /// @notice Kicks a sequencer and slashes part of its stake, in basis points. Governance only (3.3.1, 3.3.8,
    /// 11.10.3.1).
    function kick(address sequencer, uint16 slashShare) external;

    /// @notice Checks a certificate over a batch and counts its transactions to the term. Inbox only.
    /// @param headerHash EIP-712 struct hash of the header.
    /// @param sequencer The header's sequencer; must be among the signers.
    /// @param transactions Transactions of the batch; count only where `sequencer` is the current one.
    function attest(
        bytes32 headerHash,
        address sequencer,
        uint32 transactions,
        Certificate calldata certificate
    ) external;

    /// @notice Credits the rewards of a final batch: a share to its sequencer, the rest to its signers by stake. Inbox
    /// only.
    /// @param signers Seats that signed its certificate; zero for a batch that nobody certified.
    /// @param gasUsed L2 gas of the batch.
    function reward(address sequencer, uint128 signers, uint64 gasUsed) external;

    /// @notice Slashes and kicks the sequencer of a wrong batch, rotates where it was the current one, and slashes a
    /// share of the stake of those who certified the batch. Disputes only (steps 11.11 to 11.15).
    /// @param signers Seats that signed what was proven wrong; zero where only the sequencer is at fault.
    /// @param claimant The account that is credited the bounty.
    function punish(address sequencer, uint128 signers, address claimant) external;

    /// @notice What slashing took and `settle` will send to the treasury or burn, in wei.
    function undistributed() external view returns (uint256 toTreasury, uint256 toBurn);

    /// @notice What is known of a sequencer.
    function sequencerOf(address owner) external view returns (Sequencer memory);

    /// @notice The owner at a seat; zero where it is free.
    function ownerAt(uint8 seat) external view returns (address);

    /// @notice Whether `actor` may act for the sequencer: its owner or its present key.
    function speaksFor(address actor, address sequencer) external view returns (bool);

    /// @notice The rotation that is under way (step 5).
    function term() external view returns (Term memory);

    /// @notice The sequencer that a rotation would select now (step 5.2); zero where nobody has stake.
    function next() external view returns (address);

    /// @notice Stake of all active sequencers, in wei.
    function totalStake() external view returns (uint256);

    /// @notice Seats of all active sequencers, bit by bit.
    function activeSeats() external view returns (uint128);
}
