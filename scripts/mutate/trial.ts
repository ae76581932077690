/** Tries mutants in a copy of the project. */
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { apply, type Mutant } from "./operators.ts";

/** What became of a mutant. */
export type Fate =
  /** A test failed, or ran for too long. */
  | "killed"
  /** Every test passed. */
  | "survived"
  /** It does not compile. */
  | "stillborn";

/** How long the tests of a mutant may take, in milliseconds. */
const PATIENCE = 15 * 60_000;

/** Tests that a folder's mutants have to face: those of the folder first, then the histories of the whole system. */
export function testsOf(root: string, file: string): string[][] {
  const folder = file.split("/")[1] ?? "";
  const own = globSync(`test/${folder}/**/*.t.sol`, { cwd: root }).sort();
  const scripted = globSync(`test/${folder}/**/*.test.ts`, { cwd: root }).sort();
  const whole = globSync("test/invariants/*.t.sol", { cwd: root }).sort();
  return [own, scripted, whole].filter((files) => files.length > 0);
}

/** A copy of the project, in which files are changed. */
export class Trial {
  readonly #root: string;
  readonly #home: string;

  /**
   * @param root The project.
   * @param home Where the copy goes; what is there is used again.
   */
  constructor(root: string, home: string) {
    this.#root = root;
    this.#home = home;
    mkdirSync(home, { recursive: true });
    const tracked = spawnSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" }).stdout;
    for (const path of tracked.split("\0").filter((name) => name !== "" && existsSync(join(root, name)))) {
      cpSync(join(root, path), join(home, path), { recursive: true });
    }
    if (!existsSync(join(home, "node_modules"))) symlinkSync(join(root, "node_modules"), join(home, "node_modules"));
    for (const built of ["artifacts", "cache", "types"]) {
      if (existsSync(join(root, built)) && !existsSync(join(home, built))) {
        cpSync(join(root, built), join(home, built), { recursive: true });
      }
    }
  }

  /** Runs the tests of a mutant, nearest first, until one fails. */
  async run(mutant: Mutant): Promise<Fate> {
    const path = join(this.#home, mutant.file);
    const source = readFileSync(join(this.#root, mutant.file));
    writeFileSync(path, apply(source, mutant));
    try {
      if ((await this.#hardhat(["build", "--quiet"])) !== 0) return "stillborn";
      for (const tests of testsOf(this.#home, mutant.file)) {
        if ((await this.#hardhat(["test", ...tests])) !== 0) return "killed";
      }
      return "survived";
    } finally {
      writeFileSync(path, source);
    }
  }

  /** Throws the copy away. */
  remove(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }

  #hardhat(args: readonly string[]): Promise<number> {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, ["node_modules/hardhat/dist/src/cli.js", ...args], {
        cwd: this.#home,
        stdio: "ignore",
        timeout: PATIENCE,
      });
      child.once("exit", (code) => {
        resolve(code ?? 1);
      });
    });
  }
}
