/** Compares what L1 and the L2 made of a case with what its file expects. */
import type { L1Outcome } from "../../agents/execution/driver.ts";
import type { TransactionErrorCode } from "../../l2/protocol/errors.ts";
import type { Expectation } from "./format.ts";
import type { L2Outcome } from "./l2.ts";

/** Why the L2 refuses what a file expects to be refused. For a name that is not here, any reason will do. */
const REFUSALS: Readonly<Record<string, readonly TransactionErrorCode[]>> = {
  GASLIMIT_PRICE_PRODUCT_OVERFLOW: ["MALFORMED", "INSUFFICIENT_FUNDS"],
  GAS_ALLOWANCE_EXCEEDED: ["GAS_TOO_HIGH"],
  INITCODE_SIZE_EXCEEDED: ["INIT_CODE_TOO_LARGE"],
  INSUFFICIENT_ACCOUNT_FUNDS: ["INSUFFICIENT_FUNDS"],
  INSUFFICIENT_MAX_FEE_PER_GAS: ["FEE_BELOW_BASE"],
  INTRINSIC_GAS_TOO_LOW: ["GAS_TOO_LOW"],
  NONCE_IS_MAX: ["NONCE_TOO_HIGH"],
  NONCE_MISMATCH_TOO_HIGH: ["NONCE_TOO_HIGH"],
  NONCE_MISMATCH_TOO_LOW: ["NONCE_TOO_LOW"],
  PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS: ["TIP_ABOVE_FEE"],
  RLP_INVALID_VALUE: ["MALFORMED"],
  SENDER_NOT_EOA: ["SENDER_HAS_CODE"],
  // As geth says it.
  "gas limit reached": ["GAS_TOO_HIGH"],
  // It looks at the funds first; what is wrong besides, the L2 sees before it.
  "insufficient funds for gas * price + value": ["INSUFFICIENT_FUNDS", "GAS_TOO_LOW", "MALFORMED"],
  "insufficient gas for floor data gas cost": ["GAS_TOO_LOW"],
  "intrinsic gas too low": ["GAS_TOO_LOW"],
  "max fee per gas less than block base fee": ["FEE_BELOW_BASE"],
  "max initcode size exceeded": ["INIT_CODE_TOO_LARGE"],
  "max priority fee per gas higher than max fee per gas": ["TIP_ABOVE_FEE"],
  "nonce has max value": ["NONCE_TOO_HIGH"],
  "sender not an eoa": ["SENDER_HAS_CODE"],
};

/** What is wrong with L1's outcome; nothing where it is the expected one. L1 keeps no logs and names no reasons. */
export function judgeL1({ valid, stateRoot }: L1Outcome, { hash, expectException }: Expectation): string | undefined {
  if (valid && expectException !== undefined) return `valid; expected ${expectException}`;
  if (!valid && expectException === undefined) return "invalid; expected a valid transaction";
  return differs("state root", stateRoot, hash.toLowerCase());
}

/** What is wrong with the L2's outcome: it has logs, a reason to refuse, and the gas that L1 counted. */
export function judgeL2(l2: L2Outcome, l1: L1Outcome, expectation: Expectation): string | undefined {
  const { hash, logs, expectException } = expectation;
  const wrong =
    judgeRefusal(l2.refused, expectException) ??
    differs("state root", l2.stateRoot, hash.toLowerCase()) ??
    (logs === undefined ? undefined : differs("hash of the logs", l2.logsHash, logs.toLowerCase())) ??
    (l1.valid ? differs("gas", `${l2.gasUsed}`, `${l1.gasUsed}`) : undefined);
  return wrong === undefined ? undefined : `on the L2: ${wrong}`;
}

/** A file names one exception, or several of which one is enough. */
function judgeRefusal(refused: TransactionErrorCode | undefined, expected: string | undefined): string | undefined {
  if (expected === undefined) return refused && `refused for ${refused}; expected a valid transaction`;
  if (refused === undefined) return `valid; expected ${expected}`;
  const names = expected.split("|").map((name) => name.replace(/^TransactionException\./, ""));
  const known = names.every((name) => name in REFUSALS);
  if (!known || names.some((name) => REFUSALS[name]?.includes(refused))) return undefined;
  return `refused for ${refused}; expected ${expected}`;
}

function differs(what: string, found: string, expected: string): string | undefined {
  return found === expected ? undefined : `${what} ${found}; expected ${expected}`;
}
