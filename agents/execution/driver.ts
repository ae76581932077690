import { type Interface, type Provider, dataLength, id, keccak256, toNumber } from "ethers";

import type { L2Transaction } from "../../l2/protocol/l2-transaction.ts";
import { gasLimitOf } from "../../l2/protocol/transaction.ts";
import { type Hex, ZERO_HASH, asHash, asHex, fromHex, toHex } from "../../l2/base/hex.ts";
import { Executor__factory } from "../../types/ethers-contracts/factories/execution/Executor__factory.ts";
import { CommitReplay } from "./commit.ts";
import type { PreimageSource } from "./preimages.ts";
import { messageOf } from "../runtime/errors.ts";
import { decodeRevert, isRevert, L1Revert, revertData } from "../l1/reverts.ts";
import { GAS_BITS, isBeforeInstruction, readMachine, workOf } from "./machine.ts";
import { MachinePages } from "./pages.ts";
import { GrowingWitness, WorkingSet } from "./step-witness.ts";
import { L1_TRANSACTION_BYTES, L1_TRANSACTION_GAS } from "../l1/transactions.ts";

/** What executing a transaction led to; the struct of `IExecutor.sol`. */
export interface L1Outcome {
  /** False where the transaction cannot be executed at all. */
  readonly valid: boolean;
  /** L2 gas. */
  readonly gasUsed: bigint;
  /** The state root afterwards; the root before where the transaction is invalid. */
  readonly stateRoot: Hex;
}

/** A transaction for L1 to execute. */
export interface ExecutionRequest {
  readonly transaction: L2Transaction;
  readonly preStateRoot: Hex;
  /** Items of a first witness, concatenated; missing ones come from `preimages`, which knows these as well. */
  readonly witness: Uint8Array;
  readonly preimages: PreimageSource;
}

/** An L1 transaction that has to succeed before the execution goes on; anyone may send it. */
export interface ExecutionStep {
  /** The executor. */
  readonly to: string;
  readonly data: Hex;
  /** The gas limit that it was simulated with. */
  readonly gas: bigint;
}

/** How L1 executed a transaction. */
export interface Execution {
  readonly outcome: L1Outcome;
  /** The witness with which one call gives the outcome; empty where L1 remembers it. */
  readonly witness: Hex;
}

const EXECUTOR: Interface = Executor__factory.createInterface();

/**
 * Has L1 execute one transaction in as many calls as that takes: one static call where it is enough, else a session of
 * steps, each about as large as fits. Every step is simulated before it is sent.
 *
 * @example
 * const driver = new ExecutionDriver({ gas: L1_TRANSACTION_GAS }, { provider, executor });
 * const { outcome } = await driver.run(request, ({ to, data }) => transactions.send({ to, data, label: "advance" }));
 */
export class ExecutionDriver {
  readonly #gas: bigint;
  readonly #bytes: number;
  readonly #mostBytes: number;
  readonly #provider: Pick<Provider, "call">;
  readonly #executor: string;

  /**
   * @param options.gas Most gas of an L1 transaction, calldata included.
   * @param options.bytes The most calldata that it should have; what clients pass on where absent. A step may have more
   * only where an instruction needs it.
   * @param options.mostBytes The most calldata that it may have even then; as much as gas pays for where absent.
   * @param dependencies L1, and where the executor is on it.
   */
  constructor(
    options: { gas: bigint; bytes?: number; mostBytes?: number },
    dependencies: { provider: Pick<Provider, "call">; executor: string },
  ) {
    this.#gas = options.gas < L1_TRANSACTION_GAS ? options.gas : L1_TRANSACTION_GAS;
    this.#bytes = options.bytes ?? L1_TRANSACTION_BYTES;
    this.#mostBytes = options.mostBytes ?? Infinity;
    this.#provider = dependencies.provider;
    this.#executor = dependencies.executor;
  }

  /**
   * Executes a transaction.
   *
   * @param send Sends a step, and resolves when it is on L1.
   * @throws Like {@link plan}.
   */
  async run(request: ExecutionRequest, send: (step: ExecutionStep) => Promise<unknown>): Promise<Execution> {
    const steps = this.plan(request);
    for (;;) {
      const { done, value } = await steps.next();
      if (done === true) return value;
      await send(value);
    }
  }

  /**
   * Plans the steps one by one: each must be on L1 before the next one is asked for. There are none where one call is
   * enough.
   *
   * @throws {L1Revert} Where L1 refuses, the witness cannot be completed, or even the smallest step is too large.
   */
  async *plan(request: ExecutionRequest): AsyncGenerator<ExecutionStep, Execution> {
    const { transaction, preStateRoot } = request;
    const witness = new GrowingWitness(request.witness, request.preimages);
    const call = encodeCall("execute", [[transaction], preStateRoot, "0x"]);
    const attempt = await this.#attempt("execute", call, witness, { bytes: this.#bytes - BESIDE });
    if (attempt.fits) return { outcome: outcomeOf(attempt.result), witness: witness.encoded };
    yield* this.#session(request);
    const remembered = await this.#attempt("execute", call, new GrowingWitness(new Uint8Array(), () => undefined));
    if (!remembered.fits) throw remembered.cause;
    return { outcome: outcomeOf(remembered.result), witness: "0x" };
  }

  /** Steps until L1 knows the outcome. Those that L1 has seen already are left out. */
  async *#session({ transaction, preStateRoot, witness, preimages }: ExecutionRequest): AsyncGenerator<ExecutionStep> {
    const key = await this.#ask("transitionKey", [transaction, preStateRoot]);
    const commit = new CommitReplay(preStateRoot, preimages);
    const pages = new MachinePages();
    const workingSet = new WorkingSet(pages);
    const known = async (hash: Hex): Promise<Uint8Array | undefined> =>
      pages.get(hash) ?? (await commit.preimages(hash));
    let growing = new GrowingWitness(witness, known);
    let machine: Hex = "0x";
    let root: Hex = ZERO_HASH;
    let left = workOf(gasOf(transaction));
    const usual = (this.#gas / USUAL_RATIO) << GAS_BITS;
    let pace = usual;
    let count = 0;
    while (left > 0n) {
      const [from, before] = [machine, root];
      let current = growing;
      let cause: Error = new Error("the machine does not come on");
      const attempt = async (
        until: bigint,
        bytes: number,
        { gas, foresees = true }: { gas?: GasLimit | undefined; foresees?: boolean } = {},
      ): Promise<Attempt> => {
        const method = from === "0x" ? "begin" : "advance";
        const values = from === "0x" ? [transaction, preStateRoot, until] : [key, from, until];
        const call = encodeCall(method, [...values, "0x"]);
        const foresee = async (missed: Hex): Promise<void> => {
          await current.expect(workingSet.ahead(before, missed));
          await current.guess(workingSet.around(before, missed));
        };
        const made = await this.#attempt(method, call, current, { gas, bytes, ...(foresees && { foresee }) });
        if (!made.fits) cause = made.cause;
        return made;
      };
      /** A step of which most is foreseen. */
      const usualStep: Advance = async (until, gas) => {
        const made = await attempt(until, this.#bytes, { gas });
        if (!made.fits && gas === undefined) current.halve();
        return made;
      };
      /** A step that brings no more than it needs, if it would be too large otherwise. */
      const leanStep = async (until: bigint): Promise<Attempt> => {
        current = new GrowingWitness(new Uint8Array(), known);
        const made = await attempt(until, this.#mostBytes);
        if (made.fits) return made;
        current = new GrowingWitness(new Uint8Array(), known);
        return await attempt(until, this.#mostBytes, { foresees: false });
      };
      // One heavy instruction, or a frame that ended, says nothing about the instructions after it.
      if (isBeforeInstruction(left)) pace = max(pace, usual / 16n);
      const unchecked = count++ % CHECKED_EVERY !== 0;
      const limits = { gas: this.#gas, bytes: this.#bytes };
      const step =
        (await worthwhileStep(usualStep, limits, { left, pace, unchecked })) ??
        (await smallestStep(leanStep, { from, left }));
      if (step === undefined) throw cause;
      const reached = step.next === "0x" ? [] : [key, keccak256(step.next)];
      if (reached.length === 0 || (await this.#ask("isReached", reached)) === false) {
        yield { to: this.#executor, data: step.data, gas: this.#gas };
      }
      ({ next: machine, left, pace } = step);
      if (left === 0n) return;
      pages.add(step.items);
      workingSet.note(current.missed);
      growing = new GrowingWitness(new Uint8Array(), known);
      const paused = readMachine(machine);
      await commit.follow(paused);
      root = paused.kind === "runs" ? paused.pages : ZERO_HASH;
      if (root !== ZERO_HASH) await growing.expect(workingSet.expected(root));
    }
  }

  /** What the executor says without a simulation. */
  async #ask(method: "transitionKey" | "isReached", values: readonly unknown[]): Promise<unknown> {
    const result = await this.#provider.call({
      to: this.#executor,
      data: EXECUTOR.encodeFunctionData(method, values),
    });
    return EXECUTOR.decodeFunctionResult(method, result)[0];
  }

  /**
   * Simulates a call, with ever more of a witness until L1 misses nothing.
   *
   * @param call What is called, with an empty witness as its last argument.
   * @param options.foresee Adds what may be missed where something was.
   * @param options.bytes The most calldata that fits.
   */
  async #attempt(
    label: string,
    call: Hex,
    witness: GrowingWitness,
    {
      gas = () => this.#gas,
      foresee = () => Promise.resolve(),
      bytes = Infinity,
    }: { gas?: GasLimit | undefined; foresee?: (missed: Hex) => Promise<void>; bytes?: number } = {},
  ): Promise<Attempt> {
    for (;;) {
      const data = withWitness(call, witness.encoded);
      const size = dataLength(data);
      if (size > bytes) return { fits: false, cause: new Error(`${label} takes ${size} bytes, expected ${bytes}`) };
      try {
        const result = asHex(await this.#provider.call({ to: this.#executor, data, gasLimit: gas(data) }));
        return { fits: true, data, result };
      } catch (error) {
        const revert = new L1Revert(label, decodeRevert(error), error);
        if (isTooHeavy(error)) return { fits: false, cause: revert };
        if (!revert.is("MissingWitness")) throw isRevert(error) ? revert : error;
        const missing = asHash(revert.error?.args[0], "The missing hash");
        if (!(await witness.add(missing))) throw revert;
        await foresee(missing);
      }
    }
  }
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

function encodeCall(method: "execute" | "begin" | "advance", values: readonly unknown[]): Hex {
  return asHex(EXECUTOR.encodeFunctionData(method, values));
}

/** Puts a witness in the place of the empty one that a call ends with: to encode it with all else would take long. */
function withWitness(call: Hex, items: Hex): Hex {
  const size = (items.length - 2) / 2;
  const length = size.toString(16).padStart(64, "0");
  return `0x${call.slice(2, -64)}${length}${items.slice(2)}${"00".repeat((32 - (size % 32)) % 32)}`;
}

/** A call that fits into an L1 transaction. */
interface Fitting {
  readonly fits: true;
  readonly data: Hex;
  readonly result: Hex;
}

type Attempt = Fitting | { readonly fits: false; readonly cause: Error };

/** Simulates a step until so much work is left, with all the gas of a transaction or less. */
type Advance = (until: bigint, gas?: GasLimit) => Promise<Attempt>;

/** L1 gas that a unit of L2 gas takes, roughly: where the search for the size of a first step begins. */
const USUAL_RATIO = 100n;

/** Bytes that a call about one transaction has at most besides the transaction and its witness. */
const BESIDE = 4_096;

/** Part of the gas that its calldata leaves, or of the calldata, which a step has to use; others go further. */
const USED = 0.6;

/** Sizes of a step that are tried until the smallest is looked for, which may have more calldata than clients pass on. */
const TRIES = 8;

/** Of so many steps with the same pace one is checked for what it uses. */
const CHECKED_EVERY = 8;

/** The gas limit of a call with certain calldata. */
type GasLimit = (data: Hex) => bigint;

/** A step, where it leads to, and how much work is left then. */
interface Step {
  readonly data: Hex;
  readonly next: Hex;
  /** What the machine is made of beside what L1 got in witnesses. */
  readonly items: Uint8Array;
  readonly left: bigint;
  /** Work that was aimed at. */
  readonly pace: bigint;
}

/**
 * Searches for a step that fits and is worth its transaction.
 *
 * @param limits What a transaction may have.
 * @param aim Work that is left before the step, work to try to get through first, and whether a step of that size is worth
 * it in any case.
 * @returns Nothing where none of the sizes that are tried fits.
 */
async function worthwhileStep(
  advance: Advance,
  { gas, bytes }: { gas: bigint; bytes: number },
  { left, pace, unchecked }: { left: bigint; pace: bigint; unchecked: boolean },
): Promise<Step | undefined> {
  let best: Step | undefined;
  let tooLittle = 0n;
  let tooMuch = left + 1n;
  let tried = 0;
  for (let more = pace; tooMuch - tooLittle > 1n && tried < TRIES; tried++) {
    const work = min(tooLittle + more, tooMuch > left ? left : (tooLittle + tooMuch) / 2n);
    const attempt = await advance(left - work);
    if (attempt.fits) {
      const step = stepOf(attempt, more);
      // A machine that pauses before any work made no progress, whatever it cost.
      if (step.left < left) best = step;
      if (step.left === 0n || (unchecked && more === pace && step.left < left)) return step;
      if (step.left < left && dataLength(step.data) > USED * bytes) return step;
      if (step.left < left && !(await advance(left - work, (data) => littleGas(data, gas))).fits) return step;
      // What an operation burns at once may be far more than was aimed at.
      tooLittle = max(work, left - step.left);
      more *= 2n;
    } else {
      tooMuch = work;
      more = max(min(more, tooMuch - tooLittle) / 2n, 1n);
    }
  }
  return best;
}

/**
 * Searches for the first step that comes on, from no work upwards.
 *
 * @returns Nothing where not even that fits.
 */
async function smallestStep(
  advance: (until: bigint) => Promise<Attempt>,
  { from, left }: { from: Hex; left: bigint },
): Promise<Step | undefined> {
  // Before an instruction nothing is to be found between two amounts of gas, but the end of a frame, which takes up most
  // of what lies between.
  const least = isBeforeInstruction(left) ? 1n << GAS_BITS : 1n;
  let tooLittle = 0n;
  let tooMuch: bigint | undefined;
  for (let work = least; tooMuch === undefined || tooMuch - tooLittle > max(least >> 4n, 1n);) {
    const attempt = await advance(left - work);
    if (attempt.fits) {
      const step = stepOf(attempt, least);
      // A caller that goes on has more work left than the end of its callee; an execution may be complete at once.
      if (step.left === 0n || step.next !== from) return step;
      if (work >= left) return undefined;
      tooLittle = work;
    } else {
      tooMuch = work;
    }
    work = tooMuch === undefined ? min(2n * work, left) : (tooLittle + tooMuch) / 2n;
  }
  return undefined;
}

function stepOf({ data, result }: Fitting, pace: bigint): Step {
  const [first, items] = readByteStrings(fromHex(result));
  const next = toHex(first);
  return { data, next, items, left: next === "0x" ? 0n : readMachine(next).left, pace };
}

/** The gas that a transaction may use; none where it cannot be decoded, which L1 finds at once. */
function gasOf({ raw }: L2Transaction): bigint {
  try {
    return gasLimitOf(raw);
  } catch {
    return 0n;
  }
}

/** Decodes what `begin` and `advance` return, `(bytes, bytes)`; decoders of any type take long for hundreds of kilobytes. */
function readByteStrings(result: Uint8Array): [Uint8Array, Uint8Array] {
  const number = (at: number): number => toNumber(result.subarray(at, at + 32));
  const string = (at: number): Uint8Array => result.subarray(at + 32, at + 32 + number(at));
  return [string(number(0)), string(number(32))];
}

/** Gas that a step uses at least where it is worth its transaction. */
function littleGas(data: Hex, gas: bigint): bigint {
  const bytes = fromHex(data);
  const tokens = BigInt(bytes.reduce((sum, byte) => sum + (byte === 0 ? 1 : 4), 0));
  const calldata = 21_000n + 4n * tokens;
  const floor = 21_000n + 10n * tokens;
  const used = calldata + ((gas - calldata) * BigInt(100 * USED)) / 100n;
  return used > floor ? used : floor;
}

/** What the interpreter reverts with where L1's gas does not suffice for a precompile. */
const SHORT = id("PrecompileInsufficientGas(uint256)").slice(0, 10);

/** Whether a call failed as one does whose gas does not suffice: without a reason, or for a precompile or its calldata. */
export function isTooHeavy(thrown: unknown): boolean {
  const data = revertData(thrown);
  if (data !== undefined) return data.startsWith(SHORT);
  return (
    isRevert(thrown) ||
    /out of gas|gas required exceeds|gas floor|floor data gas|intrinsic gas/i.test(messageOf(thrown))
  );
}

function outcomeOf(result: Hex): L1Outcome {
  const [[outcome]] = EXECUTOR.decodeFunctionResult("execute", result) as unknown as [[L1Outcome]];
  return { valid: outcome.valid, gasUsed: outcome.gasUsed, stateRoot: outcome.stateRoot };
}
