import { fileURLToPath } from "node:url";

import { expect } from "chai";

import { checkContracts, importsIn, readImports, ROOMS } from "../../scripts/floors/contracts.ts";

const CONTRACTS = fileURLToPath(new URL("../../contracts", import.meta.url));

function problems(imports: Record<string, string[]>): string[] {
  return checkContracts(new Map(Object.entries(imports)));
}

describe("Floors of the contracts", () => {
  it("finds nothing wrong in the project, and every room in it", () => {
    const imports = readImports(CONTRACTS);
    expect(checkContracts(imports)).to.deep.equal([]);

    for (const room of Object.keys(ROOMS)) {
      const files = [...imports.keys()].filter((file) => file.startsWith(room));
      expect(files, room).to.not.be.empty;
    }
  });

  it("reads imports as Solidity writes them, without libraries and comments", () => {
    const source = `
      // import "./Line.sol";
      /* import "./Block.sol"; */
      import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
      import "../types/Outcome.sol";
      import {
          First,
          Second
      } from './sub/Many.sol';
      import * as All from "./All.sol";
    `;
    expect(importsIn("batches/Inbox.sol", source)).to.deep.equal([
      "types/Outcome.sol",
      "batches/sub/Many.sol",
      "batches/All.sol",
    ]);
  });

  it("refuses an import that runs upward, or into a room that the table does not name", () => {
    expect(problems({ "batches/A.sol": ["types/B.sol", "sequencers/C.sol"] })).to.be.empty;
    expect(problems({ "sequencers/A.sol": ["batches/B.sol"] })).to.deep.equal([
      "sequencers/A.sol imports batches/B.sol: sequencers may not import batches",
    ]);
    expect(problems({ "execution/evm/instructions/A.sol": ["execution/B.sol"] })).to.deep.equal([
      "execution/evm/instructions/A.sol imports execution/B.sol: execution/evm may not import execution",
    ]);
    expect(problems({ "governance/A.sol": ["governance/MetisGovernor.sol"] })).to.have.length(1);
    expect(problems({ "batches/A.sol": ["trie/B.sol"] })).to.have.length(1);
  });

  it("refuses files outside of all rooms", () => {
    expect(problems({ "A.sol": [] })).to.deep.equal(["A.sol is in no room"]);
    expect(problems({ "batches/A.sol": ["../test/Test.sol"] })).to.deep.equal([
      "batches/A.sol imports ../test/Test.sol, which is in no room",
    ]);
  });

  it("refuses a circle of files, also within a room, and names it once", () => {
    const circle = { "trie/A.sol": ["trie/B.sol"], "trie/B.sol": ["trie/C.sol"], "trie/C.sol": ["trie/A.sol"] };
    expect(problems({ ...circle, "trie/D.sol": ["trie/B.sol"] })).to.deep.equal([
      "circle of imports: trie/A.sol -> trie/B.sol -> trie/C.sol -> trie/A.sol",
    ]);
    expect(problems({ "trie/A.sol": ["trie/B.sol", "trie/C.sol"], "trie/B.sol": ["trie/C.sol"] })).to.be.empty;
  });

  it("refuses a table that leads upward itself", () => {
    expect(checkContracts(new Map(), { batches: ["disputes"], disputes: [] })).to.deep.equal([
      "batches lists disputes, which is not below it",
    ]);
  });
});
