/**
 * Makes every warning of the Solidity compiler about this project's own files an error, so that a build with warnings
 * fails and is never cached as done. What dependencies warn of is not ours to mend, and is not shown.
 */
import type { SolidityHooks } from "hardhat/types/hooks";
import type { HardhatPlugin } from "hardhat/types/plugins";
import type { CompilerOutputError } from "hardhat/types/solidity";

/** Code size and initcode size: they bind what is deployed, and tests deploy nothing for real. */
const SIZE_WARNINGS = new Set(["5574", "3860"]);

interface Located extends CompilerOutputError {
  sourceLocation?: { file: string };
}

type Verdict = "raise" | "keep" | "drop";

function judge(warning: Located): Verdict {
  const file = warning.sourceLocation?.file;
  if (file === undefined) return "keep";
  if (!file.startsWith("project/")) return "drop";
  return file.startsWith("project/test/") && SIZE_WARNINGS.has(warning.errorCode ?? "") ? "keep" : "raise";
}

/**
 * Sorts the warnings of one compiler run.
 *
 * @param errors What the compiler reported.
 * @param options.instrumented Whether coverage changed the sources: they are larger then, and warn of what nobody wrote.
 * @returns The same list, with warnings of the project's own files as errors and without those of dependencies.
 */
export function sortWarnings(errors: readonly Located[], { instrumented = false } = {}): Located[] {
  return errors.flatMap((error) => {
    if (error.severity !== "warning") return [error];
    const verdict = judge(error);
    if (verdict === "raise" && !instrumented) return [{ ...error, type: "WarningAsError", severity: "error" as const }];
    return verdict === "drop" ? [] : [error];
  });
}

const handlers: Partial<SolidityHooks> = {
  // The hook that is to replace it cannot fail a build.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  invokeSolc: async (context, compiler, input, config, next) => {
    const output = await next(context, compiler, input, config);
    if (output.errors === undefined) return output;
    return { ...output, errors: sortWarnings(output.errors, { instrumented: context.globalOptions.coverage }) };
  },
};

export const strictWarnings: HardhatPlugin = {
  id: "metis-strict-warnings",
  npmPackage: null,
  hookHandlers: { solidity: () => Promise.resolve({ default: () => Promise.resolve(handlers) }) },
};
