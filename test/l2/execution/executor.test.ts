import { expect } from "chai";

import { RANDOMNESS } from "../../../l2/protocol/l2-transaction.ts";
import { fromHex, toHex } from "../../../l2/base/hex.ts";
import { TransactionError } from "../../../l2/protocol/errors.ts";
import { Executor, checkState } from "../../../l2/execution/executor.ts";
import { Overlay, StateStore } from "../../../l2/state/state.ts";
import { NO_CODE } from "../../../l2/state/trie.ts";
import { assemble } from "../../../conformance/fuzz/assembly.ts";
import { alice, bob, config, producer, transfer } from "../../../testkit/l2/fixtures.ts";

const context = {
  number: 1n,
  timestamp: BigInt(config.genesisTimestamp),
  coinbase: producer.address,
  randomness: RANDOMNESS,
};

describe("Executor", () => {
  let states: StateStore;
  let executor: Executor;

  beforeEach(async () => {
    states = await StateStore.open();
    executor = await Executor.at(config, new Overlay(states), await states.genesis(config));
  });

  const run = async (...parameters: Parameters<typeof transfer>) =>
    executor.execute(context, executor.decode(fromHex(await transfer(...parameters))));
  const balance = async (address: string): Promise<bigint> => (await executor.account(address))?.balance ?? 0n;

  it("[1] moves value, burns the base fee and pays the tip to the coinbase", async () => {
    const before = await balance(alice.address);
    const outcome = await run(alice, bob.address, 0, { value: 5n });
    expect(outcome).to.deep.include({ gasUsed: 21_000n, success: true, logs: [], stateRoot: executor.stateRoot });
    const tip = 1_000_000_000n;
    expect(await balance(alice.address)).to.equal(before - 5n - 21_000n * (config.baseFee + tip));
    expect(await balance(producer.address)).to.equal(21_000n * tip);
    expect(executor.touched.has(bob.address.toLowerCase())).to.equal(true);
  });

  it("[1] gives what code logged, and keeps nothing of a transaction that failed but its fees", async () => {
    const logging = toHex(assemble("PUSH1 0x07 PUSH0 PUSH0 LOG1 STOP"));
    const { logs } = await run(alice, "", 0, { to: null, value: 0n, data: logging, gasLimit: 100_000 });
    expect(logs).to.have.length(1);
    expect(BigInt(logs[0]!.topics[0]!)).to.equal(7n);
    const failing = toHex(assemble("PUSH1 0x07 PUSH0 PUSH0 LOG1 INVALID"));
    const failed = await run(alice, "", 1, { to: null, value: 9n, data: failing, gasLimit: 100_000 });
    expect(failed).to.deep.include({ success: false, gasUsed: 100_000n, logs: [] });
    expect((await executor.account(alice.address))?.nonce).to.equal(2n);
  });

  it("[1] refuses what the state does not allow, and leaves the state as it was", async () => {
    const { stateRoot } = executor;
    const error = await run(alice, bob.address, 1).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(TransactionError).with.property("code", "NONCE_TOO_HIGH");
    expect(executor.stateRoot).to.equal(stateRoot);
    expect(executor.changes()).to.deep.equal([]);
  });

  it("[11.1] leaves a state to whoever keeps its changes, each one", async () => {
    const { stateRoot: first } = await run(alice, bob.address, 0);
    const { stateRoot: second } = await run(bob, alice.address, 0);
    expect(await states.has(first)).to.equal(false);
    await states.keep(executor.changes());
    for (const root of [first, second]) expect(await states.has(root)).to.equal(true);
    const resumed = await Executor.at(config, new Overlay(states), first);
    const { stateRoot } = await resumed.execute(
      context,
      resumed.decode(fromHex(await transfer(bob, alice.address, 0))),
    );
    expect(stateRoot).to.equal(second);
  });

  it("[1] checks nonce, balance and code of the sender", async () => {
    const transaction = executor.decode(fromHex(await transfer(alice, bob.address, 3)));
    const cost = 10n ** 18n + 21_000n * transaction.feeCap;
    const account = { nonce: 3n, balance: cost, codeHash: NO_CODE, storageRoot: NO_CODE };
    const codeOf = (change: Partial<typeof account>, options?: { laterNonce: boolean }): string | undefined => {
      try {
        checkState(transaction, { ...account, ...change }, options);
        return undefined;
      } catch (error) {
        return (error as TransactionError).code;
      }
    };
    expect(codeOf({})).to.equal(undefined);
    expect(codeOf({ nonce: 4n })).to.equal("NONCE_TOO_LOW");
    expect(codeOf({ nonce: 2n })).to.equal("NONCE_TOO_HIGH");
    expect(codeOf({ nonce: 2n }, { laterNonce: true })).to.equal(undefined);
    expect(codeOf({ balance: cost - 1n })).to.equal("INSUFFICIENT_FUNDS");
    expect(codeOf({ codeHash: account.storageRoot.replace(/.$/, "f") as typeof NO_CODE })).to.equal("SENDER_HAS_CODE");
    expect(() => {
      checkState(transaction, undefined);
    }).to.throw(TransactionError, "expected 0");
  });
});
