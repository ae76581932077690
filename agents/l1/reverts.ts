import { Interface, isHexString, type ErrorDescription } from "ethers";

import { systemAbi } from "../../ignition/system.ts";
import { AgentError, messageOf } from "../runtime/errors.ts";

/** An L1 call that reverts, with the custom error of the contract where it has one. */
export class L1Revert extends AgentError {
  readonly error: ErrorDescription | undefined;

  constructor(label: string, error: ErrorDescription | undefined, cause: unknown) {
    super("L1_REVERT", `${label} reverts: ${error === undefined ? messageOf(cause) : describe(error)}`, { cause });
    this.error = error;
  }

  /** Whether the contract reverted with this custom error. */
  is(name: string): boolean {
    return this.error?.name === name;
  }
}

const ERRORS = new Interface([
  ...systemAbi("error"),
  { type: "error", name: "Error", inputs: [{ name: "message", type: "string" }] },
  { type: "error", name: "Panic", inputs: [{ name: "code", type: "uint256" }] },
]);

/** Finds and decodes the revert data in whatever a provider threw. */
export function decodeRevert(thrown: unknown): ErrorDescription | undefined {
  const data = revertData(thrown);
  if (data === undefined) return undefined;
  try {
    return ERRORS.parseError(data) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Whether what a provider threw says that the call itself reverts, not that the provider failed. */
export function isRevert(thrown: unknown): boolean {
  if (revertData(thrown) !== undefined) return true;
  const { code } = (thrown ?? {}) as { code?: unknown };
  return code === "CALL_EXCEPTION" || /revert/i.test(messageOf(thrown));
}

function describe(error: ErrorDescription): string {
  const values = (error.args.toArray(true) as unknown[]).map((value) =>
    JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? String(item) : item)),
  );
  return `${error.name}(${values.join(", ")})`;
}

/** The revert data in whatever a provider threw; nothing where the call gave no reason, or did not revert. */
export function revertData(thrown: unknown, depth = 0): string | undefined {
  if (typeof thrown !== "object" || thrown === null || depth > 5) return undefined;
  const { data } = thrown as { data?: unknown };
  if (isHexString(data) && data.length >= 10) return data;
  for (const key of ["data", "error", "info", "cause"]) {
    const found = revertData((thrown as Record<string, unknown>)[key], depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
