import { expect } from "chai";

import { forger } from "../../scripts/demos/scenarios/forger.ts";
import { performance } from "./perform.ts";

describe("scenario: forger (H4)", () => {
  const observed = performance(forger, async ({ system, local, cast }) => {
    const stakes = await Promise.all(
      cast.owners.map(async ({ address }) => (await system.sequencers.sequencerOf(address)).stake),
    );
    // Who did not sign lost nothing.
    expect(stakes.filter((stake) => stake === 0n).length).to.equal(3);
    const verdicts = Object.values(local.l1State.verdicts);
    expect(verdicts.length).to.equal(4);
    // Only the accomplice's batch stood when it was proven.
    expect(verdicts.filter(({ stood }) => stood).length).to.equal(1);
    expect(await system.token.balanceOf(cast.verifiers[0]!.address)).to.be.greaterThan(0n);
    expect(local.l1State.condemned.every(({ header }) => header.index > 0n)).to.equal(true);
  });

  it("[3.3] [3.3.2] [3.3.3] [S1] [11.8] a forger posts alone, and L1 refuses its garbage", observed);
  it("[11.4] [11.5] [11.14] an accomplice's earlier batch takes the one on top away", observed);
  it("[3.3.6] [3.3.6a.1] the header that a certified batch replaced costs its sequencer all", observed);
  it("[11.11] [11.12] [11.15] so do the one that was rolled back, and the one that was never submitted", observed);
  it("[11.13] L1 pays the verifier, after an hour", observed);
  it("[Q8] who did not sign goes on", observed);
});
