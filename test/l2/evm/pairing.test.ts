import { expect } from "chai";

import { MAX_GAS_LIMIT } from "../../../l2/protocol/config.ts";
import { PAIRS_LIMIT } from "../../../l2/evm/pairing.ts";
import { OUT_OF_GAS } from "../../../l2/execution/simulation.ts";
import { toHex } from "../../../l2/base/hex.ts";
import { ask } from "../../../testkit/l2/ask.ts";

const pair = (pairs: number) =>
  ask({ to: `0x${"8".padStart(40, "0")}`, data: toHex(new Uint8Array(192 * pairs)), gas: MAX_GAS_LIMIT });

describe("Pairing", () => {
  it("pairs as many points as L1 can twice, and fails as if out of gas with more", async () => {
    const fits = await pair(PAIRS_LIMIT);
    expect(fits.error).to.equal(undefined);
    expect(BigInt(fits.data)).to.equal(1n);
    expect(await pair(PAIRS_LIMIT + 1)).to.include({ error: OUT_OF_GAS, gasUsed: MAX_GAS_LIMIT });
  });

  it("refuses what are no points, as Ethereum's own does", async () => {
    const data = new Uint8Array(192).fill(0xff);
    const { error } = await ask({ to: `0x${"8".padStart(40, "0")}`, data: toHex(data) });
    expect(error).to.not.equal(undefined);
  });
});
