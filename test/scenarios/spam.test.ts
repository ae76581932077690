import { expect } from "chai";

import { spam } from "../../scripts/demos/scenarios/spam.ts";
import { perform } from "./perform.ts";

describe("scenario: spam", () => {
  it("[11.6.1] [11.6.2] [11.6.3] [11.6.4] bans a verifier that asks for what everybody has", async () => {
    const steps = ["11.6", "11.6.1", "11.6.2", "11.6.3", "11.6.4"];
    await perform(spam, steps, async ({ system, local, cast }) => {
      const spammer = cast.verifiers[1]?.address ?? "";
      expect(await system.verifiers.isBanned(spammer)).to.equal(true);
      const { phase } = Object.values(local.l1State.requests).at(-1) ?? {};
      expect(phase).to.equal("answered");
    });
  });
});
