import { Interface, isHexString, type ErrorDescription } from "ethers";

import { BatchInbox__factory } from "../../types/ethers-contracts/factories/batches/BatchInbox__factory.ts";
import { BatchTree__factory } from "../../types/ethers-contracts/factories/batches/BatchTree__factory.ts";
import { Records__factory } from "../../types/ethers-contracts/factories/batches/Records__factory.ts";
import { Disputes__factory } from "../../types/ethers-contracts/factories/disputes/Disputes__factory.ts";
import { Executor__factory } from "../../types/ethers-contracts/factories/execution/Executor__factory.ts";
import { MetisGovernor__factory } from "../../types/ethers-contracts/factories/governance/MetisGovernor__factory.ts";
import { MetisToken__factory } from "../../types/ethers-contracts/factories/governance/MetisToken__factory.ts";
import { Parameters__factory } from "../../types/ethers-contracts/factories/governance/Parameters__factory.ts";
import { Treasury__factory } from "../../types/ethers-contracts/factories/governance/Treasury__factory.ts";
import { SequencerSet__factory } from "../../types/ethers-contracts/factories/sequencers/SequencerSet__factory.ts";
import { VerifierRegistry__factory } from "../../types/ethers-contracts/factories/verifiers/VerifierRegistry__factory.ts";

/** What went wrong, for code that has to tell one failure from another. */
export type AgentErrorCode =
  | "CONFIG"
  | "STORAGE_UNAVAILABLE"
  | "STORAGE_NOT_FOUND"
  | "STORAGE_CORRUPT"
  | "STORAGE_REFUSED"
  | "DATA_MALFORMED"
  | "L1_UNAVAILABLE"
  | "L1_REVERT"
  | "L1_REPLACED"
  | "L1_GAS"
  | "L1_REORG"
  | "L2_UNAVAILABLE"
  | "L2_REVERTED"
  | "ROOTS_DIFFER"
  | "CERTIFICATE";

/** A failure that an agent foresees; the message names what was wrong and what was expected. */
export class AgentError extends Error {
  readonly code: AgentErrorCode;

  constructor(code: AgentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AgentError";
    this.code = code;
  }
}

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

const ERRORS = new Interface(
  [
    ...BatchInbox__factory.abi,
    ...BatchTree__factory.abi,
    ...Records__factory.abi,
    ...Disputes__factory.abi,
    ...Executor__factory.abi,
    ...MetisGovernor__factory.abi,
    ...MetisToken__factory.abi,
    ...Parameters__factory.abi,
    ...Treasury__factory.abi,
    ...SequencerSet__factory.abi,
    ...VerifierRegistry__factory.abi,
    { type: "error", name: "Error", inputs: [{ name: "message", type: "string" }] },
    { type: "error", name: "Panic", inputs: [{ name: "code", type: "uint256" }] },
  ].filter((entry) => entry.type === "error"),
);

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

/** One line that says what was thrown. */
export function messageOf(thrown: unknown): string {
  const { shortMessage, message } = (thrown ?? {}) as { shortMessage?: unknown; message?: unknown };
  const text = typeof shortMessage === "string" ? shortMessage : typeof message === "string" ? message : String(thrown);
  return text.split("\n")[0] ?? text;
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
