/** Runs one case. */
import { messageOf } from "../../agents/runtime/errors.ts";
import type { L1Outcome } from "../../agents/execution/driver.ts";
import type { Hex } from "../../l2/base/hex.ts";
import type { Case } from "./cases.ts";
import { chainOf, contextOf } from "./chain.ts";
import type { Expectation, StateTest } from "./format.ts";
import { judgeL1, judgeL2 } from "./judge.ts";
import type { ExecutionOptions, StateTestL1 } from "./l1.ts";
import { executeOnL2 } from "./l2.ts";
import { buildState } from "./state.ts";
import { signedTransaction } from "./transaction.ts";

/** How a case ended. */
export interface Result {
  readonly name: string;
  readonly folder: string;
  readonly status: "passed" | "failed" | "skipped";
  /** Why it failed or was skipped. */
  readonly reason?: string;
  /** L2 gas used, as L1 says. */
  readonly gasUsed?: number;
  /** L1 transactions that it took before the outcome was there; none where one call was enough. */
  readonly steps?: number;
  readonly milliseconds?: number;
}

/** Largest state, in bytes, that is given to L1 as a whole; of a larger one L1 gets what it asks for. */
const WHOLE_WITNESS = 65_536;

/** Runs a case, if it is one to run. Whatever goes wrong in it is its result. */
export async function runCase(l1: StateTestL1, one: Case, options: ExecutionOptions = {}): Promise<Result> {
  const { name, folder } = one;
  if (one.kind === "skip") return { name, folder, status: "skipped", reason: one.reason };
  if (one.kind === "broken") return { name, folder, status: "failed", reason: one.reason };
  const start = performance.now();
  try {
    const { outcome, steps, reason } = await compare(l1, one.test, one.expectation, options);
    return {
      name,
      folder,
      status: reason === undefined ? "passed" : "failed",
      ...(reason === undefined ? {} : { reason }),
      gasUsed: Number(outcome.gasUsed),
      steps,
      milliseconds: Math.round(performance.now() - start),
    };
  } catch (error) {
    const milliseconds = Math.round(performance.now() - start);
    return { name, folder, status: "failed", reason: messageOf(error), milliseconds };
  }
}

/** Executes a case on L1, then on the L2, and compares both with what its file expects. */
async function compare(
  l1: StateTestL1,
  test: StateTest,
  expectation: Expectation,
  options: ExecutionOptions,
): Promise<{ outcome: L1Outcome; steps: number; reason: string | undefined }> {
  const chain = chainOf(test);
  const state = buildState(test.pre);
  const raw = signedTransaction(test, expectation, chain.chainId);
  const whole = Buffer.concat([...state.items.values()]);
  const request = {
    transaction: { context: contextOf(test), raw },
    preStateRoot: state.root,
    witness: whole.length > WHOLE_WITNESS ? new Uint8Array() : whole,
    preimages: (hash: Hex) => state.items.get(hash),
  };
  const { outcome, steps } = await l1.execute(chain, request, options);
  const reason = judgeL1(outcome, expectation) ?? judgeL2(await executeOnL2(test, raw, state), outcome, expectation);
  return { outcome, steps, reason };
}
