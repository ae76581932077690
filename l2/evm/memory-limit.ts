import type { Common } from "@ethereumjs/common";
import { getOpcodesForHF, paramsEVM } from "@ethereumjs/evm";

import type { Instruction } from "./instruction.ts";

/**
 * Most bytes of memory that a frame of the EVM may have, so that L1 can carry it from call to call; what would make it
 * larger ends the frame as a lack of gas does (docs/protocol.md, section 1).
 */
export const MEMORY_LIMIT = 131_072;
const LIMIT_IN_WORDS = BigInt(MEMORY_LIMIT / 32);

/**
 * The instructions that can make memory larger; where it would be larger than this chain allows, they end the frame as a
 * lack of gas does.
 */
export function limitMemory(common: Common): Instruction[] {
  // Their prices, which the EVM itself sets only when it is made.
  common.updateParams(paramsEVM);
  // Memory gets its new size where its price is found out, and only instructions with a dynamic price have one.
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
