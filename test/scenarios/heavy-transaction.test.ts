import { expect } from "chai";

import { heavyTransaction } from "../../scripts/demos/scenarios/heavy-transaction.ts";
import { performance } from "./perform.ts";

describe("scenario: heavy-transaction @full", () => {
  const observed = performance(heavyTransaction, async (stage) => {
    const { system, local, cast } = stage;
    const [condemned] = local.l1State.condemned;
    expect(condemned?.header.index).to.equal(2n);
    expect(local.l1State.batches[2]?.header.mtsr).not.to.equal(condemned?.header.mtsr);
    const paused = await system.executor.queryFilter(system.executor.filters.ExecutionPaused());
    const senders = await Promise.all(paused.map(async (event) => (await event.getTransaction()).from));
    const [first, second] = cast.verifiers.map(({ address }) => address);
    expect(senders).to.include.members([first, second]);
    expect(senders.map((address) => stage.name(address)).some((who) => who.startsWith("sequencer"))).to.equal(true);
  });

  it("[S4] L1 takes no certificate of one sequencer", observed);
  it("[11.4] [11.5] L1 executes the disputed transaction over several calls and finds the fraud", observed);
  it("[11.11] [11.12] [11.13] [11.15] L1 slashes, kicks and rotates the sequencer, and pays the verifier", observed);
  it("[11.14] [Q8] the payment is in the batch that takes the index again", observed);
});
