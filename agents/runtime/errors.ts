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
  | "L1_FUNDS"
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

/** Messages that say nothing: what went wrong is inside. */
const WRAPPERS = /^(could not coalesce error.*|fetch failed|)$/;

/** One line that says what was thrown; of a library's wrapper around another error, what that one says. */
export function messageOf(thrown: unknown, depth = 0): string {
  const { shortMessage, message, code, error, cause } = (thrown ?? {}) as Readonly<Record<string, unknown>>;
  const text = typeof shortMessage === "string" ? shortMessage : typeof message === "string" ? message : String(thrown);
  const line = text.split("\n")[0] ?? text;
  if (!WRAPPERS.test(line)) return line;
  const inner = error ?? cause;
  if (inner !== undefined && depth < 5) return messageOf(inner, depth + 1);
  if (line !== "") return line;
  return typeof code === "string" ? code : "no reason given";
}
