import type { Common } from "@ethereumjs/common";
import { getOpcodesForHF } from "@ethereumjs/evm";

import type { Burden } from "./burden.ts";
import type { Instruction } from "./instruction.ts";

type RunState = Parameters<Instruction["logicFunction"]>[0];

/** Where an instruction has its operands, counted from the top of the stack. */
interface Operands {
  /** Ranges of memory: offset, and size or where the size is. */
  readonly memory?: readonly (readonly [offset: number, size: Size])[];
  readonly calldata?: readonly [offset: number, size: Size];
  readonly returned?: readonly [offset: number, size: Size];
  readonly address?: number;
  /** What is done with a slot of storage, or that it is a transient one. */
  readonly slot?: "read" | "written" | "transient";
  /** Whether the frame waits for another one. */
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
/** Behind gas and address comes a value, or not, and then what is given and where to put what is returned. */
const VALUE_CALL: Operands = {
  memory: [
    [3, 4],
    [5, 6],
  ],
  address: 1,
  waits: true,
};
const CALL: Operands = {
  memory: [
    [2, 3],
    [4, 5],
  ],
  address: 1,
  waits: true,
};

/** What instructions touch that L1 may have to be given again. */
const OPERANDS: Readonly<Record<number, Operands>> = {
  /* KECCAK256 */ 0x20: RANGE,
  /* BALANCE */ 0x31: { address: 0 },
  /* CALLDATALOAD */ 0x35: { calldata: [0, WORD] },
  /* CALLDATACOPY */ 0x37: { memory: [[0, 2]], calldata: [1, 2] },
  /* CODECOPY */ 0x39: { memory: [[0, 2]] },
  /* EXTCODESIZE */ 0x3b: { address: 0 },
  /* EXTCODECOPY */ 0x3c: { memory: [[1, 3]], address: 0 },
  /* RETURNDATACOPY */ 0x3e: { memory: [[0, 2]], returned: [1, 2] },
  /* EXTCODEHASH */ 0x3f: { address: 0 },
  /* MLOAD */ 0x51: { memory: [[0, WORD]] },
  /* MSTORE */ 0x52: { memory: [[0, WORD]] },
  /* MSTORE8 */ 0x53: { memory: [[0, { bytes: 1 }]] },
  /* SLOAD */ 0x54: { slot: "read" },
  /* SSTORE */ 0x55: { slot: "written" },
  /* TLOAD */ 0x5c: { slot: "transient" },
  /* TSTORE */ 0x5d: { slot: "transient" },
  /* MCOPY */ 0x5e: COPY,
  /* LOG0 to LOG4 */ 0xa0: RANGE,
  0xa1: RANGE,
  0xa2: RANGE,
  0xa3: RANGE,
  0xa4: RANGE,
  /* CREATE */ 0xf0: CREATION,
  /* CALL */ 0xf1: VALUE_CALL,
  /* CALLCODE */ 0xf2: VALUE_CALL,
  /* RETURN */ 0xf3: RANGE,
  /* DELEGATECALL */ 0xf4: CALL,
  /* CREATE2 */ 0xf5: CREATION,
  /* STATICCALL */ 0xfa: CALL,
  /* REVERT */ 0xfd: RANGE,
  /* SELFDESTRUCT */ 0xff: { address: 0 },
};

/** Operands that an instruction has at most. */
const MOST = 7;
/** The page that a frame has its registers in while it waits; its stack lies in others. */
const REGISTERS_BYTES = 1_400;

/**
 * Lets a burden know what instructions touch.
 *
 * @param special Instructions that are others on this chain than on Ethereum.
 * @returns These, and those of Ethereum that touch anything.
 */
export function weigh(common: Common, special: readonly Instruction[], burden: Burden): Instruction[] {
  const own = new Map(special.map((instruction) => [instruction.opcode, instruction]));
  const usual = getOpcodesForHF(common).opcodeMap;
  for (const opcode of Object.keys(OPERANDS).map(Number)) {
    const { opcodeInfo, opHandler } = usual[opcode]!;
    if (own.has(opcode)) continue;
    const { name: opcodeName, fee: baseFee } = opcodeInfo;
    own.set(opcode, { opcode, opcodeName, baseFee, logicFunction: opHandler });
  }
  return [...own.values()].map((instruction) => {
    const operands = OPERANDS[instruction.opcode];
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
    // What lies behind the data is zero.
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
