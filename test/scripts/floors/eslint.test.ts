import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { Linter } from "eslint";
import tseslint from "typescript-eslint";

import { floorsRule } from "../../../scripts/floors/eslint.ts";
import { temporaryDirectory } from "../../../testkit/directory.ts";

describe("ESLint's rule for the floors", () => {
  let root: string;
  const write = (file: string, source = ""): void => {
    mkdirSync(join(root, file, ".."), { recursive: true });
    writeFileSync(join(root, file), source);
  };
  const lint = (file: string, source: string): string[] => {
    write(file, source);
    const linter = new Linter({ cwd: root });
    const plugins = { metis: { rules: { floors: floorsRule(root) } } };
    const languageOptions = { parser: tseslint.parser as Linter.Parser };
    const config = { files: ["**/*.ts"], languageOptions, plugins, rules: { "metis/floors": 2 as const } };
    return linter.verify(source, [config], join(root, file)).map(({ message }) => message);
  };

  beforeEach(() => {
    root = temporaryDirectory();
    write("l2/base/hex.ts");
    write("l2/rpc/server.ts");
  });

  it("refuses what runs up, types and later imports as well", () => {
    for (const source of [
      'import { a } from "../rpc/server.ts";',
      'import type { A } from "../rpc/server.ts";',
      'export * from "../rpc/server.ts";',
      'export { a } from "../rpc/server.ts";',
      'await import("../rpc/server.ts");',
    ]) {
      expect(lint("l2/base/made-up.ts", source), source).to.deep.equal([
        "l2/base imports from l2/rpc, which stands above it; imports run down",
      ]);
    }
    expect(
      lint("l2/rpc/made-up.ts", 'import { hex } from "../base/hex.ts"; import { a } from "ethers";'),
    ).to.deep.equal([]);
  });

  it("refuses a circle of values, and none of types", () => {
    write("l2/base/b.ts", 'import { c } from "./c.ts";');
    write("l2/base/c.ts", 'import { a } from "./a.ts";');
    expect(lint("l2/base/a.ts", 'import { b } from "./b.ts";')).to.deep.equal([
      "import in a circle: l2/base/a.ts > l2/base/b.ts > l2/base/c.ts > l2/base/a.ts",
    ]);
    expect(lint("l2/base/a.ts", 'import type { b } from "./b.ts";')).to.deep.equal([]);
  });
});
