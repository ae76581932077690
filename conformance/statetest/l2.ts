/** Runs one case with the L2's own EVM and its own checks of transactions. */
import { createBlock } from "@ethereumjs/block";
import type { Common } from "@ethereumjs/common";
import { type EVM, createEVM } from "@ethereumjs/evm";
import { RLP } from "@ethereumjs/rlp";
import { Caches, MerkleStateManager } from "@ethereumjs/statemanager";
import { type TypedTransaction, createTxFromRLP } from "@ethereumjs/tx";
import { createAddressFromString } from "@ethereumjs/util";
import { createVM, runTx } from "@ethereumjs/vm";
import { type Hex, fromHex, toHex } from "../../l2/base/hex.ts";
import { keccakHex } from "../../l2/base/keccak.ts";
import { BLOCK_HASH } from "../../l2/evm/block-hash.ts";
import { chainCommon, isDelegation } from "../../l2/evm/fork.ts";
import { letCreationsRevert } from "../../l2/evm/reverted-creation.ts";
import { checkState } from "../../l2/execution/executor.ts";
import { TransactionError, type TransactionErrorCode } from "../../l2/protocol/errors.ts";
import { decodeTransaction } from "../../l2/protocol/transaction.ts";
import { RecordingStore, trieOver } from "../../testkit/execution/reference.ts";
import { chainOf, contextOf } from "./chain.ts";
import { type StateTest, quantity } from "./format.ts";
import type { State } from "./state.ts";

/** What a transaction did on the L2. */
export interface L2Outcome {
  readonly gasUsed: bigint;
  readonly stateRoot: Hex;
  /** The keccak-256 of the RLP of the logs, as the files have it. */
  readonly logsHash: Hex;
  /** Why the L2 does not execute it; absent where it does. */
  readonly refused?: TransactionErrorCode;
}

/** Ethereum knows no such limits but their price: the L2 refuses these by a rule of its own. */
const OWN_LIMITS: readonly TransactionErrorCode[] = ["TOO_LARGE", "ACCESS_LIST_TOO_LONG", "TOO_MANY_AUTHORIZATIONS"];

/** An EVM with the rules of this chain, but without the limits that Ethereum does not have. */
export async function createPlainEvm(common: Common, stateManager: MerkleStateManager): Promise<EVM> {
  const evm = await createEVM({ common, stateManager, customOpcodes: [BLOCK_HASH] });
  letCreationsRevert(evm);
  return evm;
}

/** Executes a test's transaction on its state. */
export async function executeOnL2(test: StateTest, raw: Uint8Array, { root, nodes }: State): Promise<L2Outcome> {
  const common = chainCommon(chainOf(test));
  const trie = await trieOver(new RecordingStore(nodes), { secure: true, root: Buffer.from(root.slice(2), "hex") });
  const stateManager = new MerkleStateManager({ common, trie, caches: new Caches() });
  try {
    const tx = await accepted(test, common, raw, stateManager);
    const vm = await createVM({ common, stateManager, evm: await createPlainEvm(common, stateManager) });
    const { totalGasSpent, execResult } = await runTx(vm, {
      tx,
      block: blockOf(test, common),
      skipHardForkValidation: true,
    });
    const stateRoot = toHex(await stateManager.getStateRoot());
    return { gasUsed: totalGasSpent, stateRoot, logsHash: logsHash(execResult.logs ?? []) };
  } catch (error) {
    if (!(error instanceof TransactionError)) throw error;
    return { gasUsed: 0n, stateRoot: root, logsHash: logsHash([]), refused: error.code };
  } finally {
    // The listeners of a machine would keep it for as long as there are rules.
    common.events.removeAllListeners();
  }
}

/** @throws TransactionError where the L2 refuses the transaction for another reason than its own limits. */
async function accepted(
  test: StateTest,
  common: Common,
  raw: Uint8Array,
  state: MerkleStateManager,
): Promise<TypedTransaction> {
  try {
    const transaction = decodeTransaction({ ...chainOf(test), genesisTimestamp: 0, alloc: {} }, common, raw);
    const from = createAddressFromString(transaction.from);
    const account = await state.getAccount(from);
    const sender = account && {
      ...{ nonce: account.nonce, balance: account.balance },
      ...{ codeHash: toHex(account.codeHash), storageRoot: toHex(account.storageRoot) },
      delegates: isDelegation(toHex(await state.getCode(from))),
    };
    checkState(transaction, sender);
    return transaction.signed;
  } catch (error) {
    if (!(error instanceof TransactionError) || !OWN_LIMITS.includes(error.code)) throw error;
    return createTxFromRLP(raw, { common });
  }
}

function blockOf(test: StateTest, common: Common): ReturnType<typeof createBlock> {
  const { env } = test;
  const { baseFee, gasLimit } = chainOf(test);
  const { number, timestamp, coinbase, randomness } = contextOf(test);
  const header = {
    number,
    timestamp,
    coinbase: createAddressFromString(coinbase),
    baseFeePerGas: baseFee,
    gasLimit,
    mixHash: fromHex(randomness),
    excessBlobGas: quantity(env.currentExcessBlobGas ?? 0),
  };
  return createBlock({ header }, { common, skipConsensusFormatValidation: true });
}

const logsHash = (logs: readonly [Uint8Array, Uint8Array[], Uint8Array][]): Hex => keccakHex(RLP.encode([...logs]));
