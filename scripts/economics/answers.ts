/** What answers cost, as `contracts/disputes/AnswerCost.sol` computes it, and where its constants come from. */
import { type AnswerConstants, type Scene, gasOf, share } from "./scene.ts";

/** What a header declares. */
export interface Declared {
  readonly transactions: number;
  readonly bytes: number;
  /** L2 gas. */
  readonly gas: number;
}

/** A batch of one transfer that opens its block. */
export const SMALLEST: Declared = { transactions: 1, bytes: 112 + 4 + 68, gas: 21_000 };

/** A batch of transactions of this L2 gas in all, as few and as small as possible. */
export function heavy(gas: number): Declared {
  const transactions = Math.ceil(gas / 8_000_000);
  return { transactions, bytes: transactions * SMALLEST.bytes, gas };
}

/** L1 gas of an answer to a batch of everyday use. */
export function typicalGas({ answer: c }: Scene, { transactions, bytes, gas }: Declared): number {
  const beyond = Math.max(0, gas - c.TRANSFER * transactions);
  return c.BASE + c.PER_TRANSACTION * transactions + c.PER_BYTE * bytes + c.PER_GAS * beyond;
}

/** L1 gas of an answer to a batch that was written to be dear on L1. A transfer never is. */
export function worstGas({ answer: c }: Scene, { transactions, bytes, gas }: Declared): number {
  const beyond = Math.max(0, gas - c.TRANSFER * transactions);
  return c.BASE + c.PER_TRANSACTION * transactions + c.PER_BYTE * bytes + c.WORST_PER_GAS * beyond;
}

/** Fee of a request, in ETH. */
export function requestFee(scene: Scene, header: Declared): number {
  const price = Math.max(scene.baseFee, scene.parameters.RequestFeeFloor * 1e-18);
  return typicalGas(scene, header) * price * share(scene, "RequestFeeFactor");
}

/** Seconds that a tenth of L1's gas takes for the worst batch of this size. */
export function workTime(scene: Scene, header: Declared): number {
  return worstGas(scene, header) / scene.answer.GAS_PER_SECOND;
}

/** The dearest header that L1 takes: as many bytes and as much gas as it may have. */
export function dearest(scene: Scene, { gas, bytes, transactions }: Declared): Declared {
  const candidates = [1, 4, 1_000, transactions].map((count) => ({ transactions: count, bytes, gas }));
  return candidates.reduce((a, b) => (typicalGas(scene, b) > typicalGas(scene, a) ? b : a));
}

/** Transactions of everyday use in the bench, with their L2 gas and bytes. */
const EVERYDAY: readonly { readonly work: string; readonly gas: number; readonly bytes: number }[] = [
  { work: "erc20", gas: 56_317, bytes: 185 },
  { work: "approve", gas: 46_424, bytes: 185 },
  { work: "permit", gas: 75_444, bytes: 346 },
  { work: "swap", gas: 123_060, bytes: 217 },
  { work: "mint", gas: 95_815, bytes: 152 },
  { work: "vote", gas: 82_871, bytes: 185 },
];

/** L1 gas of one byte of a record: the floor of calldata (EIP-7623), the event, and copies and hashes. */
const PER_BYTE = { calldata: 40, event: 8, handling: 12 } as const;

/**
 * Derives the constants of an answer from the bench's figures.
 *
 * @returns `PER_TRANSACTION`, `PER_BYTE` and `PER_GAS`. The others are no figures of the bench: `BASE` is one call's
 *   overhead, `WORST_PER_GAS` the bound of docs/execution.md, `GAS_PER_SECOND` a tenth of L1's gas.
 */
export function derive(scene: Scene): Pick<AnswerConstants, "PER_TRANSACTION" | "PER_BYTE" | "PER_GAS"> {
  const perByte = PER_BYTE.calldata + PER_BYTE.event + PER_BYTE.handling;
  const perTransaction = gasOf(scene, "recompute") - perByte * (SMALLEST.bytes - 68);
  const ratios = EVERYDAY.map(
    ({ work, gas, bytes }) => (gasOf(scene, work) - perTransaction - perByte * bytes) / (gas - scene.answer.TRANSFER),
  ).sort((a, b) => a - b);
  const middle = ratios.length / 2;
  const median = (ratios[middle - 1]! + ratios[middle]!) / 2;
  return {
    PER_TRANSACTION: Math.ceil(perTransaction / 1_000) * 1_000,
    PER_BYTE: perByte,
    PER_GAS: Math.ceil(median / 5) * 5,
  };
}
