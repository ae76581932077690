import { createAddressFromString } from "@ethereumjs/util";

import type { L2Transaction } from "./batch/encoding.ts";
import { type ChainConfig, chainCommon } from "./config.ts";
import { TransactionError } from "./errors.ts";
import { Executor } from "./executor.ts";
import type { Hex } from "./hex.ts";
import { Overlay, type StateStore, createStateManager } from "./state.ts";

/**
 * The trie nodes of the state before the first of these transactions that executing them needs, RLP one behind the
 * other (steps 11.5, 11.9). An invalid transaction ends the execution; what its verdict needs is included.
 * @throws ChainError where the store does not hold `preStateRoot`.
 */
export async function transitionWitness(
  config: ChainConfig,
  states: StateStore,
  preStateRoot: Hex,
  transactions: readonly L2Transaction[],
): Promise<Uint8Array> {
  await states.expect(preStateRoot);
  const read = new Map<string, Uint8Array>();
  const executor = await Executor.at(config, new Overlay(states, read), preStateRoot);
  for (const { context, raw } of transactions) {
    try {
      const transfer = executor.decode(raw);
      const before = executor.stateRoot;
      const touched = [...new Set([transfer.from, transfer.to, context.coinbase])];
      const existed: string[] = [];
      for (const address of touched) if ((await executor.account(address)) !== undefined) existed.push(address);
      await executor.execute(context, transfer);
      const gone: string[] = [];
      for (const address of existed) if ((await executor.account(address)) === undefined) gone.push(address);
      await readForDeletion(config, executor.overlay, before, gone);
    } catch (error) {
      if (error instanceof TransactionError) break;
      throw error;
    }
  }
  return new Uint8Array(Buffer.concat([...read.values()]));
}

/**
 * Whether deleting an account needs the node beside it depends on the order in which accounts are written, and that is
 * for L1 to choose: reads what deleting first takes.
 */
async function readForDeletion(
  config: ChainConfig,
  overlay: Overlay,
  root: Hex,
  gone: readonly string[],
): Promise<void> {
  if (gone.length === 0) return;
  const scratch = await createStateManager(chainCommon(config), new Overlay(overlay), root);
  for (const address of gone) {
    await scratch.deleteAccount(createAddressFromString(address));
    await scratch.flush();
  }
}
