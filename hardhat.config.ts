import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";

import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { configVariable, defineConfig } from "hardhat/config";

import { branchCoverage } from "./scripts/plugins/branch-coverage.ts";
import { buildJobs } from "./scripts/plugins/build-jobs.ts";
import { parallelTests } from "./scripts/plugins/parallel-tests.ts";
import { strictWarnings } from "./scripts/plugins/strict-warnings.ts";
import { SUITES } from "./scripts/tests/suites.ts";

const compiler = {
  version: "0.8.37",
  path: fileURLToPath(import.meta.resolve("solc/soljson.js")),
  settings: {
    evmVersion: "osaka",
    optimizer: { enabled: true, runs: 2000 },
  },
};

/** Half of the work of a build, for a second core. */
const secondJob = [
  "contracts/{batches,disputes,execution,trie,types}/**/*.sol",
  "test/{execution,invariants,trie}/**/*.sol",
];

/** The interpreter would be longer than a contract may be, by constants that it uses once a call. */
const interpreter = ["contracts/execution/evm/Interpreter.sol"];
const shorter = { ...compiler, settings: { ...compiler.settings, optimizer: { enabled: true, runs: 1000 } } };

/** Contracts of tests and demos that run on the L2, whose fork is L1's. A build finds them here. */
const onL2 = ["testkit/contracts/*.sol"];

// One build for tests and deployments: what is deployed is, byte for byte, what was tested.
const profile = {
  compilers: [compiler],
  overrides: { ...forFiles([...secondJob, ...onL2], compiler), ...forFiles(interpreter, shorter) },
  isolated: false,
  toolVersionsInBuildInfo: true,
};

function forFiles<T>(patterns: string[], settings: T): Record<string, T> {
  const files = globSync(patterns, { cwd: import.meta.dirname });
  return Object.fromEntries(files.map((file) => [file.replaceAll("\\", "/"), settings]));
}

// For long runs: docs/protocol.md, section 9.
const { METIS_FUZZ_SEED: FUZZ_SEED, METIS_INVARIANT_RUNS: INVARIANT_RUNS = "8" } = process.env;

export default defineConfig({
  plugins: [toolbox, buildJobs, parallelTests, strictWarnings, branchCoverage],
  solidity: { profiles: { default: profile }, splitTestsCompilation: true },
  typechain: { tsNocheck: true },
  paths: { tests: { mocha: "test", solidity: "test" } },
  networks: {
    default: { type: "edr-simulated", chainType: "l1", hardfork: "osaka", accounts: { count: 40 } },
    localhost: { type: "http", chainType: "l1", url: configVariable("METIS_L1_URL") },
    sepolia: {
      type: "http",
      chainType: "l1",
      chainId: 11155111,
      url: configVariable("SEPOLIA_RPC_URL"),
      accounts: [configVariable("SEPOLIA_PRIVATE_KEY")],
    },
  },
  verify: { etherscan: { apiKey: configVariable("ETHERSCAN_API_KEY") } },
  test: {
    solidity: {
      fuzz: { runs: 256, ...(FUZZ_SEED === undefined ? {} : { seed: FUZZ_SEED }) },
      invariant: { runs: Number(INVARIANT_RUNS), depth: 48, failOnRevert: true },
    },
    mocha: { timeout: 120_000, grep: SUITES.full.source },
  },
});
