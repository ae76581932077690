import { fileURLToPath } from "node:url";

import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { configVariable, defineConfig } from "hardhat/config";

import { branchCoverage } from "./scripts/plugins/branch-coverage.ts";
import { strictWarnings } from "./scripts/plugins/strict-warnings.ts";

const compiler = {
  version: "0.8.37",
  path: fileURLToPath(import.meta.resolve("solc/soljson.js")),
  settings: {
    evmVersion: "osaka",
    optimizer: { enabled: true, runs: 2000 },
  },
  isolated: false,
  toolVersionsInBuildInfo: true,
};

/** Contracts of tests and demos that run on the L2: for its fork of the EVM. */
const forL2 = { ...compiler, settings: { ...compiler.settings, evmVersion: "cancun" } };
const overrides = Object.fromEntries(
  ["Collectible", "Council", "Pair", "Token"].map((name) => [`testkit/contracts/${name}.sol`, forL2]),
);
const profile = { compilers: [compiler], overrides };

export default defineConfig({
  plugins: [toolbox, strictWarnings, branchCoverage],
  // One build for tests and deployments: what is deployed is, byte for byte, what was tested.
  solidity: { profiles: { default: profile, production: profile }, splitTestsCompilation: true },
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
  test: { solidity: { fuzz: { runs: 256 }, invariant: { runs: 32, depth: 64 } }, mocha: { timeout: 120_000 } },
});
