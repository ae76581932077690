import { type Contract, ContractFactory } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import { compile } from "./compile.ts";

/**
 * Compiles a contract of the tests and deploys it.
 * @param source Its file, from the root of the project; the contract is named like it.
 */
export async function deployHarness(
  { ethers }: Pick<NetworkConnection, "ethers">,
  source: string,
  parameters: readonly unknown[] = [],
): Promise<Contract> {
  const { interface: abi, bytecode } = await compile(source);
  const [signer] = await ethers.getSigners();
  const contract = await new ContractFactory(abi, bytecode, signer).deploy(...parameters);
  await contract.waitForDeployment();
  return contract as Contract;
}
