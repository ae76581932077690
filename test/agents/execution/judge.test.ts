import { expect } from "chai";

import { keccakText } from "../../../l2/base/keccak.ts";
import type { BatchExecution } from "../../../l2/batch/build.ts";
import type { BatchHeader } from "../../../l2/batch/header.ts";
import { batchTree } from "../../../l2/batch/tree.ts";
import { TransactionError, type TransactionErrorCode } from "../../../l2/protocol/errors.ts";
import { judgeExecution } from "../../../agents/verifier/judge.ts";

describe("Judgement of an execution", () => {
  const claimed = ["first", "second"].map(keccakText);
  const header = { txCount: 2n, mtsr: batchTree(claimed).root } as BatchHeader;

  const refused = (code: TransactionErrorCode): BatchExecution => ({
    stateRoots: claimed.slice(0, 1),
    gasUsed: 21_000n,
    mttbr: keccakText("transactions"),
    invalid: { index: 1, error: new TransactionError(code, `refused with ${code}`) },
  });

  it("[11.5] proves that a transaction is invalid", () => {
    const judgement = judgeExecution(header, refused("NONCE_TOO_LOW"), claimed);
    expect(judgement).to.deep.equal({ verdict: "wrong transition", index: 1, claimed });
  });

  it("[11.6] asks for the data where a transaction is invalid for its size, which L1 may not be able to carry", () => {
    const judgement = judgeExecution(header, refused("TOO_LARGE"), claimed);
    expect(judgement).to.deep.equal({ verdict: "wrong data", reason: "refused with TOO_LARGE" });
  });

  it("[11.5] proves what is wrong before a transaction that is too large", () => {
    const own = { ...refused("TOO_LARGE"), stateRoots: [keccakText("other")] };
    expect(judgeExecution(header, own, claimed)).to.deep.include({ verdict: "wrong transition", index: 0 });
  });
});
