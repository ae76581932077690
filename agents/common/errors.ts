import { Interface, isHexString, type ErrorDescription } from "ethers";

import { IBatchInbox__factory } from "../../types/ethers-contracts/factories/batches/IBatchInbox__factory.ts";
import { IDisputes__factory } from "../../types/ethers-contracts/factories/disputes/IDisputes__factory.ts";
import { IExecutor__factory } from "../../types/ethers-contracts/factories/execution/IExecutor__factory.ts";
import { IParameters__factory } from "../../types/ethers-contracts/factories/governance/IParameters__factory.ts";
import { ITreasury__factory } from "../../types/ethers-contracts/factories/governance/ITreasury__factory.ts";
import { ISequencerSet__factory } from "../../types/ethers-contracts/factories/sequencers/ISequencerSet__factory.ts";
import { IVerifierRegistry__factory } from "../../types/ethers-contracts/factories/verifiers/IVerifierRegistry__factory.ts";

/** What went wrong, for code that has to tell one failure from another. */
export type AgentErrorCode =
  | "CONFIG"
  | "STORAGE_UNAVAILABLE"
  | "STORAGE_NOT_FOUND"
  | "STORAGE_CORRUPT"
  | "STORAGE_REFUSED"
  | "L1_REVERT"
  | "L1_REPLACED"
  | "L1_GAS"
  | "L1_REORG"
  | "L2_UNAVAILABLE"
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
    ...IBatchInbox__factory.abi,
    ...IDisputes__factory.abi,
    ...IExecutor__factory.abi,
    ...IParameters__factory.abi,
    ...ISequencerSet__factory.abi,
    ...ITreasury__factory.abi,
    ...IVerifierRegistry__factory.abi,
    { type: "error", name: "Error", inputs: [{ name: "message", type: "string" }] },
    { type: "error", name: "Panic", inputs: [{ name: "code", type: "uint256" }] },
    {
      type: "error",
      name: "ERC20InsufficientAllowance",
      inputs: ["address spender", "uint256 allowance", "uint256 needed"].map(input),
    },
    {
      type: "error",
      name: "ERC20InsufficientBalance",
      inputs: ["address sender", "uint256 balance", "uint256 needed"].map(input),
    },
  ].filter((entry) => entry.type === "error"),
);

/** Finds and decodes the revert data in whatever a provider threw. */
export function decodeRevert(thrown: unknown): ErrorDescription | undefined {
  const data = revertData(thrown, 0);
  if (data === undefined) return undefined;
  try {
    return ERRORS.parseError(data) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Whether what a provider threw says that the call itself reverts, not that the provider failed. */
export function isRevert(thrown: unknown): boolean {
  if (revertData(thrown, 0) !== undefined) return true;
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

function input(text: string): { type: string; name: string } {
  const [type = "", name = ""] = text.split(" ");
  return { type, name };
}

function revertData(thrown: unknown, depth: number): string | undefined {
  if (typeof thrown !== "object" || thrown === null || depth > 5) return undefined;
  const { data } = thrown as { data?: unknown };
  if (isHexString(data) && data.length >= 10) return data;
  for (const key of ["data", "error", "info", "cause"]) {
    const found = revertData((thrown as Record<string, unknown>)[key], depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
