import type { Common, StateManagerInterface } from "@ethereumjs/common";
import { type EVM, createEVM } from "@ethereumjs/evm";

import { BLOCK_HASH } from "./block-hash.ts";
import type { Burden } from "./burden.ts";
import { limitMemory } from "./memory-limit.ts";
import { LIMITED_PRECOMPILES } from "./precompile-limits.ts";
import { letCreationsRevert } from "./reverted-creation.ts";
import { weigh } from "./weigh.ts";

/**
 * An EVM with the rules of this chain, on a state (docs/protocol.md, section 1).
 *
 * @param burden Where given, it hears what instructions touch.
 */
export async function createChainEvm(
  common: Common,
  stateManager: StateManagerInterface,
  burden?: Burden,
): Promise<EVM> {
  const special = [BLOCK_HASH, ...limitMemory(common)];
  const evm = await createEVM({
    common,
    stateManager,
    customOpcodes: burden === undefined ? special : weigh(common, special, burden),
    customPrecompiles: [...LIMITED_PRECOMPILES],
  });
  letCreationsRevert(evm);
  return evm;
}
