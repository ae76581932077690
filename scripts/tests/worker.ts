/**
 * One of the processes that share out the test files. It runs what it is sent, one file after the other, and ends the
 * output of each with a line that its parent reads.
 */
import hre from "hardhat";
import Mocha from "mocha";

import { END_OF_FILE, type FileResult, type Order, SOLIDITY } from "./protocol.ts";
import { SUITES } from "./suites.ts";

async function runSolidity(): Promise<Omit<FileResult, "file">> {
  const task = hre.tasks.getTask(["test", "solidity"]);
  const result = (await task.run({ testFiles: [], noCompile: true })) as {
    readonly value?: { readonly summary: SoliditySummary };
    readonly error?: { readonly summary: SoliditySummary };
  };
  const { passed, failed, skipped, failureOutput = "" } = (result.value ?? result.error)!.summary;
  if (failureOutput !== "") console.log(failureOutput);
  const named = (count: number): string[] => Array.from({ length: count }, (_, i) => `${SOLIDITY} (${i + 1})`);
  return { passed, failed: named(failed), skipped: named(skipped), left: 0 };
}

interface SoliditySummary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failureOutput?: string;
}

async function runFile({ file, suite, color }: Order): Promise<Omit<FileResult, "file">> {
  const mocha = new Mocha({ ...hre.config.test.mocha, color });
  mocha.addFile(file);
  await mocha.loadFilesAsync();

  let left = 0;
  mocha.suite.eachTest((test) => {
    if (!SUITES[suite].test(test.fullTitle())) left++;
  });
  mocha.grep(SUITES[suite]);

  const failed: string[] = [];
  const skipped: string[] = [];
  let passed = 0;
  await new Promise((resolve) => {
    mocha
      .run(resolve)
      .on("pass", () => passed++)
      .on("fail", (test) => failed.push(test.fullTitle()))
      .on("pending", (test) => skipped.push(test.fullTitle()));
  });
  return { passed, failed, skipped, left };
}

// Two streams would reach the parent in any order.
process.stderr.write = process.stdout.write.bind(process.stdout);
process.env["HH_TEST"] = "true";
process.env["NODE_ENV"] ??= "test";

process.on("message", (order: Order) => {
  const run = order.file === SOLIDITY ? runSolidity() : runFile(order);
  run
    .catch((error: unknown): Omit<FileResult, "file"> => {
      console.error(error);
      return { passed: 0, failed: [`${order.file} cannot be run`], skipped: [], left: 0 };
    })
    .then(
      (result) => process.stdout.write(`\n${END_OF_FILE}${JSON.stringify({ file: order.file, ...result })}\n`),
      fail,
    );
});

// What tests have started ends with the process that ends in an orderly way.
const fail = (): never => process.exit(1);
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", fail);
process.on("SIGTERM", fail);
