/** Every attack that was thought of: what it costs, what it gains at most, what it delays, and what it costs others. */
import { SMALLEST, dearest, heavy, requestFee, typicalGas, workTime, worstGas } from "./answers.ts";
import { ASSUMED, BATCH, DAY, type Scene, gasOf, leastStake, share } from "./scene.ts";

/** Amounts are in ETH and METIS, times in seconds. */
export interface Outcome {
  /** ETH that the attacker spends and does not get back: gas and fees. */
  readonly ether: number;
  /** METIS that it loses. */
  readonly metis?: number;
  /** METIS that it has to own meanwhile. */
  readonly locked?: number;
  /** The most that it gains, in ETH. */
  readonly gain?: number;
  /** How long others wait for finality, or for the next block. */
  readonly delay?: number;
  /** What it costs others, in ETH. */
  readonly damage?: number;
}

/** An attack. */
export interface Attack {
  /** Finding of the audit, or a name of its own. */
  readonly id: string;
  /** Who attacks, and how it goes. */
  readonly text: string;
  readonly compute: (scene: Scene) => Outcome;
}

const NOTHING: Outcome = { ether: 0 };

/** What the attacker is left with, in ETH: positive where the attack pays. */
export function profit({ ether, metis = 0, gain = 0 }: Outcome): number {
  return gain - ether - metis * ASSUMED.metis;
}

function call(scene: Scene, gas: number): number {
  return gas * scene.baseFee;
}

function request(scene: Scene): number {
  return call(scene, gasOf(scene, "request"));
}

/** METIS that L2 gas costs. */
function l2(scene: Scene, gas: number): number {
  return gas * scene.l2BaseFee;
}

/** Interest on METIS that are locked for some seconds, in METIS. */
function interest(metis: number, seconds: number): number {
  return (metis * ASSUMED.interest * seconds) / (365 * DAY);
}

/** METIS that two thirds of the seats lose over one header: one of them all, each other a share. */
export function forgery(scene: Scene): number {
  const signers = Math.ceil((2 * ASSUMED.seats) / 3);
  return leastStake(scene) * (1 + (signers - 1) * share(scene, "CosignerSlash"));
}

const FULL = heavy(BATCH.gas);

/** Attacks in the order of the table. */
export const ATTACKS: readonly Attack[] = [
  {
    id: "C1",
    text: "A user fills a block with the largest transactions, so that no batch can hold it. Blocks have limits below those of a batch; what does not fit waits.",
    compute: (scene) => ({ ether: 0, metis: l2(scene, 12 * (21_000 + 10 * 98_304)) }),
  },
  {
    id: "C2",
    text: "A holder of the proposal threshold proposes to kick everybody. Abstentions make no quorum: without a quorum in favour nothing passes. The METIS are locked for the vote only.",
    compute: (scene) => ({ ether: call(scene, 4 * ASSUMED.small), locked: scene.governance.threshold }),
  },
  {
    id: "H1",
    text: "An outsider requests a small batch whose data everybody has. It is answered within a minute, and the windows lose that minute.",
    compute: (scene) => ({
      ether: requestFee(scene, SMALLEST) + request(scene),
      delay: ASSUMED.reaction,
      damage: call(scene, typicalGas(scene, SMALLEST)),
    }),
  },
  {
    id: "H2",
    text: "The same for ten batches at once. Their requests are open at the same time, so the delay does not add up, and what lies before them finalises.",
    compute: (scene) => ({
      ether: 10 * (requestFee(scene, SMALLEST) + request(scene)),
      delay: 2 * ASSUMED.reaction,
      damage: 10 * call(scene, typicalGas(scene, SMALLEST)),
    }),
  },
  {
    id: "H3",
    text: "A sequencer has its own batch requested and answers with garbage, or not at all. Garbage proves nothing; the others answer in its place and are repaid from its stake.",
    compute: (scene) => ({
      ether: requestFee(scene, SMALLEST) + request(scene),
      metis: requestFee(scene, SMALLEST) * (scene.parameters.AnswerPay / 1e18),
      delay: scene.grace + ASSUMED.reaction,
    }),
  },
  {
    id: "H4",
    text: "Two thirds sign a false root, and its sequencer removes the header before it is proven false. The certificate is enough for a verdict, wherever the header is.",
    compute: (scene) => ({ ether: call(scene, gasOf(scene, "submit")), metis: forgery(scene) }),
  },
  {
    id: "H4, own proof",
    text: "The forger proves its own forgery, and takes the bounty out of its own stake.",
    compute: (scene) => ({
      ether: call(scene, gasOf(scene, "submit") + gasOf(scene, "fraudProof")),
      metis: forgery(scene),
      gain: leastStake(scene) * share(scene, "SlashBounty") * ASSUMED.metis,
    }),
  },
  {
    id: "H4, sacrifice",
    text: "The same with one seat of the least stake as the header's sequencer, and others' large stakes among the signers. The bounty is a share of the small stake alone; here without what the attacker's other seats lose.",
    compute: (scene) => ({
      ether: call(scene, gasOf(scene, "submit") + gasOf(scene, "fraudProof")),
      metis: leastStake(scene),
      gain: leastStake(scene) * share(scene, "SlashBounty") * ASSUMED.metis,
    }),
  },
  {
    id: "H4, withheld",
    text: "Two thirds certify a batch and give its data to nobody. Its window passes, it goes with all later ones, and all signers pay. The requester has its fee back.",
    compute: (scene) => ({
      ether: call(scene, gasOf(scene, "submit")),
      metis: forgery(scene),
      delay: scene.parameters.RequestWindow,
    }),
  },
  {
    id: "H5",
    text: 'An outsider fills two batches with transactions that are as dear on L1 as sequencers accept, and requests both. The deadlines leave L1 the time, at a tenth of its gas; the fee follows everyday use, so the answer costs many times the fee. Nobody gains as long as it is answered; "What the fee does not cover" says until when that is worth it.',
    compute: (scene) => ({
      ether: 2 * requestFee(scene, FULL) + 2 * request(scene),
      metis: l2(scene, 2 * BATCH.gas),
      delay: 2 * workTime(scene, FULL),
      damage: 2 * call(scene, worstGas(scene, FULL)),
    }),
  },
  {
    id: "H6",
    text: "A proposer of L1 gives up its block, so that another hash draws the next sequencer. What it can gain is the reward of one term's transfers. A stake that changes now counts in a later term.",
    compute: (scene) => ({
      ether: ASSUMED.block,
      gain:
        scene.parameters.RotationTransactions *
        21_000 *
        (scene.parameters.RewardPerGas / 1e18) *
        share(scene, "ProducerShare") *
        ASSUMED.metis,
    }),
  },
  {
    id: "H7",
    text: "Two thirds certify the dearest batch that L1 takes, withhold its data until the request, and answer it then. The verifier loses the fee; a vote can compensate it. Verifiers need this fee at hand.",
    compute: (scene) => {
      const header = dearest(scene, BATCH);
      return {
        ether: call(scene, typicalGas(scene, header)),
        delay: scene.parameters.RequestWindow,
        damage: requestFee(scene, header) + request(scene),
      };
    },
  },
  {
    id: "H8",
    text: "A verifier requests, bans itself by a vote and has a friend compensated. A quorum in favour has to agree, and then gets no more than fee and allowances, once for each request. The bond is lost.",
    compute: (scene) => {
      const { parameters, governance } = scene;
      const fee = requestFee(scene, SMALLEST);
      return {
        ether: fee + request(scene) + call(scene, 4 * ASSUMED.small),
        metis: parameters.VerifierBond / 1e18,
        locked: governance.supply * governance.quorum,
        gain: fee + parameters.GrantAllowance / 1e18 + (parameters.GrantAllowanceMetis / 1e18) * ASSUMED.metis,
      };
    },
  },
  {
    id: "M1",
    text: "Sixteen requests are to keep a sequencer from producing. It answers beside production, from accounts of its own.",
    compute: (scene) => ({
      ether: 16 * (requestFee(scene, SMALLEST) + request(scene)),
      delay: 2 * ASSUMED.reaction,
      damage: 16 * call(scene, typicalGas(scene, SMALLEST)),
    }),
  },
  {
    id: "M2",
    text: "A submitter leaves signers out of a certificate. Whoever has their signatures adds them; until the batch is final their rewards are not lost.",
    compute: (scene) => ({ ether: 0, damage: call(scene, 2 * ASSUMED.small) }),
  },
  {
    id: "M3, M4",
    text: "A signer changes its key, or keeps a certificate back. Keys and stakes are those of the term, and a certificate is void two terms later and after every rollback.",
    compute: (scene) => ({ ether: call(scene, gasOf(scene, "rotateKey")) }),
  },
  {
    id: "M5",
    text: "Somebody takes all 128 seats with least stakes. A stake that is a tenth larger takes a seat at the next rotation. What it costs is interest.",
    compute: (scene) => {
      const locked = 128 * leastStake(scene);
      return {
        ether: 128 * call(scene, gasOf(scene, "join")),
        metis: interest(locked, scene.parameters.UnbondingDelay),
        locked,
        delay: DAY,
      };
    },
  },
  {
    id: "M5, eviction",
    text: "Where all seats are taken, a newcomer evicts an honest sequencer of the least stake and leaves again. The stake that was evicted waits for its release like any other, or comes back larger.",
    compute: (scene) => {
      const locked = 1.1 * leastStake(scene);
      return {
        ether: call(scene, gasOf(scene, "join") + ASSUMED.small),
        metis: interest(locked, scene.parameters.UnbondingDelay),
        locked,
        damage: interest(leastStake(scene), scene.parameters.UnbondingDelay) * ASSUMED.metis,
      };
    },
  },
  {
    id: "M6",
    text: "A rival proposes what a verifier is about to propose, and cancels it. Proposals carry their proposer's suffix, so both exist.",
    compute: (scene) => ({ ether: call(scene, 4 * ASSUMED.small), locked: scene.governance.threshold }),
  },
  {
    id: "M7",
    text: "A rival checks one transition in front of every call of an answerer. Overlap reverts nothing; the rival pays more for a transition than the call that it meets. What it earns, in the sequencer's place, is the pay for work that is done.",
    compute: (scene) => ({
      ether: call(scene, typicalGas(scene, SMALLEST)),
      damage: call(scene, scene.answer.PER_TRANSACTION),
    }),
  },
  {
    id: "M8",
    text: "The current sequencer submits batches alone and keeps their data. Nothing that was certified waits for them; a certified batch takes the place as soon as the sequencer is rotated. If nobody does, the window ends it, and the stake is lost.",
    compute: (scene) => ({
      ether: call(scene, gasOf(scene, "submitUnattested")),
      delay: scene.parameters.RotationTimeout + ASSUMED.reaction,
    }),
  },
  {
    id: "M9",
    text: "A sequencer that also signs, submits and finalises sends a full batch to itself. It gets back at most RewardPerGas of the base fees that it burned.",
    compute: (scene) => ({
      ether: call(scene, gasOf(scene, "submit") + gasOf(scene, "finalise")),
      metis: l2(scene, BATCH.gas),
      gain: BATCH.gas * (scene.parameters.RewardPerGas / 1e18) * ASSUMED.metis,
    }),
  },
  {
    id: "M10",
    text: "Somebody finds a limit in which agents and L1 differ. The constants are read from the contracts and compared at the start; execution is compared by test. What remains is a fault, and no price helps against it.",
    compute: () => NOTHING,
  },
  {
    id: "L, keys",
    text: "A newcomer registers somebody else's key. It cannot prove possession.",
    compute: (scene) => ({ ether: call(scene, gasOf(scene, "join")) }),
  },
  {
    id: "L, clock",
    text: "Two thirds freeze the L2's clock. L1 refuses a last block that is older than three days.",
    compute: () => ({ ether: 0, delay: 3 * DAY }),
  },
  {
    id: "L, votes",
    text: "A holder of the quorum votes alone, for the treasury or for other parameters, and nobody votes against it. It waits for the long delay, in which users leave; executors need a third of the supply, or longer. The METIS are locked for the vote only.",
    compute: (scene) => ({
      ether: call(scene, 4 * ASSUMED.small),
      locked: scene.governance.supply * scene.governance.quorum,
      delay: 0,
    }),
  },
  {
    id: "Kicks",
    text: "A holder of the quorum has honest sequencers kicked. Kicks of 30 days concern a tenth of the stake and take KickSlash of it, or a single sequencer.",
    compute: (scene) => {
      const { supply, quorum } = scene.governance;
      const concerned = Math.max(leastStake(scene), (ASSUMED.seats * leastStake(scene)) / 10);
      return {
        ether: call(scene, 4 * ASSUMED.small),
        locked: supply * quorum,
        damage: concerned * share(scene, "KickSlash") * ASSUMED.metis,
      };
    },
  },
  {
    id: "Halt",
    text: "A third stops signing (S2). What was certified finalises. A vote kicks, within the bound of 30 days; until enough are gone the chain stands, and nobody is proven guilty. The loss is what a kick takes, and the rewards.",
    compute: (scene) => ({
      ether: 0,
      metis: leastStake(scene) * share(scene, "KickSlash"),
      locked: Math.ceil(ASSUMED.seats / 3) * leastStake(scene),
      delay: scene.governance.voting + scene.governance.short + 30 * DAY,
    }),
  },
  {
    id: "Repayment",
    text: "While an honest sequencer is down, somebody requests its batch, answers in its place, and is repaid. The pay is a share of the fee.",
    compute: (scene) => ({
      ether: requestFee(scene, FULL) + request(scene),
      gain: requestFee(scene, FULL) * (scene.parameters.AnswerPay / 1e18) * ASSUMED.metis,
      damage: requestFee(scene, FULL) * (scene.parameters.AnswerPay / 1e18) * ASSUMED.metis,
    }),
  },
  {
    id: "Cheap hour",
    text: "A verifier requests a full batch while L1's base fee is a tenth of what it will be when the answer comes. The answer is under way minutes later; the floor of the fee bounds the difference.",
    compute: (scene) => {
      const before = { ...scene, baseFee: scene.baseFee / 10 };
      return {
        ether: requestFee(before, FULL) + request(before),
        damage: call(scene, typicalGas(scene, FULL)),
      };
    },
  },
  {
    id: "Copied proof",
    text: "Somebody copies a fraud proof from the mempool. The verdict is the same, and the bounty goes to who had committed to the proof before. Who sends a proof without a commitment can lose the bounty.",
    compute: (scene) => ({ ether: call(scene, gasOf(scene, "fraudProof")) }),
  },
  {
    id: "L1 bought",
    text: "To keep answers out of L1 for a window, somebody fills its blocks. The base fee rises by an eighth with each full block; this is what the first hundred cost.",
    compute: (scene) => ({
      ether: Array.from({ length: 100 }, (_, i) => 60e6 * scene.baseFee * 1.125 ** i).reduce((a, b) => a + b, 0),
      delay: 100 * 12,
    }),
  },
];
