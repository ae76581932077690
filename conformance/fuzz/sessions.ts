/** Executes transactions in sessions that pause at random. */
import { CommitReplay } from "../../agents/execution/commit.ts";
import { decodeRevert } from "../../agents/l1/reverts.ts";
import { COMMIT, GAS_BITS, readMachine, workOf } from "../../agents/execution/machine.ts";
import { MachinePages } from "../../agents/execution/pages.ts";
import { type Hex, asHash, fromHex } from "../../l2/base/hex.ts";
import type { Expected } from "../../testkit/execution/reference.ts";
import type { Dice } from "./dice.ts";
import type { FuzzL1, Reached, Step } from "./l1.ts";
import type { Run } from "./reference.ts";

/** After so many steps a session goes on to the end. */
const STEPS = 10;

/** Executes each transaction of a run in a session of its own, and asks for what L1 remembers of them. */
export async function inSessions(l1: FuzzL1, run: Run, dice: Dice): Promise<Expected[]> {
  for (const index of run.inputs.keys()) await runSession(l1, run, index, dice);
  return await l1.recall(run);
}

async function runSession(l1: FuzzL1, run: Run, index: number, dice: Dice): Promise<void> {
  const preStateRoot = index === 0 ? run.preStateRoot : run.expected[index - 1]!.stateRoot;
  const pages = new MachinePages();
  const commit = new CommitReplay(preStateRoot, (hash) => pages.get(hash) ?? run.items.get(hash));
  // Where it begins is anyone's guess: most transactions use far less gas than they may.
  let left = workOf(BigInt(dice.pick([30_000, 100_000, 600_000])));
  let machine: Hex = "0x";
  let witness = run.witness;
  for (let count = 0; ; count++) {
    const until = count < STEPS ? pause(dice, left) : 0n;
    const step = { input: run.inputs[index]!, preStateRoot, machine, until };
    const reached = await advance(l1, step, witness, commit);
    machine = reached.next;
    const items = fromHex(reached.items);
    pages.add(items);
    // A step needs most of what the one before left behind.
    witness = Buffer.concat([run.witness, items]);
    if (machine === "0x") return;
    const paused = readMachine(machine);
    await commit.follow(paused);
    left = paused.left;
  }
}

/** Somewhere behind where the session is: near by, far away, among what is written in the end, or there. */
function pause(dice: Dice, left: bigint): bigint {
  if (left <= 2n * COMMIT) return left - BigInt(dice.below(Number(left > COMMIT ? left - COMMIT : left)) + 1);
  const gas = Number(left >> GAS_BITS);
  return dice.weighted<() => bigint>([
    [4, () => BigInt(Math.floor(gas / dice.pick([1, 1.001, 1.01, 1.1, 1.5, 3]))) << GAS_BITS],
    [2, () => BigInt(dice.below(gas + 1)) << GAS_BITS],
    // While frames are undone, and changes listed and written.
    [2, () => (BigInt(dice.below(gas + 1)) << GAS_BITS) + BigInt(dice.below(30))],
    [1, () => COMMIT + BigInt(dice.below(12))],
    [1, () => BigInt(dice.below(12))],
    [1, () => 0n],
  ])();
}

/** Adds to the witness what a step misses: nodes of the states between the writes of one transaction. */
async function advance(l1: FuzzL1, step: Step, witness: Buffer, commit: CommitReplay): Promise<Reached> {
  try {
    return await l1.advance(step, witness);
  } catch (error) {
    const revert = decodeRevert(error);
    const item = revert?.name === "MissingWitness" ? await commit.preimages(asHash(revert.args[0])) : undefined;
    if (item === undefined || witness.includes(Buffer.from(item))) throw error;
    return await advance(l1, step, Buffer.concat([witness, item]), commit);
  }
}
