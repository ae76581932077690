import { getAddress } from "ethers";

import type { Roster } from "./messenger.ts";

/** A seat that counts: an active sequencer as L1 knows it. */
export interface Member {
  readonly owner: string;
  readonly seat: number;
  /** In wei of METIS. */
  readonly stake: bigint;
  readonly key: string;
  readonly previousKey: string;
  /** In seconds. */
  readonly keyChangedAt: number;
}

/** The rotation that is under way (step 5). */
export interface TermView {
  readonly number: number;
  readonly transactions: number;
  /** In seconds. */
  readonly startedAt: number;
  /** Owner of the current sequencer; undefined while nobody is active. */
  readonly sequencer: string | undefined;
}

/** What is read of the sequencer set; a typed contract satisfies it. */
export interface SequencerSetReader {
  term(): Promise<{ number: bigint; transactions: bigint; startedAt: bigint; sequencer: string }>;
  next(): Promise<string>;
  activeSeats(): Promise<bigint>;
  ownerAt(seat: number): Promise<string>;
  sequencerOf(owner: string): Promise<{
    seat: bigint;
    stake: bigint;
    key: string;
    previousKey: string;
    keyChangedAt: bigint;
  }>;
}

const NOBODY = /^0x0{40}$/;
const SEATS = 128n;

/**
 * The peer network as L1 knows it: seats, stakes, keys, who is the current sequencer and who is the next (steps 5, 5.2).
 * `refresh` reads it anew; everything else answers from what was read last.
 */
export class Members implements Roster {
  readonly #set: SequencerSetReader;
  /** Peers without a seat that may speak for themselves: the consensus layer. */
  readonly #observers: ReadonlySet<string>;
  readonly #keys = new Map<string, string>();
  #members: readonly Member[] = [];
  #term: TermView = { number: 0, transactions: 0, startedAt: 0, sequencer: undefined };
  #next: string | undefined;

  constructor(set: SequencerSetReader, observers: readonly string[] = []) {
    this.#set = set;
    this.#observers = new Set(observers.map((address) => getAddress(address)));
  }

  async refresh(): Promise<void> {
    const [term, next, seats] = await Promise.all([this.#set.term(), this.#set.next(), this.#set.activeSeats()]);
    const taken: number[] = [];
    for (let seat = 0n; seat < SEATS; seat++) if ((seats >> seat) & 1n) taken.push(Number(seat));
    this.#members = await Promise.all(
      taken.map(async (seat) => {
        const owner = await this.#set.ownerAt(seat);
        const { stake, key, previousKey, keyChangedAt } = await this.#set.sequencerOf(owner);
        return { owner, seat, stake, key, previousKey, keyChangedAt: Number(keyChangedAt) };
      }),
    );
    for (const { owner, key, previousKey } of this.#members) {
      this.#keys.set(key, owner);
      if (someone(previousKey) !== undefined) this.#keys.set(previousKey, owner);
    }
    this.#term = {
      number: Number(term.number),
      transactions: Number(term.transactions),
      startedAt: Number(term.startedAt),
      sequencer: someone(term.sequencer),
    };
    this.#next = someone(next);
  }

  /** Active sequencers, in ascending order of seats. */
  get all(): readonly Member[] {
    return this.#members;
  }

  get term(): TermView {
    return this.#term;
  }

  /** Who would be selected if the term ended now (step 5.2). */
  get next(): string | undefined {
    return this.#next;
  }

  /** In wei of METIS. */
  get totalStake(): bigint {
    return this.#members.reduce((sum, { stake }) => sum + stake, 0n);
  }

  of(owner: string): Member | undefined {
    const address = getAddress(owner);
    return this.#members.find((member) => member.owner === address);
  }

  /** Stake of these owners together, those without a seat aside; in wei of METIS. */
  stakeOf(owners: Iterable<string>): bigint {
    return [...new Set(owners)].reduce((sum, owner) => sum + (this.of(owner)?.stake ?? 0n), 0n);
  }

  /** Whether these owners hold at least two thirds of the stake (S2, S4). */
  isQuorum(owners: Iterable<string>): boolean {
    return this.#members.length > 0 && 3n * this.stakeOf(owners) >= 2n * this.totalStake;
  }

  /** The active sequencer whose key, or key before, this is. */
  ofKey(key: string): Member | undefined {
    const address = someone(key);
    if (address === undefined) return undefined;
    return this.#members.find((member) => member.key === address || member.previousKey === address);
  }

  /** The owner of a key that belongs, or belonged since this peer runs, to an active sequencer. */
  everKey(key: string): string | undefined {
    return this.#keys.get(getAddress(key));
  }

  speaksFor(key: string, member: string): boolean {
    const address = getAddress(member);
    if (this.#observers.has(address)) return getAddress(key) === address;
    return this.ofKey(key)?.owner === address;
  }
}

function someone(address: string): string | undefined {
  return NOBODY.test(address) ? undefined : getAddress(address);
}
