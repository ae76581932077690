import type { TypedDataDomain } from "ethers";

import { buildBatch } from "../../l2/batch/build.ts";
import { BATCH_HEADER_TYPES, hashHeader } from "../../l2/batch/header.ts";
import type { BatchHeader } from "../../l2/batch/header.ts";
import { headerFault } from "../../l2/batch/submission.ts";
import type { Clock } from "../runtime/clock.ts";
import { SILENCE_TYPES, certificateDomain } from "../l1/certificate.ts";
import type { PeerKey } from "../peers/key.ts";
import type { Members } from "../peers/members.ts";
import type { Replica } from "../peers/replica.ts";
import { isSound } from "../l1/mirror.ts";
import { givesWay } from "../peers/standing.ts";
import type { SilenceWatch } from "../peers/watch.ts";

/** Why a sequencer does not sign. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** Signs for the sequencer what goes into certificates. */
export interface Attestor {
  /**
   * Signs a batch (step 7).
   *
   * @throws {Refusal} where it is not what this sequencer computes itself (S3, S4).
   */
  signBatch(header: BatchHeader): Promise<string>;
  /**
   * Signs that the current sequencer is silent (S2).
   *
   * @throws {Refusal} where this sequencer has not observed it itself.
   */
  signSilence(term: number, sequencer: string): Promise<string>;
}

export interface AttestorDependencies {
  readonly members: Members;
  readonly replica: Replica;
  readonly watch: () => SilenceWatch;
  /** The key that counts in the term under way. */
  readonly key: () => PeerKey;
  /** The key that counts in a term; undefined where this sequencer has no seat in it. */
  readonly keyIn: (term: number) => PeerKey | undefined;
  readonly clock: Clock;
}

/** How many signed batches may wait for L1, one upon the other. */
const MEMORY = 64;

/** Signs only what this sequencer has computed or seen itself. */
export class CheckingAttestor implements Attestor {
  readonly #domain: TypedDataDomain;
  readonly #dependencies: AttestorDependencies;
  /** Batches that it signed, by hash: the next one may build on them before L1 has them. */
  readonly #signed = new Map<string, BatchHeader>();

  constructor(
    options: { readonly chainId: bigint; readonly sequencerSet: string },
    dependencies: AttestorDependencies,
  ) {
    this.#domain = certificateDomain(options.chainId, options.sequencerSet);
    this.#dependencies = dependencies;
  }

  async signBatch(header: BatchHeader): Promise<string> {
    const { replica } = this.#dependencies;
    const key = this.#dependencies.keyIn(Number(header.term));
    if (key === undefined) throw new Refusal(`this sequencer has no seat in term ${header.term}`);
    const parent = this.#late(header) ?? this.#new(header);
    await replica.exclusively(async () => {
      const { chain } = replica;
      if (header.lastBlock > BigInt(chain.head.number)) {
        throw new Refusal(`block ${header.lastBlock} is not here, the head is ${chain.head.number}`);
      }
      const { index, epoch, term, sequencer } = header;
      const place = { parent, epoch, term, sequencer };
      const own = await buildBatch(chain, Number(parent.lastBlock) + 1, Number(header.lastBlock), place);
      const fields = Object.keys(own.header) as (keyof BatchHeader)[];
      const field = fields.find((name) => own.header[name] !== header[name]);
      if (field !== undefined) {
        throw new Refusal(`${field} of batch ${index} is ${header[field]}, expected ${own.header[field]}`);
      }
      replica.protect(Number(header.lastBlock));
    });
    this.#signed.set(hashHeader(header), header);
    const oldest = this.#signed.keys().next().value;
    if (this.#signed.size > MEMORY && oldest !== undefined) this.#signed.delete(oldest);
    return key.signTypedData(this.#domain, BATCH_HEADER_TYPES, { ...header });
  }

  async signSilence(term: number, sequencer: string): Promise<string> {
    const { members, watch, key, clock } = this.#dependencies;
    if (term !== members.term.number || sequencer !== members.term.sequencer) {
      throw new Refusal(`term ${term} of ${sequencer} is over, term ${members.term.number} is under way`);
    }
    const now = Math.floor(clock.now() / 1000);
    const overdue = watch().silentFor(now);
    if (overdue === undefined) throw new Refusal(`${sequencer} has not been silent for ${watch().timeout} s`);
    return key().signTypedData(this.#domain, SILENCE_TYPES, { term, sequencer });
  }

  /** The batch before one that L1 took already, and that is not final: a late signature counts (M2). */
  #late(header: BatchHeader): BatchHeader | undefined {
    const { l1, base } = this.#dependencies.replica;
    const index = Number(header.index);
    const batch = l1.batches[index];
    const taken = batch !== undefined && isSound(batch) && batch.headerHash === hashHeader(header);
    const here = base !== undefined && base.header.index >= header.index;
    return taken && here && index >= l1.finalised ? l1.batches[index - 1]?.header : undefined;
  }

  /** The batch before one that L1 does not have, and would take (S3, S4; M4). */
  #new(header: BatchHeader): BatchHeader {
    const { members, replica, clock } = this.#dependencies;
    const { number: term, sequencer } = members.term;
    if (header.term !== BigInt(term)) throw new Refusal(`term is ${header.term}, expected ${term}`);
    if (header.sequencer !== sequencer) {
      throw new Refusal(`${header.sequencer} does not vouch for batches in term ${term}`);
    }
    const parent = this.#parent(header);
    const now = Math.floor(clock.now() / 1000);
    const { finalised, epoch } = replica.l1;
    const { baseFee } = replica.chain.config;
    const fault = headerFault(header, { parent, finalised, epoch, term, now, baseFee });
    if (fault !== undefined) throw new Refusal(`L1 would refuse batch ${header.index}: ${fault}`);
    return parent;
  }

  /** The batch before, which stands on L1 and is in this chain, or which this sequencer signed. */
  #parent(header: BatchHeader): BatchHeader {
    const { replica, clock } = this.#dependencies;
    const { batches, verdicts } = replica.l1;
    const index = Number(header.index);
    const place = batches[index];
    const now = Math.floor(clock.now() / 1000);
    if (place !== undefined && isSound(place) && !givesWay(replica.l1, place, now)) {
      throw new Refusal(`L1 has batch ${index} already`);
    }
    if (verdicts[hashHeader(header)] !== undefined) throw new Refusal(`L1 found batch ${index} wrong`);
    const before = batches[index - 1];
    if (before?.headerHash === header.parent) {
      if (replica.base?.headerHash === header.parent) return before.header;
      throw new Refusal(`batch ${index - 1} on L1 is not in this sequencer's chain`);
    }
    const signed = this.#signed.get(header.parent);
    if (signed !== undefined && signed.index + 1n === header.index) return signed;
    throw new Refusal(`batch ${index} builds on ${header.parent}, which this sequencer does not know`);
  }
}
