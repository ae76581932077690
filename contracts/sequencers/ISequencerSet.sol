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
/// @param transactions Transactions in certified batches of the current sequencer since.
/// @param startedAt When it began, in seconds.
/// @param sequencer Owner of the current sequencer; zero while nobody is active.
struct Term {
    uint32 number;
    uint32 transactions;
    uint32 startedAt;
    address sequencer;
}

/// @dev Who counts in a term: fixed when it begins, and kept for ever.
/// @param active Seats whose signatures count, bit by bit.
/// @param weight The sum of their weights.
/// @param head The head of the chain of batches when the term began.
struct Roster {
    uint128 active;
    uint64 weight;
    uint64 head;
}

/// @dev Who holds a seat in a term.
/// @param key The key that signs blocks and batches.
/// @param weight Stake in whole gwei of METIS.
/// @param since The first term in which this holds.
struct Seat {
    address key;
    uint64 weight;
    uint32 since;
}

/// @dev Where a sequencer stands.
enum SequencerStatus {
    None,
    Active,
    /// Left, evicted or kicked: it signs no more after the term under way, and its stake stays liable until it withdraws.
    Leaving
}

/// @dev A sequencer, known by the address that owns its stake.
/// @param status Where it stands.
/// @param seat Its bit in certificates; that of its last seat once it left.
/// @param stake Locked METIS, in wei.
/// @param key Its newest key, which counts from the next term on where it was rotated in this one.
/// @param recipient Where rewards go.
/// @param leavesAt When the stake may leave at the earliest, in seconds; zero while active.
/// @param lastTerm The last term in which its signatures count; zero while active.
/// @param punishedEpoch One more than the last epoch for which it lost a cosigner's share; zero if none.
/// @param barred Whether L1 refuses its headers: it was kicked, or slashed below the minimum stake.
struct Sequencer {
    SequencerStatus status;
    uint8 seat;
    uint96 stake;
    address key;
    address recipient;
    uint40 leavesAt;
    uint32 lastTerm;
    uint32 punishedEpoch;
    bool barred;
}

/// @dev What a final batch pays for.
/// @param sequencer Owner of the sequencer that made it.
/// @param term The term that its signers' seats are of.
/// @param signers Seats that signed it, those added later among them.
/// @param gasUsed L2 gas of the batch.
/// @param baseFee Its base fee, in wei; a batch earns no more than the base fees that it paid in.
/// @param submitter Who submitted it.
struct Work {
    address sequencer;
    uint32 term;
    uint128 signers;
    uint64 gasUsed;
    uint64 baseFee;
    address submitter;
}

/// @dev What a verdict is about.
/// @param headerHash Hash of the wrong header.
/// @param sequencer The header's sequencer, which loses all.
/// @param epoch The header's epoch: a cosigner loses its share once for each.
/// @param term The header's term, which the signers' seats are of.
/// @param signers Seats that signed the header.
/// @param claimant Who is credited the bounty, unless somebody who committed to a proof before proves it too.
/// @param commitment What the claimant committed to, opened by its proof; zero if nothing.
/// @param restarts Whether the head moved back, so that a new term begins.
struct Verdict {
    bytes32 headerHash;
    address sequencer;
    uint32 epoch;
    uint32 term;
    uint128 signers;
    address claimant;
    bytes32 commitment;
    bool restarts;
}

/// @title Sequencer set
/// @notice Who sequences: stake, keys, certificates, rotation, rewards and punishment. Money that leaves (METIS)
/// is credited and claimed, never pushed. Locked stake keeps its votes.
///
/// What counts in certificates and draws changes with the term only: a stake, key or seat that changes counts from the
/// next term on. So a certificate that is under way stays what it was when it was signed.
interface ISequencerSet is IPayouts {
    /// @notice A sequencer took a seat, which counts from the next term on, and locked its stake, in wei.
    event SequencerJoined(address indexed sequencer, uint8 seat, address key, address recipient, uint256 stake);
    /// @notice A sequencer added `amount` to its stake, which is `stake` now, in wei.
    event StakeAdded(address indexed sequencer, uint256 amount, uint256 stake);
    /// @notice A sequencer signs with another key from the next term on.
    event KeyRotated(address indexed sequencer, address indexed key);
    /// @notice A sequencer's rewards go to another account.
    event RecipientChanged(address indexed sequencer, address recipient);
    /// @notice The sequencer signs no more after term `lastTerm`; its stake stays liable.
    /// @param leavesAt When the stake may be withdrawn at the earliest, in seconds.
    event SequencerLeft(address indexed sequencer, uint256 leavesAt, uint32 lastTerm);
    /// @notice A larger stake took the seat of the smallest one.
    event SequencerEvicted(address indexed sequencer, address indexed by, uint8 seat);
    /// @notice A sequencer's stake was released.
    event StakeWithdrawn(address indexed sequencer, uint256 amount);
    /// @notice Part of a stake was taken (steps 11.11, 3.3.6a.1).
    event SequencerSlashed(address indexed sequencer, uint256 amount, uint256 bounty, uint256 treasury, uint256 burned);
    /// @notice A sequencer paid for an answer that it owed and another gave, in wei.
    event AnswerRepaid(address indexed sequencer, address indexed answerer, uint256 amount);
    /// @notice The treasury got its share of what was slashed, and the rest was burned.
    event SlashDistributed(uint256 treasury, uint256 burned);
    /// @notice A sequencer's votes are in line with its stake.
    event SequencerSettled(address indexed sequencer);
    /// @notice A sequencer was removed, and L1 takes none of its headers any more (steps 11.12, 11.10.3.1, 3.3.1, 3.3.8).
    event SequencerKicked(address indexed sequencer);
    /// @notice Two thirds of the stake certified that a term's sequencer was silent, which ends the term (3.3.7).
    event SilenceCertified(uint32 indexed term, address indexed sequencer);
    /// @notice A term began (steps 11.15, 11.10.3.3, 3.3.9 where its sequencer is another).
    event SequencerRotated(uint32 indexed term, address indexed sequencer, address indexed previous);
    /// @notice Final batches were rewarded (Q4), in wei.
    event BatchesRewarded(uint256 batches, uint256 paid);
    /// @notice The pool that batch rewards are paid from grew, in wei.
    event RewardsFunded(address indexed from, uint256 amount);
    /// @notice A verdict set a bounty aside, in wei. It is paid after `COMMIT_WINDOW`, to the claimant or to who proves
    /// the header wrong meanwhile and had committed to that before.
    event BountySet(bytes32 indexed headerHash, address indexed claimant, uint256 amount);
    /// @notice Who had committed to a proof earlier than the last claimant takes the bounty.
    event BountyTaken(bytes32 indexed headerHash, address indexed claimant);
    /// @notice A bounty was credited, in wei.
    event BountyPaid(bytes32 indexed headerHash, address indexed claimant, uint256 amount);
    /// @notice Somebody committed to a proof.
    event ProofCommitted(bytes32 indexed commitment);

    /// @notice The caller may not call this.
    error SequencerUnauthorized(address caller);
    /// @notice No sequencer has this owner.
    error SequencerUnknown(address sequencer);
    /// @notice The sequencer left or was kicked, or fell below the minimum stake.
    error SequencerNotActive(address sequencer);
    /// @notice Only a sequencer that left, or was kicked, withdraws.
    error SequencerStillActive(address sequencer);
    /// @notice A kick by vote takes at most this share, in basis points.
    error SequencerSlashTooLarge(uint256 share, uint256 limit);
    /// @notice The kicks by vote of `KICK_PERIOD` together concern more stake than they may, in wei.
    error SequencerKicksTooMuch(uint256 stake, uint256 limit);
    /// @notice The owner has a stake here, perhaps one that it is leaving with.
    error SequencerAlreadyJoined(address sequencer);
    /// @notice Key or recipient is the zero address.
    error SequencerInvalidAddress(string field);
    /// @notice The key belongs, or belonged, to a sequencer.
    error SequencerKeyTaken(address key);
    /// @notice The signature does not prove possession of the key.
    /// @param recovered Whose signature it is.
    error SequencerKeyNotOwned(address key, address recovered);
    /// @notice The stake is below the minimum, in wei.
    error SequencerLockTooSmall(uint256 amount, uint256 minimum);
    /// @notice The votes are in line with the stake, and nothing waits to be distributed.
    error SequencerNothingToSettle(address sequencer);
    /// @notice All seats are taken, and the stake is not a tenth larger than the smallest one.
    /// @param required The stake that takes a seat, in wei.
    error SequencerNoSeat(uint256 amount, uint256 required);
    /// @notice The stake answers for signatures that still count or for batches that are not final, or the delay has not
    /// passed.
    error SequencerStillLiable(uint256 leavesAt, uint32 lastTerm, uint32 term);
    /// @notice The same, for batches: those below `liableBelow` are not all final.
    error SequencerBatchesPending(uint64 liableBelow, uint64 finalised);
    /// @notice The term's certificates do not count any more, or not yet.
    error CertificateWrongTerm(uint32 term, uint32 current);
    /// @notice Bit `seat` of the certificate is set, but nobody held that seat in the term.
    error CertificateUnknownSeat(uint8 seat);
    /// @notice The signature for this seat was made by another key.
    error CertificateWrongSigner(uint8 seat, address recovered);
    /// @notice The signatures are not 64 bytes for each signer.
    error CertificateWrongLength(uint256 length, uint256 expected);
    /// @notice The sequencer that answers for the batch did not sign it.
    error CertificateWithoutSequencer(address sequencer);
    /// @notice Less than two thirds of the term's stake signed.
    error CertificateBelowQuorum(uint256 weight, uint256 total);
    /// @notice The current term has not lasted long enough.
    error RotationTooEarly(uint256 value, uint256 required);
    /// @notice The silence that was certified is not that of the current term.
    error RotationWrongTerm(uint32 term, uint32 expected);
    /// @notice No bounty waits for this header.
    error BountyUnknown(bytes32 headerHash);
    /// @notice The bounty is paid later.
    /// @param payableAt In seconds.
    error BountyTooEarly(uint256 payableAt);

    /// @notice Locks METIS and takes a seat from the next term on (Q4). The caller owns the stake. Where no seat is free
    /// and the stake is larger by a tenth than the smallest one, it takes that one's seat.
    /// @param key Signs blocks and batches; no key serves twice.
    /// @param recipient Where rewards go.
    /// @param amount Stake in wei, at least the minimum; must be approved.
    /// @param possession 64-byte ERC-2098 signature of `key` over `Possession(address owner,address key)`.
    function join(address key, address recipient, uint96 amount, bytes calldata possession) external;

    /// @notice Adds to the caller's stake, in wei; must be approved. Counts from the next term on.
    function topUp(uint96 amount) external;

    /// @notice Replaces the caller's key from the next term on. The stake answers for everything either key signed.
    /// @param possession 64-byte ERC-2098 signature of `key` over `Possession(address owner,address key)`.
    function rotateKey(address key, bytes calldata possession) external;

    /// @notice Changes where the caller's rewards go.
    function setRecipient(address recipient) external;

    /// @notice Stops sequencing; signatures count to the end of the term, and the stake stays liable until `withdraw`.
    function resign() external;

    /// @notice Releases the stake of a sequencer that left: after the delay, after its last signature can no longer be
    /// submitted, and after every batch that carries one is final or gone. Anyone may call; the owner is credited.
    function withdraw(address sequencer) external;

    /// @notice Begins the next term: after the agreed number of transactions, two blocks after the term began or later;
    /// when the term is older than `TERM_LIMIT`; or, before the first batch, when other seats wait to count. Anyone may
    /// call.
    function rotate() external;

    /// @notice Rotates because the peer network certifies that the current sequencer was silent (S2, 3.3.9).
    /// @param term The term the certificate speaks of.
    /// @param certificate Signatures over `Silence(uint32 term,address sequencer)`.
    function rotateSilent(uint32 term, Certificate calldata certificate) external;

    /// @notice Fixes the draw of the next sequencer by a block that came after the rotation. Anyone may call; a
    /// certified batch and a rotation do it by the way. Does nothing where it is fixed, or cannot be fixed yet.
    function draw() external;

    /// @notice Adds to the pool that batch rewards are paid from, in wei; must be approved.
    function fundRewards(uint256 amount) external;

    /// @notice Does what a verdict leaves for later to stay cheap: brings a sequencer's votes, and its weight from the next
    /// term on, in line with its stake, sends the treasury its share of everything slashed, and burns the rest. Anyone may
    /// call.
    function settle(address sequencer) external;

    /// @notice Commits to a proof that will be sent some blocks later, so that whoever copies it takes no bounty.
    /// A commitment counts from `COMMIT_DELAY` on before the verdict. Of several the oldest gets the bounty, if its proof
    /// is on L1 within `COMMIT_WINDOW` after the first one: whoever was copied sends its own all the same.
    /// @param commitment `keccak256(abi.encode(headerHash, finding, committer, salt))`, where the finding says what is
    /// wrong (`IDisputes.check`): nobody commits to what it has not found.
    function commitProof(bytes32 commitment) external;

    /// @notice Credits a bounty once the time to take it is over. Anyone may call.
    function payBounty(bytes32 headerHash) external;

    /// @notice Kicks a sequencer, also one that is leaving, and slashes part of its stake, in basis points: once, and at
    /// most `KickSlash`. Kicks of `KICK_PERIOD` together take at most a tenth of the active stake, and concern at most a
    /// tenth of it unless there is only one. Governance only (3.3.1, 3.3.8, 11.10.3.1).
    function kick(address sequencer, uint16 slashShare) external;

    /// @notice Checks a certificate over a batch and counts its transactions to the term. Inbox only. Reverts unless
    /// the term is the current one or the one before, and the sequencer is among the signers and not barred.
    /// @param headerHash EIP-712 struct hash of the header.
    /// @param sequencer The header's sequencer.
    /// @param term The header's term.
    /// @param transactions Transactions of the batch; count only where `sequencer` is the current one.
    function attest(
        bytes32 headerHash,
        address sequencer,
        uint32 term,
        uint32 transactions,
        Certificate calldata certificate
    ) external;

    /// @notice Credits the rewards of final batches: shares to who submitted and finalised, a share to the sequencer,
    /// the rest to the signers by weight. Inbox only.
    /// @param finaliser Who called.
    function reward(Work[] calldata work, address finaliser) external;

    /// @notice Slashes and kicks the sequencer of a wrong header, once for each header, slashes a share of the stake of
    /// those who signed it, once for each of them and epoch, and begins a new term where the head moved back or the sequencer was the current one (steps 11.11 to 11.15).
    /// Disputes only.
    function punish(Verdict calldata verdict) external;

    /// @notice Pays an answerer out of the stake of the sequencer that owed the answer. Disputes only.
    /// @param amount In wei; what exceeds the stake is not paid.
    function repay(address sequencer, address answerer, uint256 amount) external;

    /// @notice Reverts unless the certificate is by seats of the term, over this hash.
    /// @param quorum Whether they must hold two thirds of the term's weight, the sequencer among them.
    function requireCertificate(
        bytes32 headerHash,
        address sequencer,
        uint32 term,
        Certificate calldata certificate,
        bool quorum
    ) external view;

    /// @notice What slashing took and `settle` will send to the treasury or burn, in wei.
    function undistributed() external view returns (uint256 toTreasury, uint256 toBurn);

    /// @notice What is known of a sequencer.
    function sequencerOf(address owner) external view returns (Sequencer memory);

    /// @notice Whose key this is, or was; zero for a key that nobody registered.
    function ownerOf(address key) external view returns (address);

    /// @notice Who held a seat in a term; zeroes where nobody did. For the next term: who holds it as of now.
    function seatAt(uint8 seat, uint32 term) external view returns (Seat memory);

    /// @notice Who counts in a term. For the next term: as of now.
    function rosterOf(uint32 term) external view returns (Roster memory);

    /// @notice Whether `actor` may act for the sequencer: its owner or its newest key.
    function speaksFor(address actor, address sequencer) external view returns (bool);

    /// @notice The rotation that is under way (step 5).
    function term() external view returns (Term memory);

    /// @notice The sequencer that a rotation would select (step 5.2); zero until the block that decides the draw
    /// is there, or where nobody has stake.
    function next() external view returns (address);

    /// @notice Stake of all active sequencers, in wei.
    function totalStake() external view returns (uint256);

    /// @notice A bounty that waits: for whom, how much in wei, and from when on it is paid, in seconds.
    function bountyOf(bytes32 headerHash) external view returns (address claimant, uint256 amount, uint256 payableAt);
}
