/** Contracts of tests, which Hardhat compiles apart from those that are deployed. */
import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { Interface, type InterfaceAbi } from "ethers";
import hre from "hardhat";

import { ROOT } from "./hardhat.ts";

/** A contract as the compiler leaves it. */
export interface Compiled {
  readonly interface: Interface;
  /** The code that deploys it; the constructor's arguments follow it. */
  readonly bytecode: string;
}

/** Contracts that run on the L2, which are one job of the compiler. */
const ON_L2 = "testkit/contracts/";

/**
 * Compiles a contract of `test/` or `testkit/`, unless whoever runs the tests has compiled them all.
 * @param source Its file, from the root of the project; the contract is named like it.
 */
export async function compile(source: string): Promise<Compiled> {
  if (process.env["METIS_TESTS_BUILT"] === undefined) await build(source);
  const name = source.slice(source.lastIndexOf("/") + 1, -".sol".length);
  const artifact = join(await hre.solidity.getArtifactsDirectory("tests"), source, `${name}.json`);
  const { abi, bytecode } = JSON.parse(await readFile(artifact, "utf8")) as { abi: InterfaceAbi; bytecode: string };
  return { interface: new Interface(abi), bytecode };
}

async function build(source: string): Promise<void> {
  const sources = source.startsWith(ON_L2) ? globSync(`${ON_L2}*.sol`, { cwd: ROOT }) : [source];
  const results = await hre.solidity.build(
    sources.map((file) => join(ROOT, file)),
    { scope: "tests", quiet: true },
  );
  if ("reason" in results) throw new Error(`${source} does not compile: ${results.reason}.`);
}
