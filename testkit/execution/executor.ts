import { expect } from "chai";
import { type BaseContract, MaxUint256 } from "ethers";

import { type ChainConstants, type Expected, type Input, encodeWitness } from "./reference.ts";

/** Gas that a call to the executor gets in tests: what a transaction may have since Osaka. */
export const CALL_GAS = 16_777_216n;

/** What deploying needs of a network connection's ethers. */
interface Deployer {
  deployContract(name: string, parameters: unknown[]): Promise<BaseContract>;
}

/** What an executor takes where a test says nothing else: Ethereum's EVM, without the limits of a chain. */
const USUAL = {
  blobBaseFee: 1n,
  memoryLimit: 2n ** 32n - 1n,
  transactionLimit: MaxUint256,
  accessLimit: MaxUint256,
  authorizationLimit: MaxUint256,
};

/** Deploys an executor and what it runs on. */
export async function deployExecutor(
  ethers: Deployer,
  chain: ChainConstants & Partial<typeof USUAL>,
): Promise<BaseContract> {
  const precompiles = await ethers.deployContract("Precompiles", []);
  const interpreter = await ethers.deployContract("Interpreter", [await precompiles.getAddress()]);
  return await ethers.deployContract("Executor", [{ ...USUAL, ...chain }, await interpreter.getAddress()]);
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
