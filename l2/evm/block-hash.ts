import { toHex } from "../base/hex.ts";
import { keccak256 } from "../base/keccak.ts";
import type { Instruction } from "./instruction.ts";
import { opcode } from "./opcodes.ts";

/** How far back a contract can look, in blocks. */
const BLOCKS_BACK = 256n;

/**
 * BLOCKHASH of this chain: L1, which has no headers of L2 blocks, has to give the same. Of the last 256 blocks it is the
 * keccak-256 of their number's decimal digits, else zero.
 */
export const BLOCK_HASH: Instruction = {
  opcode: opcode("BLOCKHASH"),
  opcodeName: "BLOCKHASH",
  baseFee: 20,
  logicFunction: ({ stack, interpreter }) => {
    const number = stack.pop();
    const current = interpreter.getBlockNumber();
    const inReach = number < current && current - number <= BLOCKS_BACK;
    stack.push(inReach ? BigInt(toHex(keccak256(new TextEncoder().encode(number.toString())))) : 0n);
  },
};
