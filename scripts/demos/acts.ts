/** What many scenarios have in common. */
import { type Wallet, parseEther } from "ethers";

import type { Hex } from "../../l2/base/hex.ts";
import { Parameter } from "../../ignition/parameters.ts";
import { type L1Batch, passed } from "../../agents/l1/mirror.ts";
import type { BatchHeader } from "../../l2/batch/header.ts";
import type { Stage } from "./stage.ts";
import { counting, grouped, short } from "./story.ts";

const PAY = parseEther("0.1");

/** Lets users pay each other, one transaction each, of all three types (steps 1 to 5.2). Returns the hashes. */
export async function payday(stage: Stage, count = stage.cast.users.length): Promise<Hex[]> {
  const { story, local } = stage;
  const hashes = await sendPayments(stage, count);
  await story.observe({
    steps: ["1"],
    actor: "users",
    to: "consensus",
    read: () => states(stage, hashes),
    holds: (found) => found.every((state) => state === "pending"),
    text: `${grouped(count)} of them sign a transfer of 0.1 METIS each and submit it; all are pending`,
  });
  await stage.until(() => included(stage, hashes));
  await observePeers(stage);
  await story.observe({
    steps: ["4"],
    actor: "users",
    to: "Metis blockchain",
    read: () => Promise.all(hashes.map((hash) => local.l2.getTransactionReceipt(hash))),
    holds: (receipts) => receipts.every((receipt) => receipt?.status === 1),
    text: ([first]) => `get a receipt for every transfer; the first is in block ${first?.blockNumber ?? -1}`,
  });
  return hashes;
}

/** The others hold the current sequencer's block with its signature, and came to its state themselves (3, 5.2). */
async function observePeers(stage: Stage): Promise<void> {
  const { story, current } = stage;
  const { head } = current.chain;
  const name = stage.name(current.owner);
  const others = stage.seated.filter(({ owner }) => owner !== current.owner);
  await story.observe({
    steps: ["3"],
    actor: name,
    to: "peers",
    read: () => Promise.all(others.map(async ({ chain }) => (await chain.block(head.number))?.producer)),
    holds: (producers) => producers.length > 0 && producers.every((producer) => producer === current.key.address),
    text: `sends block ${head.number} to its peers: ${others.length} hold it with its signature`,
  });
  await story.observe({
    steps: ["5.2"],
    actor: "peers",
    read: () => others.map(({ chain }) => chain.head.stateRoot),
    holds: (roots) => roots.every((root) => root === head.stateRoot),
    text: `${others.length} of them re-execute it and come to the same state root ${short(head.stateRoot)}`,
  });
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

/** What the consensus layer tells users of their transactions. */
async function states({ local }: Stage, hashes: readonly Hex[]): Promise<string[]> {
  return await Promise.all(hashes.map(async (hash) => (await local.consensus.agent.transactionStatus(hash)).state));
}

/** Whether every sequencer that runs and holds a seat has all of these in its blocks. */
export async function included(stage: Stage, hashes: readonly Hex[]): Promise<boolean> {
  for (const { chain } of stage.seated) {
    for (const hash of hashes) if ((await chain.status(hash)).status !== "included") return false;
  }
  return true;
}

/** The users learn that transactions of theirs failed (3.2). */
export async function hearOfFailure(stage: Stage, hashes: readonly Hex[]): Promise<void> {
  await stage.story.observe({
    steps: ["3.2"],
    actor: "consensus",
    to: "users",
    read: () => states(stage, hashes),
    holds: (found) => found.every((state) => state === "failed"),
    text: `tells users that ${counting(hashes.length, "transaction")} failed`,
  });
}

/** A user sends again, and every sequencer takes it into a block. @param steps What that is, besides Q8. */
export async function sendAgain(stage: Stage, steps: readonly string[]): Promise<void> {
  // Her wallet asks the node for the nonce, and the node has to have heard of it all.
  await stage.beat();
  const hashes = await sendPayments(stage, 1);
  await stage.until(() => included(stage, hashes));
  await stage.story.observe({
    steps: [...steps, "Q8"],
    actor: "user 1",
    to: "Metis blockchain",
    read: () => stage.local.l2.getTransactionReceipt(hashes[0] ?? ""),
    holds: (receipt) => receipt?.status === 1,
    text: (receipt) =>
      `sends her transaction again; ${stage.name(stage.current.owner)} takes it into block ${receipt?.blockNumber ?? -1}`,
  });
}

/** Waits until everything so far is in batches on L1 (steps 6 to 8.3, which agents and L1 tell). */
export async function batch(stage: Stage): Promise<BatchHeader> {
  const { local } = stage;
  const target = BigInt(stage.current.chain.head.number);
  await stage.until(() => headerAt(stage, local.l1State.head - 1).lastBlock >= target);
  return headerAt(stage, local.l1State.head - 1);
}

/** The header of a batch that stands on L1. */
export function headerAt(stage: Stage, index: number): BatchHeader {
  return batchAt(stage, index).header;
}

/** A batch that stands on L1. */
export function batchAt({ local }: Stage, index: number): L1Batch {
  const found = local.l1State.batches[index];
  if (found === undefined) throw new Error(`L1 has no batch ${index}.`);
  return found;
}

/**
 * A batch is gone and its blocks with it: users are told, send again, and the next sequencer submits (3.2, Q8, 11.14).
 * @param hashes What they had sent.
 */
export async function startOver(stage: Stage, hashes: readonly Hex[]): Promise<void> {
  const { story, local } = stage;
  await stage.beat();
  await hearOfFailure(stage, hashes);
  const again = await payday(stage);
  await story.observe({
    steps: ["Q8"],
    actor: "users",
    read: () => states(stage, again),
    holds: (found) => found.every((state) => state === "included"),
    text: "sent everything again, and everything arrived: no money is lost",
  });
  const header = await batch(stage);
  const condemned = local.l1State.condemned.at(-1)?.header;
  await story.observe({
    steps: ["11.14"],
    actor: "L1",
    read: () => local.l1State.batches[Number(condemned?.index)]?.header.sequencer,
    holds: (sequencer) => sequencer !== undefined && sequencer !== condemned?.sequencer,
    text: `has a batch ${condemned?.index} again, by ${stage.name(header.sequencer)}`,
  });
}

/** Starts the verifier, which until then saw nothing. */
export async function wakeVerifier(stage: Stage): Promise<void> {
  await stage.local.verifiers[0]?.restart();
}

/** A verifier asks L1 for the data of a batch that stands. What is sent beyond the fee comes back. */
export async function request(stage: Stage, verifier: Wallet, { index }: Pick<BatchHeader, "index">): Promise<void> {
  const { disputes } = stage.as(verifier);
  const batch = batchAt(stage, Number(index));
  const { gasPrice } = await stage.playground.provider.getFeeData();
  const value = await disputes.requestFee(batch.header, 2n * (gasPrice ?? 0n));
  await (await disputes.requestData([passed(batch)], { value })).wait();
  await stage.tell();
}

/** Waits for the challenge window and for everything to be final. */
export async function finalise(stage: Stage): Promise<void> {
  const { local, story } = stage;
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
