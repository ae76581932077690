import { BATCH_GAS } from "../../l2/evm/burden.ts";
import type { CutLimits } from "../peers/cut.ts";

export const DEFAULT_LIMITS: CutLimits = { transactions: 3_000, bytes: 500_000, gas: BATCH_GAS, age: 60 };
