import { expect } from "chai";

import { BATCH_STATUS, type BatchStatus, type L1State } from "../../../agents/l1/mirror.ts";
import { systemState } from "../../../agents/l1/system-state.ts";
import { ZERO_ADDRESS } from "../../../l2/base/hex.ts";
import { keccakText } from "../../../l2/base/keccak.ts";
import type { BatchHeader } from "../../../l2/batch/header.ts";

describe("State of the system, for users", () => {
  const headerOf = (index: number): BatchHeader => ({ index: BigInt(index) }) as BatchHeader;
  const batchOf = (index: number, status: BatchStatus) => ({
    header: headerOf(index),
    headerHash: keccakText(`batch ${index}`),
    standing: { status, due: 0, signers: 0n, submitter: ZERO_ADDRESS },
    added: 0n,
  });
  const state: L1State = {
    head: 4,
    finalised: 1,
    epoch: 0,
    batches: {
      0: batchOf(0, BATCH_STATUS.final),
      1: batchOf(1, BATCH_STATUS.certified),
      2: batchOf(2, BATCH_STATUS.recomputed),
      3: batchOf(3, BATCH_STATUS.unattested),
    },
    requests: {},
    held: [3, 1],
    condemned: [],
    verdicts: {},
    secureBelow: 1,
    insecure: true,
    term: { number: 1, sequencer: ZERO_ADDRESS },
  };

  it("tells where each batch stands", async () => {
    const system = systemState(() => state);
    const told = await Promise.all([0n, 1n, 2n, 3n, 4n].map((index) => system.batch(index)));
    expect(told.map((batch) => batch?.status)).to.deep.equal([
      "final",
      "pending",
      "recomputed",
      "unattested",
      undefined,
    ]);
    expect(told[1]?.headerHash).to.equal(keccakText("batch 1"));
    expect([await system.batchCount(), await system.finalised(), await system.insecure()]).to.deep.equal([
      4n,
      1n,
      true,
    ]);
  });

  it("[S1] tells which batches are held, and from where on the chain is not secure", async () => {
    const system = systemState(() => state);
    const held = await Promise.all([0n, 1n, 2n, 3n].map(async (index) => (await system.batch(index))?.held));
    expect(held).to.deep.equal([false, true, false, true]);
    expect(await system.secureBelow()).to.equal(1n);
  });

  it("names the current sequencer, and none while there is none", async () => {
    expect(await systemState(() => state).currentSequencer()).to.equal(undefined);
    const named = { ...state, term: { number: 2, sequencer: "0x000000000000000000000000000000000000000A" } };
    expect(await systemState(() => named).currentSequencer()).to.equal("0x000000000000000000000000000000000000000A");
  });
});
