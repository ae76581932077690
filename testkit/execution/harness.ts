import { readFile } from "node:fs/promises";
import path from "node:path";

import type { Contract } from "ethers";
import hre from "hardhat";

/** What a test needs of a network connection's ethers. */
interface Deployer {
  deployContract(...parameters: unknown[]): Promise<unknown>;
  getContractFactory(abi: unknown, bytecode: string): Promise<{ deploy(): Promise<unknown> }>;
}

/**
 * Compiles and deploys a contract of `test/execution/harness`. Contracts under `test/` are not part of the build that
 * TypeScript tests run after.
 */
export async function deployHarness(ethers: Deployer, name: string): Promise<Contract> {
  const source = path.join("test", "execution", "harness", `${name}.sol`);
  await hre.solidity.build([path.resolve(hre.config.paths.root, source)], { scope: "tests", quiet: true });
  const directory = await hre.solidity.getArtifactsDirectory("tests");
  const artifact = JSON.parse(await readFile(path.join(directory, source, `${name}.json`), "utf8")) as {
    abi: unknown;
    bytecode: string;
  };
  const factory = await ethers.getContractFactory(artifact.abi, artifact.bytecode);
  return (await factory.deploy()) as Contract;
}
