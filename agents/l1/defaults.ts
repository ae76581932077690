/** How agents read and send where nobody says otherwise: apart from the code that does it, for help that comes at once. */
import type { TransactionOptions } from "./transactions.ts";

/** Gas that one L1 transaction may use since Osaka (EIP-7825). */
export const L1_TRANSACTION_GAS = 16_777_216n;

/** How transactions are sent. */
export const DEFAULT_TRANSACTION_OPTIONS: TransactionOptions = {
  confirmations: 1,
  resubmitAfter: 48_000,
  pollInterval: 2_000,
  maxFeePerGas: 500_000_000_000n,
};

/** How L1 is read. */
export const DEFAULT_FOLLOWER_OPTIONS = { depth: 0, chunk: 2_000, memory: 96 };
