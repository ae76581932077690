/**
 * Runs one agent: `npm run agent -- <role> --help`.
 */
import { Command, CommanderError } from "commander";

import { AgentError, messageOf } from "../runtime/errors.ts";
import { consensusCommand } from "./consensus.ts";
import { fundCommand } from "./fund.ts";
import { sequencerCommand, unattestedCommand } from "./sequencer.ts";
import { stakeCommand } from "./stake.ts";
import { storageCommand } from "./storage.ts";
import { submitterCommand } from "./submitter.ts";
import { userCommand } from "./user.ts";
import { verifierCommand } from "./verifier.ts";
import { voterCommand } from "./voter.ts";

const program = new Command("agent")
  .description("Runs one agent of Metis L2. Every flag is also an environment variable and an entry of --config.")
  .showHelpAfterError("(add --help for all flags)");

for (const command of [
  sequencerCommand(),
  stakeCommand(),
  fundCommand(),
  unattestedCommand(),
  consensusCommand(),
  submitterCommand(),
  verifierCommand(),
  storageCommand(),
  voterCommand(),
  userCommand(),
]) {
  program.addCommand(command);
}

try {
  await program.parseAsync();
  process.exit(0);
} catch (error) {
  if (!(error instanceof CommanderError)) {
    console.error(`error: ${messageOf(error)}`);
    if (!(error instanceof AgentError) && process.env["METIS_TRACE"] !== undefined) console.error(error);
  }
  process.exit(1);
}
