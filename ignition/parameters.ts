/** Names of the enum `Parameter` of `contracts/governance/IParameters.sol`, in its order. */
export const PARAMETERS = [
  "RequestWindow",
  "RequestFeeFloor",
  "RequestFeeFactor",
  "ChallengeWindow",
  "RotationTimeout",
  "RotationTransactions",
  "SlashBounty",
  "SlashTreasury",
  "CosignerSlash",
  "MinimumLock",
  "UnbondingDelay",
  "KickSlash",
  "AnswerPay",
  "GrantAllowance",
  "GrantAllowanceMetis",
  "RewardPerGas",
  "ProducerShare",
  "SubmissionShare",
  "VerifierBond",
] as const;

/** One number that governance can change. */
export type ParameterName = (typeof PARAMETERS)[number];

/** Its place in the enum, as contract calls take it. */
export const Parameter = Object.fromEntries(PARAMETERS.map((name, index) => [name, index])) as Record<
  ParameterName,
  number
>;

/** A number with its bounds: seconds, wei, basis points or transactions. */
export interface Setting {
  readonly value: bigint | number;
  readonly min: bigint | number;
  readonly max: bigint | number;
}

/**
 * A file of `ignition/parameters/`, read: what each module of `ignition/modules/` is deployed with. Whole numbers; those
 * beyond 2^53 are written as strings that end in `n`.
 */
export interface DeploymentParameters {
  readonly Governance: {
    /** METIS that are minted, in wei. */
    readonly supply: bigint;
    /** Receives them, and all votes with them. No file for a public network names anybody. */
    readonly holder?: string;
    /** How long kicks, bans and compensations wait after a vote, in seconds. */
    readonly shortDelay: Setting;
    /** How long everything else waits, in seconds. */
    readonly longDelay: Setting;
  } & Readonly<Record<ParameterName, Setting>>;
  readonly Rollup: {
    /** Chain id of the L2. */
    readonly chainId: number;
    /** Its base fee, in wei per gas. */
    readonly baseFee: bigint;
    /** Most gas of one of its transactions. */
    readonly gasLimit: number;
    /** Time of its genesis, in seconds. */
    readonly genesisTimestamp: number;
    /** State root of its genesis; `scripts/genesis.ts` writes it. */
    readonly genesisStateRoot: string;
  };
  readonly MetisL2: {
    /** From a proposal to the start of its vote, in seconds. */
    readonly votingDelay: number;
    /** How long a vote lasts, in seconds. */
    readonly votingPeriod: number;
    /** Votes that a proposer needs, in wei of METIS. */
    readonly proposalThreshold: bigint;
    /** Share of the votable supply that has to vote in favour, in percent; at least 4. */
    readonly quorumPercent: number;
    /** How long a grave proposal waits that less than a third of that supply is in favour of, in seconds. */
    readonly graveDelay: number;
    /** The bridge's vault, whose METIS does not vote; zero without a bridge. */
    readonly vault: string;
  };
}
