/** What L1 has to be given for transactions of accounts that run the code of others (EIP-7702). */
import { expect } from "chai";
import { type TransactionRequest, getAddress, toBeHex } from "ethers";
import hre from "hardhat";

import { signed } from "../../../testkit/signed.ts";
import { RANDOMNESS } from "../../../l2/protocol/l2-transaction.ts";
import { Executor } from "../../../l2/execution/executor.ts";
import { fromHex, toHex } from "../../../l2/base/hex.ts";
import { Overlay, StateStore } from "../../../l2/state/state.ts";
import { transitionWitness } from "../../../l2/execution/witness.ts";
import { assemble } from "../../../conformance/fuzz/assembly.ts";
import { deployExecutor, execute } from "../../../testkit/execution/executor.ts";
import { alice, bob, carol, config as usual, producer } from "../../../testkit/l2/fixtures.ts";

const { ethers } = await hre.network.create();

const KEEPER = getAddress(toBeHex(0xc0de, 20));
const CALLER = getAddress(toBeHex(0xca11, 20));
const config = {
  ...usual,
  predeploys: {
    [KEEPER]: toHex(assemble("ADDRESS PUSH0 SSTORE CALLER PUSH1 0x01 SSTORE")),
    [CALLER]: toHex(
      assemble(`PUSH0 PUSH0 PUSH0 PUSH0 PUSH0 PUSH20 ${bob.address.toLowerCase()} PUSH3 0x030d40 CALL PUSH0 SSTORE`),
    ),
  },
};
const context = {
  number: 1n,
  timestamp: BigInt(config.genesisTimestamp),
  coinbase: producer.address,
  randomness: RANDOMNESS,
};

describe("Witnesses of delegated accounts", () => {
  let states: StateStore;
  let root: Awaited<ReturnType<StateStore["genesis"]>>;
  let l1: Awaited<ReturnType<typeof deployExecutor>>;
  let delegate: string;

  before(async () => {
    states = await StateStore.open();
    root = await states.genesis(config);
    l1 = await deployExecutor(ethers, config);
    const authorization = await bob.authorize({ chainId: config.chainId, address: KEEPER, nonce: 0 });
    delegate = await sign(alice, 0, { type: 4, to: carol.address, authorizationList: [authorization] });
  });

  async function sign(from: typeof alice, nonce: number, fields: TransactionRequest): Promise<string> {
    const fees = { gasLimit: 300_000n, maxFeePerGas: 2n * config.baseFee, maxPriorityFeePerGas: 1n };
    return await signed(from, { type: 2, chainId: config.chainId, nonce, ...fees, ...fields });
  }

  /** Executes transactions on the L2, and on L1 with the witness that an agent makes of them. */
  async function run(raws: readonly string[]): Promise<bigint[]> {
    const executor = await Executor.at(config, new Overlay(states), root);
    const expected = [];
    for (const raw of raws) {
      const { gasUsed, stateRoot } = await executor.execute(context, executor.decode(fromHex(raw)));
      expected.push({ valid: true, gasUsed, stateRoot });
    }
    const transactions = raws.map((raw) => ({ context, raw: fromHex(raw) }));
    const witness = await transitionWitness(config, states, root, transactions);
    const inputs = raws.map((raw) => ({ context, raw }));
    expect(await execute(l1, inputs, root, toHex(witness))).to.deep.equal(expected);
    return expected.map(({ gasUsed }) => gasUsed);
  }

  it("[11.5] have who authorised, whether or not it counts", async () => {
    await run([delegate]);
    const late = await bob.authorize({ chainId: config.chainId, address: KEEPER, nonce: 7 });
    await run([await sign(alice, 0, { type: 4, to: carol.address, authorizationList: [late] })]);
  });

  it("[11.5] have the code of a sender, and of whom it delegates to", async () => {
    await run([delegate, await sign(bob, 1, { to: carol.address, value: 1n })]);
    await run([delegate, await sign(bob, 1, { to: bob.address, value: 1n })]);
    await run([delegate, await sign(carol, 0, { to: bob.address, value: 1n })]);
  });

  it("[11.5] have what a call reads, wherever its gas ends", async () => {
    for (let gasLimit = 21_000n; gasLimit < 80_000n; gasLimit += 997n) {
      await run([delegate, await sign(carol, 0, { to: CALLER, gasLimit })]);
    }
  });
});
