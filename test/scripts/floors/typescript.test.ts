import { expect } from "chai";

import { FLOORS, importsIn, pathBetween, readImports, wrongImport } from "../../../scripts/floors/typescript.ts";
import { ROOT } from "../../../testkit/hardhat.ts";

describe("Floors of the TypeScript", () => {
  it("let imports run down, and within a room", () => {
    expect(wrongImport("agents/cli/main.ts", "l2/base/hex.ts")).to.equal(undefined);
    expect(wrongImport("l2/base/hex.ts", "l2/base/keccak.ts")).to.equal(undefined);
    expect(wrongImport("hardhat.config.ts", "scripts/plugins/build-jobs.ts")).to.equal(undefined);
  });

  it("let none run up, nor from role to role", () => {
    expect(wrongImport("l2/base/hex.ts", "l2/rpc/server.ts")).to.match(/^l2\/base imports from l2\/rpc, .* above/);
    expect(wrongImport("agents/voter/voter.ts", "agents/verifier/judge.ts")).to.match(/beside/);
    expect(wrongImport("bench/run.ts", "test/agents/flags.test.ts")).to.match(/above/);
  });

  it("have every folder of the project once", () => {
    const rooms = FLOORS.flat();
    expect(new Set(rooms).size).to.equal(rooms.length);
    const files = [...readImports(ROOT).keys()];
    expect(files.length).to.be.greaterThan(300);
    expect(files.filter((file) => !rooms.some((room) => file.startsWith(`${room}/`)))).to.deep.equal([]);
  });

  it("see what is imported when the code runs", () => {
    const source = `
      /* import "./comment.ts"; */
import "./bare.ts";
import type { T } from "./type.ts";
import { type U, v } from "../value.ts";
export * from "./again.ts";
import { w } from "package";
`;
    expect(importsIn("a/b/c.ts", source)).to.deep.equal(["a/b/bare.ts", "a/value.ts", "a/b/again.ts"]);
  });

  it("find the shortest circle", () => {
    const imports = new Map([
      ["a", ["b", "c"]],
      ["b", ["c"]],
      ["c", ["a"]],
      ["d", []],
    ]);
    expect(pathBetween(imports, "b", "a")).to.deep.equal(["b", "c", "a"]);
    expect(pathBetween(imports, "d", "a")).to.equal(undefined);
  });
});
