import { expect } from "chai";
import type { Wallet } from "ethers";
import { type BaseContract, type TransactionRequest, concat, getCreateAddress, toBeHex } from "ethers";
import hre from "hardhat";

import type { L2Transaction } from "../../l2/batch/encoding.ts";
import type { SignedBlock } from "../../l2/block.ts";
import { Chain } from "../../l2/chain.ts";
import { MACHINE_SIZE, MAX_GAS_LIMIT, chainCommon } from "../../l2/config.ts";
import { TransactionError } from "../../l2/errors.ts";
import { Executor } from "../../l2/executor.ts";
import { type Hex, fromHex, toHex } from "../../l2/hex.ts";
import { fitsMachine } from "../../l2/machine/machine.ts";
import { encodeWitness, readTouched, touchedBy } from "../../l2/reads.ts";
import { Overlay, StateStore } from "../../l2/state.ts";
import { transitionWitness } from "../../l2/witness.ts";
import { deployExecutor, execute } from "../execution/support/executor.ts";
import { type Random, randomSource } from "../execution/support/random.ts";
import { config, mine, openChain, producer, transfer, users } from "./fixtures.ts";
import { deploying } from "./programs.ts";

const { ethers } = await hre.network.create({ override: { blockGasLimit: 10n ** 9n, transactionGasCap: 10n ** 9n } });

const context = { number: 3n, timestamp: BigInt(config.genesisTimestamp), coinbase: producer.address };
const PLENTY = 10n ** 9n;

const push = (value: number): Hex => `0x62${toBeHex(value, 3).slice(2)}`;

const sizeOf = (code: string): number => code.length / 2 - 1;

/** Code that does something a number of times; the number of times left is on top of the stack. */
function repeat(before: string, times: number, ...body: string[]): string {
  const code = concat(body);
  const start = sizeOf(before) + 4;
  const end = push(start + 8 + sizeOf(code) + 9);
  return concat([before, push(times), "0x5b8015", end, "0x57", code, "0x60019003", push(start), "0x565b00"]);
}

/** Calls an account with a word of calldata that says a number. */
const call = (to: string, argument: number): string =>
  concat([push(argument), "0x5f52", "0x5f5f60205f5f73", to, "0x5af150"]);

/** Puts 900 items on the stack and calls itself, one level less deep than its calldata says. */
const DIVES = concat([
  "0x5f358015",
  push(932),
  "0x57",
  `0x${"5f".repeat(900)}`,
  "0x5f356001900360005260205f5f30",
  "0x5af1005b00",
]);

/** Returns as many bytes as its calldata says. */
const RETURNS = "0x5f355ff3";

const LARGE_CONTRACTS = 18;

interface World {
  readonly states: StateStore;
  readonly root: Hex;
  readonly dives: string;
  readonly returns: string;
  readonly large: readonly string[];
}

const [sender, deployer] = users as [Wallet, Wallet];

/** A state with contracts to call. */
async function build(): Promise<World> {
  const states = await StateStore.open();
  const executor = await Executor.at(config, new Overlay(states), await states.genesis(config));
  let nonce = 0;
  const deploy = async (code: string): Promise<string> => {
    const raw = await creation(deployer, code, nonce);
    const { success } = await executor.execute(context, executor.decode(fromHex(raw)));
    expect(success).to.equal(true);
    return getCreateAddress({ from: deployer.address, nonce: nonce++ });
  };
  const dives = await deploy(deploying(DIVES));
  const returns = await deploy(deploying(RETURNS));
  const large: string[] = [];
  while (large.length < LARGE_CONTRACTS) large.push(await deploy("0x6160005ff3"));
  await states.keep(executor.changes());
  return { states, root: executor.stateRoot, dives, returns, large };
}

/** A transaction whose init code is a program. */
async function creation(from: Wallet, data: string, nonce: number, more: TransactionRequest = {}): Promise<string> {
  const fees = { maxFeePerGas: 2n * config.baseFee, maxPriorityFeePerGas: 1n };
  const { chainId } = config;
  return await from.signTransaction({ type: 2, chainId, nonce, data, gasLimit: MAX_GAS_LIMIT, ...fees, ...more });
}

describe("Machines", () => {
  let world: World;
  let l1: BaseContract;

  before(async () => {
    world = await build();
    l1 = await deployExecutor(ethers, { ...config, machineSize: BigInt(MACHINE_SIZE) });
  });

  /** The verdict of the L2, and what it says that the machine takes at most. */
  async function judge(raw: string): Promise<{ valid: boolean; bound: number; executor: Executor }> {
    const executor = await Executor.at(config, new Overlay(world.states), world.root);
    let valid = true;
    try {
      await executor.execute(context, executor.decode(fromHex(raw)));
    } catch (error) {
      if (!(error instanceof TransactionError) || error.code !== "MACHINE_TOO_LARGE") throw error;
      valid = false;
    }
    return { valid, bound: executor.machineBound, executor };
  }

  /** Expects the outcome of L1 to be that of the L2, the state after it included. */
  async function expectSame(raw: string): Promise<boolean> {
    const { valid, executor } = await judge(raw);
    const list: L2Transaction[] = [{ context, raw: fromHex(raw) }];
    const witness = toHex(await transitionWitness(config, world.states, world.root, list));
    const [outcome] = await execute(l1, [{ context, raw: toHex(fromHex(raw)) }], world.root, witness, PLENTY);
    expect(outcome?.valid).to.equal(valid);
    expect(outcome?.stateRoot).to.equal(executor.stateRoot);
    if (!valid) expect(executor.stateRoot).to.equal(world.root);
    return valid;
  }

  type Case = (count: number) => { code: string; more?: TransactionRequest };
  const cases: Record<string, [from: number, to: number, make: () => Case]> = {
    "a memory that grows at once": [150_000, 165_000, () => (n) => ({ code: concat([push(n), "0x515000"]) })],
    "a memory that grows between things to keep": [
      560,
      660,
      () => (n) => ({ code: repeat("0x", n, "0x805952", "0x80805d") }),
    ],
    "calls within calls with full stacks": [4, 12, () => (n) => ({ code: call(world.dives, n) })],
    "many transient slots": [1_000, 1_100, () => (n) => ({ code: repeat("0x", n, "0x80805d") })],
    "many slots of an access list": [
      500,
      600,
      () => (n) => {
        const storageKeys = Array.from({ length: n }, (_, key) => toBeHex(key, 32));
        return { code: "0x00", more: { accessList: [{ address: world.dives, storageKeys }] } };
      },
    ],
    "code of other accounts": [
      15,
      LARGE_CONTRACTS,
      () => (n) => ({ code: concat(world.large.slice(0, n).map((address) => concat(["0x73", address, "0x3b50"]))) }),
    ],
    "long data that a call returns": [150_000, 165_000, () => (n) => ({ code: call(world.returns, n) })],
    "a power with a long exponent": [
      1,
      64,
      () => (n) => ({ code: concat(["0x6104005f52", push(n), "0x602052610400604052", "0x5f5f6108605f5f60055af150"]) }),
    ],
  };
  for (const [name, [from, to, make]] of Object.entries(cases)) {
    it(`[11.5] are as large on the L2 as on L1, up to the last byte: ${name}`, async () => {
      const transaction = async (n: number): Promise<string> => {
        const { code, more } = make()(n);
        return await creation(sender, code, 0, more);
      };
      let [fits, exceeds] = [from, to];
      while (exceeds - fits > 1) {
        const middle = (fits + exceeds) >> 1;
        if ((await judge(await transaction(middle))).valid) fits = middle;
        else exceeds = middle;
      }
      expect([fits, exceeds]).not.to.include.oneOf([from, to]);
      expect(await expectSame(await transaction(fits))).to.equal(true);
      expect(await expectSame(await transaction(exceeds))).to.equal(false);
    });
  }

  it("[2b] [3] a transaction that takes too large a one is dropped, and makes a block wrong", async () => {
    const chain = await openChain();
    const peer = await openChain();
    const gas = { gasLimit: 2_000_000n };
    const large = await creation(sender, concat([push(200_000), "0x515000"]), 0, gas);
    const next = await creation(sender, "0x00", 1, gas);
    const other = await transfer(deployer, sender.address, 0);
    const hash = await chain.addTransaction(large);
    await chain.addTransaction(next);
    const block = (await mine(chain, [other])) as SignedBlock;
    expect(block.transactions).to.deep.equal([other]);
    expect(await chain.status(hash)).to.deep.include({ status: "dropped" });
    expect(JSON.stringify(await chain.status(hash))).to.contain(`expected at most ${MACHINE_SIZE} bytes`);

    // The sender's nonce is free for another one, and what waited goes on.
    const instead = await creation(sender, "0x00", 0, gas);
    const last = await mine(chain, [instead]);
    expect(last.transactions).to.deep.equal([instead, next]);

    const forged = { ...block, transactions: [other, large] as Hex[] };
    await expectRefusal(
      peer.importBlock(forged, () => true),
      /Transaction 1 of block 1 is invalid: .*memory/,
    );
    await peer.importBlock(block, () => true);
    expect(peer.head.hash).to.equal(block.hash);
    const batch = [other, large].map((raw) => ({ context: { ...context, number: 1n }, raw: fromHex(raw) }));
    await expectRefusal(peer.adoptBatch(batch, 0), /of the batch is invalid: .*memory/);
    expect(peer.head.hash).to.equal(block.hash);
  });

  it("[1] a chain with more gas for a transaction than L1 can execute is refused", async () => {
    const opened = Chain.open({ ...config, gasLimit: MAX_GAS_LIMIT + 1n });
    await expectRefusal(opened, /gas limit is 8000001, expected at most 8000000/);
  });

  for (const seed of ["a", "b", "c"]) {
    it(`[11.5] are as large on the L2 as on L1, and at most as large as is said: random programs (${seed})`, async () => {
      const random = randomSource(`machines ${seed}`);
      const verdicts = new Set<boolean>();
      for (let index = 0; index < 12; index++) {
        const raw = await randomTransaction(world, random);
        verdicts.add(await expectSame(raw));
        const { bound, executor } = await judge(raw);
        const transaction = executor.decode(fromHex(raw));
        const read = new Map<string, Uint8Array>();
        const touched = touchedBy(executor.touched, transaction, context);
        await readTouched(chainCommon(config), new Overlay(world.states, read), world.root, touched);
        const witness = encodeWitness(read);
        expect(await fitsMachine(config, context, transaction, world.root, witness, bound)).to.equal(true);
      }
      expect([...verdicts]).to.have.length(2);
    });
  }
});

async function expectRefusal(action: Promise<unknown>, reason: RegExp): Promise<void> {
  const error = await action.catch((thrown: unknown) => thrown);
  expect(error).to.be.instanceOf(Error);
  expect((error as Error).message).to.match(reason);
}

/** A transaction that takes room in a machine for all kinds of things, often about as much as there is. */
async function randomTransaction({ dives, returns, large }: World, random: Random): Promise<string> {
  const someone = (): string => large[random(LARGE_CONTRACTS)] ?? dives;
  const value = (most: number): string => push(random(most));
  const creating = (size: number): string => concat(["0x64", "0x61", toBeHex(size, 2), "0x5ff35f526005601b5ff050"]);
  const pieces: (() => string)[] = [
    () => concat([value(60_000), "0x5150"]),
    () => concat([value(3_000), "0x59015150"]),
    () => concat([value(50), "0x5450"]),
    () => concat([value(3), value(50), "0x55"]),
    () => concat([value(3), value(50), "0x5d"]),
    () => call(dives, random(6)),
    () => call(returns, random(60_000)),
    () => concat(["0x73", someone(), ["0x3b", "0x31", "0x3f"][random(3)] ?? "0x3b", "0x50"]),
    () => concat([value(9_000), "0x5f5f73", someone(), "0x3c"]),
    () => concat(["0x5f5f5f5f600173", someone(), "0x5af150"]),
    () => creating(random(20_000)),
    () => concat([value(40_000), "0x5f5ff050"]),
    () => "0x60fe5f5360015f5ff050",
    () => concat(["0x5f5f", value(30_000), "0x5f60045afa50"]),
  ];
  const body = concat(Array.from({ length: 1 + random(14) }, () => pieces[random(pieces.length)]?.() ?? "0x"));
  const step = ["0x805952", "0x80805d", "0x808055", "0x80545059610400015150"][random(4)] ?? "0x";
  const code = random(2) === 0 ? body : repeat(body, random(500), step);
  const storageKeys = Array.from({ length: random(2) * random(400) }, (_, key) => toBeHex(key, 32));
  return await creation(sender, code, 0, { accessList: [{ address: dives, storageKeys }] });
}
