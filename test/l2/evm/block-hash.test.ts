import { expect } from "chai";

import { keccakText } from "../../../l2/base/keccak.ts";
import { assemble, push } from "../../../conformance/fuzz/assembly.ts";
import { evaluate } from "../../../testkit/l2/ask.ts";

/** What BLOCKHASH gives in block 1,000. */
const blockHash = (number: bigint): Promise<bigint> => evaluate(assemble(`${push(number)} BLOCKHASH`));

describe("BLOCKHASH", () => {
  it("is the hash of the number's digits for the last 256 blocks", async () => {
    expect(await blockHash(999n)).to.equal(BigInt(keccakText("999")));
    expect(await blockHash(744n)).to.equal(BigInt(keccakText("744")));
  });

  it("is zero for older blocks, for the block itself and for later ones", async () => {
    for (const number of [743n, 1_000n, 1_001n]) expect(await blockHash(number), String(number)).to.equal(0n);
  });
});
