import type { EVMOpts } from "@ethereumjs/evm";

/** An instruction of the EVM that is another one on this chain, or is watched. */
export type Instruction = Extract<NonNullable<EVMOpts["customOpcodes"]>[number], { logicFunction: unknown }>;
