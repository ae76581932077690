/** What each opcode of the L2 costs on L1: how much more a loop costs that has it in its body. */
import { type BaseContract, concat, dataLength, getBytes, id, keccak256, toBeHex } from "ethers";

import { RANDOMNESS } from "../../l2/protocol/l2-transaction.ts";
import type { Hex } from "../../l2/base/hex.ts";
import { ExecutionDriver, type ExecutionRequest } from "../../agents/execution/driver.ts";
import { codeItem } from "../../agents/execution/preimages.ts";
import { L1_TRANSACTION_GAS } from "../../agents/l1/transactions.ts";
import { type Allocation, Reference } from "../../testkit/execution/reference.ts";
import { signTransaction, signer } from "../../testkit/execution/transactions.ts";
import { NEXT, assemble } from "./assemble.ts";
import { CLASSES, type Case, IDLE, PLAIN } from "./cases.ts";

/** L1 gas of one execution, by class and name of the case. */
export type OpcodeFigures = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** The chain whose transactions the loops are. */
export const CHAIN = { chainId: 1088n, baseFee: 1_000_000_000n, gasLimit: 16_777_216n };
const SENDER = signer(id("somebody"));
const TARGET = toBeHex(0x3000, 20);
/** What opcodes work on: three words of full size on top of items enough for DUP16 and SWAP16. */
const ITEMS = `${"PUSH1 0x07 ".repeat(16)}${["a", "b", "c"].map((seed) => `PUSH32 ${id(seed)}`).join(" ")}`;
/** Code that does nothing: STOP. */
const NOTHING = "0x00";
/** Room in memory for every case, the rounds that are left at its beginning, and the input. */
const START = [
  "PUSH2 0x1000 MLOAD POP",
  "PUSH0 CALLDATALOAD PUSH0 MSTORE",
  "PUSH1 0x20 CALLDATASIZE SUB PUSH1 0x20 PUSH1 0x40 CALLDATACOPY",
  ITEMS,
].join(" ");

/**
 * Measures every case.
 *
 * @param executor The executor of {@link CHAIN}.
 */
export async function measureOpcodes(executor: BaseContract): Promise<OpcodeFigures> {
  const lab = new Loops(executor);
  const known = new Map<string, number>();
  const figures: Record<string, Record<string, number>> = {};
  for (const [name, cases] of Object.entries(CLASSES)) {
    figures[name] = {};
    for (const one of cases) {
      const [opcode = one.name] = one.name.split(",");
      const rest = othersThan(opcode, one.body).map((other) => known.get(other) ?? unknown(one, other));
      const gas = (await lab.perCopy(one)) - rest.reduce((sum, figure) => sum + figure, 0);
      known.set(opcode, known.get(opcode) ?? gas);
      figures[name][one.name] = Math.round(gas);
    }
  }
  return figures;
}

/** The middle one of some figures; of two, the larger one. */
export function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0;
}

/** What a body has besides the opcode in question. */
function othersThan(opcode: string, body: string): string[] {
  const opcodes = body
    .split(/\s+/)
    .filter((token) => token !== "" && !token.startsWith("0x"))
    .map((token) => (token === NEXT ? "PUSH2" : token));
  opcodes.splice(opcodes.indexOf(opcode), 1);
  return opcodes;
}

function unknown({ name }: Case, opcode: string): never {
  throw new Error(`What ${opcode} costs has to be measured before ${name}.`);
}

/** Runs loops on the L2, on L1. */
class Loops {
  readonly #executor: BaseContract;
  /** L1 gas of a round that does nothing, by the rounds compared. */
  readonly #empty = new Map<string, number>();

  constructor(executor: BaseContract) {
    this.#executor = executor;
  }

  /** L1 gas of a case's body. */
  async perCopy(one: Case): Promise<number> {
    const { rounds, crowd, copies } = one;
    const key = `${rounds.join(" ")} ${crowd}`;
    const empty = this.#empty.get(key) ?? (await this.#perRound({ ...one, body: "", input: "0x" }));
    this.#empty.set(key, empty);
    return ((await this.#perRound(one)) - empty) / copies;
  }

  async #perRound({ body, copies, rounds: [few, many], input, crowd }: Case): Promise<number> {
    const start = toBeHex(dataLength(assemble(START)), 2);
    const loop = `${`${body} `.repeat(copies)} PUSH0 MLOAD PUSH1 0x01 SWAP1 SUB DUP1 PUSH0 MSTORE PUSH2 ${start} JUMPI`;
    const code = assemble(`${START} JUMPDEST ${loop} STOP`);
    const reference = await Reference.create(CHAIN, accounts(code, crowd));
    const items = new Map(reference.nodes().map((node) => [keccak256(node), node]));
    for (const each of [code, NOTHING]) items.set(keccak256(each), codeItem(getBytes(each)));
    // All of a small state is in the witness; of a large one what L1 asks for.
    const witness = crowd === 0 ? getBytes(concat([...items.values()])) : new Uint8Array();
    const request = { preStateRoot: reference.root, witness, preimages: (hash: Hex) => items.get(hash) };
    const gas = async (rounds: number): Promise<number> =>
      Number(await this.#run(concat([toBeHex(rounds, 32), input]), request));
    return ((await gas(many)) - (await gas(few))) / (many - few);
  }

  /** L1 gas of the whole transaction that executes the code. */
  async #run(data: string, request: Omit<ExecutionRequest, "transaction">): Promise<bigint> {
    const transaction = {
      context: { number: 1_000n, timestamp: 1_800_000_000n, coinbase: TARGET, randomness: RANDOMNESS },
      raw: call(data),
    };
    const driver = new ExecutionDriver(
      { gas: L1_TRANSACTION_GAS },
      { provider: this.#executor.runner!.provider!, executor: await this.#executor.getAddress() },
    );
    const { outcome, witness } = await driver.run({ ...request, transaction }, () =>
      Promise.reject(new Error("A loop does not fit into one call.")),
    );
    const failed = outcome.gasUsed === CHAIN.gasLimit;
    if (!outcome.valid || failed) throw new Error("A loop fails on the L2.");
    const sent = await this.#executor
      .getFunction("execute")
      .send([transaction], request.preStateRoot, witness, { gasLimit: L1_TRANSACTION_GAS });
    return (await sent.wait())!.gasUsed;
  }
}

function accounts(code: string, crowd: number): Map<string, Allocation> {
  const storage = new Map(
    Array.from({ length: crowd }, (_, slot) => [toBeHex(slot + 1, 32), id(`value ${slot}`)] as const),
  );
  const plain = Array.from({ length: crowd }, (_, place) => toBeHex(PLAIN + place, 20));
  return new Map<string, Allocation>([
    [SENDER.address, { balance: 10n ** 18n }],
    [TARGET, { balance: 10n ** 18n, code: getBytes(code), storage }],
    [toBeHex(BigInt(IDLE), 20), { balance: 1n, code: getBytes(NOTHING) }],
    ...plain.map((address) => [address, { balance: 1n }] as const),
  ]);
}

function call(data: string): Uint8Array {
  const fields = {
    type: 2 as const,
    chainId: CHAIN.chainId,
    nonce: 0n,
    tipCap: 0n,
    feeCap: CHAIN.baseFee,
    gasLimit: CHAIN.gasLimit,
    to: TARGET,
    value: 0n,
    data,
    accessList: [],
  };
  return getBytes(signTransaction(fields, SENDER.key));
}
