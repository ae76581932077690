import type { Common } from "@ethereumjs/common";
import { getOpcodesForHF } from "@ethereumjs/evm";

import type { Burden } from "./burden.ts";
import type { Instruction } from "./instruction.ts";
import { opcode } from "./opcodes.ts";

type RunState = Parameters<Instruction["logicFunction"]>[0];

/** Where an instruction has its operands, counted from the top of the stack. */
interface Operands {
  /** Ranges of memory: offset, and size or where the size is. */
  readonly memory?: readonly (readonly [offset: number, size: Size])[];
  readonly calldata?: readonly [offset: number, size: Size];
  readonly returned?: readonly [offset: number, size: Size];
  readonly address?: number;
  /** How it uses the slot that its first operand names. */
  readonly slot?: "read" | "written" | "transient";
  /** Whether its frame waits for another frame. */
  readonly waits?: boolean;
}

type Size = number | { readonly bytes: number };

const WORD: Size = { bytes: 32 };
const RANGE: Operands = { memory: [[0, 1]] };
const COPY: Operands = {
  memory: [
    [0, 2],
    [1, 2],
  ],
};
const CREATION: Operands = { memory: [[1, 2]], waits: true };
/** Gas, address and value come first, then the range of the input and the range for the output. */
const VALUE_CALL: Operands = {
  memory: [
    [3, 4],
    [5, 6],
  ],
  address: 1,
  waits: true,
};
/** As above, without a value. */
const CALL: Operands = {
  memory: [
    [2, 3],
    [4, 5],
  ],
  address: 1,
  waits: true,
};

/** What each instruction touches that L1 may need to be given again, by name. */
const TOUCHING: Readonly<Record<string, Operands>> = {
  KECCAK256: RANGE,
  BALANCE: { address: 0 },
  CALLDATALOAD: { calldata: [0, WORD] },
  CALLDATACOPY: { memory: [[0, 2]], calldata: [1, 2] },
  CODECOPY: { memory: [[0, 2]] },
  EXTCODESIZE: { address: 0 },
  EXTCODECOPY: { memory: [[1, 3]], address: 0 },
  RETURNDATACOPY: { memory: [[0, 2]], returned: [1, 2] },
  EXTCODEHASH: { address: 0 },
  MLOAD: { memory: [[0, WORD]] },
  MSTORE: { memory: [[0, WORD]] },
  MSTORE8: { memory: [[0, { bytes: 1 }]] },
  SLOAD: { slot: "read" },
  SSTORE: { slot: "written" },
  TLOAD: { slot: "transient" },
  TSTORE: { slot: "transient" },
  MCOPY: COPY,
  LOG0: RANGE,
  LOG1: RANGE,
  LOG2: RANGE,
  LOG3: RANGE,
  LOG4: RANGE,
  CREATE: CREATION,
  CALL: VALUE_CALL,
  CALLCODE: VALUE_CALL,
  RETURN: RANGE,
  DELEGATECALL: CALL,
  CREATE2: CREATION,
  STATICCALL: CALL,
  REVERT: RANGE,
  SELFDESTRUCT: { address: 0 },
};

const OPERANDS = new Map(Object.entries(TOUCHING).map(([name, operands]) => [opcode(name), operands]));

/** Most operands of an instruction. */
const MOST = 7;
/** Bytes of the page that keeps a waiting frame's registers; its stack lies in other pages. */
const REGISTERS_BYTES = 1_400;

/**
 * Reports to a burden what instructions touch.
 *
 * @param special Instructions that differ from Ethereum's on this chain.
 * @returns These, and those of Ethereum's that touch anything.
 */
export function weigh(common: Common, special: readonly Instruction[], burden: Burden): Instruction[] {
  const own = new Map(special.map((instruction) => [instruction.opcode, instruction]));
  const usual = getOpcodesForHF(common).opcodeMap;
  for (const code of OPERANDS.keys()) {
    const { opcodeInfo, opHandler } = usual[code]!;
    if (own.has(code)) continue;
    const { name: opcodeName, fee: baseFee } = opcodeInfo;
    own.set(code, { opcode: code, opcodeName, baseFee, logicFunction: opHandler });
  }
  return [...own.values()].map((instruction) => {
    const operands = OPERANDS.get(instruction.opcode);
    if (operands === undefined) return instruction;
    return {
      ...instruction,
      logicFunction: (state, rules) => {
        note(burden, operands, state);
        return instruction.logicFunction(state, rules);
      },
    };
  });
}

function note(burden: Burden, { memory, calldata, returned, address, slot, waits }: Operands, state: RunState): void {
  const { stack, env } = state;
  const items = stack.peek(Math.min(MOST, stack.length));
  const number = (place: number): number => Number(items[place]);
  const sized = (size: Size): number => (typeof size === "number" ? number(size) : size.bytes);
  const frame = state.memory;
  burden.run(frame, state.interpreter.getGasLeft());
  if (!env.isCreate) burden.carryCode(env.codeAddress.toString(), env.code.length);
  for (const [offset, size] of memory ?? []) burden.carryMemory(frame, number(offset), sized(size));
  for (const [data, range] of [
    [env.callData, calldata],
    [state.returnBytes, returned],
  ] as const) {
    if (range === undefined) continue;
    const [offset, size] = [number(range[0]), sized(range[1])];
    // Bytes after the end of the data are zero and need not be carried.
    burden.carryData(data, offset, Math.max(0, Math.min(size, data.length - offset)));
  }
  const account = address === undefined ? undefined : items[address];
  if (account !== undefined) burden.carryState(`account ${BigInt.asUintN(160, account)}`);
  const [key] = items;
  if (slot === "read" || slot === "written") {
    burden.carryState(`slot ${env.address.toString()} ${String(key)}`, { written: slot === "written" });
  }
  if (slot === "transient" && key !== undefined) burden.carryTransient(env.address.toString(), key);
  if (waits === true) burden.wait(frame, REGISTERS_BYTES + 32 * stack.length);
}
