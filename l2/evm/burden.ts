/** Bytes of witness that one L1 call can carry beside the machine, less a margin for what the driver guesses wrong. */
const STEP_BYTES = 40_000;
/** L2 gas after which an L1 call ends, however little it carried. */
const STEP_WORK = 100_000n;

/** L1 calls that any transaction may fill, and the L2 gas that pays for each further one. */
const FREE_STEPS = 4n;
const GAS_PER_STEP = 6_000n;

/** Bytes of a machine's page (contracts/execution/evm/Pages.sol), alone and with its proof. */
const PAGE = 1_024;
const PAGE_BYTES = 1_400;
/** Bytes of the proof of an account or a slot in a state of millions. */
const PROOF_BYTES = 4_096;
/** Accounts and slots that share a page, and the number from which on finding one takes a page of its own. */
const NEIGHBOURS = 8;
const CROWD = 512;

/**
 * Estimates how many calls L1 needs to execute a transaction in a session (docs/execution.md), by counting the bytes
 * that they carry. Gas does not measure this: Ethereum charges little for what was touched before, but each L1 call
 * starts with nothing and ends when its calldata is full.
 */
export class Burden {
  /** What the current L1 call has. */
  readonly #here = new Set<string>();
  /** Pages that exist, and proofs that were given. */
  readonly #known = new Set<string>();
  /** Accounts and slots in the order of first use. */
  readonly #world = new Map<string, number>();
  #frames = new WeakMap<object, Frame>();
  #named = 0;
  #bytes = 0;
  #spent = 0n;
  #spentBefore = 0n;
  #steps = 0;

  /** Starts over for another transaction. */
  begin(): void {
    for (const things of [this.#here, this.#known, this.#world]) things.clear();
    this.#frames = new WeakMap();
    this.#bytes = 0;
    this.#spent = 0n;
    this.#spentBefore = 0n;
    this.#steps = 0;
  }

  /** L1 calls that were filled by what they carry. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * An instruction is about to run.
   *
   * @param frame An object that identifies its frame.
   * @param gasLeft Gas left in the frame.
   */
  run(frame: object, gasLeft: bigint): void {
    const { left = gasLeft, spent = this.#spent, saved } = this.#frames.get(frame) ?? {};
    // The frame's spending includes that of frames it called, which was counted already.
    const more = left - gasLeft - (this.#spent - spent);
    if (more > 0n) this.#spent += more;
    if (this.#spent - this.#spentBefore > STEP_WORK) this.#end();
    if (saved !== undefined) this.carry(`frame ${this.#name(frame)}`, saved);
    this.#note(frame, { left: gasLeft, spent: this.#spent });
  }

  /** A frame waits for another one; `size` bytes of it are kept. */
  wait(frame: object, size: number): void {
    this.#note(frame, { saved: size });
    this.#here.add(`frame ${this.#name(frame)}`);
  }

  /** Something of `size` bytes is needed that L1 has to be given. */
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

  /** A part of a frame's calldata or return data is needed. */
  carryData(data: object, offset: number, size: number): void {
    for (const page of pages(this.#name(data), offset, size)) this.carry(`data ${page}`, PAGE_BYTES);
  }

  /** An account or a storage slot is needed. One that is written takes a second proof at the end. */
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
    // Neighbouring slots share a branch.
    this.#carryRecord(`transient ${account} ${slot}`, `transient ${account} ${slot / 64n}`);
  }

  #carryRecord(what: string, branch: string): void {
    const place = this.#world.get(what) ?? this.#world.size;
    this.#world.set(what, place);
    this.#carryPage(`world ${Math.floor(place / NEIGHBOURS)}`);
    if (this.#world.size > CROWD) this.carry(`way to ${branch}`, PAGE_BYTES);
  }

  /** The call that creates a page need not be given it. */
  #carryPage(what: string): void {
    if (this.#known.has(what)) this.carry(what, PAGE_BYTES);
    else this.#here.add(what);
    this.#known.add(what);
  }

  /** The L1 call ends: the next one starts with nothing. */
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

/** What is known of a frame, or of data. */
interface Frame {
  readonly name?: number;
  /** Its gas, and the total that was counted, when it last ran. */
  readonly left?: bigint;
  readonly spent?: bigint;
  /** Bytes that are kept of it while it waits; not set before it waits for the first time. */
  readonly saved?: number;
}

function* pages(name: number, offset: number, size: number): Generator<string> {
  if (size === 0) return;
  const last = Math.floor((offset + size - 1) / PAGE);
  for (let page = Math.floor(offset / PAGE); page <= last; page++) yield `${name} ${page}`;
}

/**
 * Most L1 calls that a transaction may fill for its gas. Sequencers refuse others: they could not defend them in time.
 */
export function bearableSteps(gasUsed: bigint): bigint {
  return FREE_STEPS + gasUsed / GAS_PER_STEP;
}
