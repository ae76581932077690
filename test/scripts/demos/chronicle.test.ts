import { expect } from "chai";

import type { SystemAddresses, SystemName } from "../../../ignition/system.ts";
import { Chronicle } from "../../../scripts/demos/chronicle.ts";
import { Story } from "../../../scripts/demos/story.ts";
import { ZERO_HASH } from "../../../l2/base/hex.ts";
import { genesisHeader } from "../../../l2/batch/header.ts";
import { NOWHERE } from "../../../testkit/batches.ts";
import { type TestSystem, systemFixture } from "../../../testkit/system.ts";

const NAMES: SystemName[] = [
  "token",
  "timelock",
  "parameters",
  "treasury",
  "verifiers",
  "sequencers",
  "inbox",
  "executor",
  "disputes",
  "governor",
];

const HEADER = { ...genesisHeader({ genesisTimestamp: 0 }, ZERO_HASH), index: 1n };

describe("Chronicle", () => {
  const load = systemFixture();

  async function open(): Promise<{ system: TestSystem; story: Story; lines: string[]; chronicle: Chronicle }> {
    const system = await load();
    const { provider } = system.connection.ethers;
    const lines: string[] = [];
    const story = new Story((line) => lines.push(line));
    const entries = NAMES.map(async (name) => [name, await system[name].getAddress()] as const);
    const chronicle = new Chronicle(provider, story, {
      system,
      addresses: Object.fromEntries(await Promise.all(entries)) as SystemAddresses,
      names: new Map([[system.deployer.address.toLowerCase(), "deployer"]]),
      from: (await provider.getBlockNumber()) + 1,
    });
    return { system, story, lines, chronicle };
  }

  it("tells a transaction whose events nobody tells, with its gas", async () => {
    const { system, story, chronicle } = await open();
    const sent = await system.token.approve(system.deployer.address, 1n);
    const { gasUsed } = (await sent.wait())!;
    await chronicle.look();
    chronicle.tell();
    expect(story.deeds).to.deep.equal([{ actor: "deployer", to: "L1", text: "calls token.approve", gas: gasUsed }]);
  });

  it("tells a transaction that reverts, with its gas", async () => {
    const { system, story, chronicle } = await open();
    const sent = system.inbox.finalise([{ header: HEADER, standing: NOWHERE }], { gasLimit: 200_000n });
    await sent.catch(() => undefined);
    await chronicle.look();
    chronicle.tell();
    expect(story.deeds.map(({ text }) => text)).to.deep.equal(["calls inbox.finalise, and it reverts"]);
    expect(story.deeds[0]?.gas).to.be.greaterThan(21_000n);
    expect(story.steps).to.deep.equal([]);
  });

  it("tells up to a transaction, then the rest, each once", async () => {
    const { system, story, chronicle } = await open();
    const first = await system.token.approve(system.deployer.address, 1n);
    const second = await system.sequencers.fundRewards(0n);
    await chronicle.look();
    chronicle.tell(first.hash);
    expect(story.deeds.map(({ text }) => text)).to.deep.equal(["calls token.approve"]);
    chronicle.tell(first.hash);
    chronicle.tell(second.hash);
    chronicle.tell();
    expect(story.deeds.map(({ text }) => text)).to.deep.equal(["calls token.approve", "calls sequencers.fundRewards"]);
  });

  it("leaves out what strangers send to strangers", async () => {
    const { system, story, chronicle } = await open();
    const [one, two] = system.others;
    await one!.sendTransaction({ to: two!.address, value: 1n });
    await chronicle.look();
    chronicle.tell();
    expect(story.deeds).to.deep.equal([]);
  });
});
