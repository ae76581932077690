/** The precompiles of the L2, called on L1, and those of Osaka to compare them with. */
import { Hardfork, Mainnet, createCustomCommon } from "@ethereumjs/common";
import { createEVM } from "@ethereumjs/evm";
import { bytesToHex, createAddressFromString, createZeroAddress } from "@ethereumjs/util";
import { expect } from "chai";
import { concat, getBytes, toBeHex } from "ethers";
import hre, { network } from "hardhat";

import { LIMITED_PRECOMPILES } from "../../../l2/evm/precompile-limits.ts";
import type { Random } from "../../../testkit/execution/random.ts";

export const MODEXP = 5;

/** L2 gas that is enough for everything here. */
export const PLENTY = 1_000_000_000n;
/** The most gas that an L1 transaction may have. */
export const L1_GAS = 16_777_216n;
/** The number of random inputs of a kind; fewer for instrumented code, which is slow. */
export const INPUTS = hre.globalOptions.coverage ? 5 : 60;

export const { ethers } = await network.create();
export const precompiles = await ethers.deployContract("Precompiles");
const common = createCustomCommon({ chainId: 1088 }, Mainnet, { hardfork: Hardfork.Osaka });
const osaka = await createEVM({ common });
/** An EVM with the limits of the L2. */
export const l2 = await createEVM({ common, customPrecompiles: [...LIMITED_PRECOMPILES] });

export interface Answer {
  success: boolean;
  gasLeft: bigint;
  output: string;
}

export const FAILURE: Answer = { success: false, gasLeft: 0n, output: "0x" };

/** The answer of the contract, called with this much L1 gas. */
export async function answer(number: number, input: string, gasLimit: bigint, gasOfL1 = L1_GAS): Promise<Answer> {
  const [success, gasLeft, output] = await precompiles.run(number, gasLimit, input, { gasLimit: gasOfL1 });
  return { success, gasLeft, output };
}

/** The answer of the precompile of an EVM: of Osaka, if no other is given. */
export async function reference(number: number, input: string, gasLimit: bigint, evm = osaka): Promise<Answer> {
  const { execResult } = await evm.runCall({
    caller: createZeroAddress(),
    to: createAddressFromString(toBeHex(number, 20)),
    data: getBytes(input),
    gasLimit,
  });
  if (execResult.exceptionError !== undefined) return FAILURE;
  const { executionGasUsed, returnValue } = execResult;
  return { success: true, gasLeft: gasLimit - executionGasUsed, output: bytesToHex(returnValue) };
}

/** Expects the answer of Osaka, within the limits of the L2. */
export async function expectSame(number: number, input: string, gasLimit: bigint, message: string): Promise<void> {
  const expected = await reference(number, input, gasLimit, l2);
  expect(await answer(number, input, gasLimit), message).to.deep.equal(expected);
}

/** Compares both answers: with gas to spare, with just enough gas, and with less. Returns the answer of Osaka. */
export async function compare(number: number, input: string): Promise<Answer> {
  const full = await reference(number, input, PLENTY);
  const cost = PLENTY - full.gasLeft;
  for (const gasLimit of [PLENTY, cost, cost === 0n ? 0n : cost - 1n]) {
    const message = `precompile ${number}, ${gasLimit} gas, ${input}`;
    await expectSame(number, input, gasLimit, message);
  }
  return full;
}

export function word(value: bigint | number): string {
  return toBeHex(value, 32);
}

/** Makes random bytes from a source. */
export function bytesFrom(random: Random): (size: number) => string {
  return (size) => (size === 0 ? "0x" : bytesToHex(Uint8Array.from({ length: size }, () => random(256))));
}

/** The input of MODEXP. */
export function modexp(base: string, exponent: string, modulus: string): string {
  const sizes = [base, exponent, modulus].map((operand) => word(getBytes(operand).length));
  return concat([...sizes, base, exponent, modulus]);
}
