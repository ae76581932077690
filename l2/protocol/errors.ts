import { CodedError } from "../base/errors.ts";

/** Why the chain refuses a transaction. All but the last five also make a batch that carries it wrong. */
export type TransactionErrorCode =
  | "MALFORMED"
  | "UNSUPPORTED_TYPE"
  | "UNPROTECTED"
  | "WRONG_CHAIN"
  | "BAD_SIGNATURE"
  | "TOO_LARGE"
  | "ACCESS_LIST_TOO_LONG"
  | "TOO_MANY_AUTHORIZATIONS"
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
  | "POOL_FULL"
  | "ONE_AT_A_TIME";

/** A transaction that cannot be executed or is not accepted. */
export class TransactionError extends CodedError<TransactionErrorCode> {
  override readonly name = "TransactionError";
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

/** A block that the chain refuses (step S3). */
export class BlockError extends CodedError<BlockErrorCode> {
  override readonly name = "BlockError";
}

/** Why the chain cannot do what it was asked to. */
export type ChainErrorCode =
  "UNKNOWN_BLOCK" | "UNKNOWN_STATE" | "WRONG_CHAIN" | "BAD_CONFIG" | "BAD_SNAPSHOT" | "BAD_BATCH" | "CLOSED";

/** The chain does not have what was asked for, or cannot do it in its state. */
export class ChainError extends CodedError<ChainErrorCode> {
  override readonly name = "ChainError";
}
