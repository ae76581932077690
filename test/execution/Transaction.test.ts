import { expect } from "chai";
import { concat, dataLength, dataSlice, encodeRlp, getBytes, hexlify, id, toBeHex, toBigInt } from "ethers";
import { network } from "hardhat";

import { RANDOMNESS } from "../../l2/protocol/l2-transaction.ts";
import { chainCommon } from "../../l2/evm/fork.ts";
import { TransactionError } from "../../l2/protocol/errors.ts";
import { decodeTransaction, upfrontCost } from "../../l2/protocol/transaction.ts";
import { CALL_GAS, deployExecutor, execute, expectSameOrRevert } from "../../testkit/execution/executor.ts";
import { randomSource } from "../../testkit/execution/random.ts";
import { type Expected, type Input, Reference, encodeWitness } from "../../testkit/execution/reference.ts";
import {
  CURVE_ORDER,
  type Fields,
  type Items,
  encodeTransaction,
  integer,
  signItems,
  signTransaction,
  signer,
} from "../../testkit/execution/transactions.ts";

const { ethers } = await network.create();

const chain = { chainId: 1088n, baseFee: 10n, gasLimit: 300_000n };
const executor = await deployExecutor(ethers, chain);

const [alice, bob] = [signer(id("alice")), signer(id("bob"))];
const COINBASE = toBeHex(0xc0ffee, 20);

const fields: Fields = {
  type: 0,
  chainId: chain.chainId,
  nonce: 0n,
  tipCap: 3n,
  feeCap: 20n,
  gasLimit: 50_000n,
  to: bob.address,
  value: 1000n,
  data: "0x",
  accessList: [],
};
const accessList = [[bob.address, [toBeHex(1, 32), toBeHex(2, 32)]] as const, [alice.address, []] as const];

/** Changes one item of a signed transaction. */
function replace(type: 0 | 1 | 2, index: number, item: Items[number]): string {
  return encodeTransaction(type, signItems({ ...fields, type }, alice.key).with(index, item));
}

/** Where the items of a type are, by name. */
const PLACES = [
  { nonce: 0, gasPrice: 1, gasLimit: 2, to: 3, value: 4, data: 5, v: 6, r: 7, s: 8 },
  { chainId: 0, nonce: 1, gasPrice: 2, gasLimit: 3, to: 4, value: 5, data: 6, accessList: 7, v: 8, r: 9, s: 10 },
  {
    chainId: 0,
    nonce: 1,
    tipCap: 2,
    feeCap: 3,
    gasLimit: 4,
    to: 5,
    value: 6,
    data: 7,
    accessList: 8,
    v: 9,
    r: 10,
    s: 11,
  },
] as const;

/** The state that each test starts from. */
function state(): Promise<Reference> {
  const accounts = new Map([
    [alice.address, { balance: 10n ** 18n }],
    [bob.address, { balance: 5n }],
  ]);
  return Reference.create(chain, accounts);
}

describe("Transaction", () => {
  let preStateRoot: string;

  before(async () => {
    preStateRoot = (await state()).root;
  });

  function input(raw: string): Input {
    return { context: { number: 1n, timestamp: 1n, coinbase: COINBASE, randomness: RANDOMNESS }, raw };
  }

  /** What a transaction does to the state of the test, with its witness. */
  async function truth(raw: string): Promise<{ outcomes: Expected[]; nodes: Uint8Array[] }> {
    const fresh = await state();
    return fresh.run([input(raw)]);
  }

  /** The verdict falls without a look at the state, so no witness is passed. */
  async function expectRefused(raw: string, name = raw): Promise<void> {
    const outcomes = await execute(executor, [input(raw)], preStateRoot, "0x");
    expect(outcomes, name).to.deep.equal([{ valid: false, gasUsed: 0n, stateRoot: preStateRoot }]);
  }

  for (const type of [0, 1, 2] as const) {
    const places = PLACES[type] as Record<string, number>;

    describe(`type ${type}`, () => {
      it("[11.9] executes a sound transaction, with its access list", async () => {
        const raw = signTransaction({ ...fields, type, accessList: type === 0 ? [] : accessList }, alice.key);
        const { outcomes, nodes } = await truth(raw);
        expect(outcomes[0]).to.include({
          valid: true,
          gasUsed: type === 0 ? 21_000n : 21_000n + 2n * 2400n + 2n * 1900n,
        });
        expect(await execute(executor, [input(raw)], preStateRoot, nodes)).to.deep.equal(outcomes);
      });

      it("[11.9] finds every prefix and every continuation of its bytes invalid", async () => {
        const raw = signTransaction({ ...fields, type, accessList: type === 0 ? [] : accessList }, alice.key);
        for (let length = 0; length < dataLength(raw); length++) await expectRefused(dataSlice(raw, 0, length));
        for (const more of ["0x00", "0x80", "0xc0", raw]) await expectRefused(concat([raw, more]));
      });

      it("[11.9] finds every integer with a leading zero or of 33 bytes, and every list in its place, invalid", async () => {
        const items = signItems({ ...fields, type }, alice.key);
        for (const [name, place] of Object.entries(places)) {
          if (["to", "data", "accessList"].includes(name)) continue;
          await expectRefused(replace(type, place, concat(["0x00", items[place] as string])), `${name}: leading zero`);
          await expectRefused(replace(type, place, `0x01${"00".repeat(32)}`), `${name}: 33 bytes`);
          await expectRefused(replace(type, place, []), `${name}: a list`);
        }
        for (const name of ["to", "data"]) await expectRefused(replace(type, places[name]!, []), `${name}: a list`);
      });

      it("[11.9] finds a transaction with an item less or more invalid", async () => {
        const items = signItems({ ...fields, type }, alice.key);
        for (let i = 0; i < items.length; i++) {
          await expectRefused(encodeTransaction(type, items.toSpliced(i, 1)), `without item ${i}`);
        }
        for (const more of ["0x", []]) await expectRefused(encodeTransaction(type, [...items, more]));
      });

      it("[11.9] finds a recipient of another length invalid", async () => {
        for (const to of [bob.address.slice(0, -2), `${bob.address}00`, "0x05", toBeHex(1, 32)]) {
          await expectRefused(signTransaction({ ...fields, type, to }, alice.key), `to ${to}`);
        }
      });

      it("[11.9] finds gas below what calldata or a creation costs before any code runs invalid", async () => {
        // 21,000; 4 for a byte of zero, 16 for another; 32,000 for a creation, and 2 for each word of init code.
        const cases = [
          { to: bob.address, data: "0x00", needed: 21_004n },
          { to: bob.address, data: `0x${"00".repeat(33)}${"11".repeat(40)}`, needed: 21_000n + 33n * 4n + 40n * 16n },
          { to: "0x", data: "0x", needed: 53_000n },
          { to: "0x", data: `0x${"00".repeat(33)}`, needed: 53_000n + 33n * 4n + 4n },
        ];
        for (const { to, data, needed } of cases) {
          const raw = signTransaction({ ...fields, type, to, data, gasLimit: needed - 1n }, alice.key);
          await expectRefused(raw, `${data} to ${to}`);
          const paid = signTransaction({ ...fields, type, to, data, gasLimit: needed }, alice.key);
          const { outcomes, nodes } = await truth(paid);
          expect(outcomes[0]).to.include({ valid: true, gasUsed: needed });
          expect(await execute(executor, [input(paid)], preStateRoot, nodes)).to.deep.equal(outcomes);
        }
      });

      it("[11.9] finds init code of more than 49,152 bytes invalid", async () => {
        const create = (size: number): string =>
          signTransaction({ ...fields, type, to: "0x", data: `0x${"00".repeat(size)}`, gasLimit: 300_000n }, alice.key);
        await expectRefused(create(49_153), "49,153 bytes");
        const { outcomes, nodes } = await truth(create(49_152));
        expect(outcomes[0]!.valid).to.equal(true);
        expect(await execute(executor, [input(create(49_152))], preStateRoot, nodes)).to.deep.equal(outcomes);
      });

      it("[11.9] finds signatures out of range, in the upper half or of nobody invalid", async () => {
        const items = signItems({ ...fields, type }, alice.key);
        const [v, s] = ["v", "s"].map((name) => toBigInt(getBytes(items[places[name]!] as string))) as [bigint, bigint];
        const base = type === 0 ? 35n + 2n * chain.chainId : 0n;
        const flipped = items
          .with(places["s"]!, integer(CURVE_ORDER - s))
          .with(places["v"]!, integer(2n * base + 1n - v));
        await expectRefused(encodeTransaction(type, flipped), "upper half");
        for (const value of [0n, CURVE_ORDER, CURVE_ORDER + 1n, 2n ** 256n - 1n]) {
          await expectRefused(replace(type, places["r"]!, integer(value)), `r ${value}`);
          await expectRefused(replace(type, places["s"]!, integer(value)), `s ${value}`);
        }
        // 5 is not the abscissa of a point on the curve: the precompile returns nothing.
        await expectRefused(replace(type, places["r"]!, "0x05"), "no point");
        for (const parity of type === 0 ? [0n, 1n, 27n, 28n, base - 1n, base + 2n] : [2n, 27n, 28n]) {
          await expectRefused(replace(type, places["v"]!, integer(parity)), `v ${parity}`);
        }
      });

      it("[11.9] finds another chain id invalid", async () => {
        for (const chainId of [0n, 1n, chain.chainId + 1n, 2n ** 64n + chain.chainId]) {
          await expectRefused(signTransaction({ ...fields, type, chainId }, alice.key), `chain id ${chainId}`);
        }
      });

      it("[11.9] finds fees and gas out of their bounds invalid, and not at the bounds", async () => {
        const changes: [Partial<Fields>, boolean][] = [
          [{ gasLimit: 20_999n }, false],
          [{ gasLimit: 21_000n }, true],
          [{ gasLimit: chain.gasLimit }, true],
          [{ gasLimit: chain.gasLimit + 1n }, false],
          [{ gasLimit: 2n ** 64n + 50_000n }, false],
          [{ feeCap: 9n, tipCap: 0n }, false],
          [{ feeCap: 10n, tipCap: 0n }, true],
          [{ feeCap: 20n, tipCap: 20n }, true],
          [{ feeCap: 20n, tipCap: 21n }, type !== 2],
          [{ feeCap: 2n ** 256n - 1n }, false],
          [{ nonce: 2n ** 64n - 1n }, false],
          [{ nonce: 2n ** 64n }, false],
        ];
        for (const [change, valid] of changes) {
          const raw = signTransaction({ ...fields, type, ...change }, alice.key);
          const name = JSON.stringify(change, (_, item: unknown) =>
            typeof item === "bigint" ? item.toString() : item,
          );
          if (valid) {
            const { outcomes, nodes } = await truth(raw);
            expect(outcomes[0]!.valid, name).to.equal(true);
            expect(await execute(executor, [input(raw)], preStateRoot, nodes), name).to.deep.equal(outcomes);
          } else {
            await expectRefused(raw, name);
          }
        }
      });

      it("[11.9] takes the last wei of a sender and not one more", async () => {
        const value = 10n ** 18n - fields.gasLimit * fields.feeCap;
        for (const [extra, valid] of [
          [0n, true],
          [1n, false],
        ] as const) {
          const raw = signTransaction({ ...fields, type, value: value + extra }, alice.key);
          const { outcomes, nodes } = await truth(raw);
          expect(outcomes[0]!.valid).to.equal(valid);
          expect(await execute(executor, [input(raw)], preStateRoot, nodes)).to.deep.equal(outcomes);
        }
      });

      if (type !== 0) {
        it("[11.9] finds malformed access lists invalid", async () => {
          const [address, key] = [bob.address, toBeHex(1, 32)];
          for (const [name, list] of Object.entries<Items[number]>({
            "a string": "0x",
            "strings as entries": [address],
            "an empty entry": [[]],
            "an entry without keys": [[address]],
            "an entry with three items": [[address, [], []]],
            "a string as keys": [[address, "0x"]],
            "a short address": [[dataSlice(address, 1), []]],
            "a long address": [[`${address}00`, []]],
            "a list as address": [[[], []]],
            "a short key": [[address, [dataSlice(key, 1)]]],
            "a long key": [[address, [`${key}00`]]],
            "a list as key": [[address, [[]]]],
            "a sound entry before a broken one": [[address, [key]], [address]],
          })) {
            const items = signItems({ ...fields, type }, alice.key).with(places["accessList"]!, list);
            await expectRefused(encodeTransaction(type, items), name);
          }
        });
      }
    });
  }

  it("[11.9] finds bytes of no supported type invalid", async () => {
    const typed = dataSlice(signTransaction({ ...fields, type: 2 }, alice.key), 1);
    for (const type of ["0x", "0x00", "0x03", "0x04", "0x7f", "0x80", "0xb8"])
      await expectRefused(concat([type, typed]));
    // A list with a prefix that is not canonical, and one in a string.
    const legacy = encodeTransaction(0, signItems(fields, alice.key));
    await expectRefused(concat(["0xf900", dataSlice(legacy, 1)]));
    await expectRefused(encodeRlp(legacy));
    await expectRefused(encodeRlp(typed));
  });

  it("[11.9] decides on random bytes without a revert", async () => {
    const random = randomSource("random transactions");
    for (let i = 0; i < 200; i++) {
      const raw = Uint8Array.from({ length: 1 + random(150) }, () => random(256));
      raw[0] = [0x01, 0x02, 0xf8, raw[0]!][random(4)]!;
      await expectRefused(hexlify(raw));
    }
  });

  it("[11.9] decides on sound transactions with random changes as @ethereumjs/vm does", async function () {
    this.timeout(60_000);
    const random = randomSource("changed transactions");
    for (let i = 0; i < 150; i++) {
      const type = random(3) as 0 | 1 | 2;
      const raw = signTransaction({ ...fields, type, accessList: type === 0 ? [] : accessList }, alice.key);
      const changed = Buffer.from(raw.slice(2), "hex");
      for (let n = 0; n <= random(2); n++) changed[random(changed.length)]! ^= 1 << random(8);
      const { outcomes, nodes } = await truth(hexlify(changed));
      const executed = execute(executor, [input(hexlify(changed))], preStateRoot, nodes);
      // Another sender or recipient than the truth looked at would be missing: that is a revert, not a verdict.
      await expectSameOrRevert(executed, outcomes);
    }
  });

  it("[11.9] agrees with the L2 on all that the bytes alone decide", async function () {
    this.timeout(60_000);
    const config = { ...chain, genesisTimestamp: 0, alloc: {} };
    const common = chainCommon(config);
    const random = randomSource("bytes alone");
    const edges = [
      "0x",
      "0x00",
      "0x01",
      "0x7f",
      "0x80",
      "0xff",
      "0x0001",
      bob.address,
      toBeHex(1, 32),
      integer(2n ** 256n - 1n),
    ];
    let [refused, accepted] = [0, 0];
    for (let i = 0; i < 400; i++) {
      const type = random(3) as 0 | 1 | 2;
      let items = signItems({ ...fields, type, accessList: type === 0 ? [] : accessList }, alice.key);
      const place = random(items.length);
      if (random(2) === 0) items = items.with(place, edges[random(edges.length)]!);
      const bytes = Buffer.from(encodeTransaction(type, items).slice(2), "hex");
      if (random(2) === 0) bytes[random(bytes.length)]! ^= 1 << random(8);
      const raw = hexlify(bytes);
      let decided: boolean;
      try {
        // A sum beyond 256 bits exceeds every balance.
        decided = upfrontCost(decodeTransaction(config, common, bytes)) >= 2n ** 256n;
      } catch (error) {
        if (!(error instanceof TransactionError)) throw error;
        decided = true;
      }
      if (decided) {
        await expectRefused(raw);
        refused++;
      } else {
        // The accounts decide, and there is no witness.
        await expect(execute(executor, [input(raw)], preStateRoot, "0x"), raw).to.be.revertedWithCustomError(
          executor,
          "MissingWitness",
        );
        accepted++;
      }
    }
    expect(Math.min(refused, accepted)).to.be.greaterThan(50);
  });

  it("[11.9] gives the same outcome or reverts, whatever gas L1 leaves it", async function () {
    this.timeout(60_000);
    const raws = [0, 1, 2].map((type, nonce) =>
      signTransaction({ ...fields, type: type as 0 | 1 | 2, nonce: BigInt(nonce) }, alice.key),
    );
    const bad = signTransaction({ ...fields, nonce: 9n }, alice.key);
    const fresh = await state();
    const inputs = [...raws, bad].map(input);
    const { outcomes, nodes } = await fresh.run(inputs);
    expect(outcomes.map(({ valid }) => valid)).to.deep.equal([true, true, true, false]);
    let succeeded = 0;
    let reverted = 0;
    const needed = await executor
      .getFunction("execute")
      .estimateGas(inputs, preStateRoot, encodeWitness(nodes), { gasLimit: CALL_GAS });
    // Around each precompile call as well, which takes 3,000 of what is left.
    const step = (needed - 20_000n) / 160n;
    for (let gas = 20_000n; gas < needed + 20n * step; gas += step) {
      if (await expectSameOrRevert(execute(executor, inputs, preStateRoot, nodes, gas), outcomes)) succeeded++;
      else reverted++;
    }
    expect(succeeded).to.be.greaterThan(10);
    expect(reverted).to.be.greaterThan(50);
    expect(await execute(executor, inputs, preStateRoot, nodes, CALL_GAS)).to.deep.equal(outcomes);
  });

  it("[11.5] reverts where a node of the witness is missing, and never takes an account for absent", async () => {
    const raw = signTransaction({ ...fields, type: 2 }, alice.key);
    const { outcomes, nodes } = await truth(raw);
    expect(await execute(executor, [input(raw)], preStateRoot, nodes)).to.deep.equal(outcomes);
    for (const i of nodes.keys()) {
      await expect(execute(executor, [input(raw)], preStateRoot, nodes.toSpliced(i, 1))).to.be.revertedWithCustomError(
        executor,
        "MissingWitness",
      );
    }
  });
});
