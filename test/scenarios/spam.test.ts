import { expect } from "chai";

import { spam } from "../../scripts/demos/scenarios/spam.ts";
import { performance } from "./perform.ts";

describe("scenario: spam", () => {
  const observed = performance(spam, async ({ system, local, cast }) => {
    const spammer = cast.verifiers[1]?.address ?? "";
    expect(await system.verifiers.isBanned(spammer)).to.equal(true);
    const { phase } = Object.values(local.l1State.requests).at(-1) ?? {};
    expect(phase).to.equal("answered");
  });

  it("[11.6] verifier 2 requests data that everybody has", observed);
  it("[11.7] [S1] the system is insecure while a request is open", observed);
  it("[11.8] the sequencer posts the data", observed);
  it(
    "[11.9] [11.10] [11.10.1] L1 recomputes each batch: the roots are equal, and the system is secure again",
    observed,
  );
  it("[11.6.1] the sequencer proposes to ban it, and the vote compensates the sequencer", observed);
  it("[11.6.2] L1 bans it and refuses its next request", observed);
  it("[11.6.3] no rotation follows, and verifier 1 goes on", observed);
  it("[11.6.4] the sequencer answers the request that stood", observed);
});
