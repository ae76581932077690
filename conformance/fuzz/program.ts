/** Writes programs: mostly ones that keep their stack in order, so that they run deep. */
import { toBeHex } from "ethers";

import { MAX_CODE_BYTES, MAX_INIT_CODE_BYTES } from "../../l2/evm/fork.ts";
import { MEMORY_LIMIT } from "../../l2/evm/memory-limit.ts";
import { OPCODES } from "../../l2/evm/opcodes.ts";
import { assemble, push } from "./assembly.ts";
import type { Dice } from "./dice.ts";
import { precompileInput } from "./precompiles.ts";

/** What programs know of the state that they run on. */
export interface Scene {
  readonly contracts: readonly string[];
  readonly users: readonly string[];
  /** In the state with nothing in it, and not in the state at all. */
  readonly empty: readonly string[];
  readonly coinbase: string;
  /** Where contracts of the scene create others. */
  readonly created: readonly string[];
}

const NULLARY =
  "ADDRESS ORIGIN CALLER CALLVALUE CALLDATASIZE CODESIZE GASPRICE RETURNDATASIZE COINBASE TIMESTAMP NUMBER PREVRANDAO " +
  "GASLIMIT CHAINID SELFBALANCE BASEFEE BLOBBASEFEE PC MSIZE GAS GAS PUSH0";
const UNARY = "ISZERO NOT CLZ CALLDATALOAD BLOCKHASH BLOBHASH";
const BINARY =
  "ADD MUL SUB DIV SDIV MOD SMOD EXP SIGNEXTEND LT GT SLT SGT EQ AND OR XOR BYTE SHL SHR SAR DIV SDIV SAR SIGNEXTEND";
const TERNARY = "ADDMOD MULMOD";
const [nullary, unary, binary, ternary] = [NULLARY, UNARY, BINARY, TERNARY].map((names) => names.split(" ")) as [
  string[],
  string[],
  string[],
  string[],
];
const NAMES = [...OPCODES.keys()];

/** How deep init code may stand in code. */
const MAX_NESTING = 2;

/** How a statement is chosen. */
type Choice = readonly [weight: number, write: () => string];

export class Writer {
  readonly #dice: Dice;
  readonly #scene: Scene;
  readonly #nesting: number;
  /** Whether the program may change the state: one that does not can run in a static call. */
  readonly #writes: boolean;
  /** Items on the stack, as far as the writer knows. */
  #height = 0;
  #labels = 0;
  #blocks = 0;

  constructor(dice: Dice, scene: Scene, nesting = 0) {
    this.#dice = dice;
    this.#scene = scene;
    this.#nesting = nesting;
    this.#writes = !dice.oneIn(5);
  }

  /** A program in chunks, each of which can be left out. */
  program(): string[] {
    const dice = this.#dice;
    if (dice.oneIn(40)) return [this.#garbage()];
    const length = dice.weighted([
      [3, 1 + dice.below(5)],
      [4, 4 + dice.below(10)],
      [2, 10 + dice.below(25)],
    ]);
    const chunks = Array.from({ length }, () => this.#statement());
    if (this.#writes && dice.oneIn(2)) chunks.push(this.#seal());
    chunks.push(this.#end());
    return chunks;
  }

  /** Init code in chunks. */
  initCode(): string[] {
    const dice = this.#dice;
    const chunks = Array.from({ length: dice.below(4) }, () => this.#statement());
    return [
      ...chunks,
      dice.weighted<() => string>([
        [10, () => this.#deploy(this.#nested().program())],
        [2, () => ""],
        [2, () => this.#end()],
        [1, () => `${push(0xefn)} PUSH0 MSTORE8 ${this.#range()} RETURN`],
        [1, () => `${push(BigInt(dice.pick([1, MAX_CODE_BYTES, MAX_CODE_BYTES + 1, 40_000])))} PUSH0 RETURN`],
        [1, () => this.#deploy([`0x${dice.hex(dice.below(64))}`])],
      ])(),
    ];
  }

  #nested(): Writer {
    return new Writer(this.#dice, this.#scene, this.#nesting + 1);
  }

  #label(): number {
    return this.#labels++;
  }

  #deploy(runtime: readonly string[]): string {
    const code = Buffer.from(assemble(runtime.join(" "))).subarray(0, MAX_CODE_BYTES);
    const data = this.#label();
    const size = push(BigInt(code.length));
    return `${size} PUSH2 @${data} PUSH0 CODECOPY ${size} PUSH0 RETURN .${data} 0x${code.toString("hex")}`;
  }

  // ---------------------------------------------------------------- values

  /** Pushes one item. */
  #value(depth = 2): string {
    const dice = this.#dice;
    if (depth === 0 || dice.oneIn(3)) return this.#leaf();
    return dice.weighted<() => string>([
      [6, () => this.#apply(2, dice.pick(binary), depth)],
      [2, () => this.#apply(1, dice.pick(unary), depth)],
      [1, () => this.#apply(3, dice.pick(ternary), depth)],
      [2, () => this.#load()],
      [1, () => this.#keccak()],
    ])();
  }

  #leaf(): string {
    const dice = this.#dice;
    const dup = this.#height > 0 && dice.oneIn(4) ? `DUP${1 + dice.below(Math.min(16, this.#height))}` : undefined;
    const text = dup ?? (dice.oneIn(2) ? push(dice.word()) : dice.pick(nullary));
    this.#height += 1;
    return text;
  }

  #apply(items: number, name: string, depth: number): string {
    const operands = Array.from({ length: items }, () => this.#value(depth - 1));
    this.#height -= items - 1;
    return `${operands.join(" ")} ${name}`;
  }

  #constant(value: bigint): string {
    this.#height += 1;
    return push(value);
  }

  #load(): string {
    return this.#dice.weighted<() => string>([
      [3, () => `${this.#slot()} SLOAD`],
      [2, () => `${this.#slot()} TLOAD`],
      [3, () => `${this.#offset()} MLOAD`],
      [1, () => `${this.#address()} BALANCE`],
      [1, () => `${this.#address()} EXTCODESIZE`],
      [1, () => `${this.#address()} EXTCODEHASH`],
      [1, () => `NUMBER ${this.#constant(BigInt(this.#dice.below(300)))} SWAP1 SUB BLOCKHASH`],
    ])();
  }

  #keccak(): string {
    const text = `${this.#range()} KECCAK256`;
    this.#height -= 1;
    return text;
  }

  #slot(): string {
    const dice = this.#dice;
    return dice.oneIn(12) ? this.#value(1) : this.#constant(BigInt(dice.below(6)));
  }

  #offset(): string {
    const dice = this.#dice;
    return dice.weighted<() => string>([
      [120, () => this.#constant(BigInt(dice.below(0x120)))],
      [12, () => this.#constant(BigInt(dice.below(3000)))],
      [12, () => this.#masked(0xff)],
      [1, () => this.#constant(BigInt(dice.below(60_000)))],
      [1, () => this.#constant(BigInt(MEMORY_LIMIT - dice.below(100)))],
      [1, () => this.#constant(dice.word())],
    ])();
  }

  /** Where bytes are copied from: it costs nothing to name a far place. */
  #source(): string {
    return this.#dice.oneIn(8) ? this.#constant(this.#dice.word()) : this.#offset();
  }

  #size(): string {
    const dice = this.#dice;
    return dice.weighted<() => string>([
      [60, () => this.#constant(BigInt(dice.pick([0, 1, 31, 32, 33, 64, 96])))],
      [60, () => this.#constant(BigInt(dice.below(100)))],
      [12, () => this.#constant(BigInt(dice.below(700)))],
      [12, () => this.#masked(0x7f)],
      [1, () => this.#constant(BigInt(dice.below(40_000)))],
      [1, () => this.#constant(dice.word())],
    ])();
  }

  #masked(mask: number): string {
    return `${this.#value(1)} ${push(BigInt(mask))} AND`;
  }

  /** Pushes a size, then an offset. Nothing at a far place costs nothing. */
  #range(): string {
    if (this.#dice.oneIn(20)) return `${this.#constant(0n)} ${this.#constant(this.#dice.word())}`;
    return `${this.#size()} ${this.#offset()}`;
  }

  #address(): string {
    const dice = this.#dice;
    const { contracts, users, empty, created, coinbase } = this.#scene;
    return dice.weighted<() => string>([
      [12, () => this.#constant(this.#soiled(dice.pick(contracts)))],
      [2, () => this.#constant(BigInt(dice.pick(users)))],
      [2, () => this.#constant(BigInt(dice.pick(empty)))],
      [2, () => this.#constant(BigInt(dice.pick(created)))],
      [1, () => this.#constant(BigInt(coinbase))],
      [3, () => this.#constant(BigInt(dice.pick([dice.below(19), 0x100])))],
      [1, () => this.#known("ADDRESS")],
      [1, () => this.#known("CALLER")],
      [1, () => this.#value(1)],
    ])();
  }

  #known(name: string): string {
    this.#height += 1;
    return name;
  }

  /** An address with something in the bits above it, now and then. */
  #soiled(address: string): bigint {
    return this.#dice.oneIn(15) ? BigInt(address) + (this.#dice.bits(12) << 160n) : BigInt(address);
  }

  // ---------------------------------------------------------------- statements

  #statement(): string {
    const dice = this.#dice;
    const pure: Choice[] = [
      [10, () => this.#take(2, `${this.#value(3)} ${this.#offset()} MSTORE`)],
      [2, () => this.#take(2, `${this.#value()} ${this.#offset()} MSTORE8`)],
      [2, () => this.#take(3, `${this.#size()} ${this.#offset()} ${this.#offset()} MCOPY`)],
      [2, () => this.#take(3, `${this.#size()} ${this.#source()} ${this.#offset()} CALLDATACOPY`)],
      [2, () => this.#take(3, `${this.#size()} ${this.#source()} ${this.#offset()} CODECOPY`)],
      [2, () => this.#take(4, `${this.#size()} ${this.#source()} ${this.#offset()} ${this.#address()} EXTCODECOPY`)],
      [3, () => this.#returnDataCopy()],
      [12, () => this.#call()],
      [6, () => this.#precompile()],
      [3, () => this.#juggle()],
      [3, () => this.#branch()],
      [3, () => this.#loop()],
      [1, () => this.#routine()],
      [1, () => this.#oddJump()],
      [1, () => (dice.oneIn(3) ? this.#jumbled() : this.#juggle())],
    ];
    const writing: Choice[] = [
      [12, () => this.#take(2, `${this.#value(3)} ${this.#slot()} SSTORE`)],
      [3, () => this.#take(2, `${this.#zeroOrSame()} ${this.#slot()} SSTORE`)],
      [6, () => this.#take(2, `${this.#value()} ${this.#slot()} TSTORE`)],
      [5, () => this.#log()],
      [this.#nesting < MAX_NESTING ? 9 : 0, () => this.#create()],
      [2, () => this.#destruct()],
    ];
    return dice.weighted(this.#writes ? [...pure, ...writing] : pure)();
  }

  /** A statement leaves nothing on the stack. */
  #take(items: number, text: string): string {
    this.#height -= items;
    return text;
  }

  /** Statements that run, perhaps, more or less than once. */
  #block(): string {
    if (this.#blocks > 1) return "";
    this.#blocks += 1;
    const height = this.#height;
    const text = Array.from({ length: 1 + this.#dice.below(3) }, () => this.#statement());
    const surplus = Math.max(0, this.#height - height);
    this.#height -= surplus;
    this.#blocks -= 1;
    return [...text, ...Array.from({ length: surplus }, () => "POP")].join(" ");
  }

  #zeroOrSame(): string {
    return this.#dice.oneIn(2) ? this.#constant(0n) : `${this.#slot()} SLOAD`;
  }

  #log(): string {
    const topics = this.#dice.below(5);
    const values = Array.from({ length: topics }, () => this.#value(1));
    return this.#take(topics + 2, `${values.join(" ")} ${this.#range()} LOG${topics}`);
  }

  #returnDataCopy(): string {
    const dice = this.#dice;
    if (dice.oneIn(4)) {
      return this.#take(3, `${this.#size()} ${this.#source()} ${this.#offset()} RETURNDATACOPY`);
    }
    return `RETURNDATASIZE PUSH0 ${this.#take(1, this.#offset())} RETURNDATACOPY`;
  }

  #call(): string {
    return this.#callTo(this.#dice.pick(["CALL", "CALL", "CALLCODE", "DELEGATECALL", "STATICCALL"]));
  }

  /** @param place Where the target's address lies on the stack, from the top; it is chosen where there is none. */
  #callTo(name: string, place?: number, input?: { offset: number; size: number }): string {
    const height = this.#height;
    const output = this.#range();
    const range =
      input === undefined
        ? this.#range()
        : `${this.#constant(BigInt(input.size))} ${this.#constant(BigInt(input.offset))}`;
    const value = name === "CALL" || name === "CALLCODE" ? this.#amount() : "";
    const pushed = this.#height - height;
    const target = place === undefined ? this.#address() : this.#known(`DUP${pushed + place}`);
    const gas = this.#gas();
    this.#height = height + 1;
    return `${output} ${range} ${value} ${target} ${gas} ${name} ${this.#use()}`;
  }

  #amount(): string {
    const dice = this.#dice;
    if (!this.#writes) return this.#constant(0n);
    return dice.weighted<() => string>([
      [6, () => this.#constant(0n)],
      [3, () => this.#constant(BigInt(1 + dice.below(5)))],
      [1, () => this.#known("SELFBALANCE")],
      [1, () => this.#known(`${push(1n)} SELFBALANCE ADD`)],
      [1, () => this.#value(1)],
    ])();
  }

  #gas(): string {
    const dice = this.#dice;
    return dice.weighted<() => string>([
      [8, () => this.#known("GAS")],
      [4, () => this.#known(`GAS ${push(BigInt(1 + dice.below(4)))} SHR`)],
      [3, () => this.#constant(BigInt(dice.below(60_000)))],
      [1, () => this.#constant(BigInt(dice.pick([0, 100, 700, 2300, 2301])))],
      [1, () => this.#constant(dice.word())],
    ])();
  }

  /** Does something with the item on the top of the stack. */
  #use(): string {
    const dice = this.#dice;
    const text = dice.weighted<() => string>([
      [6, () => "POP"],
      [3, () => `${this.#take(1, this.#offset())} MSTORE`],
      [this.#writes ? 2 : 0, () => `${this.#take(1, this.#slot())} SSTORE`],
      [2, () => this.#onlyIf("PUSH0 PUSH0 REVERT")],
    ])();
    this.#height -= 1;
    return text;
  }

  /** Runs something where the top of the stack is not zero. */
  #onlyIf(text: string): string {
    const label = this.#label();
    return `ISZERO PUSH2 @${label} JUMPI ${text} :${label}`;
  }

  #precompile(): string {
    const dice = this.#dice;
    // Pairings and evaluations take a hundred times as long as most programs.
    const address = dice.pick([1 + dice.below(7), 1 + dice.below(7), 1 + dice.below(7), 9, 0x100, 1 + dice.below(17)]);
    const input = precompileInput(dice, address);
    const at = dice.pick([0, 0, 32, dice.below(300)]);
    const height = this.#height;
    const target = this.#constant(BigInt(address));
    const name = dice.pick(["STATICCALL", "STATICCALL", "CALL", "CALLCODE", "DELEGATECALL"]);
    const call = this.#callTo(name, 1, { offset: at, size: input.length / 2 });
    this.#height = height;
    return `${this.#toMemory(input, at)} ${target} ${call} POP`;
  }

  /** Writes bytes to memory. */
  #toMemory(hex: string, at: number): string {
    if (this.#dice.oneIn(3) && hex.length > 64) {
      const [data, behind] = [this.#label(), this.#label()];
      // The zeroes keep the label behind from being taken for data of a push.
      const bytes = `.${data} 0x${hex}${"00".repeat(32)}`;
      const copy = `${push(BigInt(hex.length / 2))} PUSH2 @${data} ${push(BigInt(at))} CODECOPY`;
      return `PUSH2 @${behind} JUMP ${bytes} :${behind} ${copy}`;
    }
    const words = hex.match(/.{1,64}/g) ?? [];
    return words
      .map((word, index) => `PUSH32 0x${word.padEnd(64, "0")} ${push(BigInt(at + 32 * index))} MSTORE`)
      .join(" ");
  }

  #create(): string {
    const dice = this.#dice;
    const code = Buffer.from(assemble(this.#nested().initCode().join(" "))).toString("hex");
    const at = dice.pick([0, 0, 0, dice.below(100)]);
    const height = this.#height;
    const salted = dice.oneIn(2);
    const salt = salted ? this.#constant(dice.oneIn(8) ? dice.word() : BigInt(dice.below(2))) : "";
    const length = dice.oneIn(40)
      ? dice.pick([MAX_INIT_CODE_BYTES, MAX_INIT_CODE_BYTES + 1, dice.below(300)])
      : code.length / 2;
    const size = this.#constant(BigInt(length));
    const offset = this.#constant(BigInt(at));
    const value = this.#amount();
    this.#height = height + 1;
    const text = `${this.#toMemory(code, at)} ${salt} ${size} ${offset} ${value} ${salted ? "CREATE2" : "CREATE"}`;
    const calls = Array.from({ length: dice.below(3) }, () =>
      this.#callTo(dice.pick(["CALL", "CALL", "STATICCALL", "DELEGATECALL"]), 1),
    );
    return [text, ...calls, this.#use()].join(" ");
  }

  /** Moves items about; they stay where they are. */
  #juggle(): string {
    const dice = this.#dice;
    const items = Array.from({ length: 1 + dice.below(dice.oneIn(3) ? 18 : 6) }, () => this.#value(1));
    const moves = Array.from({ length: dice.below(6) }, () => {
      const [deep, many] = [Math.min(16, this.#height), Math.min(16, this.#height - 1)];
      if (dice.oneIn(2) || many < 1) {
        this.#height += 1;
        return `DUP${deep - dice.below(Math.min(deep, dice.pick([2, 16])))}`;
      }
      return `SWAP${many - dice.below(Math.min(many, dice.pick([2, 16])))}`;
    });
    return [...items, ...moves].join(" ");
  }

  /** SELFDESTRUCT, where a condition holds. */
  #destruct(): string {
    const condition = this.#take(1, this.#value(1));
    return `${condition} ${this.#onlyIf(this.#take(1, `${this.#address()} SELFDESTRUCT`))}`;
  }

  #branch(): string {
    const [other, end] = [this.#label(), this.#label()];
    const condition = this.#take(1, this.#value());
    const text = `${condition} PUSH2 @${other} JUMPI ${this.#block()} PUSH2 @${end} JUMP :${other}`;
    return `${text} ${this.#block()} :${end}`;
  }

  #loop(): string {
    const dice = this.#dice;
    const start = this.#label();
    const count = this.#constant(BigInt(1 + dice.below(dice.oneIn(10) ? 80 : 6)));
    const text = `${count} :${start} ${this.#block()} ${push(1n)} SWAP1 SUB DUP1 PUSH2 @${start} JUMPI POP`;
    this.#height -= 1;
    return text;
  }

  /** A block that is called, from one or two places. */
  #routine(): string {
    const [start, end] = [this.#label(), this.#label()];
    const call = (): string => {
      const back = this.#label();
      return `PUSH2 @${back} PUSH2 @${start} JUMP :${back}`;
    };
    this.#height += 1;
    const body = this.#block();
    this.#height -= 1;
    const calls = this.#dice.oneIn(2) ? call() : `${call()} ${call()}`;
    return `PUSH2 @${end} JUMP :${start} ${body} JUMP :${end} ${calls}`;
  }

  #oddJump(): string {
    const dice = this.#dice;
    const label = this.#label();
    return dice.weighted<() => string>([
      // Over bytes that may hide where it leads to.
      [3, () => `PUSH2 @${label} JUMP 0x${dice.hex(1 + dice.below(8))} :${label}`],
      [3, () => `PUSH2 @${label} JUMP 0x${dice.hex(1 + dice.below(8))}${"00".repeat(32)} :${label}`],
      // Into the data of a push.
      [1, () => `PUSH2 @${label} JUMP PUSH1 .${label} 0x5b POP`],
      // To nowhere, if at all.
      [3, () => `PUSH0 ${push(dice.word())} JUMPI`],
      [1, () => `${this.#take(1, this.#value(1))} ${push(dice.word())} ${dice.pick(["JUMPI", "JUMPI", "JUMP"])}`],
    ])();
  }

  /** What no compiler writes. */
  #jumbled(): string {
    const dice = this.#dice;
    return dice.weighted<() => string>([
      [2, () => this.#deep()],
      [1, () => this.#garbage()],
      [2, () => dice.pick(NAMES.filter((name) => !name.startsWith("PUSH")))],
      [1, () => "INVALID"],
    ])();
  }

  /** Fills the stack up to its limit, or a little less or more. */
  #deep(): string {
    const count = 1024 - this.#height - this.#dice.below(12) + this.#dice.below(4);
    this.#height += count;
    return `0x${"5f".repeat(Math.max(1, count))}`;
  }

  #garbage(): string {
    const dice = this.#dice;
    if (dice.oneIn(2)) return `0x${dice.hex(1 + dice.below(40))}`;
    return Array.from({ length: 1 + dice.below(30) }, () => dice.pick(NAMES)).join(" ");
  }

  /** Stores what memory holds. */
  #seal(): string {
    const size = this.#dice.oneIn(2) ? "MSIZE" : push(0x140n);
    return `${size} PUSH0 KECCAK256 ${push(BigInt(6 + this.#dice.below(3)))} SSTORE`;
  }

  #end(): string {
    const dice = this.#dice;
    return dice.weighted<() => string>([
      [6, () => this.#take(2, `${this.#range()} RETURN`)],
      [2, () => this.#take(2, `${this.#range()} REVERT`)],
      [4, () => "STOP"],
      [2, () => ""],
      [this.#writes ? 2 : 0, () => this.#take(1, `${this.#address()} SELFDESTRUCT`)],
      [1, () => `PUSH${1 + dice.below(32)} 0x${dice.hex(dice.below(4))}`],
    ])();
  }
}

/** An address of 20 bytes. */
export function addressOf(value: bigint): string {
  return toBeHex(value & ((1n << 160n) - 1n), 20);
}
