import { BATCH_LIMITS } from "../../l2/protocol/limits.ts";
import type { CutLimits } from "../peers/cut.ts";

export const DEFAULT_LIMITS: CutLimits = { transactions: 3_000, bytes: 500_000, gas: BATCH_LIMITS.gas, age: 60 };
