/** Checks that the imports of the contracts only run down: `node scripts/floors.ts`. */
import { fileURLToPath } from "node:url";

import { checkContracts, readImports } from "./floors/contracts.ts";

const problems = checkContracts(readImports(fileURLToPath(new URL("../contracts", import.meta.url))));
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
