import { expect } from "chai";

import { AgentError } from "../../../agents/runtime/errors.ts";
import { retry } from "../../../agents/runtime/retry.ts";
import { ManualClock } from "../../../testkit/agents/kit.ts";

describe("Retry", () => {
  it("tries again with doubled pauses, and throws the last failure", async () => {
    const clock = new ManualClock();
    let attempts = 0;
    const failure = await retry(
      () => Promise.reject(new Error(`attempt ${++attempts}`)),
      { attempts: 5, delay: 100, maxDelay: 400 },
      { clock },
    ).catch((error: unknown) => error);
    expect((failure as Error).message).to.equal("attempt 5");
    expect(clock.slept).to.deep.equal([100, 200, 400, 400]);
  });

  it("throws at once what cannot pass by itself", async () => {
    const clock = new ManualClock();
    const failure = await retry(
      () => Promise.reject(new AgentError("CONFIG", "wrong")),
      { attempts: 5, delay: 100, maxDelay: 400 },
      { clock, retryable: (error) => !(error instanceof AgentError) },
    ).catch((error: unknown) => error);
    expect((failure as AgentError).code).to.equal("CONFIG");
    expect(clock.slept).to.deep.equal([]);
  });

  it("gives the first success", async () => {
    let attempts = 0;
    const action = (): Promise<number> => (++attempts < 3 ? Promise.reject(new Error("not yet")) : Promise.resolve(7));
    expect(await retry(action, { attempts: 5, delay: 1, maxDelay: 1 }, { clock: new ManualClock() })).to.equal(7);
  });
});
