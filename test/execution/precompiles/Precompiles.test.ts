import { Hardfork, Mainnet, createCustomCommon } from "@ethereumjs/common";
import { createEVM } from "@ethereumjs/evm";
import { bytesToHex, createAddressFromString, createZeroAddress } from "@ethereumjs/util";
import { expect } from "chai";
import { SigningKey, concat, dataSlice, getBytes, id, sha256, toBeHex, zeroPadBytes } from "ethers";
import hre, { network } from "hardhat";

import { EFFORT_LIMIT, effortOf } from "../../../l2/evm/effort.ts";
import { PAIRS_LIMIT } from "../../../l2/evm/pairing.ts";
import { deployHarness } from "../../../testkit/harness.ts";
import { randomSource } from "../../../testkit/execution/random.ts";

const ECRECOVER = 1;
const SHA256 = 2;
const RIPEMD160 = 3;
const IDENTITY = 4;
const MODEXP = 5;
const EC_ADD = 6;
const EC_MUL = 7;
const EC_PAIRING = 8;
const BLAKE2F = 9;
const POINT_EVALUATION = 10;

/** L2 gas that is enough for everything here. */
const PLENTY = 1_000_000_000n;
/** The most gas that an L1 transaction may have. */
const L1_GAS = 16_777_216n;
/** Random inputs of a kind, fewer where instrumented code is slow. */
const INPUTS = hre.globalOptions.coverage ? 5 : 60;

const { ethers } = await network.create();
const precompiles = await ethers.deployContract("Precompiles");
const address = await precompiles.getAddress();
const harness = await deployHarness({ ethers }, "test/execution/precompiles/PrecompilesHarness.sol");
const evm = await createEVM({ common: createCustomCommon({ chainId: 1088 }, Mainnet, { hardfork: Hardfork.Cancun }) });

interface Answer {
  success: boolean;
  gasLeft: bigint;
  output: string;
}

const FAILURE: Answer = { success: false, gasLeft: 0n, output: "0x" };

/** What the contract answers, given so much gas on L1. */
async function answer(number: number, input: string, gasLimit: bigint, gasOfL1 = L1_GAS): Promise<Answer> {
  const [success, gasLeft, output] = await precompiles.run(number, gasLimit, input, { gasLimit: gasOfL1 });
  return { success, gasLeft, output };
}

/** What the precompile of Cancun answers. */
async function reference(number: number, input: string, gasLimit: bigint): Promise<Answer> {
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

/** Expects the answer of Cancun, or, for what the L2 finds too heavy, and for nothing else, a failure. */
async function expectSame(number: number, input: string, gasLimit: bigint, message: string): Promise<void> {
  const heavy = number === MODEXP && effortOf(getBytes(input)) > EFFORT_LIMIT;
  const expected = heavy ? FAILURE : await reference(number, input, gasLimit);
  expect(await answer(number, input, gasLimit), message).to.deep.equal(expected);
}

/** Gas of L1 that a call of MODEXP takes. */
async function gasOfL1(input: string): Promise<number> {
  const data = precompiles.interface.encodeFunctionData("run", [MODEXP, PLENTY, input]);
  const [used] = (await harness["measure"]!(address, data)) as [bigint];
  return Number(used);
}

/** Compares the two, with gas to spare, just enough gas, and less. */
async function compare(number: number, input: string): Promise<Answer> {
  const full = await reference(number, input, PLENTY);
  const cost = PLENTY - full.gasLeft;
  for (const gasLimit of [PLENTY, cost, cost === 0n ? 0n : cost - 1n]) {
    const message = `precompile ${number}, ${gasLimit} gas, ${input}`;
    await expectSame(number, input, gasLimit, message);
  }
  return full;
}

function word(value: bigint | number): string {
  return toBeHex(value, 32);
}

const random = randomSource("Precompiles");

function randomBytes(size: number): string {
  return size === 0 ? "0x" : bytesToHex(Uint8Array.from({ length: size }, () => random(256)));
}

/** Digits that divisions of long numbers stumble over. */
function awkwardBytes(size: number): string {
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
}

/**
 * A base and a modulus of `n` limbs such that each of the quotient's digits is estimated too large: they leave one and
 * the same remainder, which is the modulus less about a 2^256th of it.
 */
function worstDividend(n: number, digits: number): string {
  const limb = 2n ** 256n;
  const modulus = ((limb ** BigInt(n - 2)) << 511n) + limb ** BigInt(n - 2) - 1n;
  const low = limb - 1n - (modulus % (limb - 1n));
  let dividend = modulus - (modulus + low) / (limb - 1n);
  for (let digit = 0; digit < digits; digit++) dividend = dividend * limb + low;
  return modexp(toBeHex(dividend), "0x01", toBeHex(modulus));
}

function modexp(base: string, exponent: string, modulus: string): string {
  const sizes = [base, exponent, modulus].map((operand) => word(getBytes(operand).length));
  return concat([...sizes, base, exponent, modulus]);
}

const FIELD = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n;
const ORDER = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001n;
const G1 = concat([word(1), word(2)]);
const MINUS_G1 = concat([word(1), word(FIELD - 2n)]);
const NO_POINT = concat([word(1), word(1)]);
const BEYOND_FIELD = concat([word(FIELD + 1n), word(2)]);
const INFINITY = concat([word(0), word(0)]);
const G2 = concat([
  "0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2",
  "0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed",
  "0x090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b",
  "0x12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa",
]);
const INFINITY_2 = concat([INFINITY, INFINITY]);
/** On the twist, but not in the group. */
const OUTSIDE_G2 = concat([
  word(0),
  word(1),
  "0x2351dcdda257b62181cbd745dfee16d5fdf4eb185bbcf33c20a0fe6eaa9cb4a3",
  "0x07fb3d558dafafb6bf6dd326a5fefe0beca3f9ac3bd999a390d504fad34b0b8c",
]);

const BLS_MODULUS = 52435875175126190479447740508185965837690552500527637822603658699938581184513n;
/** The point at infinity and the generator of G1 of BLS12-381, compressed. */
const BLS_INFINITY = `0xc0${"00".repeat(47)}`;
const BLS_G1 = "0x97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb";

function pointEvaluation(z: bigint, y: bigint, commitment: string, proof: string): string {
  return concat(["0x01", dataSlice(sha256(commitment), 1), word(z), word(y), commitment, proof]);
}

function blake2f(rounds: number, final: string): string {
  return concat([toBeHex(rounds, 4), randomBytes(208), final]);
}

const DIGEST = id("message");
const SIGNATURE = new SigningKey(id("key")).sign(DIGEST);
const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

function recovery(v: bigint | number, r: bigint | string, s: bigint | string): string {
  return concat([DIGEST, word(v), toBeHex(r, 32), toBeHex(s, 32)]);
}

describe("Precompiles", function () {
  this.timeout(600_000);

  it("[11.9] recovers signers as Cancun does, and nobody from an invalid signature", async () => {
    const { v, r, s } = SIGNATURE;
    const highS = SECP256K1_ORDER - BigInt(s);
    const valid = recovery(v, r, s);
    for (const input of [valid, recovery(55 - v, r, highS), `${valid}ff`, recovery(55 - v, r, s)]) {
      expect((await compare(ECRECOVER, input)).output).to.have.lengthOf(66);
    }
    for (const input of [
      "0x",
      recovery(0, r, s),
      recovery(1, r, s),
      recovery(29, r, s),
      recovery(2n ** 255n + BigInt(v), r, s),
      recovery(v, 0n, s),
      recovery(v, r, 0n),
      recovery(v, SECP256K1_ORDER, s),
      recovery(v, r, SECP256K1_ORDER),
      dataSlice(valid, 0, 96),
    ]) {
      expect(await compare(ECRECOVER, input)).to.deep.equal({ success: true, gasLeft: PLENTY - 3000n, output: "0x" });
    }
    for (let i = 0; i < INPUTS; i++)
      await compare(ECRECOVER, recovery(27 + random(2), randomBytes(32), randomBytes(32)));
    // A signature may end early where zeroes follow.
    for (const size of [1, 31, 33, 64, 127]) await compare(ECRECOVER, dataSlice(valid, 0, size));
  });

  it("[11.9] hashes and copies as Cancun does", async () => {
    for (const size of [0, 1, 31, 32, 33, 63, 64, 65, 1000, 5000]) {
      const input = randomBytes(size);
      for (const number of [SHA256, RIPEMD160, IDENTITY]) {
        expect((await compare(number, input)).success).to.equal(true);
      }
    }
  });

  it("[11.9] adds and multiplies points as Cancun does, and refuses what is none", async () => {
    for (const [number, input] of [
      [EC_ADD, "0x"],
      [EC_ADD, concat([INFINITY, INFINITY])],
      [EC_ADD, concat([G1, INFINITY])],
      [EC_ADD, concat([G1, G1])],
      [EC_ADD, concat([G1, MINUS_G1])],
      [EC_ADD, concat([G1, G1, "0x1234"])],
      [EC_ADD, G1],
      [EC_MUL, "0x"],
      [EC_MUL, G1],
      [EC_MUL, concat([INFINITY, word(7)])],
      ...[0n, 1n, 2n, 9n, ORDER - 1n, ORDER, ORDER + 1n, FIELD, 2n ** 256n - 1n].map(
        (factor) => [EC_MUL, concat([G1, word(factor)])] as const,
      ),
      [EC_MUL, concat([G1, word(5), "0x1234"])],
      [EC_MUL, concat([G1, "0x80"])],
    ] as const) {
      expect((await compare(number, input)).success, input).to.equal(true);
    }
    for (const [number, input] of [
      [EC_ADD, concat([NO_POINT, G1])],
      [EC_ADD, concat([G1, NO_POINT])],
      [EC_ADD, concat([BEYOND_FIELD, G1])],
      [EC_ADD, dataSlice(G1, 0, 63)],
      [EC_ADD, word(1)],
      [EC_MUL, concat([NO_POINT, word(1)])],
      [EC_MUL, concat([NO_POINT, word(0)])],
      [EC_MUL, concat([BEYOND_FIELD, word(1)])],
    ] as const) {
      expect(await compare(number, input), input).to.deep.equal(FAILURE);
    }
    for (let i = 0; i < INPUTS / 3; i++) {
      const { output: a } = await compare(EC_MUL, concat([G1, randomBytes(32)]));
      const { output: b } = await compare(EC_MUL, concat([a, randomBytes(32)]));
      await compare(EC_ADD, concat([a, b]));
    }
  });

  it("[11.9] pairs points as Cancun does, and refuses what is none", async () => {
    const pair = concat([G1, G2]);
    for (const [input, result] of [
      ["0x", 1],
      [concat([INFINITY, INFINITY_2]), 1],
      [concat([G1, INFINITY_2]), 1],
      [concat([INFINITY, G2]), 1],
      [concat([G1, G2, MINUS_G1, G2]), 1],
      [pair, 0],
      [concat([pair, pair]), 0],
      [concat([pair, pair, MINUS_G1, G2, MINUS_G1, G2]), 1],
    ] as const) {
      expect((await compare(EC_PAIRING, input)).output, input).to.equal(word(result));
    }
    for (const input of [
      "0x00",
      dataSlice(pair, 0, 191),
      concat([pair, "0x00"]),
      concat([NO_POINT, G2]),
      concat([BEYOND_FIELD, G2]),
      concat([G1, dataSlice(G2, 0, 96), word(1)]),
      concat([G1, OUTSIDE_G2]),
      concat([INFINITY, OUTSIDE_G2]),
      concat([pair, G1, OUTSIDE_G2]),
    ]) {
      expect(await compare(EC_PAIRING, input), input).to.deep.equal(FAILURE);
    }
  });

  it("[11.9] pairs as many points as L1 can take twice, and fails with more of them", async () => {
    const pairs = (count: number) => concat(Array.from({ length: count }, () => concat([INFINITY, INFINITY_2])));
    const cost = 45_000n + 34_000n * BigInt(PAIRS_LIMIT);
    for (const gasLimit of [cost, PLENTY]) {
      const expected = { success: true, gasLeft: gasLimit - cost, output: word(1) };
      expect(await answer(EC_PAIRING, pairs(PAIRS_LIMIT), gasLimit)).to.deep.equal(expected);
      expect(await answer(EC_PAIRING, pairs(PAIRS_LIMIT + 1), gasLimit)).to.deep.equal(FAILURE);
    }
    const refused = concat([pairs(PAIRS_LIMIT - 1), G1, OUTSIDE_G2]);
    expect(await answer(EC_PAIRING, refused, cost)).to.deep.equal(FAILURE);
  });

  it("[11.9] compresses blocks of BLAKE2b as Cancun does, and refuses other sizes and flags", async () => {
    for (const rounds of [0, 1, 12, 13, 1000]) {
      for (const final of ["0x00", "0x01"]) {
        const { gasLeft } = await compare(BLAKE2F, blake2f(rounds, final));
        expect(gasLeft).to.equal(PLENTY - BigInt(rounds));
      }
    }
    for (const input of [
      "0x",
      "0x000000",
      blake2f(12, "0x"),
      blake2f(12, "0x0100"),
      blake2f(12, "0x02"),
      blake2f(12, "0xff"),
      blake2f(0, "0x02"),
    ]) {
      expect(await compare(BLAKE2F, input), input).to.deep.equal(FAILURE);
    }
    const long = blake2f(2 ** 32 - 1, "0x01");
    expect(await answer(BLAKE2F, long, 2n ** 32n - 2n)).to.deep.equal(FAILURE);
  });

  it("[11.9] evaluates a commitment at a point as L1 does, for what Cancun charges", async () => {
    const success = { success: true, gasLeft: 0n, output: concat([word(4096), word(BLS_MODULUS)]) };
    const linear = concat([
      "0x01e798154708fe7789429634053cbf9f99b619f9f084048927333fce637f549b",
      "0x564c0a11a0f704f4fc3e8acfe0f8245f0ad1347b378fbf96e206da11a5d36306",
      "0x24d25032e67a7e6a4910df5834b8fe70e6bcfeeac0352434196bdf4b2485d5a1",
      "0x8f59a8d2a1a625a17f3fea0fe5eb8c896db3764f3185481bc22f91b4aaffcca25f26936857bc3a7c2539ea8ec3a952b7",
      "0x873033e038326e87ed3e1276fd140253fa08e9fc25fb2d9a98527fc22a2c9612fbeafdad446cbc7bcdbdcd780af2c16a",
    ]);
    const valid = [
      linear,
      // Constant polynomials.
      pointEvaluation(0n, 0n, BLS_INFINITY, BLS_INFINITY),
      pointEvaluation(BLS_MODULUS - 1n, 0n, BLS_INFINITY, BLS_INFINITY),
      pointEvaluation(7n, 1n, BLS_G1, BLS_INFINITY),
    ];
    const invalid = [
      "0x",
      dataSlice(linear, 0, 191),
      concat([linear, "0x00"]),
      pointEvaluation(7n, 2n, BLS_G1, BLS_INFINITY),
      pointEvaluation(7n, 1n, BLS_G1, BLS_G1),
      pointEvaluation(BLS_MODULUS, 0n, BLS_INFINITY, BLS_INFINITY),
      pointEvaluation(0n, BLS_MODULUS, BLS_INFINITY, BLS_INFINITY),
      pointEvaluation(0n, 0n, `0x00${"00".repeat(47)}`, BLS_INFINITY),
      pointEvaluation(0n, 0n, BLS_INFINITY, `0xc0${"00".repeat(46)}01`),
      concat(["0x02", dataSlice(linear, 1)]),
      concat([dataSlice(linear, 0, 31), "0x00", dataSlice(linear, 32)]),
    ];
    for (const input of [...valid, ...invalid]) {
      const onL1 = await ethers.provider.call({ to: toBeHex(10, 20), data: input }).catch(() => undefined);
      expect(onL1, input).to.equal(valid.includes(input) ? success.output : undefined);
      expect(await answer(POINT_EVALUATION, input, 50_000n), input).to.deep.equal(
        onL1 === undefined ? FAILURE : success,
      );
      expect(await answer(POINT_EVALUATION, input, 49_999n), input).to.deep.equal(FAILURE);
    }
  });

  describe("modular exponentiation", () => {
    it("[11.9] charges for lengths of any size as Cancun does", async () => {
      const lengths = [0n, 1n, 9n, 31n, 32n, 33n, 1025n, 2n ** 31n, 2n ** 64n - 1n, 2n ** 64n];
      lengths.push(2n ** 255n, 2n ** 256n - 1n);
      let affordable = 0;
      for (const base of lengths) {
        for (const exponent of lengths) {
          for (const modulus of lengths) {
            // Either zeroes follow, or a large exponent where the base is short.
            const body = random(2) === 0 ? "0x" : `0x${"ff".repeat(40)}`;
            const input = concat([word(base), word(exponent), word(modulus), body]);
            const full = await reference(MODEXP, input, 100_000n);
            const gasUsed = 100_000n - full.gasLeft;
            if (full.success) affordable++;
            for (const gasLimit of full.success ? [gasUsed, gasUsed - 1n] : [100_000n, 2n ** 64n - 1n]) {
              // What an enormous limit affords, L1 cannot compute.
              if (gasLimit > PLENTY && [base, exponent, modulus].every((length) => length < 2n ** 64n)) continue;
              if (base === 0n && modulus === 0n && gasLimit > PLENTY) continue;
              await expectSame(MODEXP, input, gasLimit, `${base} ${exponent} ${modulus} ${gasLimit}`);
            }
          }
        }
      }
      expect(affordable).to.be.greaterThan(100);
    });

    it("[11.9] charges by the first digit of the exponent as Cancun does", async () => {
      for (const size of [1, 2, 31, 32, 33, 40]) {
        for (let digit = 0; digit < size; digit += 3) {
          const exponent = concat([
            `0x${"00".repeat(digit)}`,
            toBeHex(1 + random(255), 1),
            randomBytes(size - digit - 1),
          ]);
          await compare(MODEXP, modexp(randomBytes(64), exponent, randomBytes(64)));
        }
        await compare(MODEXP, modexp(randomBytes(64), `0x${"00".repeat(size)}`, randomBytes(64)));
      }
    });

    it("[11.9] takes zeroes and ones, and input that ends early, as Cancun does", async () => {
      const operands = [
        "0x",
        "0x00",
        "0x01",
        "0x02",
        "0x0000",
        "0x0001",
        `0x${"00".repeat(33)}`,
        `0x${"00".repeat(32)}07`,
      ];
      for (const base of operands) {
        for (const exponent of operands) {
          for (const modulus of operands) await compare(MODEXP, modexp(base, exponent, modulus));
        }
      }
      const input = modexp(randomBytes(40), randomBytes(3), randomBytes(36));
      for (let size = 0; size < 175; size += 1 + random(4)) await compare(MODEXP, dataSlice(input, 0, size));
      await compare(MODEXP, concat([input, randomBytes(50)]));
      // What follows the input in calldata is not a part of it.
      const data = precompiles.interface.encodeFunctionData("run", [MODEXP, PLENTY, dataSlice(input, 0, 150)]);
      const dirty = concat([dataSlice(data, 0, 4 + 4 * 32 + 150), `0x${"ff".repeat(64)}`]);
      expect(await ethers.provider.call({ to: address, data: dirty })).to.equal(
        await ethers.provider.call({ to: address, data }),
      );
      await compare(MODEXP, zeroPadBytes(input, 300));
    });

    it("[11.9] computes with operands of all sizes that L1 takes", async () => {
      for (let i = 0; i < INPUTS; i++) {
        const sizes = [1 + random(64), random(40), 1 + random(64)] as const;
        await compare(MODEXP, modexp(randomBytes(sizes[0]), randomBytes(sizes[1]), randomBytes(sizes[2])));
      }
      for (const size of [128, 256, 512, 1023, 1024]) {
        await compare(MODEXP, modexp(randomBytes(size), "0x03", randomBytes(size)));
        await compare(MODEXP, modexp(randomBytes(size), "0x10001f", `0x80${"00".repeat(size - 1)}`));
      }
      // A short modulus behind zeroes costs what a short one costs.
      await compare(
        MODEXP,
        modexp(randomBytes(2000), randomBytes(3), concat([`0x${"00".repeat(2000)}`, randomBytes(40)])),
      );
      await compare(MODEXP, modexp("0x02", concat([`0x${"00".repeat(2000)}`, randomBytes(40)]), randomBytes(32)));
    });

    it("[11.9] reduces a base that is longer than the modulus", async () => {
      for (let i = 0; i < 3 * INPUTS; i++) {
        const modulus = awkwardBytes(1 + random(130));
        await compare(MODEXP, modexp(awkwardBytes(1 + random(300)), ["0x01", "0x03"][i % 2]!, modulus));
      }
      // The estimate of a digit is one too large although it agrees with the first two limbs of the modulus.
      const half = 2n ** 255n;
      const dividend = ((half - 1n) << 768n) + (half << 512n);
      const { output } = await compare(MODEXP, modexp(toBeHex(dividend), "0x01", toBeHex((half << 512n) + 1n)));
      expect(BigInt(output)).to.equal(dividend % ((half << 512n) + 1n));
      await compare(MODEXP, modexp(randomBytes(1025), "0x01", randomBytes(1024)));
      await compare(MODEXP, modexp(randomBytes(5000), "0x02", randomBytes(700)));
    });

    it("[11.9] cuts an exponent that is longer than L1 takes", async () => {
      for (const size of [1023, 1024, 1025, 2046, 2047, 3000]) {
        await compare(MODEXP, modexp(randomBytes(40), randomBytes(size), randomBytes(31)));
        await compare(MODEXP, modexp("0x03", `0x01${"00".repeat(size - 1)}`, `0x80${"00".repeat(40)}`));
      }
      await compare(MODEXP, modexp(randomBytes(96), awkwardBytes(1200), awkwardBytes(64)));
      await compare(MODEXP, modexp("0x02", randomBytes(1500), "0x01"));
    });

    it("[11.9] computes with a modulus that is longer than L1 takes", async () => {
      for (const [base, exponent, modulus] of [
        [randomBytes(1025), "0x", randomBytes(1025)],
        [randomBytes(1025), "0x01", randomBytes(1025)],
        [randomBytes(2100), "0x03", randomBytes(1056)],
        [randomBytes(3), "0x7f", `0x${"ff".repeat(1025)}`],
        [randomBytes(1056), "0x9a", `0x80${"00".repeat(1087)}`],
        [awkwardBytes(1100), "0x07", awkwardBytes(1056)],
        [awkwardBytes(1600), "0x02", concat(["0x01", awkwardBytes(1055)])],
        ["0x", "0x05", randomBytes(1088)],
        ["0x02", "0x7e", randomBytes(1040)],
      ] as const) {
        const input = modexp(base, exponent, modulus);
        expect(effortOf(getBytes(input)) <= EFFORT_LIMIT, "is allowed").to.equal(true);
        await compare(MODEXP, input);
      }
      const odd = BigInt(concat(["0xff", randomBytes(1030), "0x01"]));
      for (const base of [odd - 1n, odd, odd + 1n, odd << 256n]) {
        for (const exponent of ["0x01", "0x02"]) await compare(MODEXP, modexp(toBeHex(base), exponent, toBeHex(odd)));
      }
    });

    describe("effort", () => {
      it("[11.9] is for the L2 what it is for L1", async () => {
        const lengths = [
          0n,
          1n,
          7n,
          8n,
          31n,
          32n,
          33n,
          1023n,
          1024n,
          1025n,
          2046n,
          2047n,
          40_000n,
          2n ** 64n,
          2n ** 255n,
        ];
        const pick = () => lengths[random(random(2) === 0 ? 9 : lengths.length)]!;
        for (let i = 0; i < 10 * INPUTS; i++) {
          const sizes = [pick(), pick(), pick()];
          const operands = sizes.map((size) => {
            const present = size > 4000n ? random(4000) : Number(size);
            const zeroes = Math.min(random(3) === 0 ? random(200) : 0, present);
            return concat([`0x${"00".repeat(zeroes)}`, random(4) === 0 ? "0x" : randomBytes(present - zeroes)]);
          });
          const whole = concat([...sizes.map((size) => word(size)), ...operands]);
          const input = random(4) === 0 ? dataSlice(whole, 0, random(getBytes(whole).length)) : whole;
          expect(await harness["effort"]!(input), input).to.equal(effortOf(getBytes(input)));
        }
      });

      it("[11.9] bounds what a call takes, tightly where the numbers are the worst there are", async function () {
        // What is measured has to be the code that is deployed.
        if (hre.globalOptions.coverage) this.skip();
        const zeroes = (size: number) => `0x${"00".repeat(size)}`;
        const ones = (size: number) => `0x${"ff".repeat(size)}`;
        for (const [input, atMost] of [
          ["0x", 3],
          [modexp("0x", "0x", "0x"), 3],
          [modexp(zeroes(5000), ones(5), "0x"), 3],
          [modexp(randomBytes(32), ones(32), randomBytes(32)), 1.3],
          [modexp(randomBytes(1024), "0x03", ones(1024)), 1.1],
          [modexp(ones(1024), concat([zeroes(16), ones(16)]), ones(1024)), 1.1],
          [modexp("0x02", ones(1024), "0x05"), 1.1],
          [concat([modexp(ones(1024), "0x03", ones(1024)), ones(100_000)]), 1.1],
          [modexp(ones(2), "0x03", "0x05"), 1.3],
          [modexp(zeroes(1025), zeroes(1025), ones(1)), 1.3],
          [modexp("0x05", concat([zeroes(1020), "0x03"]), ones(1024)), 1.3],
          [modexp("0x05", concat([zeroes(130_000), "0x05"]), ones(1)), 1.2],
          [modexp(zeroes(30_000), "0x05", ones(40)), 1.2],
          [modexp("0x02", "0x01", zeroes(39_000)), 1.3],
          [concat([word(1), word(2_000_000), word(1), "0x0203"]), 3],
          [modexp(randomBytes(30_000), "0x03", ones(1)), 1.8],
          [modexp(randomBytes(30_000), "0x03", ones(40)), 1.8],
          [modexp(randomBytes(10_000), "0x03", ones(1024)), 1.7],
          [modexp(randomBytes(39_000), "0x01", ones(39_000)), 1.3],
          [modexp(ones(1025), "0x", ones(1025)), 1.4],
          [modexp("0x02", "0x02", randomBytes(1056)), 1.5],
          [modexp(randomBytes(2000), "0x05", randomBytes(1200)), 1.5],
          [modexp(randomBytes(2600), "0x03", randomBytes(2600)), 1.5],
          [modexp(randomBytes(31), ones(1025), randomBytes(31)), 1.1],
          [modexp(randomBytes(31), ones(2046), ones(31)), 1.1],
          [modexp("0x03", ones(8000), "0x05"), 1.1],
          [modexp("0x03", concat(["0x01", zeroes(8000)]), "0x05"), 1.1],
          [modexp(randomBytes(3000), ones(1100), randomBytes(64)), 1.1],
          ...[3, 4, 10, 33, 60].flatMap((n) => [[worstDividend(n, 100), n < 5 ? 1.3 : 1.15] as const]),
        ] as const) {
          const used = await gasOfL1(input);
          const effort = Number(effortOf(getBytes(input)));
          expect(used, input.slice(0, 400)).to.be.lessThanOrEqual(effort);
          expect(effort / used, input.slice(0, 400)).to.be.lessThan(atMost);
        }
      });

      it("[11.9] lets a call fail above its limit, and no call below", async () => {
        const filled = (byte: string, size: number) => `0x${byte.repeat(size)}`;
        for (const make of [
          (size: number) => modexp("0x03", filled("ff", size), filled("fd", 256)),
          (size: number) => modexp("0x03", filled("ff", size), filled("fd", 20)),
          (size: number) => modexp("0x03", "0x03", filled("fd", size)),
          (size: number) => modexp("0x03", toBeHex(2n ** BigInt(size)), filled("fd", 1024)),
          (size: number) => modexp(filled("fe", size), "0x03", filled("fd", 640)),
        ]) {
          let [low, high] = [1, 40_000];
          while (high - low > 1) {
            const middle = (low + high) >> 1;
            if (effortOf(getBytes(make(middle))) <= EFFORT_LIMIT) low = middle;
            else high = middle;
          }
          const [possible, heavy] = [make(low), make(high)];
          expect(await answer(MODEXP, possible, PLENTY)).to.deep.equal(await reference(MODEXP, possible, PLENTY));
          if (!hre.globalOptions.coverage) expect(await gasOfL1(possible)).to.be.within(4_000_000, 9_000_000);
          expect((await reference(MODEXP, heavy, PLENTY)).success, "is paid for").to.equal(true);
          expect(await answer(MODEXP, heavy, PLENTY)).to.deep.equal(FAILURE);
        }
      });
    });
  });

  it("[11.9] gives the same answer with any gas of L1, or none", async () => {
    const { v, r, s } = SIGNATURE;
    for (const [number, input, gasLimit] of [
      [ECRECOVER, recovery(v, r, s), 5000n],
      [ECRECOVER, recovery(0, r, s), 5000n],
      [ECRECOVER, recovery(v, r, s), 2999n],
      [SHA256, randomBytes(5000), 5000n],
      [RIPEMD160, randomBytes(500), 5000n],
      [IDENTITY, randomBytes(5000), 5000n],
      [MODEXP, modexp(randomBytes(64), randomBytes(64), randomBytes(64)), 100_000n],
      [MODEXP, modexp(randomBytes(31), randomBytes(1100), randomBytes(31)), 100_000n],
      [MODEXP, modexp(randomBytes(100), "0x03", randomBytes(60)), 100_000n],
      [EC_ADD, concat([G1, G1]), 200n],
      [EC_ADD, concat([G1, NO_POINT]), 200n],
      [EC_MUL, concat([G1, randomBytes(32)]), 6000n],
      [EC_MUL, concat([NO_POINT, randomBytes(32)]), 6000n],
      [EC_PAIRING, concat([G1, G2, MINUS_G1, G2]), 200_000n],
      [EC_PAIRING, concat([G1, G2]), 200_000n],
      [EC_PAIRING, concat([G1, OUTSIDE_G2]), 200_000n],
      [EC_PAIRING, randomBytes(191), 200_000n],
      [BLAKE2F, blake2f(20_000, "0x01"), 20_000n],
      [BLAKE2F, blake2f(20_000, "0x02"), 20_000n],
      [POINT_EVALUATION, pointEvaluation(7n, 1n, BLS_G1, BLS_INFINITY), 50_000n],
      [POINT_EVALUATION, pointEvaluation(7n, 2n, BLS_G1, BLS_INFINITY), 50_000n],
    ] as const) {
      const full = await answer(number, input, gasLimit);
      const answers = async (gasOfL1: bigint) => {
        const given = await answer(number, input, gasLimit, gasOfL1).catch(() => undefined);
        if (given !== undefined) expect(given, `${number} ${gasOfL1} ${input}`).to.deep.equal(full);
        return given !== undefined;
      };
      // The least gas that leads to an answer.
      let [low, high] = [0n, L1_GAS];
      while (high - low > 1n) {
        const middle = (low + high) / 2n;
        if (await answers(middle)) high = middle;
        else low = middle;
      }
      let answered = 0;
      for (let step = 0n; step < 60n; step++) {
        if (await answers((high * (40n + step)) / 80n)) answered++;
        if (await answers(high + 50n * step - 2000n)) answered++;
      }
      expect(answered).to.be.greaterThan(0).and.lessThan(120);
    }
  });

  it("[11.9] names the precompile that lacked gas of L1, where enough is left to do so", async function () {
    // Instrumented code needs more.
    if (hre.globalOptions.coverage) this.skip();
    for (const [number, input, gasOfL1] of [
      [MODEXP, modexp(randomBytes(256), randomBytes(256), randomBytes(256)), 4_000_000n],
      [EC_PAIRING, concat([G1, OUTSIDE_G2]), 150_000n],
      [BLAKE2F, blake2f(1_000_000, "0x01"), 1_000_000n],
      [POINT_EVALUATION, pointEvaluation(7n, 2n, BLS_G1, BLS_INFINITY), 115_000n],
    ] as const) {
      await expect(precompiles.run(number, PLENTY, input, { gasLimit: gasOfL1 }))
        .to.be.revertedWithCustomError(precompiles, "PrecompileInsufficientGas")
        .withArgs(number);
    }
  });

  it("[11.9] knows no other precompile", async () => {
    for (const number of [0, 11, 256, 2n ** 256n - 1n]) {
      await expect(precompiles.run(number, PLENTY, "0x"))
        .to.be.revertedWithCustomError(precompiles, "PrecompileUnknown")
        .withArgs(number);
    }
  });
});
