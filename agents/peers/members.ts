import { getAddress } from "ethers";

import type { Roster } from "./messenger.ts";
import { type Member, TermRoster } from "./roster.ts";

export { TermRoster, type Member } from "./roster.ts";

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
  rosterOf(term: number): Promise<{ active: bigint; weight: bigint; head: bigint }>;
  seatAt(seat: number, term: number): Promise<{ key: string; weight: bigint; since: bigint }>;
  ownerOf(key: string): Promise<string>;
}

const NOBODY = /^0x0{40}$/;
const SEATS = 128n;

/**
 * The peer network as L1 knows it: who counts in the term under way and who will in the next one, with which keys and
 * weights, who is the current sequencer and who comes after it (steps 5, 5.2). `refresh` reads it anew; everything else
 * answers from what was read last.
 */
export class Members implements Roster {
  readonly #set: SequencerSetReader;
  /** Peers without a seat that may speak for themselves: the consensus layer. */
  readonly #observers: ReadonlySet<string>;
  /** Owners of keys; a key belongs to one owner for ever. */
  readonly #owners = new Map<string, string>();
  #term: TermView = { number: 0, transactions: 0, startedAt: 0, sequencer: undefined };
  #next: string | undefined;
  #previous: TermRoster | undefined;
  #current = new TermRoster(0, []);
  #coming = new TermRoster(1, []);
  /** What the current roster was read from: it does not change within a term. */
  #read = "";

  constructor(set: SequencerSetReader, observers: readonly string[] = []) {
    this.#set = set;
    this.#observers = new Set(observers.map((address) => getAddress(address)));
  }

  async refresh(): Promise<void> {
    const [term, next] = await Promise.all([this.#set.term(), this.#set.next()]);
    const number = Number(term.number);
    const [current, coming] = await Promise.all([this.#set.rosterOf(number), this.#set.rosterOf(number + 1)]);
    const read = [number, term.startedAt, current.active, current.weight, current.head].join();
    if (read !== this.#read) {
      const roster = await this.#roster(number, current.active);
      if (this.#current.term === number - 1) this.#previous = this.#current;
      else if (this.#previous?.term !== number - 1) this.#previous = undefined;
      this.#current = roster;
      this.#read = read;
    }
    this.#coming = await this.#roster(number + 1, coming.active);
    this.#term = {
      number,
      transactions: Number(term.transactions),
      startedAt: Number(term.startedAt),
      sequencer: someone(term.sequencer),
    };
    this.#next = someone(next);
  }

  async #roster(term: number, active: bigint): Promise<TermRoster> {
    const taken: number[] = [];
    for (let seat = 0n; seat < SEATS; seat++) if ((active >> seat) & 1n) taken.push(Number(seat));
    const members = await Promise.all(
      taken.map(async (seat): Promise<Member> => {
        const { key, weight } = await this.#set.seatAt(seat, term);
        return { seat, key, weight, owner: (await this.ownerOf(key)) ?? key };
      }),
    );
    return new TermRoster(term, members);
  }

  /** Who counts in the term under way. */
  get current(): TermRoster {
    return this.#current;
  }

  /** Who will count in the next term, as of now. */
  get coming(): TermRoster {
    return this.#coming;
  }

  /** Who counts in a term: this one, the next one, or the one before if it was seen; undefined for any other. */
  roster(term: number): TermRoster | undefined {
    return [this.#current, this.#coming, this.#previous].find((roster) => roster?.term === term);
  }

  /** Who counts in the term under way, in ascending order of seats. */
  get all(): readonly Member[] {
    return this.#current.members;
  }

  get term(): TermView {
    return this.#term;
  }

  /** Who would be selected if the term ended now (step 5.2); undefined while the draw is not fixed. */
  get next(): string | undefined {
    return this.#next;
  }

  of(owner: string): Member | undefined {
    return this.#current.of(owner);
  }

  /** Whether these owners hold at least two thirds of the term's stake (S2, S4). */
  isQuorum(owners: Iterable<string>): boolean {
    return this.#current.isQuorum(owners);
  }

  /** Whose key this is, or was; undefined for a key that nobody registered. */
  async ownerOf(key: string): Promise<string | undefined> {
    const address = getAddress(key);
    const known = this.#owners.get(address);
    if (known !== undefined) return known;
    const owner = someone(await this.#set.ownerOf(address));
    if (owner !== undefined) this.#owners.set(address, owner);
    return owner;
  }

  /** Keys of this term and of the next one speak: a key that was rotated in does before it counts. */
  speaksFor(key: string, member: string): boolean {
    const address = getAddress(member);
    const speaker = getAddress(key);
    if (this.#observers.has(address)) return speaker === address;
    return [this.#current, this.#coming].some((roster) => roster.of(address)?.key === speaker);
  }
}

function someone(address: string): string | undefined {
  return NOBODY.test(address) ? undefined : getAddress(address);
}
