import { codeItem } from "../../agents/execution/preimages.ts";
import { MAX_TRANSACTION_GAS, isPrecompile } from "../../l2/evm/fork.ts";
import { RANDOMNESS } from "../../l2/protocol/l2-transaction.ts";
import { expect } from "chai";
import { type BaseContract, concat, dataSlice, encodeRlp, getAddress, id, keccak256, toBeHex } from "ethers";
import hre, { network } from "hardhat";

import { deployExecutor, execute } from "../../testkit/execution/executor.ts";
import { type Random, randomSource } from "../../testkit/execution/random.ts";
import {
  type Allocation,
  type ChainConstants,
  type Expected,
  type Input,
  Reference,
} from "../../testkit/execution/reference.ts";
import { type Fields, type Signer, signTransaction, signer } from "../../testkit/execution/transactions.ts";

const { ethers } = await network.create();

/** Random transactions, fewer where instrumented code is slow; `METIS_FUZZ_TRANSACTIONS` asks for another number. */
const TRANSACTIONS = Number(process.env["METIS_FUZZ_TRANSACTIONS"] ?? (hre.globalOptions.coverage ? 60 : 1000));

const ETHER = 10n ** 18n;

const CHAINS: ChainConstants[] = [
  { chainId: 1088n, baseFee: 7n, gasLimit: 30_000_000n },
  { chainId: 1n, baseFee: 0n, gasLimit: 60_000n },
  { chainId: 4_503_599_627_370_475n, baseFee: 1_000_000_000n, gasLimit: 2n ** 53n },
];

async function deploy(chain: ChainConstants) {
  return deployExecutor(ethers, chain);
}

function address(number: bigint): string {
  return toBeHex(number, 20);
}

const CODE = Uint8Array.of(0x60, 0x00);

/** The accounts that random transactions move between. */
class Population {
  readonly random: Random;
  readonly users: Signer[];
  /** Accounts in the state with neither nonce nor balance: a touch deletes them. */
  readonly empty: string[];
  readonly contract = address(0xc0de0000c0den);
  readonly signerWithCode = signer("0x01");
  readonly lastNonce = signer("0x02");
  readonly accounts = new Map<string, Allocation>();

  constructor(seed: string) {
    this.random = randomSource(seed);
    this.users = Array.from({ length: 24 }, (_, i) => signer(id(`${seed} ${i}`)));
    this.empty = Array.from({ length: 12 }, (_, i) => dataSlice(id(`${seed} empty ${i}`), 0, 20));
    for (const [i, { address }] of this.users.entries()) {
      // A few can hardly pay, and a few hold more than 2^128.
      const balance = [ETHER, 10n ** 14n, 2n ** 130n][i % 7] ?? ETHER;
      this.accounts.set(address, { balance, nonce: i % 5 === 0 ? 2n ** 64n - 60n : BigInt(i % 3) });
    }
    for (const address of this.empty) this.accounts.set(address, { balance: 0n });
    const code = CODE;
    this.accounts.set(this.contract, { balance: 5n, nonce: 1n, code });
    this.accounts.set(this.signerWithCode.address, { balance: ETHER, code });
    this.accounts.set(this.lastNonce.address, { balance: ETHER, nonce: 2n ** 64n - 1n });
  }

  pick<T>(items: readonly T[]): T {
    return items[this.random(items.length)]!;
  }

  big(bytes: number): bigint {
    let value = 0n;
    for (let i = 0; i < bytes; i++) value = (value << 8n) | BigInt(this.random(256));
    return value;
  }

  fresh(): string {
    return address(this.big(20));
  }

  coinbase(): string {
    return this.pick([
      () => this.pick(this.users).address,
      () => this.pick(this.empty),
      () => this.fresh(),
      () => this.contract,
      () => address(BigInt(1 + this.random(10))),
      () => address(0n),
    ])();
  }

  recipient(sender: string, coinbase: string): string {
    const to = this.pick([
      () => sender,
      () => coinbase,
      () => this.pick(this.users).address,
      () => this.pick(this.users).address,
      () => this.pick(this.empty),
      () => this.fresh(),
      () => address(0n),
    ])();
    // Precompiles and contracts have tests of their own.
    return to === this.contract || isPrecompile(BigInt(to)) ? sender : to;
  }

  /** A transaction that is valid on the state. */
  async valid(reference: Reference, coinbase: string): Promise<{ fields: Fields; sender: Signer }> {
    const { chainId, baseFee, gasLimit } = reference.chain;
    const limit = gasLimit < MAX_TRANSACTION_GAS ? gasLimit : MAX_TRANSACTION_GAS;
    for (;;) {
      const sender = this.pick(this.users);
      const account = await reference.account(sender.address);
      if (account === undefined || account.nonce === 2n ** 64n - 1n) continue;
      const type = this.random(3) as 0 | 1 | 2;
      const accessList =
        type === 0
          ? []
          : Array.from(
              { length: this.random(4) },
              () => [this.fresh(), Array.from({ length: this.random(3) }, () => toBeHex(this.big(32), 32))] as const,
            );
      const intrinsic = accessList.reduce((gas, [, keys]) => gas + 2400n + 1900n * BigInt(keys.length), 21_000n);
      const offered = this.pick([intrinsic, intrinsic + BigInt(this.random(10_000)), limit]);
      const tipCap = this.pick([0n, 1n, BigInt(this.random(2000))]);
      const feeCap = baseFee + this.pick([0n, tipCap, 3n * tipCap]);
      const fields: Fields = {
        type,
        chainId,
        nonce: account.nonce,
        tipCap: tipCap > feeCap ? feeCap : tipCap,
        feeCap,
        gasLimit: offered,
        to: this.recipient(sender.address, coinbase),
        value: 0n,
        data: "0x",
        accessList,
      };
      const spendable = account.balance - offered * feeCap;
      if (offered < intrinsic || offered > limit || spendable < 0n) continue;
      fields.value = this.pick([0n, 0n, spendable && 1n, spendable, spendable / 3n, this.big(5) % (spendable + 1n)]);
      return { fields, sender };
    }
  }

  /** Makes a valid transaction invalid. */
  spoil(fields: Fields, sender: Signer, { baseFee, gasLimit }: ChainConstants): string {
    const changes: (Partial<Fields> & { by?: Signer })[] = [
      { nonce: fields.nonce + 1n },
      { nonce: fields.nonce === 0n ? 1n : fields.nonce - 1n },
      { chainId: fields.chainId + 1n },
      { value: 2n ** 200n },
      // The fee alone, and fee and value together, exceed 256 bits.
      { feeCap: 2n ** 255n },
      { value: 2n ** 256n - 1n },
      { gasLimit: 20_999n },
      { gasLimit: gasLimit + 1n },
      // Below the base fee; where there is none, below the tip.
      { type: 2, feeCap: baseFee === 0n ? 0n : baseFee - 1n, tipCap: baseFee === 0n ? 1n : 0n },
      { type: 2, tipCap: fields.feeCap + 1n },
      { nonce: 0n, by: this.signerWithCode },
      { nonce: 2n ** 64n - 1n, by: this.lastNonce },
      { by: signer(toBeHex(this.big(32), 32)) },
    ];
    const { by, ...change } = this.pick(changes);
    return signTransaction({ ...fields, ...change }, (by ?? sender).key);
  }
}

describe("Executor", () => {
  for (const [i, chain] of CHAINS.entries()) {
    it(`[11.9] gives the roots of @ethereumjs/vm on random batches, chain ${chain.chainId}`, async function () {
      this.timeout(60_000 + TRANSACTIONS * 100);
      const executor = await deploy(chain);
      let [valid, invalid, deleted] = [0, 0, 0];
      for (let round = 0; valid + invalid < TRANSACTIONS / CHAINS.length; round++) {
        const world = new Population(`batch ${i} ${round}`);
        const reference = await Reference.create(chain, world.accounts);
        const preStateRoot = reference.root;
        const inputs: Input[] = [];
        const expected: Expected[] = [];
        // A sender's code decides whether it may send.
        const nodes = [codeItem(CODE)];
        const size = 1 + world.random(30);
        for (let n = 0; n <= size; n++) {
          const context = {
            number: 1n + BigInt(n >> 2),
            timestamp: BigInt(n),
            coinbase: world.coinbase(),
            randomness: RANDOMNESS,
          };
          const { fields, sender } = await world.valid(reference, context.coinbase);
          const raw = n < size ? signTransaction(fields, sender.key) : world.spoil(fields, sender, chain);
          inputs.push({ context, raw });
          const { outcomes, nodes: read } = await reference.run(inputs.slice(-1));
          expect(outcomes[0]!.valid, `batch ${i} ${round}, transaction ${n}`).to.equal(n < size);
          expected.push(...outcomes);
          nodes.push(...read);
        }
        // What follows an invalid transaction is not executed.
        const outcomes = await execute(executor, [...inputs, inputs[0]!], preStateRoot, nodes);
        expect(outcomes).to.deep.equal(expected);
        valid += size;
        invalid += 1;
        for (const empty of world.empty) if ((await reference.account(empty)) === undefined) deleted++;
      }
      if (TRANSACTIONS >= 500) expect(deleted).to.be.greaterThan(0);
    });
  }

  describe("accounts that are touched", () => {
    const chain = CHAINS[0]!;
    const [alice, empty, other] = [signer(id("alice")), address(0xe1n), address(0xe2n)];
    const accounts = new Map<string, Allocation>([
      [alice.address, { balance: ETHER }],
      [empty, { balance: 0n }],
      [other, { balance: 0n }],
      [address(0x77n), { balance: 1n }],
    ]);
    const fields: Fields = {
      type: 2,
      chainId: chain.chainId,
      nonce: 0n,
      tipCap: 0n,
      feeCap: chain.baseFee,
      gasLimit: 21_000n,
      to: empty,
      value: 0n,
      data: "0x",
      accessList: [],
    };

    for (const { title, change, coinbase, left } of [
      { title: "deletes an empty recipient and an empty coinbase", change: {}, coinbase: other, left: [] },
      { title: "deletes an empty account that is both", change: {}, coinbase: empty, left: [other] },
      {
        title: "keeps an empty recipient that gets the fee as coinbase",
        change: { tipCap: 1n, feeCap: chain.baseFee + 1n },
        coinbase: empty,
        left: [empty, other],
      },
      { title: "keeps an empty recipient that gets a wei", change: { value: 1n }, coinbase: other, left: [empty] },
      {
        title: "creates none for no value and no fee",
        change: { to: address(0x99n) },
        coinbase: address(0x98n),
        left: [empty, other],
      },
      {
        title: "leaves a coinbase alone that sends to itself",
        change: { to: alice.address },
        coinbase: alice.address,
        left: [empty, other],
      },
    ]) {
      it(`[11.9] ${title}`, async () => {
        const executor = await deploy(chain);
        const reference = await Reference.create(chain, accounts);
        const preStateRoot = reference.root;
        const raw = signTransaction({ ...fields, ...change }, alice.key);
        const inputs = [{ context: { number: 1n, timestamp: 1n, coinbase, randomness: RANDOMNESS }, raw }];
        const { outcomes, nodes } = await reference.run(inputs);
        expect(await execute(executor, inputs, preStateRoot, nodes)).to.deep.equal(outcomes);
        const found = await Promise.all([empty, other].map((account) => reference.account(account)));
        expect([empty, other].filter((_, i) => found[i] !== undefined)).to.deep.equal(left);
        for (const fresh of [0x98n, 0x99n]) expect(await reference.account(address(fresh))).to.equal(undefined);
      });
    }
  });

  it("[11.9] lets an account send nothing for nothing that the state does not have", async () => {
    const chain = CHAINS[1]!;
    const nobody = signer(id("nobody"));
    const reference = await Reference.create(chain, new Map([[address(0x77n), { balance: 1n }]]));
    const preStateRoot = reference.root;
    const raw = signTransaction(
      {
        type: 2,
        chainId: chain.chainId,
        nonce: 0n,
        tipCap: 0n,
        feeCap: 0n,
        gasLimit: 21_000n,
        to: address(0x78n),
        value: 0n,
        data: "0x",
        accessList: [],
      },
      nobody.key,
    );
    const inputs = [{ context: { number: 1n, timestamp: 1n, coinbase: address(0x79n), randomness: RANDOMNESS }, raw }];
    const { outcomes, nodes } = await reference.run(inputs);
    expect(outcomes[0]!.valid).to.equal(true);
    expect((await reference.account(nobody.address))?.nonce).to.equal(1n);
    expect(await execute(await deploy(chain), inputs, preStateRoot, nodes)).to.deep.equal(outcomes);
  });

  describe("a state that is none", () => {
    const chain = CHAINS[0]!;
    const alice = signer(id("alice"));
    const fields: Fields = {
      type: 0,
      chainId: chain.chainId,
      nonce: 1n,
      tipCap: chain.baseFee,
      feeCap: chain.baseFee,
      gasLimit: 21_000n,
      to: alice.address,
      value: 0n,
      data: "0x",
      accessList: [],
    };
    const [root, code] = [keccak256("0x80"), keccak256("0x")];

    /** The only leaf of a state with a value for an account. */
    function leafOf(value: string): string {
      return encodeRlp([concat(["0x20", keccak256(alice.address)]), value]);
    }

    function run(executor: BaseContract, value: string): Promise<Expected[]> {
      const node = leafOf(value);
      const inputs = [
        {
          context: { number: 1n, timestamp: 1n, coinbase: alice.address, randomness: RANDOMNESS },
          raw: signTransaction(fields, alice.key),
        },
      ];
      return execute(executor, inputs, keccak256(node), node);
    }

    it("[11.9] executes on a sound leaf", async () => {
      const [outcome] = await run(await deploy(chain), encodeRlp(["0x01", "0x0de0b6b3a7640000", root, code]));
      expect(outcome!.valid).to.equal(true);
      expect(outcome!.stateRoot).to.equal(
        keccak256(leafOf(encodeRlp(["0x02", toBeHex(ETHER - 21_000n * chain.baseFee, 8), root, code]))),
      );
    });

    for (const [name, value] of Object.entries<string>({
      "no list": "0x83010203",
      "an empty list": "0xc0",
      "three items": encodeRlp(["0x01", "0x01", root]),
      "five items": encodeRlp(["0x01", "0x01", root, code, "0x01"]),
      "a nonce of 9 bytes": encodeRlp([`0x01${"00".repeat(8)}`, "0x01", root, code]),
      "a nonce with a leading zero": encodeRlp(["0x00", "0x01", root, code]),
      "a balance of 33 bytes": encodeRlp(["0x01", `0x01${"00".repeat(32)}`, root, code]),
      "a balance with a leading zero": encodeRlp(["0x01", "0x0001", root, code]),
      "a list as balance": encodeRlp(["0x01", ["0x01"], root, code]),
      "a storage root of 31 bytes": encodeRlp(["0x01", "0x01", dataSlice(root, 1), code]),
      "lists as hashes": encodeRlp(["0x01", "0x01", Array.from({ length: 32 }, () => "0x01"), code]),
      "a code hash of 33 bytes": encodeRlp(["0x01", "0x01", root, `${code}00`]),
      "bytes behind the list": concat([encodeRlp(["0x01", "0x01", root, code]), "0x00"]),
    })) {
      it(`[11.5] reverts on an account that is none: ${name}`, async () => {
        const executor = await deploy(chain);
        await expect(run(executor, value))
          .to.be.revertedWithCustomError(executor, "MalformedAccount")
          .withArgs(getAddress(alice.address));
      });
    }
  });

  it("[11.9] refuses constants out of their range", async () => {
    const limits = { memoryLimit: 2n ** 32n - 1n, transactionLimit: 7n, accessLimit: 8n, authorizationLimit: 9n };
    const constants = { ...CHAINS[0]!, blobBaseFee: 6n, ...limits };
    const executor = await deployExecutor(ethers, constants);
    const interpreter = await executor.getFunction("interpreter")();
    const factory = await ethers.getContractFactory("Executor");
    const limit = 2n ** 63n - 37n;
    for (const [field, value, most] of [
      ["chainId", 0n, limit],
      ["chainId", limit + 1n, limit],
      ["gasLimit", 2n ** 64n, 2n ** 64n - 1n],
      ["memoryLimit", 2n ** 32n, 2n ** 32n - 1n],
    ] as const) {
      await expect(factory.deploy({ ...constants, [field]: value }, interpreter))
        .to.be.revertedWithCustomError(executor, "ExecutorOutOfRange")
        .withArgs(field, value, most);
    }
    for (const [field, value] of Object.entries(constants)) {
      expect(await executor.getFunction(field)()).to.equal(value);
    }
  });
});
