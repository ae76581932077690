import { type Wallet, dataSlice, id, parseEther } from "ethers";

import { ExecutionDriver, type ExecutionStep } from "../../../agents/execution/driver.ts";
import { DEFAULT_STEP_GAS } from "../../../agents/execution/defaults.ts";
import type { Batch } from "../../../l2/batch/build.ts";
import { transitionWitness } from "../../../l2/execution/witness.ts";
import { batch, payday, wakeVerifier } from "../acts.ts";
import { placeOf, refusal, submitFalseRoots } from "../mischief.ts";
import type { Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";
import { issueAndPay, observeArrival, submit } from "../tokens.ts";

/** More than one call of L1 can pay. */
const PAYEES = Array.from({ length: 160 }, (_, place) => dataSlice(id(`payee ${place}`), 0, 20));
const WAGE = parseEther("10");

/** Step 11.5 where one call of L1 is too small: anyone goes on where the last one stopped, and nobody can disturb it. */
export const heavyTransaction: Scenario = {
  name: "heavy-transaction",
  title: "The disputed transaction takes L1 several calls: two verifiers take turns, and a rival interferes",
  prepare: () => ({
    setting: {},
    async play(stage) {
      const { story, local } = stage;
      story.chapter("The first batch is right");
      await payday(stage);
      await batch(stage);

      story.chapter("A user pays many with one transaction, and three of four sequencers collude");
      await local.verifiers[0]?.stop();
      const { payment, signed } = await issueAndPay(stage, PAYEES, WAGE);
      const { forged, from } = await submitFalseRoots(stage, (honest) => placeOf(honest, payment));

      story.chapter("L1 executes it over several calls");
      await takeTurns(stage, forged, from);

      story.chapter("The proof refers to what L1 remembers");
      await wakeVerifier(stage);
      await stage.until(() => local.l1State.condemned.length > 0);

      story.chapter("User 1 sends the same signed bytes again, and they arrive");
      await local.submitter?.restart();
      await stage.beat();
      await submit(stage, signed);
      const header = await batch(stage);
      await observeArrival(stage, header, payment);
    },
  }),
};

/** Two verifiers advance the execution in turn; between two steps the sequencer that lied tries what it can. */
async function takeTurns(stage: Stage, forged: Batch, place: number): Promise<void> {
  const { story, local, cast, config } = stage;
  const { states } = stage.current.chain;
  const transaction = forged.transactions[place]!;
  const preStateRoot = forged.stateRoots[place - 1] ?? forged.header.preStateRoot;
  const witness = await transitionWitness(config, states, preStateRoot, [transaction]);
  const { provider, addresses } = local.l1;
  const driver = new ExecutionDriver({ gas: DEFAULT_STEP_GAS }, { provider, executor: addresses.executor });
  const rival = stage.ownerOf(stage.current);
  let turn = 0;
  const request = { transaction, preStateRoot, witness, preimages: states.witnessItem.bind(states) };
  const { outcome } = await driver.run(request, async (step) => {
    if (turn === 1) await interfere(stage, rival, step);
    const verifier = cast.verifiers[turn++ % cast.verifiers.length] as Wallet;
    const sent = await verifier.connect(stage.playground.provider).sendTransaction({ ...step, gasLimit: step.gas });
    await sent.wait();
    await stage.tell();
  });
  if (turn < 2) throw new Error("One call was enough.");
  story.note(`L1 knows the outcome after ${turn} calls: ${outcome.gasUsed.toLocaleString("en")} L2 gas`);
}

/** Goes on from a machine that L1 never saw, and then another way from the one that it did see. */
async function interfere(stage: Stage, rival: Wallet, { data, gas }: ExecutionStep): Promise<void> {
  const { story } = stage;
  const { executor } = stage.as(rival);
  const name = stage.name(rival.address);
  const advance = executor.advance;
  const [key, machine, until, witness] = executor.interface.decodeFunctionData("advance", data).toArray() as Step;
  const changed = `${machine.slice(0, -1)}${machine.endsWith("0") ? "1" : "0"}`;
  await story.observe({
    steps: ["11.5"],
    actor: name,
    to: "L1",
    read: () => refusal(advance.staticCall(key, changed, until, witness)),
    holds: (error) => error === "ExecutionUnknownMachine",
    text: "wants to go on from a machine with a digit changed: L1 never saw it, and refuses",
  });
  story.narrate(name, "goes another way from the machine that L1 saw: one more fact, which disturbs nobody", "L1");
  const detour = await advance(key, machine, 2n * until, witness, { gasLimit: gas });
  await detour.wait();
  await stage.tell();
}

/** Arguments of a step. */
type Step = [key: string, machine: string, until: bigint, witness: string];
