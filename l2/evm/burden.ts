/** Bytes that a call of L1 can bring beside the machine, with room for what the driver brings in vain. */
const STEP_BYTES = 40_000;
/** Gas of the L2 behind which a call of L1 ends, whatever it brought. */
const STEP_WORK = 100_000n;

/** Calls of L1 that a transaction may fill, whatever it pays; and the gas of the L2 for which it may fill another one. */
const FREE_STEPS = 4n;
const GAS_PER_STEP = 6_000n;

/**
 * The most gas of the L2 in a batch: one that could not be worse then fills some 6,000 calls of L1, for which a window of
 * 24 hours has 7,200 blocks.
 */
export const BATCH_GAS = 25_000_000n;

/** A page of a machine (contracts/execution/evm/Pages.sol), and its bytes with what leads to it. */
const PAGE = 1_024;
const PAGE_BYTES = 1_400;
/** What leads to an account or a slot in a state of millions. */
const PROOF_BYTES = 4_096;
/** Accounts and slots that share a page; and from how many on the way to one leads through a page of its own. */
const NEIGHBOURS = 8;
const CROWD = 512;

/**
 * Counts how often what a transaction works on has to be carried to L1, where L1 executes it in a session
 * (docs/execution.md). Gas does not tell: by Ethereum's prices what was touched once is at hand, but a call of L1 begins
 * with nothing, and ends when it has brought as much as fits.
 */
export class Burden {
  /** What is at hand in the call of L1. */
  readonly #here = new Set<string>();
  /** Pages that were made, and proofs that were given. */
  readonly #known = new Set<string>();
  /** Accounts and slots in the order in which they were met. */
  readonly #world = new Map<string, number>();
  #frames = new WeakMap<object, Frame>();
  #named = 0;
  #bytes = 0;
  #spent = 0n;
  #spentBefore = 0n;
  #steps = 0;

  /** Begins another transaction. */
  begin(): void {
    for (const things of [this.#here, this.#known, this.#world]) things.clear();
    this.#frames = new WeakMap();
    this.#bytes = 0;
    this.#spent = 0n;
    this.#spentBefore = 0n;
    this.#steps = 0;
  }

  /** Calls of L1 that were filled by what they brought. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * An instruction is about to run.
   *
   * @param frame What stands for its frame: the same object each time.
   * @param gasLeft Gas of the frame.
   */
  run(frame: object, gasLeft: bigint): void {
    const { left = gasLeft, spent = this.#spent, saved } = this.#frames.get(frame) ?? {};
    // What the frame spent since then has in it what the frames below it spent, of which a part was counted.
    const more = left - gasLeft - (this.#spent - spent);
    if (more > 0n) this.#spent += more;
    if (this.#spent - this.#spentBefore > STEP_WORK) this.#end();
    if (saved !== undefined) this.carry(`frame ${this.#name(frame)}`, saved);
    this.#note(frame, { left: gasLeft, spent: this.#spent });
  }

  /** A frame waits for another one, and something of a size is kept of it, in bytes. */
  wait(frame: object, size: number): void {
    this.#note(frame, { saved: size });
    this.#here.add(`frame ${this.#name(frame)}`);
  }

  /** Something of a size is needed that L1 does not have, in bytes. */
  carry(what: string, size: number): void {
    if (this.#here.has(what)) return;
    this.#bytes += size;
    if (this.#bytes > STEP_BYTES) {
      this.#steps++;
      this.#end();
      this.#bytes = size;
    }
    this.#here.add(what);
  }

  /** The code of an account is needed. */
  carryCode(account: string, size: number): void {
    this.carry(`code ${account}`, size);
  }

  /** A part of a frame's memory is needed. */
  carryMemory(frame: object, offset: number, size: number): void {
    for (const page of pages(this.#name(frame), offset, size)) this.#carryPage(`memory ${page}`);
  }

  /** A part of what a frame was given is needed: of what it was called with, or of what was returned to it. */
  carryData(data: object, offset: number, size: number): void {
    for (const page of pages(this.#name(data), offset, size)) this.carry(`data ${page}`, PAGE_BYTES);
  }

  /** An account or a slot of storage is needed. What is written has to be found once more, at the end. */
  carryState(what: string, { written = false } = {}): void {
    for (const purpose of written ? ["read", "written"] : ["read"]) {
      const proof = `proof of ${what}, ${purpose}`;
      if (!this.#known.has(proof)) this.carry(proof, PROOF_BYTES);
      this.#known.add(proof);
    }
    this.#carryRecord(what, what);
  }

  /** A transient slot of an account is needed. */
  carryTransient(account: string, slot: bigint): void {
    // Those that follow one another lie in one branch.
    this.#carryRecord(`transient ${account} ${slot}`, `transient ${account} ${slot / 64n}`);
  }

  #carryRecord(what: string, branch: string): void {
    const place = this.#world.get(what) ?? this.#world.size;
    this.#world.set(what, place);
    this.#carryPage(`world ${Math.floor(place / NEIGHBOURS)}`);
    if (this.#world.size > CROWD) this.carry(`way to ${branch}`, PAGE_BYTES);
  }

  /** A page needs not be brought to where it is made. */
  #carryPage(what: string): void {
    if (this.#known.has(what)) this.carry(what, PAGE_BYTES);
    else this.#here.add(what);
    this.#known.add(what);
  }

  /** The call of L1 is over: what is needed from now on has to be brought again. */
  #end(): void {
    this.#here.clear();
    this.#bytes = 0;
    this.#spentBefore = this.#spent;
  }

  #note(thing: object, more: Partial<Frame>): void {
    this.#frames.set(thing, { ...this.#frames.get(thing), ...more });
  }

  #name(thing: object): number {
    const known = this.#frames.get(thing)?.name;
    if (known !== undefined) return known;
    this.#note(thing, { name: this.#named });
    return this.#named++;
  }
}

/** What is remembered of a frame, or of some data. */
interface Frame {
  readonly name?: number;
  /** Gas that it had, and gas that was counted in all, when it was looked at last. */
  readonly left?: bigint;
  readonly spent?: bigint;
  /** Bytes that are kept of it while it waits, from then on. */
  readonly saved?: number;
}

function* pages(name: number, offset: number, size: number): Generator<string> {
  if (size === 0) return;
  const last = Math.floor((offset + size - 1) / PAGE);
  for (let page = Math.floor(offset / PAGE); page <= last; page++) yield `${name} ${page}`;
}

/** The most calls of L1 that a transaction may fill for its gas: sequencers refuse what they could not defend in time. */
export function bearableSteps(gasUsed: bigint): bigint {
  return FREE_STEPS + gasUsed / GAS_PER_STEP;
}
