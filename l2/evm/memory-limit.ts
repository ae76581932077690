import type { Common } from "@ethereumjs/common";
import { getOpcodesForHF, paramsEVM } from "@ethereumjs/evm";

import type { Instruction } from "./instruction.ts";

/**
 * Most bytes of a frame's memory, so that L1 can carry it from call to call. An instruction that would exceed it fails
 * as if out of gas (docs/protocol.md, section 1).
 */
export const MEMORY_LIMIT = 131_072;
const LIMIT_IN_WORDS = BigInt(MEMORY_LIMIT / 32);

/** The instructions that can grow memory, with the limit. */
export function limitMemory(common: Common): Instruction[] {
  // The EVM loads these prices only when it is created.
  common.updateParams(paramsEVM);
  // Memory grows while the price is computed, which only instructions with a dynamic price do.
  const dynamic = getOpcodesForHF(common).opcodeMap.filter(({ opcodeInfo }) => opcodeInfo.dynamicGas);
  return dynamic.map(({ opcodeInfo, gasHandler, opHandler }) => ({
    opcode: opcodeInfo.code,
    opcodeName: opcodeInfo.name,
    baseFee: opcodeInfo.fee,
    gasFunction: gasHandler,
    logicFunction: (state, rules) => {
      const { interpreter, memoryWordCount } = state;
      if (memoryWordCount > LIMIT_IN_WORDS) interpreter.useGas(interpreter.getGasLeft() + 1n);
      return opHandler(state, rules);
    },
  }));
}
