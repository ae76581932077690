/** `@ethereumjs/vm`, which says what a case should lead to. */
import { createBlock } from "@ethereumjs/block";
import type { EVM } from "@ethereumjs/evm";
import { createTxFromRLP } from "@ethereumjs/tx";
import { createAddressFromString } from "@ethereumjs/util";
import { type VM, createVM, runTx } from "@ethereumjs/vm";

import { fromHex, type Hex, toHex } from "../../l2/base/hex.ts";
import { codeItem } from "../../agents/execution/preimages.ts";
import type { Burden } from "../../l2/evm/burden.ts";
import { chainCommon } from "../../l2/evm/fork.ts";
import { createChainEvm } from "../../l2/evm/evm.ts";
import { TouchedState } from "../../l2/execution/touched.ts";
import { HASH_DIGITS } from "../../l2/state/state.ts";
import { createPlainEvm } from "../statetest/l2.ts";
import { buildState } from "../statetest/state.ts";
import { type Expected, type Input, RecordingStore, trieOver } from "../../testkit/execution/reference.ts";
import { assemble } from "./assembly.ts";
import { CHAIN, type FuzzCase, rawTransaction, user } from "./case.ts";

/** What L1 is asked, and what it should answer. */
export interface Run {
  readonly preStateRoot: Hex;
  readonly inputs: Input[];
  readonly expected: Expected[];
  /** All trie nodes and codes that the states before, between and after the transactions have. */
  readonly witness: Buffer;
  /** The items of the witness by their hashes. */
  readonly items: ReadonlyMap<string, Uint8Array>;
  /** The nodes of the tries, by their hashes without prefix. */
  readonly nodes: ReadonlyMap<string, Uint8Array>;
  /** How the transactions that were valid ended: undefined, or the name of the exception. */
  readonly exceptions: (string | undefined)[];
}

const common = chainCommon(CHAIN);

/** How often each opcode was executed. */
export class OpcodeCounts {
  readonly counts = new Map<string, number>();

  /** Counts what an EVM executes; its events of steps would make it several times as slow. */
  watch(evm: EVM): void {
    for (const entry of new Set(evm["_opcodeMap"])) {
      const { opHandler, opcodeInfo } = entry;
      entry.opHandler = (...parameters) => {
        this.counts.set(opcodeInfo.fullName, (this.counts.get(opcodeInfo.fullName) ?? 0) + 1);
        return opHandler(...parameters);
      };
    }
  }
}

/** The code of an account in chunks. */
export function codeOf(chunks: readonly string[]): Hex {
  return `0x${Buffer.from(assemble(chunks.join(" "))).toString("hex")}`;
}

/**
 * Runs a case up to the first transaction that is invalid.
 *
 * @param options.limited Whether the limits of this chain hold, which Ethereum does not have.
 * @param options.burden Is told what the transactions touch.
 */
export async function runReference(
  { accounts, transactions }: FuzzCase,
  {
    counts,
    limited = true,
    burden,
  }: { counts?: OpcodeCounts | undefined; limited?: boolean; burden?: Burden | undefined } = {},
): Promise<Run> {
  const pre = Object.fromEntries(
    Object.entries(accounts).map(([address, { balance, nonce, storage, code }]) => [
      address,
      {
        balance: `0x${balance.toString(16)}`,
        nonce: `0x${nonce.toString(16)}`,
        storage: Object.fromEntries(Object.entries(storage).map(([slot, value]) => [slot, `0x${value.toString(16)}`])),
        code: codeOf(code),
      },
    ]),
  );
  const state = buildState(pre);
  const store = new RecordingStore(state.nodes);
  const trie = await trieOver(store, { secure: true, root: fromHex(state.root) });
  const stateManager = new TouchedState(common, trie, burden);
  const evm = await (limited ? createChainEvm(common, stateManager, burden) : createPlainEvm(common, stateManager));
  const vm = await createVM({ common, stateManager, evm });
  counts?.watch(evm);
  const inputs: Input[] = [];
  const expected: Expected[] = [];
  const exceptions: (string | undefined)[] = [];
  let root: Hex = state.root;
  for (const transaction of transactions) {
    const input = { context: transaction.context, raw: rawTransaction(transaction) };
    inputs.push(input);
    const result = await execute(vm, input, user(transaction.from).publicKey);
    if (result !== undefined) root = toHex(await stateManager.getStateRoot());
    expected.push({ valid: result !== undefined, gasUsed: result?.gasUsed ?? 0n, stateRoot: root });
    if (result === undefined) break;
    exceptions.push(result.exception);
  }
  // The listeners of a machine would keep it for as long as there are rules.
  common.events.removeAllListeners();
  const nodes = store.nodes();
  const items = witnessItems(nodes);
  const witness = Buffer.concat([...items.values()]);
  return { preStateRoot: state.root, inputs, expected, witness, items, nodes, exceptions };
}

async function execute(
  vm: VM,
  { context, raw }: Input,
  publicKey: Uint8Array,
): Promise<{ gasUsed: bigint; exception: string | undefined } | undefined> {
  let tx;
  try {
    tx = createTxFromRLP(fromHex(raw), { common });
    // L1 has to recover the sender; here, that would take longer than most programs.
    tx.cache.senderPubKey = publicKey;
  } catch {
    return undefined;
  }
  const header = {
    number: context.number,
    timestamp: context.timestamp,
    coinbase: createAddressFromString(context.coinbase),
    mixHash: fromHex(context.randomness),
    baseFeePerGas: CHAIN.baseFee,
    gasLimit: CHAIN.gasLimit,
  };
  const block = createBlock({ header }, { common, skipConsensusFormatValidation: true });
  try {
    const { totalGasSpent, execResult } = await runTx(vm, { tx, block, skipHardForkValidation: true });
    return { gasUsed: totalGasSpent, exception: execResult.exceptionError?.error };
  } catch (error) {
    if (error instanceof Error && INVALID.test(error.message)) return undefined;
    throw error;
  }
}

/** What `runTx` says where a transaction cannot be executed. */
const INVALID = new RegExp(
  [
    "sender doesn't have enough funds",
    "the tx doesn't have the correct nonce",
    "higher gas limit than the block",
    "is less than the block's baseFeePerGas",
    "address is not EOA",
    "INTRINSIC_GAS_TOO_LOW",
  ].join("|"),
);

/** Trie nodes lie under their hashes, codes under theirs behind a prefix. */
function witnessItems(nodes: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array> {
  const items = new Map<string, Uint8Array>();
  for (const [key, node] of nodes) {
    const hash = `0x${key.slice(-HASH_DIGITS)}`;
    items.set(hash, key.length === HASH_DIGITS ? node : codeItem(node));
  }
  return items;
}
