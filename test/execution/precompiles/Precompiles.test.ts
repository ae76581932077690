import { generateKeyPairSync, sign } from "node:crypto";

import { expect } from "chai";
import { SigningKey, concat, dataSlice, getBytes, hexlify, id, sha256, toBeHex, toBigInt } from "ethers";
import hre from "hardhat";

import { FALLIBLE_LIMIT } from "../../../l2/evm/precompile-limits.ts";
import { randomSource } from "../../../testkit/execution/random.ts";
import {
  answer,
  bytesFrom,
  compare,
  ethers,
  FAILURE,
  INPUTS,
  L1_GAS,
  l2,
  MODEXP,
  modexp,
  PLENTY,
  precompiles,
  reference,
  word,
} from "./osaka.ts";

const ECRECOVER = 1;
const SHA256 = 2;
const RIPEMD160 = 3;
const IDENTITY = 4;
const EC_ADD = 6;
const EC_MUL = 7;
const EC_PAIRING = 8;
const BLAKE2F = 9;
const POINT_EVALUATION = 10;
const BLS_G1_ADD = 11;
const BLS_G1_MSM = 12;
const BLS_G2_ADD = 13;
const BLS_G2_MSM = 14;
const BLS_PAIRING = 15;
const BLS_MAP_FP = 16;
const BLS_MAP_FP2 = 17;
const P256_VERIFY = 0x100;

/** Most pairs of the pairing of EIP-197. */
const PAIRS_LIMIT = Number((FALLIBLE_LIMIT - 45_000n) / 34_000n);

/** Bytes of a product, or of a pair. */
const BLS_SIZES = { [BLS_G1_MSM]: 160, [BLS_G2_MSM]: 288, [BLS_PAIRING]: 384 } as const;

/** The price of a number of products, or of pairs, of points at infinity. */
async function blsPrice(number: keyof typeof BLS_SIZES, count: number): Promise<bigint> {
  const { gasLeft } = await reference(number, `0x${"00".repeat(BLS_SIZES[number] * count)}`, PLENTY);
  return PLENTY - gasLeft;
}

/** Of BLS12-381: the field, and the generators of both groups. */
const BLS_FIELD = 0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn;
const BLS_ONE = [
  0x17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bbn,
  0x08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1n,
] as const;
const BLS_TWO = [
  0x024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8n,
  0x13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7en,
  0x0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801n,
  0x0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79ben,
] as const;

const random = randomSource("Precompiles");
const randomBytes = bytesFrom(random);

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

  it("recovers the signers that Osaka recovers, and nobody from an invalid signature", async () => {
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
    // A signature may end early: zeroes continue it.
    for (const size of [1, 31, 33, 64, 127]) await compare(ECRECOVER, dataSlice(valid, 0, size));
  });

  it("hashes and copies, as Osaka does", async () => {
    for (const size of [0, 1, 31, 32, 33, 63, 64, 65, 1000, 5000]) {
      const input = randomBytes(size);
      for (const number of [SHA256, RIPEMD160, IDENTITY]) {
        expect((await compare(number, input)).success).to.equal(true);
      }
    }
  });

  it("adds and multiplies points, as Osaka does, and refuses numbers that are no points", async () => {
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

  it("pairs points, as Osaka does, and refuses numbers that are no points", async () => {
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

  it("pairs as many points as L1 can take twice, and fails with more of them", async () => {
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

  it("[F1] sums and pairs as many points of BLS12-381 as L1 can take twice, and fails with more of them", async () => {
    const zeroes = (size: number) => `0x${"00".repeat(size)}`;
    for (const [number, first] of [
      [BLS_G1_MSM, 12_000n],
      [BLS_G2_MSM, 22_500n],
      [BLS_PAIRING, 70_300n],
    ] as const) {
      const size = BLS_SIZES[number];
      expect((await compare(number, zeroes(size))).gasLeft).to.equal(PLENTY - first);
      let [fits, exceeds] = [1, 1_000];
      while (exceeds - fits > 1) {
        const middle = (fits + exceeds) >> 1;
        if ((await blsPrice(number, middle)) <= FALLIBLE_LIMIT) fits = middle;
        else exceeds = middle;
      }
      const { success, gasLeft } = await answer(number, zeroes(size * fits), PLENTY);
      expect({ success, gasLeft }).to.deep.equal({ success: true, gasLeft: PLENTY - (await blsPrice(number, fits)) });
      expect(await answer(number, zeroes(size * exceeds), PLENTY)).to.deep.equal(FAILURE);
      expect(await reference(number, zeroes(size * exceeds), PLENTY, l2)).to.deep.equal(FAILURE);
      expect((await reference(number, zeroes(size * exceeds), PLENTY)).success, "is paid for").to.equal(true);
    }
  });

  it("charges for sums of any number of products of BLS12-381, as Osaka does (EIP-2537)", async () => {
    for (const number of [BLS_G1_MSM, BLS_G2_MSM] as const) {
      for (const count of [1, 2, 3, 17, 64, 127, 128, 129, 200]) {
        const input = `0x${"00".repeat(BLS_SIZES[number] * count)}`;
        const cost = await blsPrice(number, count);
        expect((await answer(number, input, cost)).gasLeft, `${count} products`).to.equal(0n);
        expect(await answer(number, input, cost - 1n)).to.deep.equal(FAILURE);
        expect((await reference(number, input, cost)).gasLeft).to.equal(0n);
      }
    }
  });

  it("computes on BLS12-381, as Osaka does, and refuses what are no points or other sizes", async () => {
    const pad = (value: bigint): string => toBeHex(value, 64);
    const times = async (number: number, point: readonly bigint[], factor: bigint): Promise<string> =>
      (await reference(number, concat([...point.map(pad), word(factor)]), PLENTY)).output;
    const one = async (factor: bigint): Promise<string> => times(BLS_G1_MSM, BLS_ONE, factor);
    const two = async (factor: bigint): Promise<string> => times(BLS_G2_MSM, BLS_TWO, factor);
    const negated = concat([pad(BLS_ONE[0]), pad(BLS_FIELD - BLS_ONE[1])]);
    const [none1, none2] = [`0x${"00".repeat(128)}`, `0x${"00".repeat(256)}`];
    const field = BLS_FIELD;
    const off = concat([pad(1n), pad(1n)]);
    const big = concat([pad(field), pad(0n)]);
    const dirty = concat(["0x01", dataSlice(await one(1n), 1)]);
    const accepted = [
      [BLS_G1_ADD, concat([await one(2n), await one(3n)])],
      [BLS_G1_ADD, concat([await one(2n), none1])],
      [BLS_G1_ADD, concat([none1, none1])],
      [BLS_G1_MSM, concat([await one(2n), word(7), await one(5n), word(2n ** 255n)])],
      [BLS_G2_ADD, concat([await two(2n), await two(3n)])],
      [BLS_G2_ADD, concat([none2, await two(3n)])],
      [BLS_G2_MSM, concat([await two(2n), word(7), await two(5n), word(2n ** 256n - 1n)])],
      [BLS_PAIRING, concat([await one(1n), await two(1n), negated, await two(1n)])],
      [BLS_PAIRING, concat([await one(1n), await two(1n)])],
      [BLS_PAIRING, concat([none1, await two(1n)])],
      [BLS_MAP_FP, pad(1n)],
      [BLS_MAP_FP, pad(field - 1n)],
      [BLS_MAP_FP2, concat([pad(1n), pad(2n)])],
    ] as const;
    for (const [number, input] of accepted) {
      expect((await compare(number, input)).success, `${number} ${input}`).to.equal(true);
    }
    const refused = [
      ...[BLS_G1_ADD, BLS_G1_MSM, BLS_G2_ADD, BLS_G2_MSM, BLS_PAIRING, BLS_MAP_FP, BLS_MAP_FP2].map(
        (number) => [number, "0x"] as const,
      ),
      ...accepted.flatMap(([number, input]) => [
        [number, concat([input, "0x00"])] as const,
        [number, dataSlice(input, 1)] as const,
      ]),
      [BLS_G1_ADD, concat([off, await one(1n)])],
      [BLS_G1_ADD, concat([await one(1n), big])],
      [BLS_G1_ADD, concat([dirty, await one(1n)])],
      [BLS_G1_MSM, concat([off, word(0)])],
      [BLS_G2_ADD, concat([await two(1n), off, off])],
      [BLS_PAIRING, concat([off, await two(1n)])],
      [BLS_MAP_FP, pad(field)],
      [BLS_MAP_FP2, concat([pad(0n), pad(field)])],
    ] as const;
    for (const [number, input] of refused) {
      expect(await compare(number, input), `${number} ${input}`).to.deep.equal(FAILURE);
    }
  });

  it("verifies signatures on P-256, as Osaka does (EIP-7951)", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const { x, y } = publicKey.export({ format: "jwk" });
    const key = [x, y].map((part) => toBeHex(toBigInt(Buffer.from(part!, "base64url")), 32));
    const message = randomBytes(50);
    const signature = hexlify(sign("sha256", getBytes(message), { key: privateKey, dsaEncoding: "ieee-p1363" }));
    const valid = concat([sha256(message), signature, ...key]);
    expect((await compare(P256_VERIFY, valid)).output).to.equal(word(1));
    for (let at = 0; at < 160; at += 9) {
      const bytes = getBytes(valid);
      bytes[at]! ^= 1;
      expect((await compare(P256_VERIFY, hexlify(bytes))).output, `byte ${at}`).to.equal("0x");
    }
    for (const input of ["0x", dataSlice(valid, 1), concat([valid, "0x00"]), `0x${"00".repeat(160)}`]) {
      expect(await compare(P256_VERIFY, input)).to.deep.equal({
        success: true,
        gasLeft: PLENTY - 6_900n,
        output: "0x",
      });
    }
  });

  it("compresses blocks of BLAKE2b, as Osaka does, and refuses other sizes and flags", async () => {
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

  it("evaluates a commitment at a point, as L1 does, at the price of Osaka", async () => {
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

  it("gives the same answer with any amount of L1 gas, or reverts", async () => {
    const { v, r, s } = SIGNATURE;
    for (const [number, input, gasLimit] of [
      [ECRECOVER, recovery(v, r, s), 5000n],
      [ECRECOVER, recovery(0, r, s), 5000n],
      [ECRECOVER, recovery(v, r, s), 2999n],
      [SHA256, randomBytes(5000), 5000n],
      [RIPEMD160, randomBytes(500), 5000n],
      [IDENTITY, randomBytes(5000), 5000n],
      [MODEXP, modexp(randomBytes(64), randomBytes(64), randomBytes(64)), 100_000n],
      [MODEXP, modexp(randomBytes(31), randomBytes(1024), randomBytes(31)), 300_000n],
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
      [BLS_G1_ADD, `0x${"00".repeat(256)}`, 500n],
      [BLS_G1_ADD, `0x${"ff".repeat(256)}`, 500n],
      [BLS_PAIRING, `0x${"00".repeat(768)}`, 200_000n],
      [BLS_PAIRING, `0x${"ff".repeat(768)}`, 200_000n],
      [BLS_MAP_FP2, `0x${"ff".repeat(128)}`, 30_000n],
      [P256_VERIFY, `0x${"11".repeat(160)}`, 7_000n],
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

  it("names the precompile that lacked L1 gas, if enough is left for the error", async function () {
    // Instrumented code needs more.
    if (hre.globalOptions.coverage) this.skip();
    for (const [number, input, gasOfL1] of [
      [MODEXP, modexp(randomBytes(256), randomBytes(200), randomBytes(256)), 4_000_000n],
      [EC_PAIRING, concat([G1, OUTSIDE_G2]), 150_000n],
      [BLAKE2F, blake2f(1_000_000, "0x01"), 1_000_000n],
      [POINT_EVALUATION, pointEvaluation(7n, 2n, BLS_G1, BLS_INFINITY), 115_000n],
    ] as const) {
      await expect(precompiles.run(number, PLENTY, input, { gasLimit: gasOfL1 }))
        .to.be.revertedWithCustomError(precompiles, "PrecompileInsufficientGas")
        .withArgs(number);
    }
  });

  it("reverts for any other number", async () => {
    for (const number of [0, 18, 255, 257, 2n ** 256n - 1n]) {
      await expect(precompiles.run(number, PLENTY, "0x"))
        .to.be.revertedWithCustomError(precompiles, "PrecompileUnknown")
        .withArgs(number);
    }
  });
});
