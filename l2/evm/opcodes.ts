import { getOpcodesForHF, paramsEVM } from "@ethereumjs/evm";

import { chainCommon } from "./fork.ts";

const common = chainCommon({ chainId: 1n });
// The EVM loads these prices only when it is created.
common.updateParams(paramsEVM);

/** Opcodes of the fork by name, `PUSH1` and `DUP16` each on their own, in the order of their numbers. */
export const OPCODES: ReadonlyMap<string, number> = new Map(
  [...getOpcodesForHF(common).opcodes.values()].map(({ fullName, code }) => [fullName, code]),
);

/** The number of an opcode. @throws RangeError where the fork has none of this name. */
export function opcode(name: string): number {
  const number = OPCODES.get(name);
  if (number === undefined) throw new RangeError(`"${name}" is no opcode of the fork.`);
  return number;
}
