import type { Wallet } from "ethers";

import { Transitions } from "../../../agents/execution/ranges.ts";
import { type Place, placeIn } from "../../../agents/execution/checker.ts";
import { type Certificate, NO_CERTIFICATE } from "../../../agents/l1/certificate.ts";
import { asParent } from "../../../agents/l1/mirror.ts";
import type { LocalSequencer } from "../../../agents/local/local.ts";
import { ZERO_HASH } from "../../../l2/base/hex.ts";
import type { Batch } from "../../../l2/batch/build.ts";
import { hashHeader } from "../../../l2/batch/header.ts";
import { batchTree } from "../../../l2/batch/tree.ts";
import { transitionWitness } from "../../../l2/execution/witness.ts";
import { batch, batchAt, payday, sendAgain, wakeVerifier } from "../acts.ts";
import { answerFalsely, collude, nextBatch, postAlone, withFalseRoots } from "../mischief.ts";
import type { Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";

/** Finding H4: guilt follows signatures, not positions. */
export const forger: Scenario = {
  name: "forger",
  title: "Three of four sequencers forge, and try every escape: each forgery costs them all the same",
  prepare: () => ({
    setting: {},
    async play(stage) {
      const { story, local, cast } = stage;
      await local.verifiers[0]?.stop();
      await local.submitter?.stop();
      story.chapter("Users pay each other twice, and three of four sequencers collude");
      await payday(stage);
      const middle = stage.current.chain.head.number;
      await payday(stage);
      const first = stage.current;
      const [second, third] = stage.seated.filter(({ owner }) => owner !== first.owner);
      if (second === undefined || third === undefined) throw new Error("Too few sequencers have a seat.");
      const gang = [first, second, third];

      story.chapter(`${stage.name(first.owner)} posts a false batch alone, and answers for it with garbage`);
      const alone = withFalseRoots(await nextBatch(stage, { to: middle }), 1);
      await postAlone(stage, alone);
      await local.storage.put(alone.object, { header: alone.header, certificate: NO_CERTIFICATE });
      await answerFalsely(stage, alone);

      story.chapter("A certified batch takes its place: the false header is gone");
      const parent = batchAt(stage, 0).header;
      const honest = await nextBatch(stage, { parent, to: middle, sequencer: second.owner });
      // It ends in the true state, so that another batch can be built on it.
      const below = withFalseRoots(honest, 2, honest.stateRoots.length - 1);
      await submit(stage, below, gang);

      story.chapter("One more on top of it, and one that they sign and never submit");
      const above = withFalseRoots(await nextBatch(stage, { sequencer: first.owner }), 3);
      const hidden = withFalseRoots(await nextBatch(stage, { sequencer: third.owner }), 4);
      const shown = certify(stage, hidden, gang);
      await submit(stage, above, gang);

      story.chapter("An accomplice proves the earlier batch: the one on top goes with it");
      await prove(stage, cast.verifiers[1] as Wallet, below, 2, NO_CERTIFICATE);

      story.chapter("The verifier proves what stands no more");
      await wakeVerifier(stage);
      const gone = [alone, above].map(({ header }) => hashHeader(header));
      await stage.until(() => gone.every((hash) => local.l1State.verdicts[hash] !== undefined));

      story.chapter("Somebody shows it the certificate that never reached L1");
      await prove(stage, cast.verifiers[0] as Wallet, hidden, 4, shown);
      const { sequencers } = stage.system;
      await story.observe({
        steps: ["11.11"],
        actor: "L1",
        read: () => Promise.all(gang.map(async ({ owner }) => (await sequencers.sequencerOf(owner)).stake)),
        holds: (stakes) => stakes.every((stake) => stake === 0n),
        text: "has taken the whole stake of all three, for headers of which none stands",
      });

      story.chapter("Who did not sign goes on");
      await local.submitter?.restart();
      await sendAgain(stage, []);
      await batch(stage);
      story.note("… an hour passes, in which somebody else might have committed to a proof earlier …");
      await local.advance(Number(await sequencers.COMMIT_WINDOW()));
      await stage.beat();
    },
  }),
};

function certify(stage: Stage, { header }: Batch, gang: readonly LocalSequencer[]): Certificate {
  return collude(
    stage,
    header,
    gang.map(({ key }) => key),
  );
}

/** Submits a batch that the gang certified, and stores what belongs to it. */
async function submit(stage: Stage, made: Batch, gang: readonly LocalSequencer[]): Promise<void> {
  const { local, cast } = stage;
  const { header, stateRoots, object } = made;
  const certificate = certify(stage, made, gang);
  const proof = batchTree(stateRoots).proof(stateRoots.length - 1);
  const parent = asParent(batchAt(stage, Number(header.index) - 1));
  const { inbox } = stage.as(cast.submitter);
  await (await inbox.submit(parent, header, proof, certificate)).wait();
  await local.storage.put(object, { header, certificate });
  await local.look();
  await stage.tell();
}

/** Proves one transition of a header wrong, wherever it is. */
async function prove(
  stage: Stage,
  who: Wallet,
  { header, transactions, stateRoots }: Batch,
  index: number,
  certificate: Certificate,
): Promise<void> {
  const { chain } = stage.current;
  const transitions = new Transitions(header, transactions, stateRoots);
  const only = transactions.slice(index, index + 1);
  const witness = await transitionWitness(stage.config, chain.states, transitions.rootBefore(index), only);
  const place: Place = placeIn(stage.local.l1State, { header, headerHash: hashHeader(header) }, certificate);
  const { disputes } = stage.as(who);
  const sent = await disputes.check(header, place, transitions.range(index, index + 1), witness, ZERO_HASH);
  await sent.wait();
  await stage.local.look();
  await stage.tell();
}
