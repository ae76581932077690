import { expect } from "chai";

import type { L1Batch } from "../../../agents/l1/mirror.ts";
import { MemoryCursor } from "../../../agents/runtime/cursor.ts";
import { Findings, type VerifierCursor } from "../../../agents/verifier/findings.ts";
import { keccakText } from "../../../l2/base/keccak.ts";

describe("Findings of a verifier", () => {
  const batchOf = (index: number): L1Batch =>
    ({ header: { index: BigInt(index) }, headerHash: keccakText(`batch ${index}`) }) as L1Batch;

  it("outlive a restart, and remember what was withheld or proposed", async () => {
    const cursor = new MemoryCursor<VerifierCursor>();
    const findings = new Findings({ cursor });
    const batch = batchOf(1);
    expect(findings.of(batch.headerHash)).to.equal(undefined);
    await findings.note(batch, { verdict: "unavailable", withheld: true }, 1);
    await findings.add(batch.headerHash, { proposed: true });
    await findings.note(batch, { verdict: "right", withheld: false }, 1);
    const restarted = new Findings({ cursor });
    await restarted.load();
    const expected = { index: 1, verdict: "right", withheld: true, proposed: true };
    for (const each of [findings, restarted]) expect(each.of(batch.headerHash)).to.deep.equal(expected);
  });

  it("forget batches that are final", async () => {
    const findings = new Findings({ cursor: new MemoryCursor() });
    for (const index of [1, 2, 3, 4]) await findings.note(batchOf(index), { verdict: "right", withheld: false }, 4);
    const known = [1, 2, 3, 4].map((index) => findings.of(batchOf(index).headerHash) !== undefined);
    expect(known).to.deep.equal([false, false, true, true]);
  });
});
