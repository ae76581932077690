/** The cheapest delay of finality by 30 days, for attackers of different sizes (rule 2 of the disputes). */
import { type Declared, heavy, requestFee, SMALLEST, workTime } from "./answers.ts";
import { ASSUMED, BATCH, DAY, type Scene, gasOf } from "./scene.ts";

/** Who delays. */
export type Attacker = "outsider" | "seat" | "third" | "two thirds";

/** The cheapest way. */
export interface Delay {
  /** ETH, METIS at its assumed price included. */
  readonly cost: number;
  readonly requests: number;
  /** Seconds for which each request is open. */
  readonly open: number;
}

/** What a delay of 30 days costs at least, in ETH, whatever L1's base fee is. */
export const LEAST: Readonly<Record<Attacker, number>> = { outsider: 15, seat: 9, third: 9, "two thirds": 9 };

const LENGTH = 30 * DAY;

/** Seats that an attacker has of those that are assumed; an outsider can request everybody's batches. */
const SEATS: Readonly<Record<Attacker, number>> = {
  outsider: ASSUMED.seats,
  seat: 1,
  third: Math.ceil(ASSUMED.seats / 3),
  "two thirds": Math.ceil((2 * ASSUMED.seats) / 3),
};

/**
 * Finds the cheapest delay: requests one after the other, for batches of the size that is cheapest for the time that
 * their answers take. Where the attacker has too few batches of its own, it fills the gaps like an outsider.
 */
export function cheapestDelay(scene: Scene, attacker: Attacker): Delay {
  // Two thirds keep their data to themselves; what others have to wait for is the deadline.
  if (attacker === "two thirds") return pushDeadline(scene);
  const outsider = cheapestOf(scene, "outsider");
  return attacker === "outsider" ? outsider : cheapestOf(scene, attacker, outsider);
}

function cheapestOf(scene: Scene, attacker: Attacker, filler?: Delay): Delay {
  let best = filler ?? { cost: Infinity, requests: 0, open: 0 };
  for (const header of sizes()) {
    const open = openTime(scene, header, attacker);
    const part = Math.min(1, (open * SEATS[attacker]) / ASSUMED.seats / ASSUMED.batchEvery);
    if (part < 1 && filler === undefined) continue;
    const requests = Math.ceil((part * LENGTH) / open);
    const cost = requests * costOf(scene, header, attacker) + (1 - part) * (filler?.cost ?? 0);
    if (cost < best.cost) best = { cost, requests: requests + Math.ceil((1 - part) * (filler?.requests ?? 0)), open };
  }
  return best;
}

/** How long a request keeps a batch from finality: until everybody's answer, however heavy the batch is. */
function openTime(scene: Scene, header: Declared, attacker: Attacker): number {
  const silent = attacker === "outsider" ? 0 : scene.grace;
  return silent + ASSUMED.reaction + workTime(scene, header);
}

/** What a request costs the attacker, in ETH: the fee, the call, and what its silence costs. */
function costOf(scene: Scene, header: Declared, attacker: Attacker): number {
  const call = gasOf(scene, "request") * scene.baseFee;
  const repaid =
    attacker === "outsider" ? 0 : requestFee(scene, header) * (scene.parameters.AnswerPay / 1e18) * ASSUMED.metis;
  return requestFee(scene, header) + call + repaid;
}

/** Requests for full batches, which move the deadline of every later request. */
function pushDeadline(scene: Scene): Delay {
  const header = heavy(BATCH.gas);
  const open = workTime(scene, header);
  const requests = Math.ceil(LENGTH / open);
  return { cost: requests * (requestFee(scene, header) + gasOf(scene, "request") * scene.baseFee), requests, open };
}

function sizes(): Declared[] {
  const many: Declared[] = [SMALLEST];
  for (let gas = 50_000; gas < BATCH.gas; gas *= 1.1) many.push(heavy(Math.round(gas)));
  return [...many, heavy(BATCH.gas)];
}
