import { expect } from "chai";
import { Wallet, id } from "ethers";

import { certificateDomain, provePossession } from "../../../agents/l1/certificate.ts";
import { BATCH_STATUS } from "../../../agents/l1/mirror.ts";
import { TERM_LIMIT } from "../../../agents/l1/rotations.ts";
import type { LocalSequencer, LocalSystem } from "../../../agents/local/local.ts";
import { Stake } from "../../../agents/sequencer/stake.ts";
import { Parameter } from "../../../ignition/parameters.ts";
import { BATCH_LIMITS } from "../../../l2/protocol/limits.ts";
import { type Fault, forge, refusing } from "../../../testkit/faults.ts";
import { l1Wallet, localTest, type LocalTest, type LocalTestOptions } from "../../../testkit/local.ts";

/** What a new term, key, epoch or day does to batches under way. */
describe("consensus layer across terms", () => {
  let test: LocalTest;
  let local: LocalSystem;
  let alice: Wallet;
  let bob: Wallet;

  async function setUp(options: LocalTestOptions = {}): Promise<void> {
    test = await localTest({ verifiers: 0, ...options });
    local = test.local;
    [alice, bob] = test.users as [Wallet, Wallet];
  }

  const term = async (): Promise<bigint> => (await test.system.sequencers.term()).number;
  const pay = () => local.transfer(alice, bob.address, 1n);
  const current = (): LocalSequencer => local.current!;
  const certified = (index: bigint) => local.consensus.agent.certifiedBatch(index);

  afterEach(() => local.stop());

  it("[5] [M3] submits a batch in the term after that of its certificate, and none later", async () => {
    await setUp({ local: { consensusOptions: { limits: { age: 10 } } } });
    await local.submitter?.stop();
    await pay();
    await local.run(20);
    const first = await certified(1n);
    expect(first?.header.term).to.equal(await term());
    await local.advance(TERM_LIMIT);
    await local.tick(2);
    expect(await term()).to.equal(first!.header.term + 1n);
    expect((await certified(1n))?.header).to.deep.equal(first?.header);
    await local.submitter?.restart();
    await local.tick(2);
    expect(local.l1State.batches[1]?.header).to.deep.equal(first?.header);

    await local.submitter?.stop();
    await pay();
    await local.run(20);
    const second = await certified(2n);
    for (let day = 0; day < 2; day++) {
      await local.advance(TERM_LIMIT);
      await local.tick(2);
    }
    // Two terms later it is signed anew, with the sequencer of that term.
    const anew = await certified(2n);
    expect([second?.header.term, anew?.header.term]).to.deep.equal([first!.header.term + 1n, await term()]);
    await local.submitter?.restart();
    await local.tick(2);
    expect(local.l1State.batches[2]?.header).to.deep.equal(anew?.header);
  });

  it("[5] ends a term that is older than a day, and begins one before the first batch where seats wait", async () => {
    await setUp();
    const number = await term();
    await local.run(20);
    expect(await term()).to.equal(number);
    const newcomer = l1Wallet(30);
    const { sequencers, parameters, token } = test.system;
    const lock = await parameters.get(Parameter.MinimumLock);
    await token.transfer(newcomer.address, lock);
    const domain = certificateDomain((await local.l1.provider.getNetwork()).chainId, await sequencers.getAddress());
    const key = new Wallet(id("key of a newcomer"));
    const possession = await provePossession(domain, key, newcomer.address);
    await new Stake({ l1: local.l1, transactions: local.manager(newcomer) }).join(
      { address: key.address, possession },
      newcomer.address,
      lock,
    );
    await local.tick();
    expect(await term()).to.equal(number + 1n);
    expect(local.consensus.agent.peer.members.of(newcomer.address)?.key).to.equal(key.address);
    await local.advance(TERM_LIMIT);
    await local.tick();
    expect(await term()).to.equal(number + 2n);
  });

  it("[M3] [7] signs with the old key until the term ends, and with the new one from then on", async () => {
    const fresh = new Wallet(id("a new key of the first sequencer"));
    await setUp({ local: { consensusOptions: { limits: { age: 10 } } } });
    const place = local.sequencers.indexOf(current());
    const { address: owner, key } = test.system.sequencerAccounts[place]!;
    await local.stop();
    await setUp({
      local: {
        consensusOptions: { limits: { age: 10 } },
        sequencers: test.system.sequencerAccounts.map((account, at) => ({
          owner: account.address,
          key: account.key,
          ...(at === place ? { nextKey: fresh } : {}),
        })),
      },
    });
    const { sequencers } = test.system.as(test.system.sequencerAccounts[place]!.owner);
    const domain = certificateDomain((await local.l1.provider.getNetwork()).chainId, await sequencers.getAddress());
    await pay();
    await local.run(20);
    await sequencers.rotateKey(fresh.address, await provePossession(domain, fresh, owner));
    await pay();
    await local.run(20);
    const { chain } = local.sequencers[place]!;
    const mine = () => local.consensus.agent.peer.members.of(owner);
    expect(mine()?.key).to.equal(key.address);
    expect(local.l1State.batches[2]?.standing.signers).to.equal(0b1111n);
    await local.advance(TERM_LIMIT);
    await local.tick();
    expect(mine()?.key).to.equal(fresh.address);
    await pay();
    await local.run(20);
    expect(local.l1State.batches[3]?.standing.signers).to.equal(0b1111n);
    // When it is its turn again, its blocks carry the new key.
    while (current().owner !== owner) {
      await local.advance(TERM_LIMIT);
      await local.tick();
    }
    await pay();
    await local.tick(2);
    expect(chain.head.producer).to.equal(fresh.address);
    for (const each of local.sequencers) expect(each.chain.head.hash).to.equal(chain.head.hash);
    // Whoever still has the old key makes no block that counts.
    const { number, hash: parentHash, timestamp, coinbase, transactions } = chain.head;
    const draft = { number: number + 1, parentHash, timestamp: timestamp + 1, coinbase, transactions };
    const refusal = async (signer: Wallet): Promise<string> => {
      const block = await forge(draft, signer, test.config);
      const { messenger } = local.sequencers[place]!.agent.peer;
      return (await messenger.request(local.sequencers[(place + 1) % 4]!.owner, "block", { block })).reason ?? "";
    };
    expect(await refusal(key)).to.contain(`is signed by ${key.address}`);
    expect(await refusal(fresh)).to.not.contain("is signed by");
  });

  it("[M2] goes on asking who did not sign at once, and has the signature added", async () => {
    const fault: Fault = { on: true };
    await setUp({
      behaviour: (place) => (place === 3 ? refusing(fault) : undefined),
      local: { consensusOptions: { limits: { age: 10 } } },
    });
    while (current() === local.sequencers[3]) {
      await local.advance(TERM_LIMIT);
      await local.tick();
    }
    await pay();
    await local.run(20);
    expect(local.l1State.batches[1]?.standing.signers).to.equal(0b0111n);
    fault.on = false;
    await local.run(40);
    expect((await certified(1n))?.certificate.signers).to.equal(0b1111n);
    expect(local.l1State.batches[1]?.added).to.equal(0n);
    await local.run(900, 60);
    expect(local.l1State.batches[1]?.added).to.equal(0b1000n);
    expect(local.l1State.batches[1]?.standing.status).to.equal(BATCH_STATUS.certified);
  });

  it("[M4] puts blocks that are too old alone into a batch with a new one", async () => {
    await setUp({ local: { consensusOptions: { limits: { age: 10, transactions: 1 } } } });
    await local.consensus.stop();
    const { chain } = current();
    const wait = Number(BATCH_LIMITS.lag) + 1_000;
    const raw = async (nonce: number) =>
      await alice.signTransaction({
        ...{ type: 2, chainId: test.config.chainId, nonce, to: bob.address, value: 1n, gasLimit: 21_000n },
        maxFeePerGas: test.config.baseFee * 2n,
      });
    for (let nonce = 0; nonce < 2; nonce++) {
      await chain.addTransaction((await raw(nonce)) as `0x${string}`);
      await local.tick();
    }
    expect(chain.head.number).to.equal(2);
    await local.advance(wait);
    await local.consensus.restart();
    await local.tick(2);
    expect([local.l1State.head, chain.head.number], "too old alone, and there may come a new one").to.deep.equal([
      1, 2,
    ]);
    await pay();
    await local.run(20);
    expect(local.l1State.batches[1]?.header).to.include({ firstBlock: 1n, lastBlock: 3n, txCount: 3n });
  });
});
