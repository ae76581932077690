import { expect } from "chai";

import { halt } from "../../scripts/demos/scenarios/halt.ts";
import { performance } from "./perform.ts";

describe("scenario: halt", () => {
  const observed = performance(halt, async ({ local }) => {
    expect((await local.consensus.agent.status()).halted).to.equal(false);
    const heads = new Set(local.sequencers.map(({ chain }) => chain.head.hash));
    expect(heads.size).to.equal(1);
  });

  it("[S2] the chain halts without two thirds of the stake, and resumes with them", observed);
  it("[3.2] the user is told that the chain is halted", observed);
  it("[Q3] one sequencer of four may stop", observed);
  it("[5.2] those who come back catch up", observed);
  it("[Q8] the user sends again", observed);
});
