import { getAddress } from "ethers";

/** A seat that counts in a term. */
export interface Member {
  readonly owner: string;
  readonly seat: number;
  /** Stake in gwei of METIS. */
  readonly weight: bigint;
  /** The key that signs in the term. */
  readonly key: string;
}

/** Who counts in a term. L1 fixes it when the term begins; that of the next term changes until then. */
export class TermRoster {
  readonly term: number;
  /** In ascending order of seats. */
  readonly members: readonly Member[];
  readonly #byOwner: ReadonlyMap<string, Member>;

  constructor(term: number, members: readonly Member[]) {
    this.term = term;
    this.members = members;
    this.#byOwner = new Map(members.map((member) => [member.owner, member]));
  }

  /** One bit for each seat. */
  get seats(): bigint {
    return this.members.reduce((bits, { seat }) => bits | (1n << BigInt(seat)), 0n);
  }

  /** In gwei of METIS. */
  get weight(): bigint {
    return this.members.reduce((sum, { weight }) => sum + weight, 0n);
  }

  of(owner: string): Member | undefined {
    return this.#byOwner.get(getAddress(owner));
  }

  /** Stake of these owners together, those without a seat aside; in gwei of METIS. */
  weightOf(owners: Iterable<string>): bigint {
    return [...new Set(owners)].reduce((sum, owner) => sum + (this.of(owner)?.weight ?? 0n), 0n);
  }

  /** Whether these owners hold at least two thirds of the stake (S2, S4). */
  isQuorum(owners: Iterable<string>): boolean {
    return this.members.length > 0 && 3n * this.weightOf(owners) >= 2n * this.weight;
  }
}
