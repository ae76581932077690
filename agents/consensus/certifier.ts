import type { TypedDataDomain } from "ethers";

import type { Hex } from "../../l2/base/hex.ts";
import { buildBatch } from "../../l2/batch/build.ts";
import { hashHeader, type BatchHeader } from "../../l2/batch/header.ts";
import { headerFault } from "../../l2/batch/submission.ts";
import type { Chain } from "../../l2/chain/chain.ts";
import { BATCH_LIMITS } from "../../l2/protocol/limits.ts";
import { batchDigest } from "../l1/certificate.ts";
import type { CertifiedBatch } from "../node/consensus.ts";
import { CertificateCollector } from "../peers/certificate-collector.ts";
import { cut, type CutLimits } from "../peers/cut.ts";
import type { Duties } from "../peers/duties.ts";
import { wireHeader } from "../peers/methods.ts";
import type { Peer } from "../peers/peer.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Metrics } from "../runtime/metrics.ts";
import { collect } from "./collect.ts";

/** A batch that collects its signatures. */
interface Draft {
  readonly header: BatchHeader;
  readonly hash: Hex;
  /** Hash of its last block: a rollback can put another in that place. */
  readonly tip: string;
  readonly collector: CertificateCollector;
}

/** A batch that has its certificate, and may get more signatures. */
interface Certified extends Draft {
  /** When it was certified, and when signatures were asked for last, in seconds. */
  readonly since: number;
  askedAt: number;
}

/** Batches that may wait for L1, one upon the other. */
const AHEAD = 16;
/** For how long, and how often, those are asked for their signature that did not give it at once, in seconds. */
const LATE = 600;
const ASK_AGAIN = 30;
/** For how long a certificate is kept once L1 has the batch, in seconds. */
const KEPT = 3_600;

export interface CertifierDependencies {
  readonly peer: Peer;
  readonly chain: Chain;
  /** What the current sequencer owes. */
  readonly duties: () => Duties;
  /** In seconds. */
  readonly now: () => number;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Told of every batch that has its certificate. */
  readonly certified: (batch: CertifiedBatch) => void;
}

/** Cuts batches and has them certified (step 7); goes on collecting, so that all who sign are paid (M2). */
export class Certifier {
  readonly #limits: CutLimits;
  readonly #domain: TypedDataDomain;
  readonly #d: CertifierDependencies;
  /** Certified batches in order: those that L1 took lately, then those that wait for it. */
  #certified: Certified[] = [];
  #draft: Draft | undefined;

  constructor(limits: CutLimits, domain: TypedDataDomain, dependencies: CertifierDependencies) {
    this.#limits = limits;
    this.#domain = domain;
    this.#d = dependencies;
  }

  /** Forgets the draft of another term. */
  begin(): void {
    this.#draft = undefined;
  }

  /** The certified batch at an index, with all signatures so far; undefined where there is none, or no more. */
  batch(index: bigint): CertifiedBatch | undefined {
    const found = this.#certified.find(({ header }) => header.index === index);
    const certificate = found?.collector.certificate();
    return found === undefined || certificate === undefined ? undefined : { header: found.header, certificate };
  }

  /** Prunes, cuts, certifies, and asks again. */
  async round(): Promise<void> {
    await this.#prune();
    for (let count = this.#ahead; count < AHEAD; count++) {
      const draft = (this.#draft ??= await this.#cut());
      if (draft === undefined || !(await this.#certify(draft))) break;
    }
    await this.#collectLate();
  }

  /** How many certified batches wait for L1. */
  get #ahead(): number {
    const first = (this.#d.peer.replica.base?.header.index ?? -1n) + 1n;
    return this.#certified.filter(({ header }) => header.index >= first).length;
  }

  /** Leaves out what is final or long on L1, what no longer follows L1's head, and what L1 would no longer accept. */
  async #prune(): Promise<void> {
    const { replica, members } = this.#d.peer;
    const { base, l1 } = replica;
    const first = (base?.header.index ?? -1n) + 1n;
    let parent = base?.headerHash;
    const kept: Certified[] = [];
    for (const batch of this.#certified) {
      const { index } = batch.header;
      if (index < first) {
        const taken = l1.batches[Number(index)]?.headerHash === batch.hash && Number(index) >= l1.finalised;
        if (taken && this.#d.now() - batch.since <= KEPT) kept.push(batch);
        continue;
      }
      const follows = batch.header.parent === parent && (await this.#stands(batch));
      if (!follows || !this.#counts(batch.header)) break;
      kept.push(batch);
      parent = batch.hash;
    }
    this.#certified = kept;
    const draft = this.#draft;
    if (draft === undefined) return;
    const { header, hash } = draft;
    const fits = header.parent === this.#tip?.hash && header.term === BigInt(members.term.number);
    if (fits && this.#counts(header) && (await this.#stands(draft))) return;
    this.#d.duties().signed(hash);
    this.#draft = undefined;
  }

  /**
   * Whether L1 still takes a certificate over this header: it belongs to an epoch, a term and a time (M3, M4), and L1
   * takes none of a sequencer that has left since.
   */
  #counts({ epoch, term, sequencer, lastTimestamp }: BatchHeader): boolean {
    const { members, replica } = this.#d.peer;
    const { number } = members.term;
    const active = term === BigInt(number - 1) && members.coming.of(sequencer) !== undefined;
    const recent = term === BigInt(number) || active;
    return recent && epoch === BigInt(replica.l1.epoch) && BigInt(this.#d.now()) - lastTimestamp <= BATCH_LIMITS.lag;
  }

  /** Whether the batch's blocks are still those of the chain. */
  async #stands({ header, tip }: Pick<Draft, "header" | "tip">): Promise<boolean> {
    return (await this.#d.chain.block(Number(header.lastBlock)))?.hash === tip;
  }

  /** What the next batch builds on: the last certified one that waits for L1, or L1's. */
  get #tip(): { readonly header: BatchHeader; readonly hash: Hex } | undefined {
    const { base } = this.#d.peer.replica;
    const last = this.#certified.at(-1);
    if (last !== undefined && last.header.index > (base?.header.index ?? -1n)) return last;
    return base === undefined ? undefined : { header: base.header, hash: base.headerHash };
  }

  async #cut(): Promise<Draft | undefined> {
    const tip = this.#tip;
    const { members, replica } = this.#d.peer;
    const { sequencer, number } = members.term;
    if (tip === undefined || sequencer === undefined) return undefined;
    const { chain } = this.#d;
    const now = this.#d.now();
    const from = Number(tip.header.lastBlock) + 1;
    const to = await cut(chain, from, await this.#limitsFor(from), now);
    if (to === undefined) return undefined;
    const { epoch, finalised } = replica.l1;
    const place = { parent: tip.header, epoch: BigInt(epoch), term: BigInt(number), sequencer };
    const { header } = await buildBatch(chain, from, to, place);
    const last = await chain.block(to);
    if (last === undefined) return undefined;
    const { baseFee } = chain.config;
    const fault = headerFault(header, { parent: tip.header, finalised, epoch, term: number, now, baseFee });
    if (fault !== undefined) {
      this.#d.metrics.alarms.inc({ reason: "no batch that L1 takes" });
      this.#d.log.error({ batch: Number(header.index), fault }, "L1 would refuse the next batch: not cut");
      return undefined;
    }
    const collector = new CertificateCollector(batchDigest(this.#domain, header), members.current);
    return { header, hash: hashHeader(header), tip: last.hash, collector };
  }

  /** Old blocks need a new one behind them in their batch, which may then be as large as L1 takes (M4). */
  async #limitsFor(from: number): Promise<CutLimits> {
    const oldest = await this.#d.chain.block(from);
    const old = oldest !== undefined && BigInt(this.#d.now() - oldest.timestamp) > BATCH_LIMITS.lag / 2n;
    return old ? { ...BATCH_LIMITS, age: this.#limits.age } : this.#limits;
  }

  async #certify(draft: Draft): Promise<boolean> {
    const { header, hash, collector } = draft;
    await this.#ask(draft);
    if (!collector.signers.includes(header.sequencer)) {
      this.#d.duties().expectSignature(hash, this.#d.now());
      return false;
    }
    this.#d.duties().signed(hash);
    const certificate = collector.certificate();
    if (certificate === undefined) return false;
    this.#certified.push({ ...draft, since: this.#d.now(), askedAt: this.#d.now() });
    this.#draft = undefined;
    this.#d.log.info({ batch: Number(header.index), transactions: Number(header.txCount) }, "batch certified");
    this.#d.certified({ header, certificate });
    return true;
  }

  /** Asks those that were out of reach, or behind, when the batch was certified. */
  async #collectLate(): Promise<void> {
    const now = this.#d.now();
    for (const batch of this.#certified) {
      const due = now - batch.since <= LATE && now - batch.askedAt >= ASK_AGAIN;
      if (!due || batch.collector.missing.length === 0) continue;
      batch.askedAt = now;
      await this.#ask(batch);
    }
  }

  #ask({ header, collector }: Draft): Promise<void> {
    const request = { header: wireHeader(header) };
    return collect(collector, (owner) => this.#d.peer.messenger.request(owner, "signBatch", request), this.#d.log);
  }
}
