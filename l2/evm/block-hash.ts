import { toHex } from "../base/hex.ts";
import { keccak256 } from "../base/keccak.ts";
import type { Instruction } from "./instruction.ts";
import { opcode } from "./opcodes.ts";

/** Blocks that a contract can look back. */
const BLOCKS_BACK = 256n;

/**
 * BLOCKHASH of this chain: the keccak-256 of the block number's decimal digits for the last 256 blocks, else zero. L1,
 * which executes the same code, has no headers of L2 blocks.
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
