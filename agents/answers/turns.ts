import { Parameter } from "../../ignition/parameters.ts";
import type { L1 } from "../l1/l1.ts";
import type { DataRequest } from "../l1/mirror.ts";

const SEATS = 128n;

type Asked = Pick<DataRequest, "header" | "commitment" | "deadline">;

/** Longest pause between two sequencers that step in, in seconds. */
const SPACING = 60;

/** The part of the window that the header's sequencer has for itself: `GRACE_PART` of the disputes contract. */
const GRACE_PART = 480;

/** Unit of a request's delay, in seconds. */
const MINUTE = 60;

/**
 * Whose turn it is to answer (rule 9): the header's sequencer at once; some minutes later, when L1 has them repaid, the
 * others one after the other, in the order of seats from that of the header's sequencer on, all of them in the first half
 * of the window. The minutes count from the request, as L1 counts them.
 */
export class Turns {
  readonly #owner: string;
  readonly #l1: Pick<L1, "disputes" | "parameters" | "sequencers">;

  /** @param owner Owner of the sequencer whose turns these are. */
  constructor(owner: string, l1: Pick<L1, "disputes" | "parameters" | "sequencers">) {
    this.#owner = owner;
    this.#l1 = l1;
  }

  /** When it is this sequencer's turn, in seconds of L1's clock. */
  async of({ header, commitment, deadline }: Asked): Promise<number> {
    if (header.sequencer === this.#owner) return 0;
    const window = Number(await this.#l1.parameters.get(Parameter.RequestWindow));
    const { before, count } = await this.#rank(header.sequencer);
    const grace = Math.ceil(window / GRACE_PART) + 1;
    const spacing = Math.min(SPACING, (window / 2 - grace) / Math.max(count, 1));
    const { delay } = await this.#l1.disputes.requestOf(commitment);
    const begun = deadline - window - Number(delay) * MINUTE;
    return Math.ceil(begun + grace + before * spacing);
  }

  /** How many of the sequencers that count come before this one; all of them where it has no seat. */
  async #rank(sequencer: string): Promise<{ before: number; count: number }> {
    const { sequencers } = this.#l1;
    const { number } = await sequencers.term();
    const { active } = await sequencers.rosterOf(number);
    const first = (await sequencers.sequencerOf(sequencer)).seat;
    const own = (await sequencers.sequencerOf(this.#owner)).seat;
    const seats: bigint[] = [];
    for (let distance = 1n; distance < SEATS; distance++) {
      const seat = (first + distance) % SEATS;
      if ((active >> seat) & 1n) seats.push(seat);
    }
    const held = (await sequencers.seatAt(own, number)).key;
    const place = (await sequencers.ownerOf(held)) === this.#owner ? seats.indexOf(own) : -1;
    return { before: place === -1 ? seats.length : place, count: seats.length };
  }
}
