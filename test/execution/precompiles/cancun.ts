/** The precompiles of the L2, called on L1, and those of Cancun to compare them with. */
import { Hardfork, Mainnet, createCustomCommon } from "@ethereumjs/common";
import { createEVM } from "@ethereumjs/evm";
import { bytesToHex, createAddressFromString, createZeroAddress } from "@ethereumjs/util";
import { expect } from "chai";
import { concat, dataSlice, getBytes, toBeHex } from "ethers";
import hre, { network } from "hardhat";

import { EFFORT_LIMIT, effortOf } from "../../../l2/evm/effort.ts";
import { MODEXP as MODEXP_OF_L2 } from "../../../l2/evm/modexp.ts";
import { PAIRING } from "../../../l2/evm/pairing.ts";
import { deployHarness } from "../../../testkit/harness.ts";
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
export const address = await precompiles.getAddress();
export const harness = await deployHarness({ ethers }, "test/execution/precompiles/PrecompilesHarness.sol");
const common = createCustomCommon({ chainId: 1088 }, Mainnet, { hardfork: Hardfork.Cancun });
const cancun = await createEVM({ common });
/** An EVM with the limits of the L2. */
export const l2 = await createEVM({ common, customPrecompiles: [MODEXP_OF_L2, PAIRING] });

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

/** The answer of the precompile of an EVM: of Cancun, if no other is given. */
export async function reference(number: number, input: string, gasLimit: bigint, evm = cancun): Promise<Answer> {
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

/** Expects the answer of Cancun; a failure if the effort of MODEXP is above the limit, and only then. */
export async function expectSame(number: number, input: string, gasLimit: bigint, message: string): Promise<void> {
  const heavy = number === MODEXP && effortOf(getBytes(input)) > EFFORT_LIMIT;
  const expected = heavy ? FAILURE : await reference(number, input, gasLimit);
  expect(await answer(number, input, gasLimit), message).to.deep.equal(expected);
}

/** L1 gas that a call of MODEXP takes. */
export async function gasOfL1(input: string): Promise<number> {
  const data = precompiles.interface.encodeFunctionData("run", [MODEXP, PLENTY, input]);
  const [used] = (await harness["measure"]!(address, data)) as [bigint];
  return Number(used);
}

/** Compares both answers: with gas to spare, with just enough gas, and with less. Returns the answer of Cancun. */
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

/** Makes numbers whose limbs are the hard cases of a long division. */
export function awkwardFrom(random: Random): (size: number) => string {
  const randomBytes = bytesFrom(random);
  return (size) => {
    const limbs = [
      "0x".padEnd(66, "0"),
      "0x".padEnd(66, "f"),
      "0x8".padEnd(66, "0"),
      "0x7".padEnd(66, "f"),
      word(1),
      word(2n ** 128n),
      randomBytes(32),
    ];
    const number = concat(Array.from({ length: Math.ceil(size / 32) }, () => limbs[random(limbs.length)]!));
    return dataSlice(number, getBytes(number).length - size);
  };
}

/** The input of MODEXP. */
export function modexp(base: string, exponent: string, modulus: string): string {
  const sizes = [base, exponent, modulus].map((operand) => word(getBytes(operand).length));
  return concat([...sizes, base, exponent, modulus]);
}
