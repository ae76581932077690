import { expect } from "chai";
import { AbiCoder, type TransactionRequest, dataLength, toBeHex } from "ethers";
import hre from "hardhat";

import { signed } from "../../../testkit/signed.ts";
import { RANDOMNESS } from "../../../l2/protocol/l2-transaction.ts";
import { Chain } from "../../../l2/chain/chain.ts";
import { ACCESS_LIMIT, MAX_GAS_LIMIT, TRANSACTION_LIMIT } from "../../../l2/protocol/config.ts";
import { MEMORY_LIMIT } from "../../../l2/evm/memory-limit.ts";
import { FALLIBLE_LIMIT, MODEXP_LIMIT } from "../../../l2/evm/precompile-limits.ts";
import { ChainError, TransactionError, type TransactionErrorCode } from "../../../l2/protocol/errors.ts";
import { Executor } from "../../../l2/execution/executor.ts";
import { type Hex, ZERO_HASH, fromHex, toHex } from "../../../l2/base/hex.ts";
import { type CallResult, OUT_OF_GAS } from "../../../l2/execution/simulation.ts";
import { Overlay, StateStore } from "../../../l2/state/state.ts";
import { transitionWitness } from "../../../l2/execution/witness.ts";
import { assemble, push } from "../../../conformance/fuzz/assembly.ts";
import { deployExecutor, execute } from "../../../testkit/execution/executor.ts";
import { alice, bob, config, mine, openChain, producer } from "../../../testkit/l2/fixtures.ts";

const { ethers } = await hre.network.create({ override: { blockGasLimit: 10n ** 9n, transactionGasCap: 10n ** 9n } });

const context = {
  number: 1n,
  timestamp: BigInt(config.genesisTimestamp),
  coinbase: producer.address,
  randomness: RANDOMNESS,
};

/** More than anything here costs. */
const GAS = 2_000_000n;

const number = (value: number): string => push(BigInt(value));
const code = (text: string): Hex => toHex(assemble(text));

/** Pushes the place of a word that makes memory as large as this. */
const word = (size: number): string => number(size - 32);

/** Instructions that make memory as large as they are told. */
const GROWING: Record<string, (size: number) => string> = {
  MLOAD: (size) => `${word(size)} MLOAD`,
  MSTORE: (size) => `PUSH0 ${word(size)} MSTORE`,
  MSTORE8: (size) => `PUSH0 ${number(size - 1)} MSTORE8`,
  "MCOPY to": (size) => `PUSH1 0x20 PUSH0 ${word(size)} MCOPY`,
  "MCOPY from": (size) => `PUSH1 0x20 ${word(size)} PUSH0 MCOPY`,
  KECCAK256: (size) => `PUSH1 0x20 ${word(size)} KECCAK256`,
  LOG0: (size) => `PUSH1 0x20 ${word(size)} LOG0`,
  LOG1: (size) => `PUSH0 PUSH1 0x20 ${word(size)} LOG1`,
  LOG2: (size) => `PUSH0 PUSH0 PUSH1 0x20 ${word(size)} LOG2`,
  LOG3: (size) => `PUSH0 PUSH0 PUSH0 PUSH1 0x20 ${word(size)} LOG3`,
  LOG4: (size) => `PUSH0 PUSH0 PUSH0 PUSH0 PUSH1 0x20 ${word(size)} LOG4`,
  CALLDATACOPY: (size) => `PUSH1 0x20 PUSH0 ${word(size)} CALLDATACOPY`,
  CODECOPY: (size) => `PUSH1 0x20 PUSH0 ${word(size)} CODECOPY`,
  EXTCODECOPY: (size) => `PUSH1 0x20 PUSH0 ${word(size)} ADDRESS EXTCODECOPY`,
  RETURNDATACOPY: (size) =>
    `PUSH0 PUSH0 PUSH1 0x20 PUSH0 PUSH1 0x04 GAS STATICCALL PUSH1 0x20 PUSH0 ${word(size)} RETURNDATACOPY`,
  "CALL with": (size) => `PUSH0 PUSH0 PUSH1 0x20 ${word(size)} PUSH0 PUSH1 0x04 GAS CALL`,
  "CALL into": (size) => `PUSH1 0x20 ${word(size)} PUSH0 PUSH0 PUSH0 PUSH1 0x04 GAS CALL`,
  "CALLCODE with": (size) => `PUSH0 PUSH0 PUSH1 0x20 ${word(size)} PUSH0 PUSH1 0x04 GAS CALLCODE`,
  "CALLCODE into": (size) => `PUSH1 0x20 ${word(size)} PUSH0 PUSH0 PUSH0 PUSH1 0x04 GAS CALLCODE`,
  "DELEGATECALL with": (size) => `PUSH0 PUSH0 PUSH1 0x20 ${word(size)} PUSH1 0x04 GAS DELEGATECALL`,
  "DELEGATECALL into": (size) => `PUSH1 0x20 ${word(size)} PUSH0 PUSH0 PUSH1 0x04 GAS DELEGATECALL`,
  "STATICCALL with": (size) => `PUSH0 PUSH0 PUSH1 0x20 ${word(size)} PUSH1 0x04 GAS STATICCALL`,
  "STATICCALL into": (size) => `PUSH1 0x20 ${word(size)} PUSH0 PUSH0 PUSH1 0x04 GAS STATICCALL`,
  CREATE: (size) => `PUSH1 0x20 ${word(size)} PUSH0 CREATE`,
  CREATE2: (size) => `PUSH0 PUSH1 0x20 ${word(size)} PUSH0 CREATE2`,
  RETURN: (size) => `PUSH1 0x20 ${word(size)} RETURN`,
  REVERT: (size) => `PUSH1 0x20 ${word(size)} REVERT`,
};

/** Returns an item of the stack, the size of what the last call returned, and the gas that is left. */
const REPORT = "PUSH0 MSTORE RETURNDATASIZE PUSH1 0x20 MSTORE GAS PUSH1 0x40 MSTORE PUSH1 0x60 PUSH0 RETURN";

/** Runs code in a frame of its own, as init code, and reports. */
function parentOf(child: string, before = ""): Hex {
  const size = number(assemble(child).length);
  return code(`${before} ${size} PUSH2 @0 PUSH0 CODECOPY ${size} PUSH0 PUSH0 CREATE ${REPORT} .0 ${code(child)}`);
}

async function ask(data: Hex, to?: string, gas = GAS): Promise<CallResult> {
  const states = await StateStore.open();
  const executor = await Executor.at(config, new Overlay(states), await states.genesis(config));
  return await executor.call(context, { from: alice.address, to, value: 0n, data, gas, accessList: [] });
}

async function report(data: Hex): Promise<{ item: bigint; returned: bigint; left: bigint }> {
  const result = await ask(data);
  expect(result.error).to.equal(undefined);
  const words = AbiCoder.defaultAbiCoder().decode(["uint256", "uint256", "uint256"], result.data);
  const [item, returned, left] = words as unknown as [bigint, bigint, bigint];
  return { item, returned, left };
}

/** Expects that a frame ended with all of its gas, and that its caller went on with what it had kept back. */
async function expectHalt(child: string): Promise<void> {
  const { item, returned, left } = await report(parentOf(child));
  expect([item, returned]).to.deep.equal([0n, 0n]);
  expect(Number(left)).to.be.within(1, Number(GAS / 64n));
}

async function expectGoing(child: string, { before = "", reverts = false } = {}): Promise<void> {
  const { item, returned, left } = await report(parentOf(child, before));
  expect([item > 0n, returned]).to.deep.equal(reverts ? [false, 32n] : [true, 0n]);
  expect(Number(left)).to.be.greaterThan(Number(GAS / 2n));
}

describe("Limits", () => {
  for (const [name, grow] of Object.entries(GROWING)) {
    it(`[1] memory grows to the limit, and halts the frame beyond it: ${name}`, async () => {
      await expectGoing(grow(MEMORY_LIMIT), { reverts: name === "REVERT" });
      await expectHalt(grow(MEMORY_LIMIT + 1));
    });
  }

  it("[1] each frame has a memory of its own, and an empty range is in it wherever it lies", async () => {
    const full = `${word(MEMORY_LIMIT)} MLOAD POP`;
    await expectGoing(full, { before: full });
    await expectGoing(`${full} PUSH0 PUSH0 NOT KECCAK256`);
    await expectHalt("PUSH1 0x01 PUSH0 NOT KECCAK256");
  });

  it("[1] [4] a transaction that goes beyond a limit is confirmed as failed, and pays all of its gas", async () => {
    const chain = await openChain();
    const data = code(`${word(MEMORY_LIMIT + 1)} MLOAD`);
    const fees = { gasLimit: 200_000n, gasPrice: 2n * config.baseFee };
    const raw = await signed(alice, { chainId: config.chainId, nonce: 0, data, ...fees });
    const { transactionHashes } = await mine(chain, [raw]);
    expect(await chain.receipt(transactionHashes[0]!)).to.deep.include({ success: false, gasUsed: 200_000n });
    expect((await (await chain.stateAt()).account(alice.address))?.nonce).to.equal(1n);
    await chain.close();
  });

  it("[11.5] L1 finds memory too large where the L2 does, up to the last byte", async () => {
    const states = await StateStore.open();
    const root = await states.genesis(config);
    const l1 = await deployExecutor(ethers, { ...config, memoryLimit: BigInt(MEMORY_LIMIT) });
    const fees = { gasLimit: GAS, gasPrice: 2n * config.baseFee };
    for (const [name, grow] of Object.entries(GROWING)) {
      for (const size of [MEMORY_LIMIT, MEMORY_LIMIT + 1]) {
        const data = parentOf(grow(size));
        const raw = await signed(alice, { chainId: config.chainId, nonce: 0, data, ...fees });
        const executor = await Executor.at(config, new Overlay(states), root);
        const { gasUsed, stateRoot } = await executor.execute(context, executor.decode(fromHex(raw)));
        const witness = await transitionWitness(config, states, root, [{ context, raw: fromHex(raw) }]);
        const outcomes = await execute(l1, [{ context, raw }], root, toHex(witness), 10n ** 9n);
        expect(outcomes, `${name}, ${size} bytes`).to.deep.equal([{ valid: true, gasUsed, stateRoot }]);
      }
    }
  }).timeout(120_000);

  it("[1] a precompile whose price is above its limit fails with the gas of its call", async () => {
    // A pairing costs 45,000, and 34,000 a pair. No transaction can pay for more than MODEXP's limit.
    const pairs = (count: bigint): Hex => toHex(new Uint8Array(192 * Number(count)));
    expect(MODEXP_LIMIT >= MAX_GAS_LIMIT, "MODEXP").to.equal(true);
    const cases = [
      [8, pairs((FALLIBLE_LIMIT - 45_000n) / 34_000n), pairs((FALLIBLE_LIMIT - 45_000n) / 34_000n + 1n)],
      [0x0c, toHex(new Uint8Array(160 * 706)), toHex(new Uint8Array(160 * 707))],
    ] as const;
    for (const [address, fits, exceeds] of cases) {
      const precompile = toBeHex(address, 20);
      expect((await ask(fits, precompile, MAX_GAS_LIMIT)).error, `${address}`).to.equal(undefined);
      expect(await ask(exceeds, precompile, MAX_GAS_LIMIT)).to.deep.include({
        error: OUT_OF_GAS,
        gasUsed: MAX_GAS_LIMIT,
      });
    }
  });

  it("[1] [11.5] the L2 and L1 find a transaction, or its access list, too large from the same size on", async () => {
    const states = await StateStore.open();
    const root = await states.genesis(config);
    const limits = { transactionLimit: BigInt(TRANSACTION_LIMIT), accessLimit: BigInt(ACCESS_LIMIT) };
    const l1 = await deployExecutor(ethers, { ...config, ...limits });
    const keys = (count: number): string[] => Array.from({ length: count }, () => ZERO_HASH);
    const sign = async (fields: TransactionRequest): Promise<string> =>
      await signed(alice, {
        ...{ chainId: config.chainId, nonce: 0, to: bob.address, gasLimit: GAS, gasPrice: 2n * config.baseFee },
        ...fields,
      });
    const sized = async (size: number): Promise<string> => {
      for (let length = size - 200; ;) {
        const raw = await sign({ type: 1, data: toHex(new Uint8Array(length)) });
        if (dataLength(raw) === size) return raw;
        length += size - dataLength(raw);
      }
    };
    const listed = (lists: string[][]): Promise<string> =>
      sign({ type: 1, accessList: lists.map((storageKeys) => ({ address: bob.address, storageKeys })) });
    const none = Array.from({ length: ACCESS_LIMIT }, () => []);
    const cases: readonly (readonly [raw: string, code?: TransactionErrorCode])[] = [
      [await sized(TRANSACTION_LIMIT)],
      [await sized(TRANSACTION_LIMIT + 1), "TOO_LARGE"],
      [await listed([keys(ACCESS_LIMIT - 1)])],
      [await listed([keys(ACCESS_LIMIT)]), "ACCESS_LIST_TOO_LONG"],
      [await listed(none)],
      [await listed([...none, []]), "ACCESS_LIST_TOO_LONG"],
      [await listed([...none.slice(1), keys(1)]), "ACCESS_LIST_TOO_LONG"],
    ];
    for (const [raw, code] of cases) {
      const executor = await Executor.at(config, new Overlay(states), root);
      const decode = () => executor.decode(fromHex(raw));
      let expected = { valid: false, gasUsed: 0n, stateRoot: root };
      if (code === undefined) {
        const { gasUsed, stateRoot } = await executor.execute(context, decode());
        expected = { valid: true, gasUsed, stateRoot };
      } else {
        expect(decode).to.throw(TransactionError, "expected at most").with.property("code", code);
      }
      const witness = await transitionWitness(config, states, root, [{ context, raw: fromHex(raw) }]);
      const outcomes = await execute(l1, [{ context, raw }], root, toHex(witness), 10n ** 9n);
      expect(outcomes, code ?? "fits").to.deep.equal([expected]);
    }
  });

  it("[1] a chain with more gas for a transaction than L1 can execute is refused", async () => {
    const opening = Chain.open({ ...config, gasLimit: MAX_GAS_LIMIT + 1n });
    const error = await opening.catch((thrown: unknown) => thrown as ChainError);
    expect(error).to.be.instanceOf(ChainError).with.property("code", "BAD_CONFIG");
    expect((error as ChainError).message).to.contain("gas limit is 8000001, expected at most 8000000");
  });
});
