/** What is not done is not told: parts of the system are switched off behind a scenario's back. */
import { expect } from "chai";

import type { CertifiedBatch } from "../../agents/node/consensus.ts";
import { batchTree } from "../../l2/batch/tree.ts";
import { asParent } from "../../agents/l1/mirror.ts";
import { batch, batchAt, payday } from "../../scripts/demos/acts.ts";
import type { Scenario } from "../../scripts/demos/scenario.ts";
import { storageDown } from "../../scripts/demos/scenarios/storage-down.ts";
import type { Stage } from "../../scripts/demos/stage.ts";
import { perform } from "./perform.ts";

/** Submits what the consensus layer certified, and computes nothing. */
async function submitUnseen(stage: Stage): Promise<void> {
  const { local, cast } = stage;
  await local.look();
  const certified: CertifiedBatch | undefined = await local.consensus.agent.certifiedBatch(BigInt(local.l1State.head));
  if (certified === undefined) return;
  const { header, certificate } = certified;
  const blocks = await stage.current.chain.blocks(Number(header.firstBlock), Number(header.lastBlock));
  const roots = blocks.flatMap(({ stateRoots }) => stateRoots);
  const proof = batchTree(roots).proof(roots.length - 1);
  const parent = asParent(batchAt(stage, local.l1State.head - 1));
  await (await stage.as(cast.submitter).inbox.submit(parent, header, proof, certificate)).wait();
}

describe("sabotage of scenarios", () => {
  it("tells no step of a submitter that does not read back, nor of a verifier that does not run", async () => {
    const sabotaged: Scenario = {
      name: "sabotaged",
      title: "Nobody checks a batch",
      prepare: () => ({
        setting: {},
        async play(stage) {
          await stage.local.verifiers[0]?.stop();
          await stage.local.submitter?.stop();
          const { submitter } = stage.local;
          if (submitter !== undefined) submitter.tick = () => submitUnseen(stage);
          await payday(stage);
          await batch(stage);
          await stage.beat();
        },
      }),
    };
    const { steps } = await perform(sabotaged);
    expect(steps).to.include.members(["1", "2a", "2b", "3", "4", "5", "5.1", "5.2", "7", "8a"]);
    const submitters = ["6", "8b", "8c", "8d", "8e", "8.3"];
    const verifiers = ["9", "10", "11", "11.1", "11.2", "11.3", "11.3.1"];
    expect(steps).not.to.include.any.members([...submitters, ...verifiers]);
  }).timeout(300_000);

  it("fails a scenario whose snapshot does not exist", async () => {
    const sabotaged: Scenario = {
      ...storageDown,
      prepare: () => ({ ...storageDown.prepare(), setting: {} }),
    };
    const error = await perform(sabotaged).catch((reason: unknown) => reason);
    expect(String(error)).to.match(
      /^Error: \[9\.1 Q3 Q10\] was not observed: .* Read \[ 'blockchain', 'blockchain' \]\.$/,
    );
  }).timeout(300_000);

  it("fails a scenario whose verifier does not run", async () => {
    const sabotaged: Scenario = {
      ...storageDown,
      prepare: () => {
        const { setting, play } = storageDown.prepare();
        return {
          setting,
          async play(stage) {
            const [verifier] = stage.local.verifiers;
            if (verifier !== undefined) verifier.restart = () => Promise.resolve();
            await play(stage);
          },
        };
      },
    };
    const error = await perform(sabotaged).catch((reason: unknown) => reason);
    expect(String(error)).to.match(/^Error: \[9\.1 Q3 Q10\] was not observed: .* Read \[ undefined, undefined \]\.$/);
  }).timeout(300_000);
});
