import { expect } from "chai";

import { consensusCommand } from "../../../agents/cli/consensus.ts";
import { origins, peerUrls } from "../../../agents/cli/peers.ts";
import { sequencerCommand } from "../../../agents/cli/sequencer.ts";

const OWNER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

describe("Settings of the peer network", () => {
  it("reads where the peers are", () => {
    expect(peerUrls(`${OWNER.toLowerCase()}=http://one:1/,`)).to.deep.equal({ [OWNER]: "http://one:1" });
    expect(() => peerUrls("http://one:1")).to.throw('Expected <address>=<url>, got "http://one:1".');
  });

  it("reads origins as browsers send them", () => {
    expect(origins("*")).to.deep.equal(["*"]);
    const two = "https://app.example, http://localhost:3000";
    expect(origins(two)).to.deep.equal(["https://app.example", "http://localhost:3000"]);
    // None of these would ever equal what a browser sends.
    for (const wrong of ["", "app.example", "https://app.example/", "https://app.example:443", "https://APP.example"]) {
      expect(() => origins(wrong), wrong).to.throw(
        `Expected * or origins like https://app.example, got ${JSON.stringify(wrong)}.`,
      );
    }
  });

  for (const command of [consensusCommand, sequencerCommand]) {
    it(`lets ${command().name()} be told which web pages may call it`, () => {
      const flag = command().options.find(({ long }) => long === "--rpc-cors");
      expect(flag).to.include({ envVar: "METIS_RPC_CORS", mandatory: false });
      const read = flag?.parseArg as (text: string) => unknown;
      expect(read("https://app.example")).to.deep.equal(["https://app.example"]);
    });
  }
});
