/** An L1 in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Keys of the accounts that Anvil funds, those of its standard mnemonic. */
export const ANVIL_MNEMONIC = "test test test test test test test test test test test junk";

/** A node that runs. */
export interface Anvil {
  readonly url: string;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/** How a node is started. */
export interface AnvilOptions {
  readonly chainId?: number;
  /** Seconds between blocks; a block for each transaction where absent. */
  readonly blockTime?: number;
  /** How many accounts are funded; 10 where absent. */
  readonly accounts?: number;
  /** Further flags of `anvil`. */
  readonly flags?: readonly string[];
}

const BINARY = fileURLToPath(new URL("bin.mjs", import.meta.resolve("@foundry-rs/anvil/package.json")));

/** Blocks whose states a node keeps in memory; all others it would write to the home directory, and leave them there. */
const STATES = "64";

/** Starts a node on a free port, with the rules of the fork that the contracts are compiled for. */
export async function startAnvil(options: AnvilOptions = {}): Promise<Anvil> {
  const flags = ["--port", "0", "--hardfork", "osaka", "--mnemonic", ANVIL_MNEMONIC, "--prune-history", STATES];
  if (options.chainId !== undefined) flags.push("--chain-id", String(options.chainId));
  if (options.blockTime !== undefined) flags.push("--block-time", String(options.blockTime));
  if (options.accounts !== undefined) flags.push("--accounts", String(options.accounts));
  const child = spawn(process.execPath, [BINARY, ...flags, ...(options.flags ?? [])], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TARGET_TOOL: "anvil" },
  });
  // Nothing that is started here outlives the tests, whatever ends them.
  const kill = () => child.kill("SIGTERM");
  process.once("exit", kill);
  const exited = once(child, "exit");

  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const address = /Listening on (\S+)/.exec(line)?.[1];
      if (address !== undefined) resolve(`http://${address}`);
    });
    exited.then(([code]) => {
      reject(new Error(`Anvil ended with ${String(code)} before it listened.`));
    }, reject);
  });

  return {
    url,
    process: child,
    stop: async () => {
      process.off("exit", kill);
      kill();
      await exited;
    },
  };
}
