/** Contracts of the test folder, which Hardhat compiles apart from those that are deployed. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { type BaseContract, ContractFactory } from "ethers";
import hre from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

/**
 * Compiles a contract of the test folder and deploys it.
 * @param source Its file, from the root of the project; the contract is named like it.
 */
export async function deployHarness(
  { ethers }: NetworkConnection,
  source: string,
  parameters: readonly unknown[] = [],
): Promise<BaseContract> {
  const file = fileURLToPath(new URL(`../../${source}`, import.meta.url));
  const results = await hre.solidity.build([file], { scope: "tests", quiet: true });
  if ("reason" in results) throw new Error(`${source} does not compile: ${results.reason}.`);
  const name = source.slice(source.lastIndexOf("/") + 1, -".sol".length);
  const artifact = join(await hre.solidity.getArtifactsDirectory("tests"), source, `${name}.json`);
  const { abi, bytecode } = JSON.parse(await readFile(artifact, "utf8")) as { abi: []; bytecode: string };
  const [signer] = await ethers.getSigners();
  const contract = await new ContractFactory(abi, bytecode, signer).deploy(...parameters);
  await contract.waitForDeployment();
  return contract;
}
