import { expect } from "chai";

import { SilenceWatch } from "../../../agents/peers/watch.ts";

describe("silence watch", () => {
  it("[S2] speaks of silence only after it asked itself, and half the timeout passed since", () => {
    const watch = new SilenceWatch(60);
    watch.expect("status", 0);
    expect(watch.toAsk(29)).to.deep.equal([]);
    expect(watch.silentFor(10_000)).to.equal(undefined);
    expect(watch.toAsk(10_000).map(({ id }) => id)).to.deep.equal(["status"]);
    watch.asked("status", 10_000);
    expect(watch.toAsk(10_000)).to.deep.equal([]);
    expect(watch.silentFor(10_029)).to.equal(undefined);
    expect(watch.silentFor(10_030)).to.deep.equal({ id: "status", since: 0 });
  });

  it("[S2] waits for the whole timeout", () => {
    const watch = new SilenceWatch(60);
    watch.expect("transaction:1", 0);
    watch.expect("transaction:1", 50);
    watch.asked("transaction:1", 20);
    watch.asked("transaction:1", 59);
    expect(watch.silentFor(59)).to.equal(undefined);
    expect(watch.silentFor(60)?.id).to.equal("transaction:1");
  });

  it("[S2] forgets what is done, and begins anew where there was work", () => {
    const watch = new SilenceWatch(60);
    for (const id of ["a", "b", "c"]) {
      watch.expect(id, 0);
      watch.asked(id, 30);
    }
    watch.settle("a");
    watch.renew("b", 40);
    watch.renew("unknown", 40);
    expect(watch.silentFor(60)?.id).to.equal("c");
    expect(watch.ids).to.deep.equal(["b", "c"]);
    watch.settle("c");
    expect(watch.silentFor(200)).to.equal(undefined);
    watch.reset();
    expect(watch.ids).to.deep.equal([]);
  });
});
