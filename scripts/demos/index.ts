import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { styleText } from "node:util";

import { readGenesis } from "../../agents/l1/genesis.ts";
import { readDeployment } from "../../agents/l1/l1.ts";
import { type Playground, openPlayground } from "./network.ts";
import type { Scenario } from "./scenario.ts";
import { dataRequest } from "./scenarios/data-request.ts";
import { fakeBatch } from "./scenarios/fake-batch.ts";
import { forgedBlock } from "./scenarios/forged-block.ts";
import { forgedData } from "./scenarios/forged-data.ts";
import { forger } from "./scenarios/forger.ts";
import { halt } from "./scenarios/halt.ts";
import { heavyTransaction } from "./scenarios/heavy-transaction.ts";
import { honest } from "./scenarios/honest.ts";
import { noAnswer } from "./scenarios/no-answer.ts";
import { silentSequencer } from "./scenarios/silent-sequencer.ts";
import { spam } from "./scenarios/spam.ts";
import { storageDown } from "./scenarios/storage-down.ts";
import { tokenTransfer } from "./scenarios/token-transfer.ts";
import { wrongRoot } from "./scenarios/wrong-root.ts";
import { type Out, Story } from "./story.ts";
import { type Stage, type Standing, setStage } from "./stage.ts";

/** Every scenario, in the order of the specification. */
export const SCENARIOS: readonly Scenario[] = [
  honest,
  storageDown,
  dataRequest,
  forgedData,
  noAnswer,
  wrongRoot,
  forger,
  tokenTransfer,
  heavyTransaction,
  fakeBatch,
  silentSequencer,
  spam,
  halt,
  forgedBlock,
];

/** What is played where nobody says what. */
const USUAL = ["honest", "wrong-root"];

/** Where scenarios are played, and where their diagrams go. */
export interface PlayOptions {
  /** A network of the Hardhat configuration; the in-process one where absent. */
  readonly network?: string;
  /** Directory of the diagrams. */
  readonly out: string;
  /** Ignition's record of a system to play on; each scenario deploys its own where absent. */
  readonly deployment?: string;
  /** The genesis of that system's L2, with a balance for each user of the demo. */
  readonly genesis?: string;
}

/** Prints what can be played. */
export function list(out: Out): void {
  const width = Math.max(...SCENARIOS.map(({ name }) => name.length));
  for (const { name, title } of SCENARIOS) out(`${name.padEnd(width)}  ${title}`);
}

/**
 * Plays scenarios one after the other, each on a system of its own, and leaves their diagrams on disk.
 * @throws Error naming the scenario that there is none of, or the option that does not fit.
 */
export async function playAll(
  names: readonly string[],
  { network, out: directory, deployment, genesis }: PlayOptions,
  out: Out,
): Promise<void> {
  const scenarios = select(names.length === 0 ? USUAL : names);
  if ((deployment === undefined) !== (genesis === undefined)) {
    throw new Error("--deployment and --genesis belong together; expected both or neither.");
  }
  if (deployment !== undefined && scenarios.length !== 1) {
    throw new Error(`A deployment serves one scenario, from its genesis on; ${scenarios.length} were asked for.`);
  }
  const standing =
    deployment === undefined || genesis === undefined
      ? undefined
      : { deployment: readDeployment(deployment), config: readGenesis(genesis) };
  await mkdir(directory, { recursive: true });
  for (const scenario of scenarios) {
    out(`Connecting to ${network ?? "an L1 in this process"} …`);
    const playground = await openPlayground(network, out);
    try {
      const story = await play(scenario, playground, out, standing === undefined ? {} : { standing });
      const file = join(directory, `${scenario.name}.md`);
      await writeFile(file, story.diagram(scenario.title));
      out(`  Sequence diagram: ${file}`);
    } finally {
      await playground.connection.close();
    }
  }
}

/** What is special about a performance. */
export interface Performance {
  /** The system that it is played on; one of its own where absent. */
  readonly standing?: Standing;
  /** How many users there are; 200 where absent. */
  readonly users?: number;
  /** Called at the end, while the stage still stands. */
  readonly inspect?: (stage: Stage) => Promise<void>;
}

/** Plays one scenario and sums it up. */
export async function play(
  scenario: Scenario,
  playground: Playground,
  out: Out,
  { users, inspect, standing }: Performance = {},
): Promise<Story> {
  out("");
  out(styleText(["bold", "inverse"], ` ${scenario.name} `) + styleText("bold", ` ${scenario.title}`));
  const story = new Story(out);
  const { setting, ...performance } = scenario.prepare();
  const stage = await setStage(playground, story, out, users === undefined ? setting : { ...setting, users }, standing);
  try {
    const before = await stage.holdings();
    story.chapter("Everybody is here");
    await stage.tell();
    await performance.play(stage);
    await stage.tell();
    story.summary(before, await stage.holdings());
    await inspect?.(stage);
  } finally {
    await stage.close();
  }
  return story;
}

function select(names: readonly string[]): Scenario[] {
  if (names.includes("all")) return [...SCENARIOS];
  return names.map((name) => {
    const found = SCENARIOS.find((scenario) => scenario.name === name);
    if (found === undefined) {
      throw new Error(
        `There is no scenario "${name}"; expected one of ${SCENARIOS.map((one) => one.name).join(", ")}, all.`,
      );
    }
    return found;
  });
}
