import { RLP } from "@ethereumjs/rlp";
import { expect } from "chai";
import type { BaseContract } from "ethers";
import hre from "hardhat";

import type { L2Transaction } from "../../../l2/protocol/l2-transaction.ts";
import { ChainError } from "../../../l2/protocol/errors.ts";
import { Executor } from "../../../l2/execution/executor.ts";
import { type Hex, toHex } from "../../../l2/base/hex.ts";
import { keccakHex } from "../../../l2/base/keccak.ts";
import { type NodeSource, Overlay, StateStore } from "../../../l2/state/state.ts";
import { transitionWitness } from "../../../l2/execution/witness.ts";
import { deployExecutor, execute } from "../../../testkit/execution/executor.ts";
import { randomSource } from "../../../testkit/execution/random.ts";
import { config, users } from "../../../testkit/l2/fixtures.ts";
import { randomPrograms } from "../../../testkit/l2/programs.ts";

const { ethers } = await hre.network.create();

/** The items of a witness by hash: trie nodes, and code. */
function itemsOf(witness: Uint8Array): Map<Hex, Uint8Array> {
  const items = new Map<Hex, Uint8Array>();
  for (let rest = witness; rest.length > 0;) {
    const { data, remainder } = RLP.decode(rest, true);
    const item = rest.slice(0, rest.length - remainder.length);
    const content = data instanceof Uint8Array ? data : item;
    items.set(keccakHex(content), content);
    rest = remainder;
  }
  return items;
}

/** Nothing but what a witness holds. */
function sourceOf(witness: Uint8Array): NodeSource {
  const items = itemsOf(witness);
  return {
    node: (key) => {
      const item = items.get(`0x${key.slice(-64)}`);
      return item === undefined
        ? Promise.reject(new ChainError("UNKNOWN_STATE", `The witness lacks ${key}.`))
        : Promise.resolve(item);
    },
  };
}

/** What a transaction led to, as L1 tells it. */
interface Result {
  readonly valid: boolean;
  readonly gasUsed: bigint;
  readonly stateRoot: Hex;
}

/** Executes transactions; keeps what they lead to where a store is given. */
async function run(
  source: NodeSource,
  root: Hex,
  list: readonly L2Transaction[],
  store?: StateStore,
): Promise<Result[]> {
  const executor = await Executor.at(config, new Overlay(source), root);
  const results: Result[] = [];
  for (const { context, raw } of list) {
    const { gasUsed, stateRoot } = await executor.execute(context, executor.decode(raw));
    results.push({ valid: true, gasUsed, stateRoot });
  }
  await store?.keep(executor.changes());
  return results;
}

describe("Witnesses of contracts", () => {
  let executor: BaseContract;

  before(async () => {
    executor = await deployExecutor(ethers, config);
  });

  for (const seed of ["a", "b", "c"]) {
    it(`[11.5] [11.9] suffice for L1 to execute random code, and for the L2 (${seed})`, async () => {
      const random = randomSource(`witness ${seed}`);
      const states = await StateStore.open();
      const genesis = await states.genesis(config);
      const list = await randomPrograms(users.slice(0, 4), random, 60);
      const results = await run(states, genesis, list, states);
      for (let from = 0; from < list.length;) {
        const range = list.slice(from, from + 1 + random(4));
        const before = results[from - 1]?.stateRoot ?? genesis;
        const expected = results.slice(from, from + range.length);
        const witness = await transitionWitness(config, states, before, range);
        expect(await run(sourceOf(witness), before, range), "on the L2").to.deep.equal(expected);
        const inputs = range.map(({ context, raw }) => ({ context, raw: toHex(raw) }));
        expect(await execute(executor, inputs, before, toHex(witness)), "on L1").to.deep.equal(expected);
        from += range.length;
      }
    }).timeout(300_000);
  }
});
