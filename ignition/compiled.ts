/**
 * Compiled contracts on demand. Whoever is about to import the contracts' types calls `ensureCompiled` first and imports
 * what needs them after it. Hardhat's own check takes seconds; a stamp with the hash of everything that a build depends
 * on takes milliseconds.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const HARDHAT = join(ROOT, "node_modules/hardhat/dist/src/cli.js");
const STAMP = "cache/contracts.sha256";

/** What a build writes, and nobody keeps by hand. */
const RESULTS = ["artifacts/contracts", "types/ethers-contracts/index.ts"];

/** What a build depends on beside the contracts; the last file has the version of every dependency. */
const SETTINGS = ["hardhat.config.ts", "scripts/plugins/*.ts", "node_modules/.package-lock.json"];

/** How long a build takes on two idle cores, in seconds. */
const BUILD_SECONDS = 20;

/**
 * Hash of everything that the compiled contracts depend on.
 * @param root The project's root.
 */
export function hashOfSources(root: string = ROOT): string {
  const hash = createHash("sha256");
  for (const file of globSync(["contracts/**/*.sol", ...SETTINGS], { cwd: root }).sort()) {
    hash.update(
      `${file}\0${createHash("sha256")
        .update(readFileSync(join(root, file)))
        .digest("hex")}\0`,
    );
  }
  return hash.digest("hex");
}

/** Whether the contracts are compiled as their sources stand now. */
export function isCompiled(root: string = ROOT): boolean {
  const stamp = join(root, STAMP);
  if (!existsSync(stamp) || RESULTS.some((path) => !existsSync(join(root, path)))) return false;
  return readFileSync(stamp, "utf8") === hashOfSources(root);
}

/**
 * Records which sources are compiled.
 * @param hash Their hash, taken before the build; nothing where what is compiled is not what would be deployed.
 */
export function stampCompiled(hash: string | undefined, root: string = ROOT): void {
  const stamp = join(root, STAMP);
  if (hash === undefined) {
    rmSync(stamp, { force: true });
    return;
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
}

/**
 * Compiles the contracts, without those of tests, where that has not been done since they changed.
 * @param say Takes a line before a build, with the time to expect, and one after it. The error stream if absent.
 * @throws Error where they do not compile; the compiler's messages are on the error stream by then.
 */
export async function ensureCompiled(say: (line: string) => void = console.error): Promise<void> {
  // Hardhat compiles before it runs tests, and tests start commands; with coverage what it compiled is changed code.
  if (process.env["HH_TEST"] === "true" || isCompiled()) return;
  const count = globSync("contracts/**/*.sol", { cwd: ROOT }).length;
  say(`Compiling ${count} contracts, about ${BUILD_SECONDS} s …`);
  const started = performance.now();
  const child = spawn(process.execPath, [HARDHAT, "build", "--no-tests", "--quiet"], {
    cwd: ROOT,
    stdio: ["ignore", process.stderr, process.stderr],
  });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`the contracts do not compile (Hardhat ended with ${String(code)})`);
  say(`Compiled in ${((performance.now() - started) / 1000).toFixed(0)} s.`);
}
