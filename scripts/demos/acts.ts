/** What many scenarios have in common. */
import { type Wallet, parseEther } from "ethers";

import { type Hex, ZERO_HASH } from "../../l2/base/hex.ts";
import { Parameter } from "../../ignition/parameters.ts";
import type { BatchHeader } from "../../l2/batch/header.ts";
import { DISPUTE } from "./chronicle.ts";
import type { Stage } from "./stage.ts";
import { grouped } from "./story.ts";

const PAY = parseEther("0.1");

/** Lets users pay each other, one transaction each, of all three types (steps 1 to 5.2). Returns the hashes. */
export async function payday(stage: Stage, count = stage.cast.users.length): Promise<Hex[]> {
  const { story } = stage;
  const hashes = await sendPayments(stage, count);
  story.say("1", "users", `${grouped(count)} of them sign a transfer of 0.1 METIS each and submit it`, "consensus");
  await stage.until(() => included(stage, hashes));
  const { current } = stage;
  const name = stage.name(current.owner);
  story.say(["2a", "5.1"], "consensus", `hands them to ${name}, whose term it is`, name);
  story.say(["2b", "5"], name, `makes block ${current.chain.head.number} out of them`, "Metis blockchain");
  story.say("3", name, "signs the block and sends it round", "peers");
  const others = stage.seated.filter(({ owner }) => owner !== current.owner);
  for (const other of others) {
    const { stateRoot } = other.chain.head;
    if (stateRoot !== current.chain.head.stateRoot) throw new Error(`${stage.name(other.owner)} has another state.`);
  }
  story.say(
    "5.2",
    "peers",
    `${others.length} of them verify the signature, re-execute, and come to the same state root`,
  );
  const receipt = await current.chain.receipt(hashes[0] ?? ZERO_HASH);
  story.say("4", "users", `get their receipts; the first is in block ${receipt?.block ?? -1}`, "Metis blockchain");
  return hashes;
}

/** Signs and submits without waiting for blocks. */
export async function sendPayments({ cast, local, config }: Stage, count: number): Promise<Hex[]> {
  const price = config.baseFee * 2n;
  const kinds = [
    { type: 0, gasPrice: price, maxFeePerGas: null, maxPriorityFeePerGas: null },
    { type: 1, gasPrice: price, maxFeePerGas: null, maxPriorityFeePerGas: null, accessList: [] },
    { type: 2 },
  ];
  const hashes: Hex[] = [];
  for (const [place, user] of cast.users.slice(0, count).entries()) {
    const to = cast.users[(place + 1) % cast.users.length] as Wallet;
    hashes.push(await local.transfer(user, to.address, PAY, kinds[place % kinds.length]));
  }
  return hashes;
}

/** Whether every sequencer that runs and holds a seat has all of these in its blocks. */
export async function included(stage: Stage, hashes: readonly Hex[]): Promise<boolean> {
  for (const { chain } of stage.seated) {
    for (const hash of hashes) if ((await chain.status(hash)).status !== "included") return false;
  }
  return true;
}

/** Waits until everything so far is in batches on L1, and tells how the last got there (steps 6 to 8e). */
export async function batch(stage: Stage): Promise<BatchHeader> {
  const { story, local } = stage;
  const target = BigInt(stage.current.chain.head.number);
  await stage.until(() => headerAt(stage, local.l1State.head - 1).lastBlock >= target);
  const header = headerAt(stage, local.l1State.head - 1);
  const { index } = header;
  story.say(
    "7",
    "consensus",
    `computed MTSR and MTTBR of batch ${index} and had two thirds of the stake sign them`,
    "peers",
  );
  story.say(
    ["8b", "8c", "8d", "8e", "8.3"],
    "submitter",
    `computed both roots of batch ${index} itself from the blockchain's transactions; all the same`,
  );
  const stored = await local.storage.get(header.dataHash).then(
    (object) => object.length,
    () => undefined,
  );
  if (stored !== undefined) {
    story.say("6", "submitter", `stored the ${grouped(stored)} bytes of batch ${index} in Memolabs`, "Memolabs");
  }
  return header;
}

/** The header of a batch that stands on L1. */
export function headerAt({ local }: Stage, index: number): BatchHeader {
  const found = local.l1State.batches[index];
  if (found === undefined) throw new Error(`L1 has no batch ${index}.`);
  return found.header;
}

/**
 * A batch is gone and its blocks with it: users are told, send again, and the next sequencer submits (3.2, Q8, 11.14).
 * @param hashes What they had sent.
 */
export async function startOver(stage: Stage, hashes: readonly Hex[]): Promise<void> {
  const { story, local } = stage;
  await stage.beat();
  for (const hash of hashes) {
    const { state } = await local.consensus.agent.transactionStatus(hash);
    if (state !== "failed") throw new Error(`Transaction ${hash} is ${state}, expected failed.`);
  }
  story.say("3.2", "consensus", `tells the users that their ${grouped(hashes.length)} transactions failed`, "users");
  await payday(stage);
  story.say("Q8", "users", "sent everything again: no money is lost");
  const header = await batch(stage);
  story.say("11.14", "L1", `has a batch ${header.index} again, by ${stage.name(header.sequencer)}`);
}

/** Starts the verifier, which until then saw nothing. */
export async function wakeVerifier(stage: Stage): Promise<void> {
  await stage.local.verifiers[0]?.restart();
}

/** Waits for the challenge window and for everything to be final. */
export async function finalise(stage: Stage): Promise<void> {
  const { local, story } = stage;
  stage.chronicle.meanings = DISPUTE;
  const window = await stage.parameter(Parameter.ChallengeWindow);
  story.note(`… the challenge window of ${duration(window)} passes …`);
  await local.advance(window + 1);
  await stage.until(() => local.l1State.finalised === local.l1State.head);
}

/** A time for people. */
export function duration(seconds: number): string {
  const units: [number, string][] = [
    [86_400, "days"],
    [3_600, "hours"],
    [60, "minutes"],
  ];
  const [size, unit] = units.find(([length]) => seconds >= 2 * length) ?? [1, "seconds"];
  return `${Math.round(seconds / size)} ${unit}`;
}
