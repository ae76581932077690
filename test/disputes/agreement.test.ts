/**
 * Random batches through three implementations: `@ethereumjs/vm` alone, the L2 library, and L1 with the witness of the
 * L2 library. A batch is right or wrong for all of them.
 */
import { expect } from "chai";
import { ZeroHash, computeAddress, id, toBeHex } from "ethers";

import { executeBatch } from "../../l2/batch/build.ts";
import { fromHex, toHex } from "../../l2/base/hex.ts";
import { StateStore } from "../../l2/state/state.ts";
import { transitionWitness } from "../../l2/execution/witness.ts";
import {
  COINBASE,
  type TestBatch,
  type Transfer,
  BatchMaker,
  placeOf,
  stateBefore,
  submit,
} from "../../testkit/batches.ts";
import { RequestState, check, requestData, requestOf } from "../../testkit/disputes.ts";
import { type TestSystem, systemFixture } from "../../testkit/system.ts";

const SEEDS = 12;

describe("L1, the L2 library and @ethereumjs/vm", () => {
  let world: BatchMaker;
  let store: StateStore;
  let load: () => Promise<TestSystem>;
  let system: TestSystem;
  let current: string;

  before(async () => {
    world = await BatchMaker.open(20);
    store = await StateStore.open();
    expect(await store.genesis(world.config)).to.equal(world.genesis.postStateRoot);
    load = systemFixture({ rollup: { genesisStateRoot: world.genesis.postStateRoot } });
    system = await load();
    current = (await system.sequencers.term()).sequencer;
  });

  beforeEach(async () => {
    system = await load();
  });

  after(async () => {
    await store.close();
  });

  for (let seed = 0; seed < SEEDS; seed++) {
    it(`[11.9] [11.10] agree on random batch ${String(seed)}`, async () => {
      const batch = await world.batch(world.genesis, current, {
        transfers: randomTransfers(world, seed),
        perBlock: 4,
        ...(await placeOf(system)),
      });
      const execution = await executeBatch(world.config, store, world.genesis.postStateRoot, batch.transactions);
      const invalid = batch.gas.indexOf(0n);
      expect(execution.invalid?.index ?? -1, "first invalid transaction").to.equal(invalid);
      expect(execution.mttbr).to.equal(batch.header.mttbr);
      const valid = invalid === -1 ? batch.transactions.length : invalid;
      expect(execution.stateRoots).to.deep.equal(batch.stateRoots.slice(0, valid));
      if (invalid === -1) {
        expect([execution.mtsr, execution.gasUsed]).to.deep.equal([batch.header.mtsr, batch.header.gasUsed]);
      }
      await settle(batch, 3 + (seed % 4));
      const right = invalid === -1;
      expect(await system.inbox.head(), "right for L1").to.equal(right ? 2n : 1n);
      expect((await requestOf(system, batch)).state).to.equal(right ? RequestState.Answered : RequestState.Closed);
    });
  }

  /** Has L1 check a batch in ranges of `size` transactions, up to its verdict. */
  async function settle(batch: TestBatch, size: number): Promise<void> {
    await submit(system, batch);
    await requestData(system, batch);
    const { length } = batch.transactions;
    for (let from = 0; from < length; from += size) {
      const to = Math.min(from + size, length);
      const transactions = batch.transactions.slice(from, to);
      const witness = await transitionWitness(world.config, store, stateBefore(batch, from), transactions);
      await check(system, world, batch, { from, to, witness });
      if ((await system.inbox.head()) === 1n) return;
    }
  }
});

/** A dozen transfers of all kinds; those of every other seed have an invalid one among them. */
function randomTransfers(world: BatchMaker, seed: number): Transfer[] {
  let state = seed;
  const below = (limit: number): number => {
    state = Number(BigInt(id(`${String(state)} of ${String(seed)}`)) % 2n ** 48n);
    return state % limit;
  };
  const { users, config } = world;
  const fresh = (): string => computeAddress(id(`fresh ${String(below(2 ** 32))}`));
  const recipients = [() => users[below(users.length)]!.address, () => COINBASE, fresh];
  const cap = { maxFeePerGas: null, maxPriorityFeePerGas: null, gasPrice: config.baseFee + BigInt(below(1000)) };
  const kinds = [
    {},
    { type: 0, ...cap },
    { type: 1, ...cap, gasLimit: 60_000n, accessList: [{ address: fresh(), storageKeys: [ZeroHash, id("key")] }] },
    { maxFeePerGas: config.baseFee, maxPriorityFeePerGas: 0n },
  ];
  const transfers = Array.from({ length: 12 }, (_, i): Transfer => {
    const from = (seed + i) % users.length;
    const to = below(6) === 0 ? users[from]!.address : recipients[below(recipients.length)]!();
    if (below(6) === 0) return { from, everything: true, request: { to } };
    return { from, request: { to, value: BigInt(below(3)) * BigInt(below(2 ** 40)), ...kinds[below(kinds.length)] } };
  });
  if (seed % 2 === 1) transfers[below(transfers.length)] = INVALID[((seed - 1) / 2) % INVALID.length]!;
  return transfers;
}

const INVALID: Transfer[] = [
  { from: 0, request: { nonce: 3 } },
  { from: 0, request: { chainId: 5n } },
  { from: 0, request: { value: 10n ** 30n } },
  { from: 0, request: { data: toBeHex(1), gasLimit: 21_015n } },
  { raw: toHex(fromHex(`0x02${"c1".repeat(9)}`)) },
  { from: 0, request: { to: null, gasLimit: 52_999n } },
];
