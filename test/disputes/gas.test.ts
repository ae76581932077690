/** The heaviest calls of a dispute: they fit into one transaction, and cost little more than they have to. */
import { expect } from "chai";
import type { ContractTransactionResponse } from "ethers";
import hre from "hardhat";

import { keccakText } from "../../l2/base/keccak.ts";
import type { L2Transaction } from "../../l2/protocol/l2-transaction.ts";
import { type TestBatch, BatchMaker, lying, placeOf, placed, rootsWith, submit } from "../../testkit/batches.ts";
import { check, requestData } from "../../testkit/disputes.ts";
import { type TestSystem, systemFixture } from "../../testkit/system.ts";

/** Most gas of one transaction since Osaka (EIP-7825). */
const CAP = 16_777_216n;
const GWEI = 10n ** 9n;

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
    first = await world.batch(world.genesis, current, { transfers: 200, perBlock: 50, ...(await placeOf(system)) });
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

  it("[11.6] a request costs at most 100,000", async () => {
    const second = await world.batch(first.header, current, { transfers: 1 });
    await submit(system, first);
    await submit(system, second);
    await requestData(system, first);
    await check(system, world, first, { to: 100 });
    await check(system, world, first, { from: 100 });
    await system.connection.networkHelpers.setNextBlockBaseFeePerGas(GWEI);
    const value = await system.disputes.requestFee(second.header, GWEI);
    const { disputes } = system.as(system.verifierAccounts[0]!);
    const sent = await disputes.requestData([await placed(system, second.header)], { value });
    expect(await measure("request data", sent)).to.be.at.most(100_000n);
  });

  it("[11.9] a range of 100 transfers fits, also the last one; a part of it costs in proportion", async () => {
    await submit(system, first);
    await requestData(system, first);
    const all = await measure("check 100 transfers", await check(system, world, first, { to: 100 }));
    expect(all / 100n).to.be.at.most(50_000n);
    await measure("check one transfer", await check(system, world, first, { from: 100, to: 101 }));
    await measure("check the rest and confirm", await check(system, world, first, { from: 101 }));
    expect(await system.inbox.insecure()).to.equal(false);
  });

  it("[11.5] a fraud proof of a transfer", async () => {
    const wrong = lying(first, { stateRoots: rootsWith(first, 77, keccakText("wrong")) });
    await submit(system, wrong);
    await measure("prove fraud", await check(system, world, wrong, { from: 77, to: 78 }));
    expect(await system.inbox.head()).to.equal(1n);
  });

  it("[11.5] the last transition fits, with the most padding that a tree can have", async () => {
    const { context } = first.transactions[0]!;
    const raw = (i: number): Uint8Array => first.transactions[i % 200]!.raw;
    const transactions = Array.from({ length: 2_049 }, (_, i): L2Transaction => ({ context, raw: raw(i) }));
    const stateRoots = transactions.map((_, i) => (i === 2_047 ? first.header.preStateRoot : keccakText(`root ${i}`)));
    const batch = lying(first, { transactions, stateRoots });
    await submit(system, batch);
    const witness = await world.state.witness(first.header.preStateRoot, transactions.slice(-1));
    const sent = await check(system, world, batch, { from: 2_048, witness });
    expect(await measure("check the last of 2,049", sent)).to.be.at.most(2_000_000n);
    expect(await system.inbox.head()).to.equal(1n);
  });
});
