import { concat, toBeHex } from "ethers";

import { opcode } from "../../l2/evm/opcodes.ts";

/** Stands for the place of the next JUMPDEST, pushed. */
export const NEXT = "@";

/**
 * Bytes of a program.
 *
 * @param program Names of opcodes, hexadecimal for their immediate data, and {@link NEXT}.
 * @returns In hexadecimal.
 * @throws {RangeError} naming what is no opcode.
 */
export function assemble(program: string): string {
  const tokens = program.split(/\s+/).filter((token) => token !== "");
  const sizes = tokens.map((token) => (token === NEXT ? 3 : token.startsWith("0x") ? (token.length - 2) / 2 : 1));
  const place = (index: number): number => sizes.slice(0, index).reduce((sum, size) => sum + size, 0);
  const bytes = tokens.map((token, index) => {
    if (token.startsWith("0x")) return token;
    if (token === NEXT) return concat([code("PUSH2"), toBeHex(place(tokens.indexOf("JUMPDEST", index)), 2)]);
    return code(token);
  });
  return concat(bytes);
}

const code = (name: string): string => toBeHex(opcode(name), 1);
