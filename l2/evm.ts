import type { Common, StateManagerInterface } from "@ethereumjs/common";
import { type EVM, createEVM } from "@ethereumjs/evm";

import { BLOCK_HASH } from "./block-hash.ts";
import { limitMemory } from "./memory-limit.ts";
import { MODEXP } from "./modexp.ts";
import { PAIRING } from "./pairing.ts";
import { letCreationsRevert } from "./reverted-creation.ts";

/** An EVM with the rules of this chain, on a state (docs/protocol.md, section 1). */
export async function createChainEvm(common: Common, stateManager: StateManagerInterface): Promise<EVM> {
  const evm = await createEVM({
    common,
    stateManager,
    customOpcodes: [BLOCK_HASH, ...limitMemory(common)],
    customPrecompiles: [MODEXP, PAIRING],
  });
  letCreationsRevert(evm);
  return evm;
}
