import { createEVM } from "@ethereumjs/evm";
import { createAddressFromString } from "@ethereumjs/util";
import { expect } from "chai";
import { concat, dataSlice, id, toBeHex } from "ethers";

import { chainCommon } from "../../../l2/evm/fork.ts";
import { EFFORT_LIMIT, effortOf } from "../../../l2/evm/effort.ts";
import { fromHex, toHex } from "../../../l2/base/hex.ts";
import { MODEXP } from "../../../l2/evm/modexp.ts";
import { randomSource } from "../../../testkit/execution/random.ts";

const common = chainCommon({ chainId: 1n });
const to = createAddressFromString(toBeHex(5, 20));
const ours = await createEVM({ common, customPrecompiles: [MODEXP] });
const theirs = await createEVM({ common });

async function run(evm: typeof ours, data: string, gasLimit: bigint) {
  const { execResult } = await evm.runCall({ to, data: fromHex(data), gasLimit });
  const { returnValue, executionGasUsed, exceptionError } = execResult;
  return { output: toHex(returnValue), gas: executionGasUsed, error: exceptionError?.error };
}

describe("MODEXP", () => {
  it("[1] gives the result and the price of the EVM's own", async () => {
    const random = randomSource("modexp");
    const bytes = (size: number): string => {
      const word = id(`bytes ${random(1_000_000)}`);
      const filled = concat(Array.from({ length: Math.ceil(size / 32) }, (_, place) => id(`${word} ${place}`)));
      return random(4) === 0 ? `0x${"00".repeat(size)}` : dataSlice(filled, 0, size);
    };
    const sizes = [0, 0, 1, 1, 2, 7, 8, 9, 31, 32, 33, 64, 100];
    const pick = (): number => sizes[random(sizes.length)] ?? 0;
    for (let round = 0; round < 300; round++) {
      const [base, exponent, modulus] = [pick(), pick(), pick()];
      const lengths = [base, exponent, modulus].map((size) => toBeHex(size, 32));
      const whole = concat([...lengths, bytes(base), bytes(exponent), bytes(modulus)]);
      const cut = random(3) === 0 ? random(whole.length / 2) : whole.length / 2 - 1;
      const data = dataSlice(whole, 0, cut);
      const gasLimit = random(5) === 0 ? BigInt(random(3_000)) : 10_000_000n;
      expect(await run(ours, data, gasLimit), data).to.deep.equal(await run(theirs, data, gasLimit));
    }
    const huge = toBeHex(2n ** 255n, 32);
    const [zero, one] = [toBeHex(0, 32), toBeHex(1, 32)];
    for (const lengths of [
      [zero, huge, zero],
      [huge, zero, zero],
      [zero, zero, huge],
      [huge, huge, huge],
      [one, huge, one],
      [zero, huge, one],
    ]) {
      const data = concat(lengths);
      expect(await run(ours, data, 10_000_000n), data).to.deep.equal(await run(theirs, data, 10_000_000n));
    }
  });

  /** 2 ^ (3 · 256 ^ (size - 1)) modulo 251: of the exponent only its first byte is there. */
  const power = (size: number) => concat([toBeHex(1, 32), toBeHex(size, 32), toBeHex(1, 32), "0x0203"]);

  it("[1] runs in a time that its gas pays for, however long the exponent is", async () => {
    const size = 12_000;
    const padded = concat([power(size), `0x${"00".repeat(size - 1)}fb`]);
    expect(effortOf(fromHex(padded)) < EFFORT_LIMIT, "L1 can do it").to.equal(true);
    let expected = 8n;
    for (let byte = 1; byte < size; byte++) for (let bit = 0; bit < 8; bit++) expected = (expected * expected) % 251n;
    const { output, gas } = await run(ours, padded, 10_000_000n);
    expect(BigInt(output)).to.equal(expected);
    expect(gas).to.equal((8n * (BigInt(size) - 32n) + 249n) / 3n);
  });

  it("[1] fails at once on inputs that L1 cannot compute, whatever gas it has", async () => {
    const size = 2_000_000;
    const gas = (8n * (BigInt(size) - 32n) + 249n) / 3n;
    const padded = concat([power(size), `0x${"00".repeat(size - 1)}fb`]);
    expect(await run(ours, padded, gas)).to.deep.equal({ output: "0x", gas, error: "out of gas" });
    // Without a modulus there is nothing to do.
    expect(await run(ours, power(size), gas)).to.deep.equal({ output: "0x00", gas, error: undefined });
  });
});
