/**
 * The compiler of npm's `solc`, as the executable that crytic-compile expects: `--version`, and standard JSON from the
 * input to the output. Slither needs syntax trees only, so no code is generated, and a run takes seconds.
 */
import { readFileSync } from "node:fs";

import untyped from "solc";

/** The package has no types of its own for its main entry. */
const solc = untyped as { compile: (input: string) => string; version: () => string };

interface StandardInput {
  settings: { outputSelection?: unknown };
}

interface StandardOutput {
  errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  contracts?: Record<string, Record<string, Record<string, unknown>>>;
}

/** What crytic-compile reads of a contract's code; a detector that looks at code would need the real one. */
const NO_CODE = { bytecode: { object: "", sourceMap: "" }, deployedBytecode: { object: "", sourceMap: "" } };

/** Compiles standard JSON without code. */
export function compileTrees(input: string): string {
  const asked = JSON.parse(input) as StandardInput;
  asked.settings.outputSelection = { "*": { "*": ["abi", "devdoc", "userdoc"], "": ["ast"] } };
  const output = JSON.parse(solc.compile(JSON.stringify(asked))) as StandardOutput;
  for (const contracts of Object.values(output.contracts ?? {}))
    for (const contract of Object.values(contracts)) contract["evm"] = NO_CODE;
  // Warnings are the build's business; crytic-compile would print each.
  output.errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  return JSON.stringify(output);
}

if (import.meta.main) {
  if (process.argv.includes("--version")) console.log(`solc, the solidity compiler\nVersion: ${solc.version()}`);
  else process.stdout.write(compileTrees(readFileSync(0, "utf8")));
}
