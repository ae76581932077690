import { EventEmitter } from "node:events";

import { getAddress } from "ethers";

import { parseSignedBlock } from "../../l2/protocol/block.ts";
import type { SignedBlock } from "../../l2/protocol/block.ts";
import type { DroppedTransaction } from "../../l2/chain/types.ts";
import { type Hex, fromHex } from "../../l2/base/hex.ts";
import { Agent } from "../runtime/agent.ts";
import type { AgentOptions } from "../runtime/agent.ts";
import { AgentError, messageOf } from "../runtime/errors.ts";
import { L1Revert } from "../l1/reverts.ts";
import type { TransactionManager } from "../l1/transactions.ts";
import { certificateDomain, silenceDigest } from "../l1/certificate.ts";
import { Rotations } from "../l1/rotations.ts";
import { CertificateCollector } from "../peers/certificate-collector.ts";
import type { Certificate } from "../l1/certificate.ts";
import { Duties, describeDuty } from "../peers/duties.ts";
import { Peer } from "../peers/peer.ts";
import type { PeerDependencies, PeerOptions } from "../peers/peer.ts";
import type { CertifiedBatch, Consensus, ConsensusStatus, SubmissionStatus } from "../node/consensus.ts";
import type { CutLimits } from "../peers/cut.ts";
import { Certifier } from "./certifier.ts";
import { collect } from "./collect.ts";
import { DEFAULT_LIMITS } from "./defaults.ts";

export interface ConsensusOptions extends AgentOptions, Omit<PeerOptions, "self"> {
  /** When a batch is full, and when it is due. */
  readonly limits?: Partial<CutLimits>;
  /** For how long a sequencer may be out of reach before its stake counts as stopped, in seconds. */
  readonly patience?: number;
}

export interface ConsensusDependencies extends PeerDependencies {
  /** Sends rotations to L1. */
  readonly transactions: Pick<TransactionManager, "send" | "recover">;
}

/** A block that a peer refused (S3): its producer's signature over the hash of what it claims. */
export interface Report {
  readonly from: string;
  readonly block: Omit<SignedBlock, "transactions">;
  readonly reason: string;
}

export interface ConsensusEvents {
  /** A batch has its certificate (step 7). */
  certified: [CertifiedBatch];
  /** The current sequencer is silent (step 3.1). */
  silent: [{ readonly term: number; readonly sequencer: string; readonly reason: string }];
  /** Users were told that these transactions failed (step 3.2). */
  failed: [{ readonly hashes: readonly string[]; readonly reason: string }];
  /** Another sequencer is current, and the chain runs (steps 3.3.9, 3.3.10). */
  rotated: [{ readonly term: number; readonly sequencer: string | undefined }];
  /** More than a third of the stake stopped, or it is back (S2). */
  halted: [boolean];
  /** A peer refused a block of the current sequencer (S3). */
  report: [Report];
}

/** Reports that are kept, and how long a reason may be. */
const REPORTS = 256;
const REASON = 500;

/**
 * The consensus layer as one process. It holds none of the sequencers' keys: it can stall the network, and cannot
 * forge a batch or a silence.
 */
export class ConsensusProcess extends Agent implements Consensus {
  readonly peer: Peer;
  readonly events = new EventEmitter<ConsensusEvents>();
  readonly #address: string;
  readonly #patience: number;
  readonly #domain: ReturnType<typeof certificateDomain>;
  readonly #certifier: Certifier;
  readonly #rotations: Rotations;
  readonly #dependencies: ConsensusDependencies;
  readonly #reports: Report[] = [];
  readonly #heard = new Map<string, number>();
  #duties: Duties;
  #term = -1;
  /** Why the chain is stopped; undefined while it runs. */
  #stopped: string | undefined;
  #halted = false;
  /** Transactions that peers were told of. */
  readonly #told = new Set<string>();

  constructor(options: ConsensusOptions, dependencies: ConsensusDependencies) {
    super(options, dependencies);
    this.#address = getAddress(options.consensus);
    this.#patience = options.patience ?? 30;
    this.#domain = certificateDomain(options.chainId, dependencies.l1.addresses.sequencers);
    this.#dependencies = dependencies;
    this.peer = new Peer({ ...options, self: this.#address }, dependencies);
    this.#duties = new Duties(Infinity, dependencies.chain);
    this.#rotations = new Rotations({ rotate: 0 }, dependencies);
    this.#certifier = new Certifier({ ...DEFAULT_LIMITS, ...options.limits }, this.#domain, {
      ...dependencies,
      peer: this.peer,
      duties: () => this.#duties,
      now: () => this.#now,
      certified: (batch) => {
        this.events.emit("certified", batch);
      },
    });
    this.peer.replica.events.on("accepted", () => {
      this.#duties.renew(this.#now);
    });
    this.peer.replica.events.on("dropped", ({ transactions, reason }) => {
      this.#fail(transactions, reason);
    });
  }

  /** Blocks that peers refused, the latest last (S3): what a proposal to punish rests upon. */
  get reports(): readonly Report[] {
    return this.#reports;
  }

  async submitTransaction(raw: Uint8Array): Promise<Hex> {
    if (this.#reason !== undefined) {
      throw new AgentError("L2_UNAVAILABLE", `${this.#reason}; send the transaction again after that`);
    }
    const { chain } = this.#dependencies;
    const transaction = chain.decodeNew(raw);
    await chain.checkBurden(transaction, this.#now);
    return chain.addTransaction(transaction);
  }

  pendingTransactions(): Promise<readonly Uint8Array[]> {
    const pending = this.#reason === undefined ? this.#dependencies.chain.pending() : [];
    return Promise.resolve(pending.map(({ raw }) => fromHex(raw)));
  }

  async transactionStatus(hash: Hex): Promise<SubmissionStatus> {
    const status = await this.#dependencies.chain.status(hash);
    if (status.status === "included") return { state: "included", block: status.block };
    if (status.status === "dropped") return { state: "failed", reason: status.reason };
    return { state: status.status };
  }

  certifiedBatch(index: bigint): Promise<CertifiedBatch | undefined> {
    return Promise.resolve(this.#certifier.batch(index));
  }

  status(): Promise<ConsensusStatus> {
    const { term, next } = this.peer.members;
    const reason = this.#reason;
    return Promise.resolve({
      term: term.number,
      current: term.sequencer,
      next,
      enabled: reason === undefined,
      ...(reason === undefined ? {} : { reason }),
      halted: this.#halted,
      head: this.#dependencies.chain.head.number,
    });
  }

  protected override async open(): Promise<void> {
    await this.#dependencies.transactions.recover(this.signal);
    await this.peer.start({
      report: ({ block, reason }, from) => {
        const { number, hash, parentHash, timestamp, coinbase, stateRoot, signature } = parseSignedBlock(block);
        const claim = { number, hash, parentHash, timestamp, coinbase, stateRoot, signature };
        this.#onReport({ from, block: claim, reason: reason.slice(0, REASON) });
        return {};
      },
    });
  }

  protected override async close(): Promise<void> {
    await this.peer.stop();
  }

  protected override async round(): Promise<void> {
    await this.peer.refresh(this.signal);
    const { term } = this.peer.members;
    if (term.number !== this.#term) await this.#begin(term.number);
    await this.#listen();
    await this.#gossip();
    await this.#watch();
    await this.#rotate();
    await this.#certifier.round();
  }

  get #now(): number {
    return Math.floor(this.clock.now() / 1000);
  }

  /** Why the chain takes no transactions now. */
  get #reason(): string | undefined {
    if (this.#term === -1) return "the consensus layer has not looked at L1 yet";
    if (this.#halted) return "the chain is halted: more than a third of the stake stopped";
    if (this.peer.members.term.sequencer === undefined) return "the chain is halted: nobody sequences";
    return this.#stopped;
  }

  async #begin(term: number): Promise<void> {
    this.#duties = new Duties(await this.peer.rotationTimeout(), this.#dependencies.chain);
    this.#certifier.begin();
    this.#told.clear();
    this.#stopped = undefined;
    const first = this.#term === -1;
    this.#term = term;
    const { sequencer } = this.peer.members.term;
    this.log.info({ term, sequencer }, "term");
    if (!first) this.events.emit("rotated", { term, sequencer });
  }

  /** Asks every sequencer how far it is; whoever is silent for long counts as stopped (S2). */
  async #listen(): Promise<void> {
    const { members, messenger, replica } = this.peer;
    const current = members.term.sequencer;
    if (current !== undefined) this.#duties.expectAnswer(this.#now);
    const ahead: string[] = [];
    await Promise.all(
      members.all.map(async ({ owner }) => {
        try {
          const { number } = await messenger.request(owner, "status", {});
          this.#heard.set(owner, this.#now);
          if (owner === current) this.#duties.heard();
          if (number > replica.chain.head.number) ahead.push(owner);
        } catch (error) {
          // A sequencer that was never heard is given the same patience.
          if (!this.#heard.has(owner)) this.#heard.set(owner, this.#now);
          this.log.debug({ peer: owner, reason: messageOf(error) }, "cannot reach peer");
        }
      }),
    );
    await replica.synchronise(ahead);
    const live = members.all
      .map(({ owner }) => owner)
      .filter((owner) => this.#now - (this.#heard.get(owner) ?? this.#now) < this.#patience);
    this.#setHalted(members.all.length > 0 && !members.isQuorum(live));
  }

  #setHalted(halted: boolean): void {
    if (halted === this.#halted) return;
    this.#halted = halted;
    this.log.warn({ halted }, halted ? "more than a third of the stake stopped" : "two thirds of the stake are back");
    this.events.emit("halted", halted);
  }

  /** Tells the peers what waits, so that each of them sees for itself whether it gets into a block (step 2a). */
  async #gossip(): Promise<void> {
    if (this.#reason !== undefined) return;
    const fresh = this.#dependencies.chain.pending().filter(({ hash }) => !this.#told.has(hash));
    if (fresh.length === 0) return;
    const transactions = fresh.map(({ raw }) => raw);
    for (const raw of transactions) this.#duties.expectTransaction(raw, this.#now);
    await Promise.all(
      this.peer.members.all.map(async ({ owner }) => {
        try {
          await this.peer.messenger.request(owner, "transactions", { transactions });
        } catch (error) {
          this.log.debug({ peer: owner, reason: messageOf(error) }, "cannot reach peer");
        }
      }),
    );
    for (const { hash } of fresh) this.#told.add(hash);
  }

  /** Has a silent sequencer rotated out (steps 3.1, 3.2, 3.3.9; S2). */
  async #watch(): Promise<void> {
    const { term } = this.peer.members;
    if (term.sequencer === undefined) return;
    for (const heavy of await this.#duties.review(this.#now)) this.#fail([heavy], heavy.reason);
    for (const duty of this.#duties.toAsk(this.#now)) this.#duties.asked(duty, this.#now);
    const overdue = this.#duties.watch.silentFor(this.#now);
    if (overdue === undefined) {
      this.#stopped = undefined;
      return;
    }
    if (this.#stopped === undefined) await this.#stop(term.number, term.sequencer, describeDuty(overdue));
    const certificate = await this.#collectSilence(term.number, term.sequencer);
    if (certificate !== undefined) await this.#rotateSilent(term.number, certificate);
  }

  async #stop(term: number, sequencer: string, reason: string): Promise<void> {
    this.#stopped = `the chain is stopped until sequencer ${sequencer} is rotated: ${reason}`;
    this.log.warn({ term, sequencer, reason }, "the current sequencer is silent");
    this.events.emit("silent", { term, sequencer, reason });
    const failed = await this.#dependencies.chain.dropPending(`sequencer ${sequencer} was silent; send it again`);
    this.#fail(failed, this.#stopped);
  }

  /** Tells users which transactions failed (step 3.2). */
  #fail(dropped: readonly DroppedTransaction[], reason: string): void {
    const hashes = dropped.map(({ hash }) => hash);
    for (const hash of hashes) this.#told.delete(hash);
    if (hashes.length > 0) this.events.emit("failed", { hashes, reason });
  }

  async #collectSilence(term: number, sequencer: string): Promise<Certificate | undefined> {
    const { members, messenger } = this.peer;
    const collector = new CertificateCollector(silenceDigest(this.#domain, term, sequencer), members.current);
    await collect(collector, (owner) => messenger.request(owner, "signSilence", { term, sequencer }), this.log);
    return collector.certificate();
  }

  async #rotateSilent(term: number, certificate: Certificate): Promise<void> {
    const { sequencers, addresses } = this.#dependencies.l1;
    const data = sequencers.interface.encodeFunctionData("rotateSilent", [term, certificate]);
    try {
      await this.#dependencies.transactions.send(
        { to: addresses.sequencers, data, label: "rotateSilent" },
        this.signal,
      );
    } catch (error) {
      // Anyone may rotate, and the term has to have lasted: the next round looks again.
      if (!(error instanceof L1Revert)) throw error;
      this.log.info({ term, reason: error.message }, "not rotated");
      return;
    }
    await this.#renew();
  }

  /** Rotates when the term has had its time or its transactions, and before the first batch, when seats wait to count. */
  async #rotate(): Promise<void> {
    if ((await this.#rotations.tend(this.peer.replica.l1.head, this.signal)) === "rotate") await this.#renew();
  }

  async #renew(): Promise<void> {
    await this.peer.refresh(this.signal);
    await this.#begin(this.peer.members.term.number);
  }

  #onReport(report: Report): void {
    this.#reports.push(report);
    if (this.#reports.length > REPORTS) this.#reports.shift();
    this.metrics.alarms.inc({ reason: "block-refused" });
    this.log.warn({ from: report.from, block: report.block.number, reason: report.reason }, "a peer refused a block");
    this.events.emit("report", report);
  }
}
