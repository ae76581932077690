import type { EVMOpts } from "@ethereumjs/evm";

/** An instruction of the EVM that this chain replaces or watches. */
export type Instruction = Extract<NonNullable<EVMOpts["customOpcodes"]>[number], { logicFunction: unknown }>;
