/** Why the chain refuses a transaction. All but the last four also make a batch that carries it wrong. */
export type TransactionErrorCode =
  | "MALFORMED"
  | "UNSUPPORTED_TYPE"
  | "UNPROTECTED"
  | "WRONG_CHAIN"
  | "BAD_SIGNATURE"
  | "TOO_LARGE"
  | "ACCESS_LIST_TOO_LONG"
  | "INIT_CODE_TOO_LARGE"
  | "SENDER_HAS_CODE"
  | "GAS_TOO_LOW"
  | "GAS_TOO_HIGH"
  | "FEE_BELOW_BASE"
  | "TIP_ABOVE_FEE"
  | "NONCE_TOO_LOW"
  | "NONCE_TOO_HIGH"
  | "INSUFFICIENT_FUNDS"
  | "TOO_HEAVY"
  | "ALREADY_KNOWN"
  | "UNDERPRICED"
  | "POOL_FULL";

/** A transaction that cannot be executed or is not accepted; the message names what was wrong and what was expected. */
export class TransactionError extends Error {
  override readonly name = "TransactionError";
  readonly code: TransactionErrorCode;
  constructor(code: TransactionErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Why the chain refuses a block. */
export type BlockErrorCode =
  | "MALFORMED"
  | "UNKNOWN_PARENT"
  | "NOT_ON_HEAD"
  | "BAD_NUMBER"
  | "BAD_TIME"
  | "BAD_SIGNATURE"
  | "WRONG_PRODUCER"
  | "BAD_TRANSACTION"
  | "TOO_LARGE"
  | "TOO_MUCH_GAS"
  | "WRONG_STATE_ROOT"
  | "WRONG_HASH";

/** A block that the chain refuses (step S3); the message names what was wrong and what was expected. */
export class BlockError extends Error {
  override readonly name = "BlockError";
  readonly code: BlockErrorCode;
  constructor(code: BlockErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The chain does not have what was asked for, or cannot do it where it stands. */
export class ChainError extends Error {
  override readonly name = "ChainError";
  readonly code:
    "UNKNOWN_BLOCK" | "UNKNOWN_STATE" | "WRONG_CHAIN" | "BAD_CONFIG" | "BAD_SNAPSHOT" | "BAD_BATCH" | "CLOSED";
  constructor(code: ChainError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
