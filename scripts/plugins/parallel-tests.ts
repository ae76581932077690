/**
 * Runs all tests in two processes, in suites. What is run in part, or measured, runs in one process as Hardhat does it.
 */
import { overrideTask } from "hardhat/config";
import type { HardhatPlugin } from "hardhat/types/plugins";

export const parallelTests: HardhatPlugin = {
  id: "metis-parallel-tests",
  npmPackage: null,
  tasks: [
    overrideTask("test")
      .addOption({
        name: "suite",
        description: "What to run without files: default, heavy (the rest for CI), full (both) or long",
        defaultValue: "default",
      })
      .addFlag({ name: "record", description: "Record how long each file takes, for the next run's order" })
      .setAction(() => import("../tests/task.ts"))
      .build(),
  ],
};
