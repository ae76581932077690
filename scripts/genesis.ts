/**
 * Binds L1 to one L2: from a list of balances it writes the genesis that the agents take, and puts that genesis' state
 * root and time into the parameter file of the deployment.
 *
 *   npm run genesis -- --balances balances.json --parameters ignition/parameters/sepolia.json --out genesis.json
 */
import { readFileSync, writeFileSync } from "node:fs";

import { Command } from "commander";
import { getAddress } from "ethers";

import type { ChainConfig } from "../l2/protocol/config.ts";
import { StateStore } from "../l2/state/state.ts";

interface Options {
  readonly balances: string;
  readonly parameters: string;
  readonly out: string;
  readonly timestamp: string;
}

const command = new Command("genesis")
  .description("Writes the genesis of the L2 from a list of balances, and its state root into a parameter file.")
  .requiredOption("--balances <file>", 'JSON of balances in wei by address: { "0x…": "1000000000000000000" }')
  .requiredOption(
    "--parameters <file>",
    "parameter file that gives the constants and takes the state root and the time",
  )
  .requiredOption("--out <file>", "where to write the genesis, which agents take as --genesis")
  .option("--timestamp <seconds>", "time of the genesis", String(Math.floor(Date.now() / 1000)))
  .allowExcessArguments(false)
  .action(async (options: Options) => {
    const parameters = read(options.parameters);
    const config: ChainConfig = {
      chainId: constant(parameters, options.parameters, "chainId"),
      baseFee: constant(parameters, options.parameters, "baseFee"),
      gasLimit: constant(parameters, options.parameters, "gasLimit"),
      genesisTimestamp: Number(whole(options.timestamp, "--timestamp")),
      alloc: balances(options.balances),
    };
    const store = await StateStore.open();
    const root = await store.genesis(config);
    await store.close();

    const changed = replaced(
      replaced(parameters, options.parameters, "genesisTimestamp", String(config.genesisTimestamp)),
      options.parameters,
      "genesisStateRoot",
      `"${root}"`,
    );
    writeFileSync(options.out, `${JSON.stringify(config, (_, value: unknown) => plain(value), 2)}\n`);
    writeFileSync(options.parameters, changed);
    console.log(`${options.out}: ${Object.keys(config.alloc).length} accounts, state root ${root}`);
    console.log(`${options.parameters}: genesisStateRoot and genesisTimestamp`);
  });

/** The balances of a file. Zero would be an account that the state does not have. */
function balances(file: string): Record<string, bigint> {
  let content: unknown;
  try {
    content = JSON.parse(read(file));
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new Error(`${file} holds ${JSON.stringify(content)}; expected one object of balances by address`);
  }
  const entries = Object.entries(content).map(([account, balance]) => {
    let address: string;
    try {
      address = getAddress(account);
    } catch {
      throw new Error(`${file} names ${account}; expected an address`);
    }
    const wei = whole(balance, `balance of ${account}`);
    if (wei === 0n) throw new Error(`balance of ${account} is zero; leave the account out`);
    return [address, wei] as const;
  });
  if (new Set(entries.map(([address]) => address)).size !== entries.length) {
    throw new Error(`${file} names an account twice`);
  }
  return Object.fromEntries(entries);
}

/** A number of the parameter file, which keeps large ones as strings that end in `n`. */
function constant(parameters: string, file: string, name: string): bigint {
  return whole(new RegExp(`"${name}":\\s*"?(\\d+)n?"?`).exec(parameters)?.[1], `${name} in ${file}`);
}

/** The file's text with one value changed; the rest keeps its layout. */
function replaced(parameters: string, file: string, name: string, value: string): string {
  const pattern = new RegExp(`("${name}":\\s*)("[^"]*"|\\d+)`);
  if (!pattern.test(parameters)) throw new Error(`${file} has no ${name}; expected a parameter file of ignition/`);
  return parameters.replace(pattern, (_, key: string) => key + value);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}

function whole(value: unknown, what: string): bigint {
  const valid = (typeof value === "number" && Number.isSafeInteger(value)) || typeof value === "string";
  if (valid && /^\d+$/.test(String(value))) return BigInt(value);
  throw new Error(`${what} is ${JSON.stringify(value)}; expected a whole number`);
}

function plain(value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
}

try {
  await command.parseAsync();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
