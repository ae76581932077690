/**
 * Binds L1 to one L2: writes the genesis that agents take, and the parameters that the contracts are deployed with.
 *
 *   npm run genesis -- --balances balances.json --parameters ignition/parameters/sepolia.json \
 *     --out genesis.json --out-parameters parameters.json --holder 0x…
 */
import { type Setting, address, agentCommand, integer } from "../agents/cli/flags.ts";
import { AgentError, messageOf } from "../agents/runtime/errors.ts";
import type { ChainConfig } from "../l2/protocol/config.ts";
import { StateStore } from "../l2/state/state.ts";
import { constantOf, readBalances, readCode, readParameters } from "./genesis/input.ts";
import { checkOutputs, writeTogether } from "./genesis/output.ts";

interface Options {
  readonly balances: string;
  readonly predeploys?: string;
  readonly parameters: string;
  readonly out: string;
  readonly outParameters: string;
  readonly holder?: string;
  readonly timestamp?: number;
  readonly force?: true;
}

const SETTINGS: Setting<unknown>[] = [
  {
    name: "balances",
    value: "file",
    description: 'JSON of balances in wei by address: { "0x…": "1000000000000000000" }',
    required: true,
  },
  {
    name: "predeploys",
    value: "file",
    description: "JSON of the code of contracts that are there from the start, in hexadecimal by address",
  },
  {
    name: "parameters",
    value: "file",
    description: "parameter file of ignition/ with the constants; it is only read",
    required: true,
  },
  { name: "out", value: "file", description: "where the genesis goes, which agents take as --genesis", required: true },
  {
    name: "out-parameters",
    value: "file",
    description: "where the parameters go, with genesisStateRoot and genesisTimestamp of this genesis",
    required: true,
  },
  {
    name: "holder",
    value: "address",
    description: "who gets all METIS, and all votes; the one in --parameters if absent",
    parse: address,
  },
  { name: "timestamp", value: "seconds", description: "time of the genesis; now if absent", parse: integer(0) },
  { name: "force", description: "replace output files that exist" },
];

const command = agentCommand(
  "genesis",
  "Writes the genesis of the L2, and the parameters that bind L1 to it.",
  SETTINGS,
).action(async (options: Options) => {
  const { out, outParameters, parameters: file, predeploys, timestamp = Math.floor(Date.now() / 1000) } = options;
  const inputs = [options.balances, file, ...(predeploys === undefined ? [] : [predeploys])];
  checkOutputs([out, outParameters], { inputs, force: options.force === true });
  const parameters = readParameters(file);
  const config: ChainConfig = {
    chainId: constantOf(parameters, "chainId", file),
    baseFee: constantOf(parameters, "baseFee", file),
    gasLimit: constantOf(parameters, "gasLimit", file),
    genesisTimestamp: timestamp,
    alloc: readBalances(options.balances),
    ...(predeploys === undefined ? {} : { predeploys: readCode(predeploys) }),
  };
  const genesisStateRoot = await stateRootOf(config);
  const Rollup = { ...parameters.Rollup, genesisTimestamp: timestamp, genesisStateRoot };
  const named = options.holder === undefined ? {} : { holder: options.holder };
  const Governance = { ...(parameters["Governance"] as object | undefined), ...named };
  writeTogether({ [out]: json(config), [outParameters]: json({ ...parameters, Governance, Rollup }) });
  console.log(`${out}: ${Object.keys(config.alloc).length} accounts, state root ${genesisStateRoot}`);
  console.log(`${outParameters}: ${file} with this state root and time ${timestamp}`);
});

async function stateRootOf(config: ChainConfig): Promise<string> {
  const store = await StateStore.open();
  try {
    return await store.genesis(config);
  } finally {
    await store.close();
  }
}

function json(content: object): string {
  return `${JSON.stringify(content, (_, value: unknown) => plain(value), 2)}\n`;
}

/** Numbers that JSON can hold stay numbers. */
function plain(value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
}

try {
  await command.parseAsync();
} catch (error) {
  console.error(`error: ${messageOf(error)}`);
  if (!(error instanceof AgentError) && process.env["METIS_TRACE"] !== undefined) console.error(error);
  process.exitCode = 1;
}
