/** What dishonest people do here. It stands outside of the agents: none of them can be told to do any of this. */
import { type Wallet, Transaction, concat } from "ethers";

import type { BlockSource } from "../../agents/data/batch-data.ts";
import { decodeRevert } from "../../agents/l1/reverts.ts";
import { messageOf } from "../../agents/runtime/errors.ts";
import { type Certificate, batchDigest, certificateDomain } from "../../agents/l1/certificate.ts";
import { type Batch, buildBatch } from "../../l2/batch/build.ts";
import { encodeObject, encodeRecords } from "../../l2/batch/encoding.ts";
import type { BatchHeader } from "../../l2/batch/header.ts";
import { batchTree } from "../../l2/batch/tree.ts";
import type { Chain } from "../../l2/chain/chain.ts";
import { type Hex, fromHex, toHex, ZERO_HASH } from "../../l2/base/hex.ts";
import { keccakHex, keccakText } from "../../l2/base/keccak.ts";
import { placeOf as placeOnL1 } from "../../agents/execution/checker.ts";
import { Transitions } from "../../agents/execution/ranges.ts";
import { asParent } from "../../agents/l1/mirror.ts";
import { submitUnattested } from "../../agents/sequencer/unattested.ts";
import { batchAt, headerAt } from "./acts.ts";
import type { Stage } from "./stage.ts";

/** Blocks of the blockchain's peers, for outsiders; nobody answers while it is closed. */
export class Gate implements BlockSource {
  #stage: Stage | undefined;

  open(stage: Stage): void {
    this.#stage = stage;
  }

  close(): void {
    this.#stage = undefined;
  }

  async transactions(from: number, to: number): Promise<Awaited<ReturnType<Chain["transactions"]>>> {
    if (this.#stage === undefined) throw new Error("no peer answers");
    return this.#stage.current.chain.transactions(from, to);
  }
}

/** What is special about a batch: the current sequencer's, of all blocks that L1 does not have, where absent. */
export interface Making {
  readonly sequencer?: string;
  /** Header of the batch before; L1's last one where absent. */
  readonly parent?: BatchHeader;
  /** Its last block. */
  readonly to?: number;
}

/** A batch behind the last one on L1. */
export async function nextBatch(stage: Stage, { sequencer, parent, to }: Making = {}): Promise<Batch> {
  const { head, epoch, term } = stage.local.l1State;
  const before = parent ?? headerAt(stage, head - 1);
  const { chain, owner } = stage.current;
  const place = {
    parent: before,
    epoch: BigInt(epoch),
    term: BigInt(term.number),
    sequencer: sequencer ?? owner,
  };
  return buildBatch(chain, Number(before.lastBlock) + 1, to ?? chain.head.number, place);
}

/** The same batch with false state roots from one transaction on, up to another: money from nowhere. */
export function withFalseRoots(honest: Batch, from: number, to = honest.stateRoots.length): Batch {
  const stateRoots = honest.stateRoots.map((root, place) =>
    place < from || place >= to ? root : keccakText(`false root ${place} of ${honest.header.sequencer}`),
  );
  const object = encodeObject(honest.data, stateRoots);
  const header: BatchHeader = {
    ...honest.header,
    postStateRoot: stateRoots.at(-1) ?? honest.header.postStateRoot,
    mtsr: batchTree(stateRoots).root,
    dataHash: keccakHex(object),
  };
  return { ...honest, header, stateRoots, object };
}

/**
 * Three of the sequencers certify the next batch with false state roots from one transaction on, and submit it.
 * @param placeOf Which transaction that is.
 */
export async function submitFalseRoots(
  stage: Stage,
  placeOf: (honest: Batch) => number,
): Promise<{ forged: Batch; from: number }> {
  const { story, local, cast } = stage;
  await local.submitter?.stop();
  const parent = asParent(batchAt(stage, local.l1State.head - 1));
  const honest = await nextBatch(stage);
  const from = placeOf(honest);
  const forged = withFalseRoots(honest, from);
  const colluders = [stage.current.key, ...cast.keys.filter((key) => key !== stage.current.key)].slice(0, 3);
  const certificate = collude(stage, forged.header, colluders);
  story.narrate("three sequencers", `sign a batch whose state is false from transaction ${from} on`, "submitter");
  await local.storage.put(forged.object, { header: forged.header, certificate });
  const proof = batchTree(forged.stateRoots).proof(forged.stateRoots.length - 1);
  const { inbox } = stage.as(cast.submitter);
  const alone = collude(stage, forged.header, colluders.slice(0, 1));
  await story.observe({
    steps: ["S4"],
    actor: "L1",
    to: stage.name(stage.current.owner),
    read: () => refusal(inbox.submit.staticCall(parent, forged.header, proof, alone)),
    holds: (error) => error === "CertificateBelowQuorum",
    text: "takes no certificate that the sequencer signs alone; with three of four it does",
  });
  const sent = await inbox.submit(parent, forged.header, proof, certificate);
  await sent.wait();
  await stage.tell();
  return { forged, from };
}

/** Name of the error with which L1 refuses a call; undefined where it does not. */
export async function refusal(call: Promise<unknown>): Promise<string | undefined> {
  return await call.then(
    () => undefined,
    (error: unknown) => decodeRevert(error)?.name ?? messageOf(error),
  );
}

/** Place of a transaction in a batch. @throws Error where it is not there. */
export function placeOf({ transactions }: Batch, raw: Hex): number {
  const place = transactions.findIndex((transaction) => toHex(transaction.raw) === raw);
  if (place === -1) throw new Error("The batch does not have the transaction.");
  return place;
}

/** The current sequencer posts a batch alone. Memolabs takes its object, since it stands on L1. */
export async function postAlone(stage: Stage, batch: Batch): Promise<void> {
  const { local } = stage;
  const parent = batchAt(stage, local.l1State.head - 1);
  const { l1 } = local;
  await submitUnattested({ ...batch, parent }, { l1, transactions: stage.current.transactions });
  await local.look();
  await stage.tell();
}

/** The current sequencer answers for a batch with data whose last payment it forged; L1 refuses it. */
export async function answerFalsely(
  stage: Stage,
  { header, stateRoots }: Pick<Batch, "header" | "stateRoots">,
): Promise<void> {
  const { chain, owner, key } = stage.current;
  const transactions = await chain.transactions(Number(header.firstBlock), Number(header.lastBlock));
  const whole = new Transitions(header, transactions, stateRoots).range(0, stateRoots.length);
  const records = toHex(await otherData(stage, header, (stage.cast.users[0] as Wallet).address));
  const place = placeOnL1(batchAt(stage, Number(header.index)));
  const { disputes } = stage.as(key);
  await stage.story.observe({
    steps: ["11.8"],
    actor: stage.name(owner),
    to: "L1",
    read: () => refusal(disputes.check.staticCall(header, place, { ...whole, records }, "0x", ZERO_HASH)),
    holds: (error) => error === "RangeWrongLeaves",
    text: "forges the last payment and posts the rest as it was: L1 rebuilds the MTTBR, and refuses",
  });
}

/** A certificate by whoever of the sequencers colludes, be they enough for L1 or not. */
export function collude(stage: Stage, header: BatchHeader, colluders: readonly Wallet[]): Certificate {
  const { l1, consensus } = stage.local;
  const digest = batchDigest(certificateDomain(stage.playground.chainId, l1.addresses.sequencers), header);
  const signed = consensus.agent.peer.members.all.flatMap(({ seat, key }) => {
    const colluder = colluders.find(({ address }) => address === key);
    return colluder === undefined ? [] : [{ seat, signature: colluder.signingKey.sign(digest).compactSerialized }];
  });
  return {
    signers: signed.reduce((bits, { seat }) => bits | (1n << BigInt(seat)), 0n),
    signatures: concat(signed.map(({ signature }) => signature)),
  };
}

/** Other data of the same size: the last payment goes to somebody else. */
export async function otherData(stage: Stage, header: BatchHeader, thief: string): Promise<Uint8Array> {
  const { chain, key } = stage.current;
  const transactions = [...(await chain.transactions(Number(header.firstBlock), Number(header.lastBlock)))];
  const last = transactions.pop();
  if (last === undefined) throw new Error(`Batch ${header.index} is empty.`);
  const { type, nonce, gasLimit, gasPrice, maxFeePerGas, maxPriorityFeePerGas, accessList, chainId, value } =
    Transaction.from(toHex(last.raw));
  const prices = type === 2 ? { maxFeePerGas, maxPriorityFeePerGas } : { gasPrice };
  const lists = type === 0 ? {} : { accessList };
  // One signature in a hundred or so is shorter: then another amount is tried.
  for (let more = 1n; more < 1000n; more++) {
    const call = { to: thief, value: value + more, gasLimit };
    const raw = await key.signTransaction({ type, nonce, chainId, ...call, ...prices, ...lists });
    const forged = encodeRecords([...transactions, { ...last, raw: fromHex(raw) }]);
    if (forged.length === Number(header.dataSize)) return forged;
  }
  throw new Error(`No forgery of ${header.dataSize} bytes was found.`);
}
