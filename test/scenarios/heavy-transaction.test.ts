import { expect } from "chai";

import { heavyTransaction } from "../../scripts/demos/scenarios/heavy-transaction.ts";
import { perform } from "./perform.ts";

describe("scenario: heavy-transaction", () => {
  it("[11.4] [11.5] [11.11] [11.14] [Q8] proves a state root false over several calls, that nobody can disturb @full", async function () {
    this.timeout(900_000);
    const steps = ["11.4", "11.5", "11.11", "11.12", "11.13", "11.14", "11.15", "Q8"];
    await perform(heavyTransaction, steps, async (stage) => {
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
  });
});
