import { expect } from "chai";

import { NO_POSTING, type L1State } from "../../../agents/l1/mirror.ts";
import { systemState } from "../../../agents/l1/system-state.ts";
import { ZERO_ADDRESS } from "../../../l2/base/hex.ts";
import { keccakText } from "../../../l2/base/keccak.ts";
import type { BatchHeader } from "../../../l2/batch/header.ts";

describe("State of the system, for users", () => {
  const headerOf = (index: number): BatchHeader => ({ index: BigInt(index) }) as BatchHeader;
  const batchOf = (index: number, attested: boolean, confirmed = false) => ({
    header: headerOf(index),
    headerHash: keccakText(`batch ${index}`),
    attested,
    confirmed,
  });
  const state: L1State = {
    head: 4,
    finalised: 1,
    batches: { 0: batchOf(0, true), 1: batchOf(1, true), 2: batchOf(2, false, true), 3: batchOf(3, false) },
    requests: {},
    condemned: [],
    insecure: true,
    term: { number: 1, sequencer: ZERO_ADDRESS },
  };

  it("tells where each batch stands", async () => {
    const system = systemState(() => state);
    const told = await Promise.all([0n, 1n, 2n, 3n, 4n].map((index) => system.batch(index)));
    expect(told.map((batch) => batch?.status)).to.deep.equal(["final", "pending", "pending", "unattested", undefined]);
    expect(told[1]?.headerHash).to.equal(keccakText("batch 1"));
    expect([await system.batchCount(), await system.finalised(), await system.insecure()]).to.deep.equal([
      4n,
      1n,
      true,
    ]);
  });

  it("tells that a batch is held while a request is open", async () => {
    const headerHash = keccakText("batch 1");
    const request = {
      header: headerOf(1),
      headerHash,
      requester: ZERO_ADDRESS,
      deadline: 0,
      fee: 0n,
      phase: "posting" as const,
      posting: NO_POSTING,
      posts: [],
      expired: false,
    };
    const held = async (phase: "posting" | "answered"): Promise<boolean | undefined> =>
      (await systemState(() => ({ ...state, requests: { [headerHash]: { ...request, phase } } })).batch(1n))?.held;
    expect([await held("posting"), await held("answered")]).to.deep.equal([true, false]);
  });

  it("names the current sequencer, and none while there is none", async () => {
    expect(await systemState(() => state).currentSequencer()).to.equal(undefined);
    const named = { ...state, term: { number: 2, sequencer: "0x000000000000000000000000000000000000000A" } };
    expect(await systemState(() => named).currentSequencer()).to.equal("0x000000000000000000000000000000000000000A");
  });
});
