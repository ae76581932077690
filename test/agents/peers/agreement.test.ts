import { expect } from "chai";
import { type Wallet, parseEther } from "ethers";

import { BATCH_STATUS } from "../../../agents/l1/mirror.ts";
import type { LocalSequencer, LocalSystem } from "../../../agents/local/local.ts";
import { Parameter } from "../../../ignition/parameters.ts";
import type { Hex } from "../../../l2/base/hex.ts";
import { BATCH_LIMITS } from "../../../l2/protocol/limits.ts";
import { type Fault, isolated, overfilling } from "../../../testkit/faults.ts";
import { type LocalTest, type LocalTestOptions, localTest } from "../../../testkit/local.ts";
import { signed } from "../../../testkit/signed.ts";

describe("Agreement of a peer's chain with L1", () => {
  let test: LocalTest;
  let local: LocalSystem;
  let alice: Wallet;
  let bob: Wallet;

  async function setUp(options: LocalTestOptions): Promise<void> {
    test = await localTest({ verifiers: 0, ...options });
    local = test.local;
    [alice, bob] = test.users as [Wallet, Wallet];
  }

  const transferOf = (from: Wallet, nonce: number, fields: object = {}): Promise<Hex> =>
    signed(from, {
      type: 2,
      chainId: test.config.chainId,
      nonce,
      to: alice.address,
      value: 1n,
      gasLimit: 21_000n,
      maxFeePerGas: test.config.baseFee * 2n,
      maxPriorityFeePerGas: 0n,
      ...fields,
    });

  afterEach(() => local.stop());

  describe("over a batch that L1 alone recomputed", () => {
    const fault: Fault = { on: false };
    let faker: LocalSequencer;
    /** A payment that peers confirmed, in a block that the batch does not have. */
    let paid: Hex;

    const first = () => local.l1State.batches[1];
    const others = () => local.sequencers.filter((sequencer) => sequencer !== faker);

    /** The current sequencer posts another block than its peers hold, and L1 finds it right. */
    beforeEach(async () => {
      fault.on = false;
      await setUp({ behaviour: () => ({ ...isolated(fault), ...overfilling(fault) }) });
      faker = local.current!;
      paid = await local.transfer(alice, bob.address, parseEther("1"));
      await local.tick();
      expect(local.sequencers.map(({ chain }) => chain.head.number)).to.deep.equal([1, 1, 1, 1]);
      for (const agent of [local.consensus, ...others()]) await agent.stop();
      fault.on = true;
      await faker.chain.rollbackTo(0, "it says something else to L1");
      await faker.chain.addTransaction(await transferOf(bob, 0));
      await faker.tick();
      await faker.agent.postUnattested();
      await local.until(() => first()?.standing.status === BATCH_STATUS.recomputed);
      fault.on = false;
      for (const agent of others()) await agent.restart();
    });

    it("[3.3.6] keeps confirmed blocks, which a certified batch puts in its place", async () => {
      await faker.stop();
      await local.consensus.restart();
      await local.until(() => first()?.standing.status === BATCH_STATUS.certified, { seconds: 300 });
      for (const { chain } of others()) expect((await chain.receipt(paid))?.block).to.equal(1);
      expect(first()?.header.sequencer).to.not.equal(faker.owner);
      await faker.restart();
      await local.tick(2);
      expect((await faker.chain.receipt(paid))?.block).to.equal(1);
    });

    it("[3.3.6b.1] adopts it once it can give way no more", async () => {
      await local.tick(2);
      for (const { chain } of others()) expect((await chain.receipt(paid))?.block).to.equal(1);
      await local.advance(Number(await test.system.parameters.get(Parameter.RequestWindow)) + 1);
      await local.tick(2);
      for (const { chain } of others()) {
        expect(await chain.receipt(paid)).to.equal(undefined);
        expect(chain.head.stateRoot).to.equal(first()?.header.postStateRoot);
      }
    });
  });

  it("[M4] [C1] gives up blocks that are too old for L1 and too many for one batch with a new one @full", async () => {
    await setUp({});
    await local.consensus.stop();
    const size = 98_000;
    const fields = { data: `0x${"00".repeat(size)}`, gasLimit: 21_000n + 10n * BigInt(size) };
    for (let nonce = 0; nonce < 12; nonce++) {
      await local.current!.chain.addTransaction(await transferOf(alice, nonce, fields));
    }
    await local.tick(2);
    const heads = () => local.sequencers.map(({ chain }) => chain.head.number);
    expect(heads()).to.deep.equal([2, 2, 2, 2]);
    await local.advance(Number(BATCH_LIMITS.lag));
    await local.tick();
    expect(heads()).to.deep.equal([2, 2, 2, 2]);
    await local.advance(1_000);
    await local.tick();
    expect(heads()).to.deep.equal([0, 0, 0, 0]);
    await local.consensus.restart();
    await local.tick();
    await local.transfer(bob, alice.address, 1n);
    await local.until(() => local.l1State.head === 2, { seconds: 120 });
  });
});
