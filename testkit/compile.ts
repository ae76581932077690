/** Contracts of tests, which Hardhat compiles apart from those that are deployed. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Interface, type InterfaceAbi } from "ethers";
import hre from "hardhat";

/** A contract as the compiler leaves it. */
export interface Compiled {
  readonly interface: Interface;
  /** The code that deploys it; the constructor's arguments follow it. */
  readonly bytecode: string;
}

/**
 * Compiles a contract of `test/` or `testkit/`.
 * @param source Its file, from the root of the project; the contract is named like it.
 */
export async function compile(source: string): Promise<Compiled> {
  const file = fileURLToPath(new URL(`../${source}`, import.meta.url));
  const results = await hre.solidity.build([file], { scope: "tests", quiet: true });
  if ("reason" in results) throw new Error(`${source} does not compile: ${results.reason}.`);
  const name = source.slice(source.lastIndexOf("/") + 1, -".sol".length);
  const artifact = join(await hre.solidity.getArtifactsDirectory("tests"), source, `${name}.json`);
  const { abi, bytecode } = JSON.parse(await readFile(artifact, "utf8")) as { abi: InterfaceAbi; bytecode: string };
  return { interface: new Interface(abi), bytecode };
}
