import { expect } from "chai";
import { concat, getBytes, toBeHex, toUtf8Bytes } from "ethers";
import hre from "hardhat";

import { signed } from "../../../testkit/signed.ts";
import { RANDOMNESS } from "../../../l2/protocol/l2-transaction.ts";
import { keccakHex, keccakText } from "../../../l2/base/keccak.ts";
import { buildBatch, executeBatch } from "../../../l2/batch/build.ts";
import { genesisHeader } from "../../../l2/batch/header.ts";
import { toSignedBlock } from "../../../l2/protocol/block.ts";
import type { Chain } from "../../../l2/chain/chain.ts";
import { Executor } from "../../../l2/execution/executor.ts";
import { asHex, concatHex, fromHex, toHex } from "../../../l2/base/hex.ts";
import type { Call } from "../../../l2/execution/simulation.ts";
import { Overlay, StateStore } from "../../../l2/state/state.ts";
import { contractOf, creation } from "../../../testkit/l2-contracts.ts";
import {
  alice,
  anyProducer,
  bob,
  carol,
  config,
  mine,
  openChain,
  producer,
  transfer,
} from "../../../testkit/l2/fixtures.ts";
import { deploying } from "../../../testkit/l2/programs.ts";

const { ethers } = await hre.network.create();

/** A point evaluation that holds: versioned hash, point, value, commitment, proof. */
const OPENING =
  "0x01e798154708fe7789429634053cbf9f99b619f9f084048927333fce637f549b564c0a11a0f704f4fc3e8acfe0f8245f0ad1347b378fbf" +
  "96e206da11a5d3630624d25032e67a7e6a4910df5834b8fe70e6bcfeeac0352434196bdf4b2485d5a18f59a8d2a1a625a17f3fea0fe5eb8c" +
  "896db3764f3185481bc22f91b4aaffcca25f26936857bc3a7c2539ea8ec3a952b7873033e038326e87ed3e1276fd140253fa08e9fc25fb2d" +
  "9a98527fc22a2c9612fbeafdad446cbc7bcdbdcd780af2c16a";

const context = { number: 1000n, timestamp: 1_700_000_123n, coinbase: producer.address, randomness: RANDOMNESS };

/** A call on the state of genesis. */
async function ask(fields: Partial<Call>, block = context) {
  const states = await StateStore.open();
  const executor = await Executor.at(config, new Overlay(states), await states.genesis(config));
  const call: Call = { from: alice.address, to: undefined, value: 0n, data: "0x", gas: 1_000_000n, accessList: [] };
  return await executor.call(block, { ...call, ...fields });
}

/** What code leaves on the stack. */
async function evaluate(code: string, block = context): Promise<bigint> {
  const { data, error } = await ask({ data: concatHex([code, "0x5f5260205ff3"]) }, block);
  expect(error).to.equal(undefined);
  return BigInt(data);
}

describe("Contracts", () => {
  it("[1] see the constants of the chain and of the block", async () => {
    expect(await evaluate("0x44"), "PREVRANDAO").to.equal(0n);
    const randomness = keccakText("randomness");
    expect(await evaluate("0x44", { ...context, randomness }), "PREVRANDAO").to.equal(BigInt(randomness));
    expect(await evaluate("0x4a"), "BLOBBASEFEE").to.equal(1n);
    expect(await evaluate("0x5f49"), "BLOBHASH").to.equal(0n);
    expect(await evaluate("0x45"), "GASLIMIT").to.equal(config.gasLimit);
    expect(await evaluate("0x48"), "BASEFEE").to.equal(config.baseFee);
    expect(await evaluate("0x46"), "CHAINID").to.equal(config.chainId);
    expect(await evaluate("0x43"), "NUMBER").to.equal(1000n);
    expect(await evaluate("0x42"), "TIMESTAMP").to.equal(1_700_000_123n);
    expect(await evaluate("0x41"), "COINBASE").to.equal(BigInt(producer.address));
  });

  it("[1] can be left uncreated by init code that reverts with any data, and see it", async () => {
    // Init code that reverts with 0xef: its creator gets the byte and the gas that is left.
    const creation = concat(["0x6760ef5f5360015ffd5f52", "0x600860185ff050"]);
    expect(await evaluate(concat([creation, "0x3d"])), "RETURNDATASIZE").to.equal(1n);
    expect(await evaluate(concat([creation, "0x5a"])), "GAS").to.be.greaterThan(800_000n);
  });

  it("[1] see hashes of the last 256 blocks that L1 can compute: those of their numbers", async () => {
    const hashOf = (number: bigint) => BigInt(keccakHex(toUtf8Bytes(number.toString())));
    for (const number of [1000n, 2n ** 60n + 1n]) {
      const block = { ...context, number };
      const hash = async (of: bigint) => await evaluate(concat(["0x7f", toBeHex(of, 32), "0x40"]), block);
      for (const reached of [number - 1n, number - 2n, number - 256n]) {
        expect(await hash(reached)).to.equal(hashOf(reached));
      }
      for (const beyond of [number, number + 1n, number - 257n, 2n ** 256n - 1n])
        expect(await hash(beyond)).to.equal(0n);
    }
    expect(await evaluate("0x5f40", { ...context, number: 256n })).to.equal(hashOf(0n));
    expect(await evaluate("0x5f40", { ...context, number: 257n })).to.equal(0n);
  });

  it("[1] evaluate points of blobs as L1 does", async () => {
    const to = toBeHex(10, 20);
    const altered = (at: number): string => {
      const bytes = getBytes(OPENING);
      bytes[at]! ^= 1;
      return toHex(bytes);
    };
    const zero = `0x${"00".repeat(32)}`;
    const infinity = concat(["0xc0", `0x${"00".repeat(47)}`]);
    const versioned = concat(["0x01", `0x${ethers.sha256(infinity).slice(4)}`]);
    const inputs = [
      OPENING,
      ...[0, 40, 63, 95, 100, 191].map(altered),
      OPENING.slice(0, -2),
      concat([versioned, zero, zero, infinity, infinity]),
      concat([versioned, toBeHex(7, 32), zero, infinity, infinity]),
      concat([versioned, zero, toBeHex(7, 32), infinity, infinity]),
    ];
    let held = 0;
    for (const data of inputs) {
      const expected = await ethers.provider.call({ to, data }).catch(() => undefined);
      const { data: found, error } = await ask({ to, data: asHex(data) });
      expect(error === undefined ? found : undefined, data).to.equal(expected);
      if (expected !== undefined) held += 1;
    }
    expect(held).to.equal(3);
  });

  it("[1] are charged for what their transaction is, and keep the rest", async () => {
    const chain = await openChain();
    // A contract that stores 1 at 0 and clears it again: a refund.
    const code = "0x60015f555f5f55";
    const created = await chain.addTransaction(
      await signed(alice, {
        ...{
          chainId: config.chainId,
          nonce: 0,
          data: deploying(code),
          gasLimit: 200_000n,
          gasPrice: 2n * config.baseFee,
        },
      }),
    );
    await mine(chain, []);
    const to = (await chain.receipt(created))!.created!;
    const before = (await (await chain.stateAt()).account(alice.address))!.balance;
    const raw = await transfer(alice, to, 1, { value: 0n, gasLimit: 100_000n, type: 0 });
    await mine(chain, [raw]);
    const receipt = (await chain.receipt(keccakHex(raw)))!;
    // 21000, then PUSH1 + PUSH0 + SSTORE (cold, set) and 2 PUSH0 + SSTORE (warm), less the refund of a fifth at most.
    const spent = 21_000n + 3n + 2n + 22_100n + 2n + 2n + 100n;
    expect(receipt.gasUsed).to.equal(spent - spent / 5n);
    const after = (await (await chain.stateAt()).account(alice.address))!.balance;
    expect(before - after).to.equal(receipt.gasUsed * receipt.effectiveGasPrice);
    await chain.close();
  });

  it("[1] [4] a transaction that fails is confirmed as failed, pays, and changes nothing else", async () => {
    const chain = await openChain();
    const create = async (nonce: number, data: string) =>
      await signed(alice, {
        ...{ chainId: config.chainId, nonce, data, gasLimit: 100_000n, gasPrice: 2n * config.baseFee, value: 5n },
      });
    const raws = [await create(0, "0x5f5ffd"), await create(1, "0xfe"), await create(2, "0x60ef5f5360015ff3")];
    const { transactionHashes } = await mine(chain, raws);
    const receipts = await Promise.all(transactionHashes.map((hash) => chain.receipt(hash)));
    expect(receipts.map((receipt) => receipt?.success)).to.deep.equal([false, false, false]);
    expect(receipts.map((receipt) => receipt!.gasUsed < 100_000n)).to.deep.equal([true, false, false]);
    const state = await chain.stateAt();
    for (const receipt of receipts) expect(await state.account(receipt!.created!)).to.equal(undefined);
    expect((await state.account(alice.address))?.nonce).to.equal(3n);
    await chain.close();
  });

  it("[3] [8d] [11.1] [9.1] live on peers, in batches and in snapshots as on the chain that made them", async () => {
    const chain = await openChain();
    const token = await contractOf("Token");
    const fees = { chainId: config.chainId, gasPrice: 2n * config.baseFee, gasLimit: 5_000_000n };
    const data = creation(token, ["Coffee", "CUP", alice.address, 1000n]);
    await mine(chain, [await signed(alice, { ...fees, nonce: 0, data })]);
    const to = (await chain.receipt(chain.head.transactionHashes[0]!))!.created!;
    for (const [place, recipient] of [bob, carol].entries()) {
      const call = token.interface.encodeFunctionData("transfer", [recipient.address, 7n]);
      await mine(chain, [await signed(alice, { ...fees, nonce: place + 1, to, data: call })]);
    }
    const receiptsOf = async (of: Chain) =>
      await Promise.all(
        [1, 2, 3].map(async (number) => (await of.receipt((await of.block(number))!.transactionHashes[0]!))!),
      );
    const receipts = await receiptsOf(chain);
    expect(receipts.map(({ logs }) => logs.length)).to.deep.equal([1, 1, 1]);

    const peer = await openChain();
    for (const block of await chain.blocks(1, 3)) await peer.importBlock(toSignedBlock(block), anyProducer);
    expect(await receiptsOf(peer)).to.deep.equal(receipts);

    const place = {
      parent: genesisHeader(config, chain.base.stateRoot),
      epoch: 0n,
      term: 1n,
      sequencer: producer.address,
    };
    const batch = await buildBatch(chain, 1, 3, place);
    const adopting = await openChain();
    await adopting.adoptBatch(batch.transactions, 0);
    expect(await receiptsOf(adopting)).to.deep.equal(receipts);
    expect(adopting.head.hash).to.equal(chain.head.hash);
    const states = await StateStore.open();
    await states.genesis(config);
    const execution = await executeBatch(config, states, batch.header.preStateRoot, batch.transactions);
    expect(execution).to.deep.include({ stateRoots: batch.stateRoots, gasUsed: batch.header.gasUsed });

    const snapshot = { data: await chain.exportSnapshot(2), stateRoot: (await chain.block(2))!.stateRoot };
    const late = await openChain({ snapshot });
    expect(late.base.logsBloom).to.equal((await chain.block(2))!.logsBloom);
    await late.importBlock(toSignedBlock(chain.head), anyProducer);
    const code = await (await late.stateAt()).code(to);
    expect(code).to.equal(await (await chain.stateAt()).code(to));
    const { codeHash } = (await (await late.stateAt()).account(to))!;
    expect(await late.states.witnessItem(codeHash), "as a string in RLP").to.deep.equal(
      getBytes(ethers.encodeRlp(code)),
    );
    expect(await late.states.witnessItem(late.head.stateRoot)).to.not.equal(undefined);
    expect(await late.states.witnessItem(keccakText("nothing"))).to.equal(undefined);
    for (const opened of [chain, peer, adopting, late]) await opened.close();
  });

  it("never takes a missing state for an invalid transaction", async () => {
    const states = await StateStore.open();
    const root = await states.genesis(config);
    const { keccakHex } = await import("../../../l2/base/keccak.ts");
    keccakHex;
    const executor = await Executor.at(config, new Overlay(states), root);
    const raw = await signed(alice, {
      ...{ chainId: config.chainId, nonce: 0, data: deploying("0x5f54"), gasLimit: 100_000n },
      gasPrice: config.baseFee,
    });
    await executor.execute(context, executor.decode(fromHex(raw)));
    const changes = executor.changes();
    const code = changes.find(({ key }) => key.length > 65);
    await states.keep(changes.filter((change) => change !== code));
    const lacking = await Executor.at(config, new Overlay(states), executor.stateRoot);
    const to = ethers.getCreateAddress({ from: alice.address, nonce: 0 });
    const call = lacking.decode(fromHex(await transfer(bob, to, 0, { gasLimit: 50_000n })));
    const error: unknown = await lacking.execute(context, call).catch((thrown: unknown) => thrown);
    expect(error).to.have.property("code", "UNKNOWN_STATE");
  });
});
