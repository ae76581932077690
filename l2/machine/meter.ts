import type { EVM, EVMResult, Message } from "@ethereumjs/evm";

import type { SignedTransaction } from "../transaction.ts";
import { affordableMemory, grownMemory, words } from "./memory.ts";

/** What L1 keeps to a transaction's end, in bytes (contracts/execution/evm/World.sol). */
const ACCOUNT = 0x180;
const SLOT = 0x100;
const TRANSIENT_SLOT = 0x60;
/** A word that a revert restores. */
const UNDO = 0x60;

/** Such things come from chunks, of which the first one is there from the start (Heap.sol). */
const FIRST_CHUNK = 0x3400;
const CHUNK = 0x1000;

/** What surrounds code (Code.sol), and the registers of a frame that waits (Frames.sol). */
const CODE_FRAME = 0x120;
const REGISTERS = 0x2e0;

/** Words that change: a transfer's balances and flags; a creation's, beside its transfer, until its code lies there. */
const TRANSFER = 4;
const CREATION = 5;
const DEPOSIT = 2;

/** What the handlers of the EVM get. */
type RunState = NonNullable<EVMResult["execResult"]["runState"]>;

interface Frame {
  /** Where the heap ended before it. */
  readonly start: number;
  /** The most memory that its gas pays for. */
  readonly limit: number;
  readonly creates: boolean;
  /** What its memory has taken. */
  memory: number;
  /** Whether it has jumped. */
  jumped: boolean;
}

/**
 * Watches an EVM and tells an upper bound of the memory that running the same on L1 takes (`bound`).
 *
 * What L1's machine takes is the place where its heap ends (contracts/execution/evm/Heap.sol). Frames lie there in a
 * stack: what a frame took is given back when it ends, unless it lies below something that has to be kept, the floor. So
 * the meter follows two numbers that are never below those of L1, the end of the heap and the floor. All steps are
 * monotone in both: to allocate more than L1, to raise the floor more often, or to give back less keeps them so.
 *
 * - A frame takes its caller's registers and stack, its memory as often as that may have moved (`grownMemory`), a copy
 *   of what each of its calls returned, and init code.
 * - Records of code, maps of its jump destinations and the code of new contracts are kept, where the frames stand then.
 * - Entries of accounts and slots, and the journal, come from chunks. When L1 begins a new one is not known here, since
 *   only an upper bound of what is in them is. Each new one takes its size, and keeps of what lies above the floor at
 *   most as much as ever lay there; both come on top at the end, for as many chunks as can have been begun.
 *
 * Code that accounts have does not count; it has a limit of its own (`TouchedState`).
 */
export class Meter {
  /** Whether a precompile was asked for more than L1 can do in one instruction. */
  heavy = false;
  readonly #frames: Frame[] = [];
  readonly #accounts = new Set<string>();
  readonly #slots = new Set<string>();
  readonly #codes = new Set<string>();
  readonly #mapped = new Set<string>();
  /** Flags that are set, unless a revert has unset them. */
  readonly #flags = new Set<string>();
  #end = 0;
  #floor = 0;
  #highest = 0;
  /** The most that lay above the floor. */
  #loose = 0;
  #kept = 0;
  /** Items on the stack of the frame that calls. */
  #items = 0;

  constructor(evm: EVM) {
    evm.events.on("beforeMessage", (message: Message, next) => {
      this.#enter(message);
      next?.();
    });
    evm.events.on("afterMessage", (result: EVMResult, next) => {
      this.#leave(result);
      next?.();
    });
    this.#watch(evm);
  }

  /** Begins anew with a transaction. */
  start({ from, to, signed }: SignedTransaction, coinbase: string): void {
    for (const set of [this.#accounts, this.#slots, this.#codes, this.#mapped, this.#flags]) set.clear();
    this.#frames.length = 0;
    this.#end = this.#floor = this.#highest = this.#loose = this.#kept = 0;
    this.heavy = false;
    for (const party of [from, coinbase, ...(to === undefined ? [] : [to])]) this.#access(party.toLowerCase());
    // The sender's flag, nonce and balance before, and flags and balances of sender and coinbase at the end.
    this.#change(3 + TRANSFER);
    this.#change(TRANSFER);
    if (to === undefined) {
      this.#keep(ACCOUNT);
      this.#change(CREATION);
    } else {
      this.#flag(`touched ${to.toLowerCase()}`);
      this.#code(to.toLowerCase());
      this.#allocate(signed.data.length);
      this.#pin();
    }
    const list = "accessList" in signed ? signed.accessList : [];
    for (const [address, keys] of list) {
      this.#access(`0x${Buffer.from(address).toString("hex")}`);
      this.#keep((SLOT + UNDO) * keys.length);
    }
  }

  /** Bytes that L1 takes at most. */
  get bound(): number {
    // What does not fit into the rest of a chunk goes into the next one.
    const waste = ACCOUNT;
    const beyond = Math.max(0, this.#kept - (FIRST_CHUNK - waste));
    const chunks = Math.ceil(beyond / (CHUNK - waste));
    return this.#highest + chunks * (CHUNK + this.#loose);
  }

  // ---------------------------------------------------------------- frames

  #enter({ depth, gasLimit, to, data }: Message): void {
    const start = this.#end;
    this.#frames.push({
      start,
      limit: affordableMemory(Number(gasLimit)),
      creates: to === undefined,
      memory: 0,
      jumped: false,
    });
    if (depth > 0) this.#allocate(REGISTERS + 32 * this.#items);
    if (to === undefined) this.#allocate(CODE_FRAME + data.length);
  }

  #leave({ execResult, createdAddress }: EVMResult): void {
    const frame = this.#frames.pop();
    if (frame === undefined) return;
    const { runState, exceptionError, returnValue } = execResult;
    if (runState !== undefined) this.#grow(frame, runState);
    this.#measure();
    if (this.#frames.length > 0) this.#end = Math.max(this.#floor, frame.start);
    if (exceptionError !== undefined) this.#flags.clear();
    this.#allocate(returnValue.length);
    if (!frame.creates || exceptionError !== undefined) return;
    this.#allocate(CODE_FRAME);
    this.#pin();
    this.#change(DEPOSIT);
    this.#mapped.delete(createdAddress?.toString() ?? "");
  }

  #grow(frame: Frame, { memoryWordCount }: Pick<RunState, "memoryWordCount">): void {
    const memory = grownMemory(Math.min(32 * Number(memoryWordCount), frame.limit));
    this.#allocate(Math.max(0, memory - frame.memory));
    frame.memory = Math.max(memory, frame.memory);
  }

  // ---------------------------------------------------------------- heap

  #allocate(size: number): void {
    this.#end += words(size);
    if (this.#end > this.#highest) this.#highest = this.#end;
  }

  #measure(): void {
    this.#loose = Math.max(this.#loose, this.#end - this.#floor);
  }

  /** Keeps all that is allocated. */
  #pin(): void {
    this.#measure();
    this.#floor = this.#end;
  }

  #keep(size: number): void {
    this.#kept += size;
  }

  #change(count: number): void {
    this.#keep(UNDO * count);
  }

  #flag(name: string): void {
    if (this.#flags.has(name)) return;
    this.#flags.add(name);
    this.#change(1);
  }

  #access(address: string): void {
    if (!this.#accounts.has(address)) {
      this.#accounts.add(address);
      this.#keep(ACCOUNT);
    }
    this.#flag(address);
  }

  #slot(name: string, size: number): void {
    if (this.#slots.has(name)) return;
    this.#slots.add(name);
    this.#keep(size);
  }

  /** The code that an account has before the transaction, or its lack of any. */
  #code(address: string): void {
    if (this.#codes.has(address)) return;
    this.#codes.add(address);
    this.#allocate(CODE_FRAME);
    this.#pin();
  }

  // ---------------------------------------------------------------- instructions

  /** Instructions after which L1 has more to keep, also where they lack gas; and calls, which put the stack aside. */
  #watch(evm: EVM): void {
    const after = (opcode: number, items: number, see: (stack: readonly bigint[], state: RunState) => void): void => {
      const entry = evm["_opcodeMap"][opcode];
      if (entry === undefined) throw new Error(`The EVM has no opcode ${opcode}.`);
      const { gasHandler } = entry;
      entry.gasHandler = async (state, gas, common) => {
        // Where items are missing, L1 does not begin.
        const stack = state.stack.length < items ? undefined : state.stack.peek(items);
        try {
          return await gasHandler(state, gas, common);
        } finally {
          const frame = this.#frames.at(-1);
          if (stack !== undefined && frame !== undefined) {
            this.#grow(frame, state);
            see(stack, state);
          }
        }
      };
    };
    for (const opcode of [BALANCE, EXTCODEHASH])
      after(opcode, 1, ([owner]) => {
        this.#access(addressOf(owner));
      });
    for (const [opcode, items] of [
      [EXTCODESIZE, 1],
      [EXTCODECOPY, 4],
    ] as const) {
      after(opcode, items, ([owner]) => {
        this.#access(addressOf(owner));
        this.#code(addressOf(owner));
      });
    }
    for (const opcode of [SLOAD, SSTORE]) {
      after(opcode, opcode === SLOAD ? 1 : 2, ([key], { env }) => {
        const name = `${env.address.toString()} ${key}`;
        this.#slot(name, SLOT);
        this.#flag(name);
        // The value, and what is to be refunded.
        if (opcode === SSTORE) this.#change(2);
      });
    }
    for (const opcode of [CREATE, CREATE2]) {
      after(opcode, opcode === CREATE ? 3 : 4, (_stack, state) => {
        this.#items = state.stack.length;
        this.#keep(ACCOUNT);
        this.#change(CREATION + TRANSFER);
      });
    }
    for (const opcode of [CALL, CALLCODE, DELEGATECALL, STATICCALL]) {
      after(opcode, opcode === CALL || opcode === CALLCODE ? 7 : 6, ([, owner, value], state) => {
        this.#items = state.stack.length;
        const address = addressOf(owner);
        this.#access(address);
        if (opcode === CALL && value !== 0n) this.#change(TRANSFER);
        this.#flag(`touched ${address}`);
        this.#code(address);
      });
    }
    after(SELFDESTRUCT, 1, ([heir]) => {
      this.#access(addressOf(heir));
      // The heir is touched, the account destroyed and touched, its balance given up.
      this.#change(TRANSFER + 4);
    });
    this.#watchCheap(evm);
  }

  /** Instructions with a fixed price, which L1 does where it is paid. */
  #watchCheap(evm: EVM): void {
    const before = (opcode: number, see: (state: RunState) => void): void => {
      const entry = evm["_opcodeMap"][opcode];
      if (entry === undefined) throw new Error(`The EVM has no opcode ${opcode}.`);
      const { opHandler } = entry;
      entry.opHandler = (state, common) => {
        see(state);
        return opHandler(state, common);
      };
    };
    before(TSTORE, ({ stack, env }) => {
      if (stack.length < 2) return;
      this.#slot(`transient ${env.address.toString()} ${stack.peek(1)[0]}`, TRANSIENT_SLOT);
      this.#change(1);
    });
    for (const opcode of [JUMP, JUMPI]) {
      before(opcode, (state) => {
        const frame = this.#frames.at(-1);
        if (frame !== undefined && !frame.jumped) this.#map(frame, state);
      });
    }
  }

  /** The first jump in some code may need a map of its destinations. */
  #map(frame: Frame, state: RunState): void {
    frame.jumped = true;
    const { code, env } = state;
    if (!frame.creates) {
      const address = env.codeAddress.toString();
      if (this.#mapped.has(address)) return;
      this.#mapped.add(address);
    }
    this.#grow(frame, state);
    this.#allocate((code.length >> 8) * 32 + 32);
    this.#pin();
  }
}

const BALANCE = 0x31;
const EXTCODESIZE = 0x3b;
const EXTCODECOPY = 0x3c;
const EXTCODEHASH = 0x3f;
const SLOAD = 0x54;
const SSTORE = 0x55;
const JUMP = 0x56;
const JUMPI = 0x57;
const TSTORE = 0x5d;
const CREATE = 0xf0;
const CALL = 0xf1;
const CALLCODE = 0xf2;
const DELEGATECALL = 0xf4;
const CREATE2 = 0xf5;
const STATICCALL = 0xfa;
const SELFDESTRUCT = 0xff;

function addressOf(item = 0n): string {
  return `0x${BigInt.asUintN(160, item).toString(16).padStart(40, "0")}`;
}
