/** Transactions that run code, for tests that attack their execution. */
import { RANDOMNESS } from "../../l2/protocol/l2-transaction.ts";
import { dataSlice, getCreate2Address, getCreateAddress, id, keccak256, toBeHex, zeroPadValue } from "ethers";

import { assemble, push } from "../fuzz/assembly.ts";
import { type FuzzAccount, type FuzzCase, type FuzzTransaction, user } from "../fuzz/case.ts";
import { Dice } from "../fuzz/dice.ts";
import { precompileInput } from "../fuzz/precompiles.ts";

export const ETHER = 10n ** 18n;

export const SENDER = user("ann").address;
export const COINBASE = account("coinbase");
/** The contract that a scene's transaction calls. */
export const ENTRY = account("entry");

/** An address of its own for a name. */
export function account(name: string): string {
  return dataSlice(id(name), 12);
}

type Operand = bigint | number | string;

function operand(value: Operand): string {
  return typeof value === "string" && !value.startsWith("0x") ? value : push(BigInt(value));
}

/** Code that carries out instructions: pushes their operands, of which the first ends on top. */
export function op(name: string, ...operands: Operand[]): string {
  return [...operands.reverse().map(operand), name].join(" ");
}

/** Code that writes a slot. */
export const write = (slot: Operand, value: Operand): string => op("SSTORE", slot, value);

/** Operands of a call. */
export interface CallFields {
  gas?: Operand;
  to: Operand;
  value?: Operand;
  input?: readonly [offset: number, size: number];
  output?: readonly [offset: number, size: number];
}

/** Code that calls, and leaves the result on the stack. */
export function call(kind: string, { gas, to, value, input, output }: CallFields): string {
  const values = kind === "CALL" || kind === "CALLCODE" ? [value ?? 0] : [];
  return op(kind, gas ?? 100_000, to, ...values, ...(input ?? [0, 0]), ...(output ?? [0, 0]));
}

/** Code that puts bytes at the start of memory; destroys what is behind them. */
export function place(bytes: string): string {
  const words = (bytes.slice(2).match(/.{1,64}/g) ?? []).map((digits) => `0x${digits.padEnd(64, "0")}`);
  return words.map((word, index) => op("MSTORE", 32 * index, BigInt(word))).join(" ");
}

/** Bytes of code in hex. */
export function hex(code: string): string {
  return `0x${Buffer.from(assemble(code)).toString("hex")}`;
}

/** Init code that leaves some code, after it did something else. */
export function initCode(runtime: string, first = ""): string {
  const code = hex(runtime);
  return hex(`${first} ${place(code)} ${op("RETURN", 0, (code.length - 2) / 2)}`);
}

/** Code that creates a contract, and leaves its address on the stack. */
export function create(init: string, { value = 0n, salt }: { value?: bigint; salt?: bigint } = {}): string {
  const size = (init.length - 2) / 2;
  const created = salt === undefined ? op("CREATE", value, 0, size) : op("CREATE2", value, 0, size, salt);
  return `${place(init)} ${created}`;
}

/** A contract of the state. */
export function contract(code: string, fields: Partial<FuzzAccount> = {}): FuzzAccount {
  return { balance: 0n, nonce: 1n, storage: {}, ...fields, code: [code] };
}

/** A transaction of the sender. */
export function transaction(fields: Partial<FuzzTransaction> = {}): FuzzTransaction {
  return {
    context: { number: 1_000n, timestamp: 1_800_000_000n, coinbase: COINBASE, randomness: RANDOMNESS },
    from: "ann",
    type: 2,
    chainId: 1088n,
    nonce: 0n,
    tipCap: 2n,
    feeCap: 20n,
    gasLimit: 2_000_000n,
    to: ENTRY,
    value: 0n,
    data: [],
    accessList: [],
    ...fields,
  };
}

/** Accounts that have nothing to do with it, so that the trie is a few levels deep. */
export function crowd(size: number): Record<string, FuzzAccount> {
  return Object.fromEntries(
    Array.from({ length: size }, (_, index) => [
      account(`bystander ${index}`),
      { balance: BigInt(index + 1), nonce: 0n, storage: {}, code: [] },
    ]),
  );
}

/** A case of the sender's transactions. */
export function scene(
  accounts: Record<string, FuzzAccount>,
  transactions: FuzzTransaction[] = [transaction()],
  bystanders = 24,
): FuzzCase {
  const sender = { balance: ETHER, nonce: 0n, storage: {}, code: [] };
  return { accounts: { ...crowd(bystanders), [SENDER]: sender, ...accounts }, transactions };
}

const slot = (number: number): string => zeroPadValue(toBeHex(number), 32);

/** Storage whose trie has many branches of few children. */
const FULL = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [slot(index), BigInt(index + 1)]));

/** Calls of each kind, one of which reverts and one of which runs out of gas; slots and an account go. */
export function calls(): FuzzCase {
  const [worker, library, spender, empty] = ["worker", "library", "spender", "empty"].map(account) as [
    string,
    string,
    string,
    string,
  ];
  const entry = [
    write(3, 0),
    write(17, 0),
    write(5, 77),
    write(1_000, 1),
    write(100, call("CALL", { to: worker, value: 1n })),
    write(101, call("CALL", { to: worker, value: 2n, input: [0, 32], output: [64, 32] })),
    write(102, "RETURNDATASIZE"),
    write(103, call("DELEGATECALL", { to: library })),
    write(104, call("STATICCALL", { to: worker })),
    write(105, call("CALL", { to: spender, gas: 30_000 })),
    write(106, call("CALL", { to: empty })),
    write(107, call("CALL", { to: account("nobody"), value: 3n })),
    write(108, op("EXTCODEHASH", worker)),
    op("TSTORE", 1, 9),
    write(109, op("TLOAD", 1)),
    op("LOG2", 0, 40, 1, 2),
    write(110, op("KECCAK256", 0, 500)),
  ].join(" ");
  const reverting = op("REVERT", 0, 32);
  return scene({
    [ENTRY]: contract(entry, { balance: 100n, storage: FULL }),
    [worker]: contract(
      `${write(1, op("ADD", "CALLVALUE", op("SLOAD", 2)))} ${write(7, 0)} CALLDATASIZE PUSH2 @1 JUMPI STOP :1 ` +
        `${op("MSTORE", 0, 0xbad)} ${reverting}`,
      { storage: FULL },
    ),
    [library]: contract(`${write(6, "CALLER")} ${write(8, "ADDRESS")}`),
    [spender]: contract(`${write(1, 1)} :1 ${op("JUMP", "PUSH2 @1")}`),
    [empty]: { balance: 0n, nonce: 0n, storage: {}, code: [] },
  });
}

/** Every precompile with inputs that it takes, and some that it refuses; what it says goes into storage. */
export function precompiles(rounds = 2): FuzzCase {
  const dice = new Dice("precompiles of a scene");
  const entry: string[] = [];
  let data = "";
  for (let round = 0; round < rounds; round++) {
    for (let address = 1; address <= 10; address++) {
      const input = precompileInput(dice, address);
      const [offset, size] = [data.length / 2, input.length / 2];
      data += input;
      entry.push(
        op("CALLDATACOPY", 0, offset, size),
        write(
          entry.length,
          op("ADD", 1, call("STATICCALL", { to: address, gas: 300_000, input: [0, size], output: [0, 64] })),
        ),
        write(entry.length + 1_000, op("KECCAK256", 0, 64)),
      );
    }
  }
  return scene({ [ENTRY]: contract(entry.join(" ")) }, [
    transaction({ gasLimit: 10_000_000n, data: [data === "" ? "" : `0x${data}`] }),
  ]);
}

/** Creations of both kinds, of contracts that stay, destroy themselves, revert, or are there already. */
export function creations(): FuzzCase {
  const stays = initCode(write(0, op("ADD", 1, op("SLOAD", 0))), `${write(1, 2)} ${write(2, 3)}`);
  const goes = hex(`${write(1, 2)} ${op("SELFDESTRUCT", account("heir"))}`);
  const reverts = hex(`${write(1, 2)} ${op("REVERT", 0, 0)}`);
  const taken = initCode("STOP");
  // A creation that fails burns all gas that it gets.
  const [twice, collides, tooLarge] = ["twice", "collides", "too large"].map(account) as [string, string, string];
  const entry = [
    write(0, create(stays)),
    write(1, call("CALL", { to: op("SLOAD", 0) })),
    write(2, call("CALL", { to: twice, gas: 600_000 })),
    write(3, call("CALL", { to: collides, gas: 200_000 })),
    write(4, create(goes, { value: 5n })),
    write(5, create(reverts, { value: 5n })),
    write(6, call("CALL", { to: tooLarge, gas: 200_000 })),
    write(7, op("EXTCODESIZE", op("SLOAD", 0))),
  ].join(" ");
  const occupied = getCreate2Address(collides, slot(7), keccak256(taken));
  return scene({
    [ENTRY]: contract(entry, { balance: 100n }),
    [twice]: contract([1, 2].map((number) => write(number, create(stays, { salt: 1n }))).join(" ")),
    [collides]: contract(`${create(taken, { salt: 7n })} POP ${write(1, 1)}`),
    [tooLarge]: contract(create(hex(op("RETURN", 0, 24_577)))),
    [occupied]: { balance: 0n, nonce: 0n, storage: { [slot(1)]: 5n }, code: [] },
  });
}

/** Frames that end in each of the ways there are, with changes to keep or to undo, and their caller's address behind. */
export function endings(): FuzzCase {
  const [reverts, halts, library] = ["reverts", "halts", "library"].map(account) as [string, string, string];
  const change = op("TSTORE", 1, 2);
  const entry = [
    create(hex(`${change} ${op("RETURN", 0, 1)}`)),
    create(hex(`${change} ${op("REVERT", 0, 1)}`)),
    create(hex(op("SELFDESTRUCT", "ADDRESS")), { value: 1n }),
    call("CALL", { to: reverts }),
    call("CALL", { to: halts, gas: 5_000 }),
    call("DELEGATECALL", { to: library }),
    write("ADDRESS", op("TLOAD", 1)),
  ];
  return scene(
    {
      [ENTRY]: contract(entry.join(" "), { balance: 1n }),
      [reverts]: contract(`${change} ${op("REVERT", 0, 1)}`),
      [halts]: contract(`${change} INVALID`),
      [library]: contract(change),
    },
    [transaction({ gasLimit: 400_000n })],
    0,
  );
}

/** A transaction that creates a contract where there is a balance already. */
export function deployment(): FuzzCase {
  const init = initCode(
    write(1, "CALLER"),
    `${write(1, 2)} ${write(2, 0)} ${call("CALL", { to: account("peer") })} POP`,
  );
  return scene(
    {
      [account("peer")]: contract(`${write(1, 0)} ${write(2, "GAS")}`, { storage: FULL }),
      [getCreateAddress({ from: SENDER, nonce: 0 })]: { balance: 4n, nonce: 0n, storage: {}, code: [] },
    },
    [transaction({ to: "0x", data: [init], value: 9n })],
  );
}

/** Several transactions, each on what the one before left. */
export function sequence(): FuzzCase {
  const { accounts } = calls();
  return {
    accounts,
    transactions: [
      transaction({ gasLimit: 3_000_000n }),
      transaction({ nonce: 1n, to: account("bystander 3"), value: 5n }),
      transaction({ nonce: 2n, to: account("worker"), value: 2n }),
      transaction({ nonce: 3n, to: "0x", data: [initCode("STOP")] }),
    ],
  };
}

/** The scenes by what they are about. */
export const SCENES: ReadonlyMap<string, (rounds?: number) => FuzzCase> = new Map([
  ["calls", calls],
  ["precompiles", precompiles],
  ["creations", creations],
  ["a deployment", deployment],
]);
