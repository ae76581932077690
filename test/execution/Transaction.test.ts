import { expect } from "chai";
import { concat, dataLength, dataSlice, encodeRlp, getBytes, hexlify, id, keccak256, toBeHex, toBigInt } from "ethers";
import { network } from "hardhat";

import { RANDOMNESS } from "../../l2/protocol/l2-transaction.ts";
import { chainCommon } from "../../l2/evm/fork.ts";
import { TransactionError } from "../../l2/protocol/errors.ts";
import { decodeTransaction, upfrontCost } from "../../l2/protocol/transaction.ts";
import { CALL_GAS, deployExecutor, execute, expectSameOrRevert } from "../../testkit/execution/executor.ts";
import { randomSource } from "../../testkit/execution/random.ts";
import { type Expected, type Input, Reference, encodeWitness } from "../../testkit/execution/reference.ts";
import {
  type Authorization,
  CURVE_ORDER,
  type Fields,
  type Items,
  authorizationItems,
  encodeTransaction,
  integer,
  signAuthorization,
  signItems,
  signTransaction,
  signer,
} from "../../testkit/execution/transactions.ts";

const { ethers } = await network.create();

const chain = { chainId: 1088n, baseFee: 10n, gasLimit: 700_000n };
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

/** Bob lets his account run the code of another one. */
const authorization = signAuthorization({ chainId: chain.chainId, address: COINBASE, nonce: 0n }, bob.key);

/** Fields of a type. */
const of = (type: Fields["type"]): Fields => ({ ...fields, type, gasLimit: 100_000n, authorizations: [authorization] });

/**
 * Gas that the sound transaction with its access list uses. Of an authorisation of an account that exists 12,500 is
 * refunded, but a fifth of all at most.
 */
const USED = { 0: 21_000n, 1: 29_600n, 2: 29_600n, 4: 54_600n - 54_600n / 5n };

/** What a transaction of a type costs beyond others. */
const surcharge = (type: Fields["type"]): bigint => (type === 4 ? 25_000n : 0n);

/** Changes one item of a signed transaction. */
function replace(type: Fields["type"], index: number, item: Items[number]): string {
  return encodeTransaction(type, signItems(of(type), alice.key).with(index, item));
}

/** Where the items of a type are, by name. */
const CAPPED = { chainId: 0, nonce: 1, tipCap: 2, feeCap: 3, gasLimit: 4, to: 5, value: 6, data: 7, accessList: 8 };
const PLACES = {
  0: { nonce: 0, gasPrice: 1, gasLimit: 2, to: 3, value: 4, data: 5, v: 6, r: 7, s: 8 },
  1: { chainId: 0, nonce: 1, gasPrice: 2, gasLimit: 3, to: 4, value: 5, data: 6, accessList: 7, v: 8, r: 9, s: 10 },
  2: { ...CAPPED, v: 9, r: 10, s: 11 },
  4: { ...CAPPED, authorizations: 9, v: 10, r: 11, s: 12 },
} as const;

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

  for (const type of [0, 1, 2, 4] as const) {
    const places = PLACES[type] as Record<string, number>;

    describe(`type ${type}`, () => {
      it("[11.9] executes a sound transaction, with its access list", async () => {
        const raw = signTransaction({ ...of(type), accessList: type === 0 ? [] : accessList }, alice.key);
        const { outcomes, nodes } = await truth(raw);
        expect(outcomes[0]).to.include({
          valid: true,
          gasUsed: USED[type],
        });
        expect(await execute(executor, [input(raw)], preStateRoot, nodes)).to.deep.equal(outcomes);
      });

      it("[11.9] finds every prefix and every continuation of its bytes invalid", async () => {
        const raw = signTransaction({ ...of(type), accessList: type === 0 ? [] : accessList }, alice.key);
        for (let length = 0; length < dataLength(raw); length++) await expectRefused(dataSlice(raw, 0, length));
        for (const more of ["0x00", "0x80", "0xc0", raw]) await expectRefused(concat([raw, more]));
      });

      it("[11.9] finds every integer with a leading zero or of 33 bytes, and every list in its place, invalid", async () => {
        const items = signItems(of(type), alice.key);
        for (const [name, place] of Object.entries(places)) {
          if (["to", "data", "accessList", "authorizations"].includes(name)) continue;
          await expectRefused(replace(type, place, concat(["0x00", items[place] as string])), `${name}: leading zero`);
          await expectRefused(replace(type, place, `0x01${"00".repeat(32)}`), `${name}: 33 bytes`);
          await expectRefused(replace(type, place, []), `${name}: a list`);
        }
        for (const name of ["to", "data"]) await expectRefused(replace(type, places[name]!, []), `${name}: a list`);
      });

      it("[11.9] finds a transaction with an item less or more invalid", async () => {
        const items = signItems(of(type), alice.key);
        for (let i = 0; i < items.length; i++) {
          await expectRefused(encodeTransaction(type, items.toSpliced(i, 1)), `without item ${i}`);
        }
        for (const more of ["0x", []]) await expectRefused(encodeTransaction(type, [...items, more]));
      });

      it("[11.9] finds a recipient of another length invalid", async () => {
        for (const to of [bob.address.slice(0, -2), `${bob.address}00`, "0x05", toBeHex(1, 32)]) {
          await expectRefused(signTransaction({ ...of(type), to }, alice.key), `to ${to}`);
        }
      });

      it("[11.9] finds gas below what the transaction costs in any case invalid (EIP-7623)", async () => {
        // 21,000; 4 for a byte of zero, 16 for another, but 10 and 40 at least; 32,000 for a creation, and 2 for each word
        // of init code; 25,000 for an authorisation.
        const more = surcharge(type);
        const greater = (one: bigint, other: bigint): bigint => (one > other ? one : other);
        const cases = [
          { to: bob.address, data: "0x00", needed: greater(21_010n, 21_004n + more) },
          {
            to: bob.address,
            data: `0x${"00".repeat(33)}${"11".repeat(40)}`,
            needed: greater(21_000n + 33n * 10n + 40n * 40n, 21_000n + 33n * 4n + 40n * 16n + more),
          },
          { to: bob.address, data: `0x${"11".repeat(1_500)}`, needed: 21_000n + 1_500n * 40n },
          { to: "0x", data: "0x", needed: 53_000n },
          { to: "0x", data: `0x${"00".repeat(33)}`, needed: 53_000n + 33n * 4n + 4n },
          { to: "0x", data: `0x${"00".repeat(9_000)}`, needed: 21_000n + 9_000n * 10n },
        ].filter(({ to }) => type !== 4 || to !== "0x");
        for (const { to, data, needed } of cases) {
          const raw = signTransaction({ ...of(type), to, data, gasLimit: needed - 1n }, alice.key);
          await expectRefused(raw, `${data} to ${to}`);
          const paid = signTransaction({ ...of(type), to, data, gasLimit: needed }, alice.key);
          const { outcomes, nodes } = await truth(paid);
          expect(outcomes[0]!.valid).to.equal(true);
          expect(await execute(executor, [input(paid)], preStateRoot, nodes)).to.deep.equal(outcomes);
        }
      });

      it("[11.9] finds init code of more than 49,152 bytes invalid, and any in type 4", async () => {
        const create = (size: number): string =>
          signTransaction({ ...of(type), to: "0x", data: `0x${"00".repeat(size)}`, gasLimit: 700_000n }, alice.key);
        if (type === 4) {
          await expectRefused(create(1), "type 4");
          return;
        }
        await expectRefused(create(49_153), "49,153 bytes");
        const { outcomes, nodes } = await truth(create(49_152));
        expect(outcomes[0]!.valid).to.equal(true);
        expect(await execute(executor, [input(create(49_152))], preStateRoot, nodes)).to.deep.equal(outcomes);
      });

      it("[11.9] finds signatures out of range, in the upper half or of nobody invalid", async () => {
        const items = signItems(of(type), alice.key);
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
          await expectRefused(signTransaction({ ...of(type), chainId }, alice.key), `chain id ${chainId}`);
        }
      });

      it("[11.9] finds fees and gas out of their bounds invalid, and not at the bounds", async () => {
        const changes: [Partial<Fields>, boolean][] = [
          [{ gasLimit: 20_999n + surcharge(type) }, false],
          [{ gasLimit: 21_000n + surcharge(type) }, true],
          [{ gasLimit: chain.gasLimit }, true],
          [{ gasLimit: chain.gasLimit + 1n }, false],
          [{ gasLimit: 2n ** 64n + 50_000n }, false],
          [{ feeCap: 9n, tipCap: 0n }, false],
          [{ feeCap: 10n, tipCap: 0n }, true],
          [{ feeCap: 20n, tipCap: 20n }, true],
          [{ feeCap: 20n, tipCap: 21n }, type < 2],
          [{ feeCap: 2n ** 256n - 1n }, false],
          [{ nonce: 2n ** 64n - 1n }, false],
          [{ nonce: 2n ** 64n }, false],
        ];
        for (const [change, valid] of changes) {
          const raw = signTransaction({ ...of(type), ...change }, alice.key);
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
        const value = 10n ** 18n - of(type).gasLimit * fields.feeCap;
        for (const [extra, valid] of [
          [0n, true],
          [1n, false],
        ] as const) {
          const raw = signTransaction({ ...of(type), value: value + extra }, alice.key);
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
            const items = signItems(of(type), alice.key).with(places["accessList"]!, list);
            await expectRefused(encodeTransaction(type, items), name);
          }
        });
      }
    });
  }

  describe("authorisations (EIP-7702)", () => {
    const signed = (list: Items[number], change: Partial<Fields> = {}): string =>
      encodeTransaction(4, signItems({ ...of(4), gasLimit: 600_000n, ...change }, alice.key).with(9, list));
    const resigned = (list: Items): string => {
      const items = signItems({ ...of(4), gasLimit: 600_000n }, alice.key)
        .slice(0, -3)
        .with(9, list);
      const { r, s, yParity } = alice.key.sign(keccak256(encodeTransaction(4, items)));
      return encodeTransaction(4, [...items, integer(BigInt(yParity)), integer(BigInt(r)), integer(BigInt(s))]);
    };

    it("[11.9] finds malformed lists of authorisations invalid", async () => {
      const sound = authorizationItems(authorization);
      for (const [name, list] of Object.entries<Items>({
        "no authorisation": [],
        "a string as authorisation": ["0x"],
        "an empty authorisation": [[]],
        "an item less": [sound.slice(0, -1)],
        "an item more": [[...sound, "0x"]],
        "a short address": [sound.with(1, dataSlice(COINBASE, 1))],
        "a long address": [sound.with(1, `${COINBASE}00`)],
        "an address of nothing": [sound.with(1, "0x")],
        "a list as address": [sound.with(1, [])],
        "a leading zero": [sound.with(0, "0x0001")],
        "a chain id of 33 bytes": [sound.with(0, `0x01${"00".repeat(32)}`)],
        "a nonce of 65 bits": [sound.with(2, integer(2n ** 64n))],
        "a parity of 9 bits": [sound.with(3, "0x0100")],
        "an r of 33 bytes": [sound.with(4, `0x01${"00".repeat(32)}`)],
        "an s of 33 bytes": [sound.with(5, `0x01${"00".repeat(32)}`)],
        "a list as s": [sound.with(5, [])],
        "a sound one before a broken one": [sound, sound.slice(1)],
      })) {
        await expectRefused(resigned(list), name);
      }
      await expectRefused(signed("0x"), "a string");
    });

    it("[11.9] skips authorisations that do not count", async () => {
      const own = { chainId: chain.chainId, address: COINBASE, nonce: 0n };
      const foreign = signAuthorization({ ...own, chainId: chain.chainId + 1n }, bob.key);
      const high = { ...authorization, parity: 1n - authorization.parity, s: CURVE_ORDER - authorization.s };
      const skipped: Authorization[] = [
        foreign,
        signAuthorization({ ...own, nonce: 1n }, bob.key),
        signAuthorization({ ...own, nonce: 2n ** 64n - 1n }, bob.key),
        high,
        { ...authorization, parity: 2n },
        { ...authorization, parity: 255n },
        { ...authorization, r: 0n },
        { ...authorization, s: 0n },
        { ...authorization, r: CURVE_ORDER },
        { ...authorization, r: 5n },
        { ...authorization, r: 2n ** 256n - 1n, s: 2n ** 256n - 1n },
      ];
      for (const list of [...skipped.map((one) => [one]), [...skipped, authorization, authorization], [...skipped]]) {
        const raw = signTransaction({ ...of(4), gasLimit: 600_000n, authorizations: list }, alice.key);
        const { outcomes, nodes } = await truth(raw);
        expect(outcomes[0]!.valid).to.equal(true);
        expect(await execute(executor, [input(raw)], preStateRoot, nodes)).to.deep.equal(outcomes);
      }
    });

    it("[11.9] finds more authorisations than the chain allows invalid", async () => {
      const bounded = await deployExecutor(ethers, { ...chain, authorizationLimit: 2n });
      const raws = [2, 3].map((count) =>
        signTransaction(
          { ...of(4), gasLimit: 600_000n, authorizations: Array.from({ length: count }, () => authorization) },
          alice.key,
        ),
      );
      const { outcomes, nodes } = await truth(raws[0]!);
      expect(outcomes[0]!.valid).to.equal(true);
      expect(await execute(bounded, [input(raws[0]!)], preStateRoot, nodes)).to.deep.equal(outcomes);
      const refused = await execute(bounded, [input(raws[1]!)], preStateRoot, "0x");
      expect(refused).to.deep.equal([{ valid: false, gasUsed: 0n, stateRoot: preStateRoot }]);
    });
  });

  it("[11.9] finds gas above 2^24 invalid on any chain (EIP-7825)", async () => {
    const rich = { chainId: chain.chainId, baseFee: chain.baseFee, gasLimit: 2n ** 30n };
    const wide = await deployExecutor(ethers, rich);
    const raw = (gasLimit: bigint): string => signTransaction({ ...fields, gasLimit }, alice.key);
    const fresh = await Reference.create(rich, new Map([[alice.address, { balance: 10n ** 18n }]]));
    const { outcomes, nodes } = await fresh.run([input(raw(2n ** 24n))]);
    const root = (await Reference.create(rich, new Map([[alice.address, { balance: 10n ** 18n }]]))).root;
    expect(outcomes[0]!.valid).to.equal(true);
    expect(await execute(wide, [input(raw(2n ** 24n))], root, nodes)).to.deep.equal(outcomes);
    const refused = await execute(wide, [input(raw(2n ** 24n + 1n))], root, "0x");
    expect(refused).to.deep.equal([{ valid: false, gasUsed: 0n, stateRoot: root }]);
  });

  it("[11.9] finds bytes of no supported type invalid", async () => {
    const typed = dataSlice(signTransaction({ ...fields, type: 2 }, alice.key), 1);
    for (const type of ["0x", "0x00", "0x03", "0x04", "0x05", "0x7f", "0x80", "0xb8"])
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
      raw[0] = [0x01, 0x02, 0x04, 0xf8, raw[0]!][random(5)]!;
      await expectRefused(hexlify(raw));
    }
  });

  it("[11.9] decides on sound transactions with random changes as @ethereumjs/vm does", async function () {
    this.timeout(60_000);
    const random = randomSource("changed transactions");
    for (let i = 0; i < 150; i++) {
      const type = ([0, 1, 2, 4] as const)[random(4)]!;
      const raw = signTransaction({ ...of(type), accessList: type === 0 ? [] : accessList }, alice.key);
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
      const type = ([0, 1, 2, 4] as const)[random(4)]!;
      let items = signItems({ ...of(type), accessList: type === 0 ? [] : accessList }, alice.key);
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
    const raws = ([0, 1, 2] as const).map((type, nonce) =>
      signTransaction({ ...of(type), nonce: BigInt(nonce) }, alice.key),
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
