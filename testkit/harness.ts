import { type BaseContract, ContractFactory } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import { compile } from "./compile.ts";

/**
 * Compiles a contract of the test folder and deploys it.
 * @param source Its file, from the root of the project; the contract is named like it.
 */
export async function deployHarness(
  { ethers }: NetworkConnection,
  source: string,
  parameters: readonly unknown[] = [],
): Promise<BaseContract> {
  const { interface: abi, bytecode } = await compile(source);
  const [signer] = await ethers.getSigners();
  const contract = await new ContractFactory(abi, bytecode, signer).deploy(...parameters);
  await contract.waitForDeployment();
  return contract;
}
