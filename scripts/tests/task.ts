import type { TaskOverrideActionFunction } from "hardhat/types/tasks";
import { errorResult, successfulResult } from "hardhat/utils/result";

import { isCompiled } from "../../ignition/compiled.ts";
import { runSuite } from "./run.ts";
import { SUITES, isSuite } from "./suites.ts";

/** How long it takes to compile everything on two idle cores, in seconds. */
const BUILD_SECONDS = 45;

interface Arguments {
  readonly testFiles: string[];
  readonly suite: string;
  readonly record: boolean;
  readonly grep?: string;
  readonly grepExclude?: string;
  readonly noCompile: boolean;
}

const action: TaskOverrideActionFunction = async (args, hre, runSuper): Promise<unknown> => {
  const { suite, record, testFiles, grep, grepExclude, noCompile } = args as unknown as Arguments;
  const { coverage, gasStats, gasStatsJson } = hre.globalOptions;
  const measured = coverage || gasStats || gasStatsJson !== undefined;
  if (testFiles.length > 0 || grep !== undefined || grepExclude !== undefined || measured) return runSuper(args);

  if (!isSuite(suite)) {
    console.error(`--suite is ${suite}; expected one of: ${Object.keys(SUITES).join(", ")}`);
    return errorResult();
  }
  if (record && suite !== "default") {
    console.error(`--record goes with the default suite, by whose times files are ordered; --suite is ${suite}`);
    return errorResult();
  }
  if (!noCompile) {
    if (!isCompiled()) console.log(`Compiling everything, about ${BUILD_SECONDS} s …`);
    await hre.tasks.getTask("build").run({ quiet: true });
  }
  const options = {
    root: hre.config.paths.root,
    suite,
    record,
    strict: process.env["CI"] !== undefined,
    color: process.stdout.isTTY && process.env["NO_COLOR"] === undefined,
  };
  return (await runSuite(options, console.log)) ? successfulResult() : errorResult();
};

export default action;
