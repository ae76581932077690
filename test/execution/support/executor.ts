import { expect } from "chai";
import type { BaseContract } from "ethers";

import { type Chain, type Expected, type Input, encodeWitness } from "./reference.ts";

/** Gas that a call to the executor gets in tests: what a transaction may have since Osaka. */
export const CALL_GAS = 16_777_216n;

/** What deploying needs of a network connection's ethers. */
interface Deployer {
  deployContract(name: string, parameters: unknown[]): Promise<BaseContract>;
}

/** Deploys an executor and what it runs on. Where not given, the chain's randomness is 0, its blob
 * base fee 1, and memory as large as may be. */
export async function deployExecutor(
  ethers: Deployer,
  chain: Chain & { randomness?: bigint; blobBaseFee?: bigint; memoryLimit?: bigint },
): Promise<BaseContract> {
  const precompiles = await ethers.deployContract("Precompiles", []);
  const interpreter = await ethers.deployContract("Interpreter", [await precompiles.getAddress()]);
  const constants = { randomness: 0n, blobBaseFee: 1n, memoryLimit: 2n ** 32n - 1n, ...chain };
  return await ethers.deployContract("Executor", [constants, await interpreter.getAddress()]);
}

/** Calls the executor, without a transaction. */
export async function execute(
  executor: BaseContract,
  inputs: readonly Input[],
  preStateRoot: string,
  witness: string | readonly Uint8Array[],
  gasLimit?: bigint,
): Promise<Expected[]> {
  const nodes = typeof witness === "string" ? witness : encodeWitness(witness);
  const outcomes = (await executor
    .getFunction("execute")
    .staticCall(inputs, preStateRoot, nodes, gasLimit === undefined ? {} : { gasLimit })) as Expected[];
  return outcomes.map(({ valid, gasUsed, stateRoot }) => ({ valid, gasUsed, stateRoot }));
}

/** Expects that a call either ends as it should, or reverts. */
export async function expectSameOrRevert(call: Promise<Expected[]>, expected: Expected[]): Promise<boolean> {
  let outcomes: Expected[];
  try {
    outcomes = await call;
  } catch {
    return false;
  }
  expect(outcomes).to.deep.equal(expected);
  return true;
}
