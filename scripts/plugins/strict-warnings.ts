/**
 * Makes every warning of the Solidity compiler about this project's own files an error, so that a build with warnings
 * fails and is never cached as done.
 */
import type { SolidityHooks } from "hardhat/types/hooks";
import type { HardhatPlugin } from "hardhat/types/plugins";
import type { CompilerOutputError } from "hardhat/types/solidity";

/** Code size and initcode size: they bind what is deployed, and tests deploy nothing for real. */
const SIZE_WARNINGS = new Set(["5574", "3860"]);

interface Located extends CompilerOutputError {
  sourceLocation?: { file: string };
}

function isOurFault(warning: Located): boolean {
  const file = warning.sourceLocation?.file ?? "";
  if (!file.startsWith("project/")) return false;
  return !(file.startsWith("project/test/") && SIZE_WARNINGS.has(warning.errorCode ?? ""));
}

/**
 * Raises the warnings of one compiler run.
 *
 * @param errors What the compiler reported.
 * @returns The same list, warnings of the project's own files as errors.
 */
export function raiseWarnings(errors: readonly Located[]): Located[] {
  return errors.map((error) =>
    error.severity === "warning" && isOurFault(error)
      ? { ...error, type: "WarningAsError", severity: "error" as const }
      : error,
  );
}

const handlers: Partial<SolidityHooks> = {
  // The hook that is to replace it cannot fail a build.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  invokeSolc: async (context, compiler, input, config, next) => {
    const output = await next(context, compiler, input, config);
    // Instrumented code is larger and warns of what is not in the source.
    if (context.globalOptions.coverage || output.errors === undefined) return output;
    return { ...output, errors: raiseWarnings(output.errors) };
  },
};

export const strictWarnings: HardhatPlugin = {
  id: "metis-strict-warnings",
  npmPackage: null,
  hookHandlers: { solidity: () => Promise.resolve({ default: () => Promise.resolve(handlers) }) },
};
