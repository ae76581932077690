import { expect } from "chai";
import { type BytesLike, concat, hexlify, keccak256 } from "ethers";

import { CommitReplay } from "../../agents/execution/commit.ts";
import { decodeRevert } from "../../agents/l1/reverts.ts";
import { readMachine } from "../../agents/execution/machine.ts";
import { MachinePages } from "../../agents/execution/pages.ts";
import { type Hex, ZERO_HASH, asHash, asHex, fromHex } from "../../l2/base/hex.ts";
import type { Executor } from "../../types/ethers-contracts/execution/Executor.ts";
import type { Expected, Input } from "../../testkit/execution/reference.ts";
import { hashOf, itemsOf } from "../../testkit/execution/witness.ts";

/** Gas of calls whose price is not what a test is about. */
export const PLENTY = 2n ** 29n;

/** The root of the tree of a machine's pages. */
function rootOf(machine: string): Hex {
  const paused = readMachine(asHex(machine));
  return paused.kind === "runs" ? paused.pages : ZERO_HASH;
}

/** A transaction's execution over several calls. */
export class Session {
  readonly executor: Executor;
  readonly input: Input;
  readonly preStateRoot: Hex;
  readonly witness: string;
  readonly #items: ReadonlyMap<string, Uint8Array>;
  /** What the machines that were seen are made of, and what came with each of them. */
  readonly #pages = new MachinePages();
  readonly #latest = new Map<string, string>();

  constructor(executor: Executor, input: Input, preStateRoot: string, witness: BytesLike) {
    this.executor = executor;
    this.input = input;
    this.preStateRoot = asHash(preStateRoot);
    this.witness = hexlify(witness);
    this.#items = new Map(itemsOf(witness).map((item) => [hashOf(item), fromHex(item)]));
  }

  /** What L1 identifies the execution by. */
  key(): Promise<string> {
    return this.executor.transitionKey(this.input, this.preStateRoot);
  }

  /** What a step leads to, without a transaction. */
  async peek(machine: string, until: bigint, gasLimit = PLENTY, witness?: string): Promise<string> {
    if (witness === undefined) return (await this.simulate(machine, until, gasLimit)).next;
    const { executor, input, preStateRoot } = this;
    const { next, items } =
      machine === "0x"
        ? await executor.begin.staticCall(input, preStateRoot, until, witness, { gasLimit })
        : await executor.advance.staticCall(await this.key(), machine, until, witness, { gasLimit });
    this.#pages.add(fromHex(items));
    this.#latest.set(next, items);
    return next;
  }

  /** Takes a step. */
  async advance(machine: string, until: bigint): Promise<string> {
    const { witness, next } = await this.simulate(machine, until);
    const { executor, input, preStateRoot } = this;
    const sent =
      machine === "0x"
        ? await executor.begin(input, preStateRoot, until, witness, { gasLimit: PLENTY })
        : await executor.advance(await this.key(), machine, until, witness, { gasLimit: PLENTY });
    await sent.wait();
    if (next !== "0x") expect(await executor.isReached(await this.key(), keccak256(next))).to.equal(true);
    return next;
  }

  /** What L1 remembers. */
  async outcome(): Promise<Expected> {
    const { valid, gasUsed, stateRoot } = await this.executor.outcomeOf(await this.key());
    return { valid, gasUsed, stateRoot: asHash(stateRoot) };
  }

  /** Finds the witness of a step, with what only the steps before it led to. */
  async simulate(machine: string, until: bigint, gasLimit = PLENTY): Promise<{ witness: string; next: string }> {
    const replay = new CommitReplay(this.preStateRoot, (hash) => this.#items.get(hash));
    if (machine !== "0x") await replay.follow(readMachine(asHex(machine)));
    for (let witness = concat([this.witness, this.#latest.get(machine) ?? "0x"]); ;) {
      try {
        return { witness, next: await this.peek(machine, until, gasLimit, witness) };
      } catch (error) {
        const revert = decodeRevert(error);
        const missing = revert?.name === "MissingWitness" ? asHash(revert.args[0]) : undefined;
        const node =
          missing === undefined ? undefined : (this.#pages.get(missing) ?? (await replay.preimages(missing)));
        if (node === undefined) throw error;
        const page = missing === undefined ? undefined : this.#pages.pageBelow(missing);
        const others = page === undefined ? [] : [...this.#pages.around(rootOf(machine), page)];
        witness = concat([witness, node, ...others.map((hash) => this.#pages.get(hash) ?? "0x")]);
      }
    }
  }
}
