import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "chai";
import { concat, keccak256 } from "ethers";
import hre from "hardhat";
import { pino } from "pino";

import { asHash, ZERO_HASH } from "../../l2/base/hex.ts";
import { keccakText } from "../../l2/base/keccak.ts";
import { systemClock } from "../../agents/runtime/clock.ts";
import { connect } from "../../agents/l1/l1.ts";
import { User } from "../../agents/user/user.ts";

import { encodeObject } from "../../l2/batch/encoding.ts";
import { certify } from "../../testkit/certificates.ts";
import { lying, rootsWith, submit } from "../../testkit/batches.ts";
import { isCondemned } from "../../testkit/disputes.ts";
import { Anvil, eventually, freePort, ONLOOKER, Town } from "../../testkit/agents/processes.ts";

describe("Agents as processes, on Anvil", function () {
  this.timeout(300_000);

  let anvil: Anvil;
  /** The same for all, as the configuration of a network is read once. */
  let port: number;
  let town: Town | undefined;

  before(async function () {
    // Instrumented contracts are too large for Anvil.
    if (hre.globalOptions.coverage) this.skip();
    port = await freePort();
  });

  // Each test has an L1 of its own: their clocks move apart from the machine's.
  beforeEach(async () => {
    anvil = await Anvil.start(port);
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") console.log(town?.report());
    await town?.close();
    town = undefined;
    await anvil.stop();
  });

  it("[1] [6] [8a] [9] [11.3.1] [Q7] the honest path, from payment to finality", async () => {
    town = await Town.found(anvil, { sequencers: 3 });
    const { system, world } = town;
    const [alice, bob] = world.users;
    const network = await town.network({ consensus: ["--batch-age", "2"] });
    const storage = await town.storage();
    const submitter = town.submitter({ ...network, storageUrl: storage.url });
    const verifier = town.verifier("verifier", 0, ["--storage-url", storage.url]);

    const l2 = ["--l2-url", network.rpcUrl];
    const pay = ["send", ...l2, "--key", alice!.privateKey, "--to", bob!.address, "--value", "1.5"];
    const { hash } = (await town.user(pay)) as { hash: string };

    await eventually("the batch on L1", async () => (await system.inbox.head()) > 1n);
    const submitted = await system.inbox.queryFilter(system.inbox.filters.BatchSubmitted(1));
    const { headerHash } = submitted[0]!.args;
    await verifier.says("[11.3.1] roots are equal");
    expect(await system.inbox.insecure()).to.equal(false);

    const look = ["prove", ...l2, "--key", ONLOOKER, "--hash", hash, ...town.l1Flags];
    expect(await town.user(look)).to.include({ batch: 1, final: false });

    await anvil.skip(604_800);
    await eventually("finality", async () => (await system.inbox.finalised()) > 1n);
    expect(await town.user(look)).to.include({ batch: 1, final: true });
    const chain = keccak256(concat([ZERO_HASH, await system.inbox.genesisHash()]));
    expect(await system.inbox.isFinal(1, headerHash, chain, [])).to.equal(true);

    const agents = [submitter, verifier, storage.agent, ...network.sequencers, network.consensus];
    expect(await Promise.all(agents.map((agent) => agent.stop()))).to.deep.equal(agents.map(() => 0));
  });

  it("[9.2] [11.6] [11.7] [11.8] [11.9] [11.10.1] [Q3] [Q10] a withheld batch is answered, though the sequencers are killed while they answer, and the verifier after them", async () => {
    town = await Town.found(anvil, { sequencers: 3 });
    const { system, world, l1 } = town;
    const { disputes, inbox } = system;
    const small = ["--step-gas", "600000"];
    const network = await town.network({
      consensus: ["--batch-age", "30", "--batch-transactions", "24"],
      sequencer: ["--answer-at-once", "1", ...small],
    });
    // Memolabs is down from the start: the submitter goes on without it.
    const nowhere = "http://127.0.0.1:1";
    town.submitter({ ...network, storageUrl: nowhere });
    const l2 = await connect(network.rpcUrl, "the L2");
    const { clock, log } = { clock: systemClock, log: pino({ level: "silent" }) };
    await Promise.all(
      world.users.map(async (wallet, place) => {
        const user = new User({}, { wallet, l2, l1, clock, log });
        const to = world.users[(place + 1) % world.users.length]!.address;
        for (let round = 0; round < 3; round++) await user.pay({ to, value: 1n, type: ([0, 1, 2] as const)[round]! });
      }),
    );
    const large = await eventually("a batch of several ranges on L1", async () => {
      const submitted = await inbox.queryFilter(inbox.filters.BatchSubmitted());
      return submitted.find(({ args }) => args.header.dataSize > 2_000n)?.args;
    });

    await anvil.pace(1);
    const verifier = town.verifier("verifier", 0, ["--storage-url", nowhere, ...small]);
    const ranges = async () =>
      (await disputes.queryFilter(disputes.filters.RecordsChecked(large.headerHash))).map(({ args }) => args);
    await eventually("the first range", async () => (await ranges()).length > 0);
    for (const sequencer of network.sequencers) await sequencer.kill();
    expect(await inbox.insecure()).to.equal(true);
    const before = await ranges();
    expect(before.reduce((sum, { count }) => sum + count, 0n) < large.header.txCount).to.equal(true);
    for (const sequencer of network.sequencers) sequencer.start();

    await eventually("the next range", async () => (await ranges()).length > before.length);
    await verifier.kill();
    verifier.start();
    await eventually("the last request answered", async () => {
      const requested = await disputes.queryFilter(disputes.filters.DataRequested());
      const answered = await disputes.queryFilter(disputes.filters.RequestAnswered());
      return requested.length === answered.length && !(await inbox.insecure());
    });
    await anvil.pace(0);

    // Each transaction was checked, and none was paid for twice.
    const checked = (await ranges()).flatMap(({ from, count }) =>
      Array.from({ length: Number(count) }, (_, place) => Number(from) + place),
    );
    const all = Array.from({ length: Number(large.header.txCount) }, (_, place) => place);
    expect(checked.toSorted((a, b) => a - b)).to.deep.equal(all);
    const requests = await disputes.queryFilter(disputes.filters.DataRequested(large.headerHash));
    expect(requests).to.have.length(1);
    expect(await isCondemned(system, asHash(large.headerHash))).to.equal(false);
    await verifier.says("[11.3.1] roots are equal");
  });

  it("[11.4] [11.5] [11.11] [11.12] [11.13] [11.14] a wrong root is proven once, though the verifier is killed with its proof on the way", async () => {
    town = await Town.found(anvil, { sequencers: 3 });
    const { system, world } = town;
    const { sequencer } = await system.sequencers.term();
    const storage = await town.storage();
    const right = await world.batch(world.genesis, sequencer, { transfers: 12 });
    const wrong = lying(right, { stateRoots: rootsWith(right, 7, keccakText("elsewhere")) });
    const certificate = await certify(system.sequencers, wrong.header, system.sequencerAccounts);
    await storage.client.put(encodeObject(wrong.data, wrong.stateRoots), { header: wrong.header, certificate });
    await (await submit(system, wrong)).wait();

    const account = system.verifierAccounts[0]!.address;
    const before = await anvil.provider.getTransactionCount(account, "latest");
    const verifier = town.verifier("verifier", 0, ["--storage-url", storage.url]);
    await verifier.says("committed to a fraud proof");

    // L1 makes no block of its own, so that the proof waits in the pool while its sender dies.
    await anvil.provider.send("evm_setAutomine", [false]);
    await anvil.skip(Number(await system.sequencers.COMMIT_DELAY()));
    const sent = () => anvil.provider.getTransactionCount(account, "pending");
    await eventually("the proof in the pool", async () => (await sent()) > before + 1);
    await verifier.kill();
    verifier.start();
    await verifier.says("waiting for an earlier transaction");
    await anvil.provider.send("evm_setAutomine", [true]);
    await anvil.provider.send("evm_mine", []);

    await eventually("the batch condemned", () => isCondemned(system, wrong.hash));
    await anvil.skip(Number(await system.sequencers.COMMIT_WINDOW()));
    await eventually("the bounty claimed", async () => (await system.token.balanceOf(account)) > 0n);
    const proofs = await system.disputes.queryFilter(system.disputes.filters.BatchCondemned());
    expect(proofs.map(({ args }) => args.headerHash)).to.deep.equal([wrong.hash]);
    expect((await system.sequencers.sequencerOf(sequencer)).status).to.equal(2n);
    expect((await system.sequencers.term()).sequencer).not.to.equal(sequencer);
    expect(await system.inbox.head()).to.equal(1n);
    expect((await anvil.provider.getTransactionCount(account, "latest")) - before).to.equal(4);
  });

  it("refuse to start on an L1 with another genesis, before they open a port", async () => {
    town = await Town.found(anvil, { sequencers: 1 });
    const genesis = join(town.directory, "other.json");
    const config = { ...town.world.config, baseFee: 5n, alloc: {} };
    await writeFile(
      genesis,
      JSON.stringify(config, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)),
    );
    for (const agent of town.everyone(["--genesis", genesis, "--health-port", "0"])) {
      expect(await agent.ended, agent.name).to.equal(1);
      const output = agent.output.join("");
      expect(output, agent.name).to.contain("error: this L2 is not the one on L1: baseFee is 5, expected ");
      expect(output, agent.name).to.match(/genesis header .* is 0x[0-9a-f]{64}, expected 0x[0-9a-f]{64}/);
      expect(output, agent.name).not.to.match(/serving|started/);
    }
  });
});
