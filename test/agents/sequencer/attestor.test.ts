import { expect } from "chai";
import { parseEther, randomBytes, type Wallet } from "ethers";

import type { LocalSequencer, LocalSystem } from "../../../agents/local/local.ts";
import { wireHeader } from "../../../agents/peers/methods.ts";
import { toHex, ZERO_HASH } from "../../../l2/base/hex.ts";
import { type BatchHeader, hashHeader } from "../../../l2/batch/header.ts";
import { BATCH_LIMITS } from "../../../l2/protocol/limits.ts";
import { localTest, nextBatch, type LocalTest } from "../../../testkit/local.ts";

describe("Attestor", () => {
  let test: LocalTest;
  let local: LocalSystem;

  afterEach(() => local.stop());

  const others = (): LocalSequencer[] => local.sequencers.filter((sequencer) => sequencer !== local.current);

  beforeEach(async () => {
    test = await localTest({ verifiers: 0 });
    local = test.local;
    const [alice, bob] = test.users as [Wallet, Wallet];
    await local.transfer(alice, bob.address, parseEther("1"));
    await local.transfer(bob, alice.address, parseEther("2"));
    await local.tick();
  });

  const ask = async (header: BatchHeader): Promise<Record<string, string>> =>
    await local.consensus.agent.peer.messenger.request(others()[0]?.owner ?? "", "signBatch", {
      header: wireHeader(header),
    });

  it("[7] [S4] signs the batch that it computes itself", async () => {
    const { header } = await nextBatch(local);
    expect(await ask(header)).to.have.property("signature");
  });

  for (const [field, value] of [
    ["mtsr", toHex(randomBytes(32))],
    ["mttbr", toHex(randomBytes(32))],
    ["postStateRoot", toHex(randomBytes(32))],
    ["preStateRoot", ZERO_HASH],
    ["dataHash", ZERO_HASH],
    ["txCount", 3n],
    ["gasUsed", 1n],
    ["dataSize", 1n],
    ["firstTimestamp", 1n],
  ] as const) {
    it(`[S3] [S4] does not sign another ${field}`, async () => {
      const { header } = await nextBatch(local);
      expect((await ask({ ...header, [field]: value }))["refused"]).to.contain(field);
    });
  }

  it("[7] [11.9] does not sign a batch that it could not have recomputed in time", async () => {
    const { header } = await nextBatch(local);
    const answer = await ask({ ...header, gasUsed: BATCH_LIMITS.gas + 1n });
    expect(answer["refused"]).to.contain("gasUsed is 25000001, expected 0 to 25000000");
  });

  it("[M3] [M4] [M10] does not sign what L1 would refuse: another epoch or term, old blocks, what is no part of the L2 yet", async () => {
    const { header } = await nextBatch(local);
    const refusal = async (fields: Partial<BatchHeader>) => (await ask({ ...header, ...fields }))["refused"];
    expect(await refusal({ epoch: 1n })).to.contain("epoch is 1, expected 0");
    const { term } = header;
    expect(await refusal({ term: term + 1n })).to.equal(`term is ${term + 1n}, expected ${term}`);
    expect(await refusal({ term: term - 1n })).to.match(/no seat in term|term is/);
    expect(await refusal({ blockBefore: ZERO_HASH })).to.contain("blockBefore is");
    expect(await refusal({ baseFee: 1n })).to.contain("baseFee is 1");
    expect(await refusal({ deposits: 1n })).to.contain("deposits is 1, expected 0");
    expect(await refusal({ attestations: header.mtsr })).to.contain("attestations is");
    await local.advance(Number(BATCH_LIMITS.lag) + 1);
    expect(await refusal({})).to.contain(`lastTimestamp is ${header.lastTimestamp}, expected`);
  });

  it("[M2] signs a batch that L1 took without its signature, where it is what it computes itself", async () => {
    const { header } = await nextBatch(local);
    await local.until(() => local.l1State.head === 2, { seconds: 90 });
    expect(local.l1State.batches[1]?.headerHash).to.equal(hashHeader(header));
    expect(await ask(header)).to.have.property("signature");
    expect((await ask({ ...header, gasUsed: 1n }))["refused"]).to.contain("L1 has batch 1 already");
  });

  it("[S4] does not sign for another sequencer, on another parent, or beyond its head", async () => {
    const { header } = await nextBatch(local);
    expect((await ask({ ...header, sequencer: others()[0]?.owner ?? "" }))["refused"]).to.contain("vouch");
    expect((await ask({ ...header, parent: ZERO_HASH }))["refused"]).to.contain("builds on");
    expect((await ask({ ...header, lastBlock: 9n }))["refused"]).to.contain("block 9 is not here");
  });

  it("[S2] does not sign a silence that it has not seen itself, whatever the consensus layer says", async () => {
    const { number, sequencer } = local.consensus.agent.peer.members.term;
    const request = { term: number, sequencer: sequencer ?? "" };
    await local.advance(3600);
    const { messenger } = local.consensus.agent.peer;
    const answer = await messenger.request(others()[0]?.owner ?? "", "signSilence", request);
    expect((answer as Record<string, string>)["refused"]).to.contain("has not been silent for 60 s");
  });
});
