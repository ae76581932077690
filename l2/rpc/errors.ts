import { ChainError, TransactionError, type TransactionErrorCode } from "../protocol/errors.ts";

/** The codes of JSON-RPC 2.0 and EIP-1474 that the node uses. */
export const RPC_CODES = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  serverError: -32000,
  resourceNotFound: -32001,
  transactionRejected: -32003,
  limitExceeded: -32005,
  executionReverted: 3,
} as const;

/** An error as a JSON-RPC response carries it. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: number;
  readonly data: unknown;
  constructor(code: keyof typeof RPC_CODES, message: string, data?: unknown) {
    super(message);
    this.code = RPC_CODES[code];
    this.data = data;
  }
}

/** The words by which wallets and libraries recognise the reason, as other clients of Ethereum say them. */
const WORDS: Record<TransactionErrorCode, string> = {
  MALFORMED: "invalid transaction",
  UNSUPPORTED_TYPE: "transaction type not supported",
  UNPROTECTED: "only replay-protected (EIP-155) transactions allowed",
  WRONG_CHAIN: "invalid chain id for signer",
  BAD_SIGNATURE: "invalid sender",
  TOO_LARGE: "oversized data",
  ACCESS_LIST_TOO_LONG: "access list too long",
  TOO_MANY_AUTHORIZATIONS: "too many authorizations",
  INIT_CODE_TOO_LARGE: "max initcode size exceeded",
  SENDER_HAS_CODE: "sender not an eoa",
  GAS_TOO_LOW: "intrinsic gas too low",
  GAS_TOO_HIGH: "exceeds block gas limit",
  FEE_BELOW_BASE: "max fee per gas less than block base fee",
  TIP_ABOVE_FEE: "max priority fee per gas higher than max fee per gas",
  NONCE_TOO_LOW: "nonce too low",
  NONCE_TOO_HIGH: "nonce too high",
  INSUFFICIENT_FUNDS: "insufficient funds for gas * price + value",
  TOO_HEAVY: "exceeds what L1 can execute in time",
  ALREADY_KNOWN: "already known",
  UNDERPRICED: "replacement transaction underpriced",
  POOL_FULL: "txpool is full",
  ONE_AT_A_TIME: "in-flight transaction limit reached for delegated accounts",
};

/** The error that a caller is told. What is not the caller's fault tells nothing of the node's inside. */
export function toRpcError(error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  if (error instanceof TransactionError) {
    const message = `${WORDS[error.code]}: ${error.message}`;
    return new RpcError("transactionRejected", message, { code: error.code });
  }
  if (error instanceof ChainError) return new RpcError("resourceNotFound", error.message, { code: error.code });
  return new RpcError("internalError", "Internal error");
}
