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

/** One line that says what was thrown. */
export function messageOf(thrown: unknown): string {
  const { shortMessage, message } = (thrown ?? {}) as { shortMessage?: unknown; message?: unknown };
  const text = typeof shortMessage === "string" ? shortMessage : typeof message === "string" ? message : String(thrown);
  return text.split("\n")[0] ?? text;
}
