import { EventEmitter } from "node:events";

import { getAddress, type TransactionReceipt } from "ethers";

import { fromHex } from "../../l2/base/hex.ts";
import { buildBatch } from "../../l2/batch/build.ts";
import { type BatchHeader, hashHeader } from "../../l2/batch/header.ts";
import { BATCH_LIMITS } from "../../l2/protocol/limits.ts";
import type { SignedBlock } from "../../l2/protocol/block.ts";
import { TransactionError } from "../../l2/protocol/errors.ts";
import { Agent, type AgentOptions } from "../runtime/agent.ts";
import { AgentError, messageOf } from "../runtime/errors.ts";
import type { Health } from "../runtime/health.ts";
import type { TransactionManager } from "../l1/transactions.ts";
import type { Consensus } from "../node/consensus.ts";
import { cut } from "../peers/cut.ts";
import type { PeerKey } from "../peers/key.ts";
import { signedBlock } from "../peers/block.ts";
import { Duties } from "../peers/duties.ts";
import { type BlockAnswer, readHeader, readTransactions, type SignatureAnswer, wireHeader } from "../peers/methods.ts";
import { Peer, type PeerDependencies, type PeerOptions } from "../peers/peer.ts";
import { isSound } from "../l1/mirror.ts";
import { PeerError } from "../peers/transport.ts";
import { type Attestor, type AttestorDependencies, CheckingAttestor, Refusal } from "./attestor.ts";
import { type BlockProducer, ChainProducer, type ProducerDependencies } from "./producer.ts";
import { submitUnattested } from "./unattested.ts";

export interface SequencerOptions extends AgentOptions, Omit<PeerOptions, "self"> {
  /** Owner of the stake. */
  readonly owner: string;
  /** Account that the priority fees of its blocks go to; the owner if left out. */
  readonly coinbase?: string;
  /** Most transactions of one block. */
  readonly blockTransactions?: number;
}

export interface SequencerDependencies extends PeerDependencies {
  /** Where the current sequencer takes transactions from (step 5.1). */
  readonly consensus: Pick<Consensus, "pendingTransactions">;
  /** Sends to L1 as the sequencer: with its key, or as its owner. */
  readonly transactions: TransactionManager;
  /** How blocks are made; {@link ChainProducer} if left out. */
  readonly producer?: (honest: BlockProducer, dependencies: ProducerDependencies) => BlockProducer;
  /** How signatures are given; {@link CheckingAttestor} if left out. */
  readonly attestor?: (honest: Attestor, dependencies: AttestorDependencies) => Attestor;
}

export interface SequencerEvents {
  /** It made a block (step 2b). */
  produced: [SignedBlock];
  /** A peer refused its block (S3). */
  rejected: [{ readonly block: SignedBlock; readonly by: string; readonly reason: string }];
  /** It signed a batch (step 7). */
  signed: [BatchHeader];
  /** It signed that the current sequencer is silent (S2). */
  silence: [{ readonly term: number; readonly sequencer: string }];
  /** Another term began (step 5). */
  term: [{ readonly number: number; readonly current: boolean }];
}

const NO_SEAT = "it makes and signs nothing until its owner locks a stake (agent stake join)";

/** Most earlier blocks that a peer gets with one new block to catch up. */
const CATCH_UP = 1024;

/**
 * A sequencer node: leads while L1 names it the current one, and verifies and signs what another does while not (steps
 * 2b, 3, 5, 5.1, 5.2).
 */
export class Sequencer extends Agent {
  readonly owner: string;
  readonly peer: Peer;
  readonly events = new EventEmitter<SequencerEvents>();
  readonly #options: SequencerOptions;
  readonly #dependencies: SequencerDependencies;
  readonly #producer: BlockProducer;
  readonly #attestor: Attestor;
  #duties: Duties;
  #term = -1;
  #synchronised = false;
  /** Whether it held a seat at the last look; undefined before the first. */
  #seated: boolean | undefined;
  /** The block that is offered to peers, and who has taken it. */
  #offer: { readonly block: SignedBlock; readonly takers: Set<string> } | undefined;
  /** Batches that it signed, so that it can ask the current sequencer for its own signature. */
  readonly #headers = new Map<string, BatchHeader>();

  constructor(options: SequencerOptions, dependencies: SequencerDependencies) {
    super(options, dependencies);
    this.owner = getAddress(options.owner);
    this.#options = options;
    this.#dependencies = dependencies;
    this.peer = new Peer({ ...options, self: this.owner }, dependencies);
    const { chain, clock, l1 } = dependencies;
    const key = (): PeerKey => this.peer.key;
    const { members, replica } = this.peer;
    this.#duties = new Duties(Infinity, chain);
    const producer = new ChainProducer(
      { coinbase: options.coinbase ?? this.owner, maxTransactions: options.blockTransactions ?? 500 },
      { chain, key },
    );
    this.#producer = dependencies.producer?.(producer, { chain, key }) ?? producer;
    const keyIn = (term: number): PeerKey | undefined => this.peer.keyIn(term);
    const forAttestor = { members, replica, key, keyIn, clock, watch: () => this.#duties.watch };
    const attestor = new CheckingAttestor(
      { chainId: options.chainId, sequencerSet: l1.addresses.sequencers },
      forAttestor,
    );
    this.#attestor = dependencies.attestor?.(attestor, forAttestor) ?? attestor;
    replica.events.on("refused", ({ block, reason }) => void this.#report(block, reason));
  }

  /** Whether L1 names it the current sequencer (step 5). */
  get current(): boolean {
    return this.peer.members.term.sequencer === this.owner;
  }

  /**
   * Posts what its chain holds beyond L1's head without a certificate (step 3.3), at its operator's command: as many
   * blocks as fit into one batch.
   *
   * @throws {L1Revert} where it is not the current sequencer.
   */
  async postUnattested(): Promise<TransactionReceipt> {
    const { base, chain } = this.peer.replica;
    if (base === undefined) throw new AgentError("L2_UNAVAILABLE", "the chain does not hold L1's last batch");
    const first = Number(base.header.lastBlock) + 1;
    const last = await cut(chain, first, { ...BATCH_LIMITS, age: -Infinity }, this.#now);
    if (last === undefined) throw new AgentError("L2_UNAVAILABLE", `L1 has every block up to ${first - 1}`);
    const { epoch } = this.peer.replica.l1;
    const term = BigInt(this.peer.members.term.number);
    const place = { parent: base.header, epoch: BigInt(epoch), term, sequencer: this.owner };
    const { header, stateRoots } = await buildBatch(chain, first, last, place);
    return submitUnattested({ parent: base, header, stateRoots }, this.#dependencies);
  }

  protected override async open(): Promise<void> {
    await this.#dependencies.transactions.recover(this.signal);
    await this.peer.start({
      block: ({ block }, from) => this.#onBlock(block, from),
      transactions: async ({ transactions }) => {
        await this.#onTransactions(readTransactions(transactions));
        return {};
      },
      signBatch: ({ header }) => this.#onSignBatch(readHeader(header)),
      signSilence: ({ term, sequencer }) => this.#onSignSilence(term, sequencer),
    });
  }

  protected override async close(): Promise<void> {
    await this.peer.stop();
  }

  override health(): Health {
    const health = super.health();
    if (!health.healthy || this.#seated !== false) return health;
    return { ...health, detail: `${this.owner} holds no seat: ${NO_SEAT}` };
  }

  protected override async round(): Promise<void> {
    await this.peer.refresh(this.signal);
    this.#lookForSeat();
    const { term } = this.peer.members;
    if (term.number !== this.#term) await this.#begin(term.number);
    if (this.current) await this.#lead();
    else await this.#attend();
  }

  /** Says when it has no seat, once: it would wait for its turn without a word. */
  #lookForSeat(): void {
    const { members } = this.peer;
    const seated = members.of(this.owner) !== undefined || members.coming.of(this.owner) !== undefined;
    if (seated === this.#seated) return;
    this.#seated = seated;
    const counts = members.of(this.owner) !== undefined ? "" : ", which counts from the next term on";
    if (seated) this.log.info({ owner: this.owner }, `[Q4] holds a seat on L1${counts}`);
    else this.log.warn({ owner: this.owner }, `[Q4] holds no seat on L1: ${NO_SEAT}`);
  }

  get #now(): number {
    return Math.floor(this.clock.now() / 1000);
  }

  get #others(): string[] {
    return this.peer.members.all.map(({ owner }) => owner).filter((owner) => owner !== this.owner);
  }

  /** Starts a term: duties of the last sequencer lapse, and waiting transactions are handed out again (step 5.1). */
  async #begin(term: number): Promise<void> {
    this.#duties = new Duties(await this.peer.rotationTimeout(), this.#dependencies.chain);
    this.#headers.clear();
    this.#offer = undefined;
    this.#synchronised = false;
    await this.#dependencies.chain.dropPending("another sequencer's term began");
    this.#term = term;
    this.log.info({ term, sequencer: this.peer.members.term.sequencer, current: this.current }, "term");
    this.events.emit("term", { number: term, current: this.current });
  }

  /** Steps 5.1, 2b, 3: takes transactions, makes a block, and hands it round. */
  async #lead(): Promise<void> {
    const { replica, members } = this.peer;
    const { chain } = this.#dependencies;
    if (!this.#synchronised) this.#synchronised = await replica.synchronise(this.#others);
    await this.#propagate(this.#offer?.block.number === chain.head.number ? this.#offer.block : undefined);
    // A minority alone must not run ahead: the next block waits until two thirds hold this one (S2).
    const stands = chain.head.number <= replica.floor || members.isQuorum(this.#offer?.takers ?? []);
    if (!stands) return;
    for (const raw of await this.#waiting()) await this.#take(raw);
    const block = await replica.exclusively(() => this.#producer.produce(this.#now));
    if (block === undefined) return;
    this.log.info({ block: block.number, transactions: block.transactions.length }, "block produced");
    this.events.emit("produced", block);
    await this.#propagate(block);
  }

  /** What the consensus layer has for this sequencer (step 5.1); peers hand over what it keeps back. */
  async #waiting(): Promise<readonly Uint8Array[]> {
    try {
      const waiting = await this.#dependencies.consensus.pendingTransactions();
      if (waiting.length > 0) this.log.info({ transactions: waiting.length }, "[5.1] took the waiting transactions");
      return waiting;
    } catch (error) {
      this.log.warn({ reason: messageOf(error) }, "the consensus layer gives no transactions");
      return [];
    }
  }

  /** Steps 5.2, S2: keeps up with the current sequencer and watches it. */
  async #attend(): Promise<void> {
    const { replica, members, messenger } = this.peer;
    if (!this.#synchronised) this.#synchronised = await replica.synchronise(this.#others);
    const current = members.term.sequencer;
    if (current === undefined || members.of(this.owner) === undefined) return;
    this.#duties.expectAnswer(this.#now);
    try {
      const { number } = await messenger.request(current, "status", {});
      this.#duties.heard();
      if (number > replica.chain.head.number) await replica.synchronise([current]);
    } catch (error) {
      this.log.debug({ sequencer: current, reason: messageOf(error) }, "the current sequencer does not answer");
    }
    await this.#review();
    await this.#press(current);
  }

  /** Drops duties that are done or void. */
  async #review(): Promise<void> {
    await this.#duties.review(this.#now);
    const { batches } = this.peer.replica.l1;
    for (const [hash, { index, parent }] of this.#headers) {
      const place = batches[Number(index)];
      const follows = batches[Number(index) - 1]?.headerHash === parent || this.#headers.has(parent);
      if (follows && (place === undefined || !isSound(place))) continue;
      this.#headers.delete(hash);
      this.#duties.signed(hash);
    }
  }

  /** Asks the current sequencer itself for what it owes, before this peer calls it silent. */
  async #press(current: string): Promise<void> {
    const { messenger } = this.peer;
    const due = this.#duties.toAsk(this.#now);
    const raws: string[] = [];
    for (const duty of due) {
      this.#duties.asked(duty, this.#now);
      if (duty.kind === "transaction") raws.push(...[this.#duties.raw(duty.hash)].filter((raw) => raw !== undefined));
    }
    try {
      if (raws.length > 0) await messenger.request(current, "transactions", { transactions: raws });
      for (const duty of due) {
        const header = duty.kind === "batch" ? this.#headers.get(duty.hash) : undefined;
        if (duty.kind !== "batch" || header === undefined) continue;
        const answer = await messenger.request(current, "signBatch", { header: wireHeader(header) });
        if ("signature" in answer) this.#duties.signed(duty.hash);
      }
    } catch (error) {
      this.log.debug({ sequencer: current, reason: messageOf(error) }, "cannot press the current sequencer");
    }
  }

  /** Offers a block, the head if none is given, to every peer that has not taken it (step 3). */
  async #propagate(produced?: SignedBlock): Promise<void> {
    const { replica } = this.peer;
    const block = produced ?? signedBlock(replica.chain.head);
    if (block === undefined || block.number <= replica.floor) return;
    if (this.#offer?.block.hash !== block.hash) this.#offer = { block, takers: new Set([this.owner]) };
    const { takers } = this.#offer;
    const targets = [...this.#others, this.#options.consensus].filter((peer) => !takers.has(peer));
    await Promise.all(
      targets.map(async (peer) => {
        try {
          const { accepted, reason } = await this.#hand(peer, block);
          if (accepted) takers.add(peer);
          if (reason === undefined) return;
          this.log.warn({ block: block.number, by: peer, reason }, "a peer refused the block");
          this.events.emit("rejected", { block, by: peer, reason });
        } catch (error) {
          this.log.debug({ peer, reason: messageOf(error) }, "cannot reach peer");
        }
      }),
    );
  }

  /** Hands a peer a block, after those that it lacks. */
  async #hand(peer: string, block: SignedBlock): Promise<BlockAnswer> {
    const { messenger, replica } = this.peer;
    let answer = await messenger.request(peer, "block", { block });
    let next = answer.want;
    for (let step = 0; next !== undefined && step < CATCH_UP; step++) {
      const earlier = next === block.number ? block : await this.#earlier(next);
      if (earlier === undefined || next > block.number || next <= replica.floor - CATCH_UP) break;
      answer = await messenger.request(peer, "block", { block: earlier });
      if (answer.reason !== undefined || (answer.accepted && next === block.number)) break;
      next = answer.accepted ? next + 1 : answer.want;
    }
    return answer;
  }

  async #earlier(number: number): Promise<SignedBlock | undefined> {
    const block = await this.#dependencies.chain.block(number);
    return block === undefined ? undefined : signedBlock(block);
  }

  async #take(raw: Uint8Array | string): Promise<void> {
    try {
      await this.#dependencies.chain.addTransaction(typeof raw === "string" ? fromHex(raw) : raw);
    } catch (error) {
      if (error instanceof TypeError) throw new PeerError("malformed", error.message, { cause: error });
      if (!(error instanceof TransactionError)) throw error;
      if (error.code !== "ALREADY_KNOWN") this.log.debug({ reason: error.message }, "transaction refused");
    }
  }

  async #onBlock(block: SignedBlock, from: string): Promise<BlockAnswer> {
    const answer = await this.peer.receive(block, from);
    if (answer.accepted) this.#duties.renew(this.#now);
    return answer;
  }

  async #onTransactions(transactions: readonly string[]): Promise<void> {
    for (const raw of transactions) {
      await this.#take(raw);
      if (!this.current) this.#duties.expectTransaction(raw, this.#now);
    }
  }

  async #onSignBatch(header: BatchHeader): Promise<SignatureAnswer> {
    try {
      const signature = await this.#attestor.signBatch(header);
      if (!this.current) {
        const hash = hashHeader(header);
        this.#headers.set(hash, header);
        this.#duties.expectSignature(hash, this.#now);
      }
      this.events.emit("signed", header);
      return { signature };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.log.warn({ batch: Number(header.index), reason: error.message }, "batch not signed");
      return { refused: error.message };
    }
  }

  async #onSignSilence(term: number, sequencer: string): Promise<SignatureAnswer> {
    try {
      await this.#review();
      const signature = await this.#attestor.signSilence(term, sequencer);
      this.events.emit("silence", { term, sequencer });
      return { signature };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { refused: error.message };
    }
  }

  /** Tells the consensus layer of a block that was refused (S3). */
  async #report(block: SignedBlock, reason: string): Promise<void> {
    try {
      await this.peer.messenger.request(this.#options.consensus, "report", { block, reason });
    } catch (error) {
      this.log.debug({ reason: messageOf(error) }, "cannot report to the consensus layer");
    }
  }
}
