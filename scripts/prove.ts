/** Proves properties of the pure parts of the contracts, which `test/proofs/` has: `npm run prove -- --help`. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

import { Command } from "commander";

import { HALMOS, Unavailable, install } from "./analysis/install.ts";
import { readSources, standardInput } from "./analysis/sources.ts";
import { writeArtifacts } from "./prove/artifacts.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Bounds: turns of a loop, and lengths of arrays that a proof takes. */
const LOOP = 64;
const LENGTHS = "0,1,2,3";

const program = new Command("npm run prove --")
  .description(
    "Proves properties of the pure parts of the contracts for all inputs within bounds, on symbols, by Halmos. It needs " +
      "Python 3 and, once, PyPI. docs/protocol.md, section 9, says what is proven. Ends with 1 where something is not, and " +
      "with 2 where Halmos cannot be had.",
  )
  .argument("[contract]", "prove what is in contracts whose names begin like this: Holds", "")
  .allowExcessArguments(false)
  .action(run);

async function run(wanted: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "metis-proofs-"));
  try {
    process.exitCode = (await prove(install(ROOT, HALMOS), folder, wanted)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Whether everything that was asked for is proven. */
async function prove(halmos: string, folder: string, wanted: string): Promise<boolean> {
  const all = writeArtifacts(standardInput(readSources(ROOT, "test/proofs/*.sol")), folder);
  const proofs = all.filter((name) => name.startsWith(wanted));
  if (proofs.length === 0) {
    console.error(`No proof is in a contract whose name begins with ${wanted}`);
    return false;
  }
  // Halmos compiles with Forge, unless there is nothing to do for it.
  writeFileSync(join(folder, "forge"), "#!/bin/sh\n", { mode: 0o755 });
  const args = [
    ...["--root", folder, "--match-contract", `^${wanted}.*Proof$`],
    ...["--loop", String(LOOP), "--default-array-lengths", LENGTHS, "--solver-timeout-assertion", "0"],
    ...["--solver", "z3", "--no-status"],
  ];
  console.log(`Proving ${proofs.length} of ${all.length} properties; all of them take some ten minutes`);
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}` };
  const child = spawn(halmos, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  let said = "";
  child.stdout.setEncoding("utf8");
  for await (const chunk of child.stdout) {
    const text = stripVTControlCharacters(chunk as string);
    said += text;
    process.stdout.write(text);
  }
  const [status] = (await ended) as [number | null];
  const missing = proofs.filter((name) => !said.includes(`[PASS] ${name.slice(name.indexOf(".") + 1)} `));
  for (const name of missing) console.error(`Not proven: ${name}`);
  console.log(`${proofs.length - missing.length} of ${proofs.length} properties proven`);
  return status === 0 && missing.length === 0;
}

await program.parseAsync();
