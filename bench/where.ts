/** Where the gas of a transaction goes: its own costs, and those of each contract that it runs, by kind of work. */
import type { HardhatEthersProvider } from "@nomicfoundation/hardhat-ethers/types";
import { getBytes } from "ethers";

/** Gas of one contract in a transaction, by kind of work. */
export type Work = Readonly<Record<string, number>>;

/** Where the gas of a transaction went. */
export interface Split {
  readonly total: number;
  /** What every transaction pays, and its calldata. */
  readonly calldata: number;
  /** By contract, in the order in which they were first called. */
  readonly contracts: Readonly<Record<string, Work>>;
}

interface Step {
  readonly op: string;
  readonly depth: number;
  readonly gas: number;
  readonly gasCost: number;
  readonly stack: readonly string[];
}

/** Opcodes by what they are for; the others compute. */
const KINDS: Readonly<Record<string, string>> = {
  SLOAD: "reading storage",
  SSTORE: "writing storage",
  LOG1: "events",
  LOG2: "events",
  LOG3: "events",
  LOG4: "events",
  KECCAK256: "hashing",
  CALL: "calls",
  STATICCALL: "calls",
  DELEGATECALL: "calls",
};

/** Splits the gas of a transaction by its trace. @param names What contracts are called, by lower-case address. */
export async function splitOf(
  provider: HardhatEthersProvider,
  hash: string,
  names: ReadonlyMap<string, string>,
): Promise<Split> {
  const [transaction, receipt] = await Promise.all([
    provider.getTransaction(hash),
    provider.getTransactionReceipt(hash),
  ]);
  if (transaction === null || receipt === null) throw new Error(`There is no transaction ${hash}.`);
  const trace = (await provider.send("debug_traceTransaction", [
    hash,
    { disableStorage: true, disableMemory: true },
  ])) as { structLogs: Step[] };
  const contracts: Record<string, Record<string, number>> = {};
  const frames = [addressOf(transaction.to ?? "0x0")];
  const steps = trace.structLogs;
  for (const [place, step] of steps.entries()) {
    frames.length = step.depth;
    const name = names.get(frames.at(-1) ?? "") ?? "precompiles";
    const kinds = (contracts[name] ??= {});
    const kind = KINDS[step.op] ?? "computing";
    const next = steps[place + 1];
    const enters = next !== undefined && next.depth > step.depth;
    if (enters) frames.push(addressOf(step.stack.at(-2) ?? "0x0"));
    kinds[kind] = (kinds[kind] ?? 0) + (enters ? costOfCall(steps, place) : costOf(step, next));
  }
  const calldata = getBytes(transaction.data).reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 21_000);
  return { total: Number(receipt.gasUsed), calldata, contracts };
}

/** What a step takes that stays in its frame; a call of a precompile is one. */
function costOf(step: Step, next: Step | undefined): number {
  return next?.depth === step.depth ? step.gas - next.gas : step.gasCost;
}

/** What a call takes beside what the called contract does. */
function costOfCall(steps: readonly Step[], place: number): number {
  const { depth, gas } = steps[place] as Step;
  let end = place + 1;
  while ((steps[end]?.depth ?? depth) > depth) end++;
  const [first, last, after] = [steps[place + 1] as Step, steps[end - 1] as Step, steps[end]];
  return after === undefined ? 0 : gas - after.gas - (first.gas - last.gas + last.gasCost);
}

function addressOf(word: string): string {
  return `0x${BigInt(word.startsWith("0x") ? word : `0x${word}`)
    .toString(16)
    .padStart(40, "0")
    .slice(-40)}`;
}

/** The split as lines of a table. */
export function renderSplit(title: string, { total, calldata, contracts }: Split): string {
  const shown = (gas: number): string => gas.toLocaleString("en-GB").padStart(9);
  const lines = Object.entries(contracts).map(([name, work]) => {
    const kinds = Object.entries(work).toSorted(([, a], [, b]) => b - a);
    const sum = kinds.reduce((gas, [, part]) => gas + part, 0);
    const parts = kinds.filter(([, gas]) => gas >= 500).map(([kind, gas]) => `${kind} ${gas.toLocaleString("en-GB")}`);
    return `${shown(sum)}  ${name}: ${parts.join(", ")}`;
  });
  return [title, `${shown(total)}  in all`, `${shown(calldata)}  transaction and calldata`, ...lines].join("\n");
}
