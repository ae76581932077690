import { expect } from "chai";
import { Wallet, ZeroAddress, id, parseEther } from "ethers";

import { certificateDomain, provePossession } from "../../../agents/l1/certificate.ts";
import { TERM_LIMIT } from "../../../agents/l1/rotations.ts";
import { type ProvenKey, Stake } from "../../../agents/sequencer/stake.ts";
import { L1Revert } from "../../../agents/l1/reverts.ts";
import { l1Wallet, type LocalTest, localTest } from "../../../testkit/local.ts";
import { failureOf } from "../../../testkit/agents/failure.ts";

describe("stake", () => {
  let test: LocalTest;

  beforeEach(async () => {
    test = await localTest({ sequencers: 2, verifiers: 0 });
  });

  afterEach(async () => {
    await test.local.stop();
  });

  const proven = async (key: Wallet, owner: string): Promise<ProvenKey> => {
    const { addresses, provider } = test.local.l1;
    const domain = certificateDomain((await provider.getNetwork()).chainId, addresses.sequencers);
    return { address: key.address, possession: await provePossession(domain, key, owner) };
  };

  it("[Q4] joins, tops up, changes keys, leaves and is paid", async () => {
    const { system, local } = test;
    const owner = l1Wallet(30);
    const amount = parseEther("20000");
    await system.token.transfer(owner.address, 2n * amount);
    const stake = new Stake({ l1: local.l1, transactions: local.manager(owner) });
    const [key, fresh] = [new Wallet(id("key")), new Wallet(id("fresh key"))];
    const { members } = local.consensus.agent.peer;
    // Batches keep the term from ending by itself before the first one.
    await local.transfer(test.users[0]!, owner.address, 1n);
    await local.until(() => local.l1State.head === 2, { seconds: 90 });
    await stake.join(await proven(key, owner.address), owner.address, amount);
    await local.consensus.tick();
    expect([members.of(owner.address), members.coming.of(owner.address)?.key]).to.deep.equal([undefined, key.address]);
    await local.advance(TERM_LIMIT);
    await local.tick();
    expect(members.of(owner.address)?.key).to.equal(key.address);
    await stake.topUp(1n);
    await stake.rotateKey(await proven(fresh, owner.address));
    await stake.setRecipient(key.address);
    const sequencer = await system.sequencers.sequencerOf(owner.address);
    expect([sequencer.stake, sequencer.key, sequencer.recipient]).to.deep.equal([
      amount + 1n,
      fresh.address,
      key.address,
    ]);
    await local.consensus.tick();
    expect([members.of(owner.address)?.key, members.coming.of(owner.address)?.key]).to.deep.equal([
      key.address,
      fresh.address,
    ]);
    expect(await stake.claim()).to.equal(undefined);
    await stake.resign();
    expect(await failureOf(stake.withdraw())).to.be.instanceOf(L1Revert);
    // Two terms later nothing that it signed can be submitted, and what was is final.
    for (let term = 0; term < 2; term++) {
      await local.advance(15 * 86_400);
      await local.tick();
    }
    await stake.withdraw();
    await stake.claim();
    expect(await system.token.balanceOf(owner.address)).to.equal(2n * amount);
    expect([members.of(owner.address), members.coming.of(owner.address)]).to.deep.equal([undefined, undefined]);
  });

  it("[Q4] [L] names what L1 refuses", async () => {
    const { local } = test;
    const stake = new Stake({ l1: local.l1, transactions: local.manager(l1Wallet(31)) });
    const { address } = l1Wallet(31);
    const key = await proven(new Wallet(id("key")), address);
    const refusal = async (...given: Parameters<Stake["join"]>) => (await failureOf(stake.join(...given))).message;
    expect(await refusal(key, ZeroAddress, parseEther("20000"))).to.contain("SequencerInvalidAddress");
    // Nobody can register a key that he does not have.
    const stolen = { ...key, address: new Wallet(id("another key")).address };
    expect(await refusal(stolen, address, parseEther("20000"))).to.contain("SequencerKeyNotOwned");
  });
});
