import { expect } from "chai";

import { SerialQueue } from "../../../l2/base/serial.ts";

describe("SerialQueue", () => {
  it("runs one piece of work after the other, in order", async () => {
    const queue = new SerialQueue();
    const log: string[] = [];
    const work = (name: string, turns: number) => async () => {
      log.push(`${name} starts`);
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      log.push(`${name} ends`);
      return name;
    };
    expect(await Promise.all([queue.run(work("a", 9)), queue.run(work("b", 1))])).to.deep.equal(["a", "b"]);
    expect(log).to.deep.equal(["a starts", "a ends", "b starts", "b ends"]);
  });

  it("goes on after a failure, which only its own caller hears of", async () => {
    const queue = new SerialQueue();
    const failed = queue.run(() => Promise.reject(new Error("no"))).catch((error: unknown) => error);
    const next = queue.run(() => Promise.resolve(7));
    expect(await failed).to.have.property("message", "no");
    expect(await next).to.equal(7);
  });

  it("is idle when all work so far is done", async () => {
    const queue = new SerialQueue();
    let done = false;
    void queue.run(async () => {
      await Promise.resolve();
      done = true;
    });
    await queue.idle();
    expect(done).to.equal(true);
  });
});
