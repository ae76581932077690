import { expect } from "chai";
import { Interface, ZeroAddress } from "ethers";

import { decodeRevert, isRevert, L1Revert, revertData } from "../../../agents/l1/reverts.ts";
import { interfaceOf, type SystemName } from "../../../ignition/system.ts";

describe("Reverts of L1", () => {
  const data = interfaceOf("inbox").encodeErrorResult("InboxUnauthorized", [ZeroAddress]);

  it("are found wherever a provider puts them", () => {
    for (const thrown of [
      { data },
      { error: { data } },
      { info: { error: { data } } },
      { cause: { error: { data: { data } } } },
    ]) {
      expect(revertData(thrown)).to.equal(data);
      expect(isRevert(thrown)).to.equal(true);
      expect(decodeRevert(thrown)?.name).to.equal("InboxUnauthorized");
    }
    for (const thrown of [undefined, "0x12345678", { data: "0x" }, { data: "no" }, {}]) {
      expect(revertData(thrown)).to.equal(undefined);
    }
  });

  it("are told from an endpoint that fails", () => {
    expect(isRevert({ code: "CALL_EXCEPTION" })).to.equal(true);
    expect(isRevert(new Error("execution reverted"))).to.equal(true);
    expect(isRevert(new Error("connection refused"))).to.equal(false);
    expect(isRevert({ code: "TIMEOUT" })).to.equal(false);
  });

  it("have the names that any contract of the system declares, and those of Solidity", () => {
    const names: [SystemName, string][] = [
      ["disputes", "BatchTreeWrongProof"],
      ["disputes", "RecordsTruncated"],
      ["executor", "MissingWitness"],
      ["governor", "GovernorUnexpectedProposalState"],
    ];
    for (const [contract, name] of names) {
      const fragment = interfaceOf(contract).getError(name)!;
      const zeros = `${fragment.selector}${"00".repeat(32 * fragment.inputs.length)}`;
      expect(decodeRevert({ data: zeros })?.name).to.equal(name);
    }
    const solidity = new Interface(["error Error(string)", "error Panic(uint256)"]);
    expect(decodeRevert({ data: solidity.encodeErrorResult("Error", ["why"]) })?.args[0]).to.equal("why");
    expect(decodeRevert({ data: solidity.encodeErrorResult("Panic", [17]) })?.args[0]).to.equal(17n);
    expect(decodeRevert({ data: "0xffffffff" })).to.equal(undefined);
  });

  it("read as the call, the error and its arguments", () => {
    const revert = new L1Revert("hold", decodeRevert({ data }), new Error("cause"));
    expect(revert.message).to.equal(`hold reverts: InboxUnauthorized("${ZeroAddress}")`);
    expect([revert.code, revert.is("InboxUnauthorized"), revert.is("Other")]).to.deep.equal(["L1_REVERT", true, false]);
    expect(new L1Revert("hold", undefined, new Error("no data")).message).to.equal("hold reverts: no data");
  });
});
