/** Plays scenarios of the specification: `npm run demo -- --help`. */
import { Command, Option } from "commander";

import { messageOf } from "../agents/runtime/errors.ts";
import { ensureCompiled } from "../ignition/compiled.ts";

interface Options {
  readonly list?: true;
  readonly network?: string;
  readonly out: string;
  readonly deployment?: string;
  readonly genesis?: string;
}

const program = new Command("npm run demo --")
  .description("Plays scenarios of the specification on an L1, with real contracts, agents and transactions.")
  .argument("[names...]", 'scenarios; "all" for all of them; the honest path and a fraud proof if left out')
  .addOption(
    new Option("--network <name>", "network of the Hardhat configuration; in-process if left out").env(
      "METIS_DEMO_NETWORK",
    ),
  )
  .addOption(new Option("--out <directory>", "where the sequence diagrams go").env("METIS_DEMO_OUT").default("demos"))
  .option("--deployment <file>", "play one scenario on an untouched system: its deployed_addresses.json")
  .option("--genesis <file>", "genesis of that system's L2, as npm run genesis writes it")
  .option("--list", "print the scenarios and exit")
  .addHelpText(
    "after",
    "\nOn a public network every actor is paid METIS_DEMO_FUNDS ether (0.2), and what is left comes back.",
  )
  .action(async (names: string[], options: Options) => {
    await ensureCompiled();
    // Loading takes seconds: nobody should wait for them in front of an empty terminal.
    if (options.list === undefined) console.log("Loading contracts and agents …");
    const { list, playAll } = await import("./demos/index.ts");
    if (options.list === true) list(console.log);
    else await playAll(names, options, console.log);
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(`error: ${messageOf(error)}`);
  if (process.env["METIS_DEMO_TRACE"] !== undefined) console.error(error);
  process.exitCode = 1;
}
