/** The heaviest calls of a dispute: they fit into one transaction, and cost little more than their calldata. */
import { expect } from "chai";
import { type ContractTransactionResponse, getBytes } from "ethers";
import hre from "hardhat";

import { keccakText } from "../../l2/base/keccak.ts";
import { decodeRecords, splitRecords } from "../../l2/batch/encoding.ts";
import type { L2Transaction } from "../../l2/protocol/l2-transaction.ts";
import { type TestBatch, BatchMaker, lying, submit } from "../../testkit/batches.ts";
import { post, recompute, requestData } from "../../testkit/disputes.ts";
import { type TestSystem, systemFixture } from "../../testkit/system.ts";

/** Most gas of one transaction since Osaka (EIP-7825). */
const CAP = 16_777_216n;
const PIECE = 100_000;

describe("Gas of disputes", function () {
  this.timeout(240_000);
  let world: BatchMaker;
  let load: () => Promise<TestSystem>;
  let system: TestSystem;
  let current: string;
  let first: TestBatch;
  const lines: string[] = [];

  before(async function () {
    // Instrumented code spends more.
    if (hre.globalOptions.coverage) this.skip();
    world = await BatchMaker.open(100);
    load = systemFixture({ rollup: { genesisStateRoot: world.genesis.postStateRoot } });
    system = await load();
    current = (await system.sequencers.term()).sequencer;
    first = await world.batch(world.genesis, current, { transfers: 200, perBlock: 50 });
  });

  beforeEach(async () => {
    system = await load();
  });

  after(() => {
    for (const line of lines) console.log(`      ${line}`);
  });

  /** Gas of a call, which must fit into one transaction. */
  const measure = async (what: string, sent: ContractTransactionResponse): Promise<bigint> => {
    const { gasUsed } = (await sent.wait())!;
    expect(gasUsed, what).to.be.lessThan(CAP);
    lines.push(`${gasUsed.toLocaleString("en").padStart(12)} ${what}`);
    return gasUsed;
  };

  /** The least that EIP-7623 charges for a transaction's calldata. */
  const floorOf = ({ data }: ContractTransactionResponse): bigint =>
    21_000n + getBytes(data).reduce((sum, byte) => sum + (byte === 0 ? 10n : 40n), 0n);

  /** A batch of this many transactions that cannot be executed: posting only hashes them. */
  const unexecuted = (count: number, raw: (i: number) => Uint8Array): TestBatch => {
    const { context } = first.transactions[0]!;
    const transactions = Array.from({ length: count }, (_, i): L2Transaction => ({ context, raw: raw(i) }));
    const stateRoots = transactions.map((_, i) => keccakText(`claimed ${String(i)}`));
    return lying(first, { transactions, stateRoots });
  };

  /** Posts a whole batch in pieces of 100 kB. */
  const postAll = async (what: string, batch: TestBatch): Promise<{ gas: bigint; floor: bigint }[]> => {
    await submit(system, batch);
    await requestData(system, batch);
    const costs = [];
    let at = 0;
    for (const piece of splitRecords(batch.data, PIECE)) {
      const next = at + decodeRecords(piece, batch.transactions[at - 1]?.context).length;
      const sent = await post(system, batch, at, next);
      const gas = await measure(`${what}: ${String(next - at)} transactions, ${String(piece.length)} bytes`, sent);
      costs.push({ gas, floor: floorOf(sent) });
      at = next;
    }
    expect((await system.disputes.requestOf(batch.hash)).state).to.equal(2n);
    return costs;
  };

  it("[8a] a batch of 200 transfers with four signatures costs at most 150,000", async () => {
    const second = await world.batch(first.header, current, { transfers: 200, perBlock: 50 });
    await measure("submit the first batch", await submit(system, first));
    expect(await measure("submit a batch", await submit(system, second))).to.be.at.most(150_000n);
  });

  it("[11.8] takes 100 kB of transfers in one call for at most a tenth more than the floor of their calldata", async () => {
    const raw = (i: number): Uint8Array => first.transactions[i % first.transactions.length]!.raw;
    for (const { gas, floor } of await postAll("post transfers", unexecuted(1_800, raw))) {
      const percent = Number((gas * 10_000n) / floor) / 100;
      lines.push(`${`${String(percent)} %`.padStart(12)} of the calldata's floor, ${String(floor)}`);
      expect(gas * 10n).to.be.at.most(floor * 11n);
    }
  });

  it("[11.8] the last piece fits, with the most padding that a tree can have", async () => {
    const raw = (i: number): Uint8Array => first.transactions[i % first.transactions.length]!.raw;
    await postAll("post 2,049 of 4,096 leaves", unexecuted(2_049, raw));
  });

  it("[11.8] the most transactions that a batch can have fit into one piece where they are empty", async () => {
    await postAll(
      "post empty transactions",
      unexecuted(4_096, () => new Uint8Array()),
    );
  });

  it("[11.9] a step of 100 transfers fits", async () => {
    await submit(system, first);
    await measure("request data", await requestData(system, first));
    await measure("post 200 transfers", await post(system, first));
    await measure("recompute 100 transfers", await recompute(system, world, first, { to: 100 }));
    await measure("recompute and confirm", await recompute(system, world, first, { from: 100 }));
  });
});
