import { expect } from "chai";
import { JsonRpcProvider, Transaction, getCreateAddress, toBeHex } from "ethers";

import { RANDOMNESS } from "../../../l2/protocol/l2-transaction.ts";
import { keccakHex, keccakText } from "../../../l2/base/keccak.ts";
import { toSignedBlock } from "../../../l2/protocol/block.ts";
import { Burden, bearableSteps } from "../../../l2/evm/burden.ts";
import type { Chain } from "../../../l2/chain/chain.ts";
import { Executor } from "../../../l2/execution/executor.ts";
import { type Hex, asHex, fromHex } from "../../../l2/base/hex.ts";
import { RpcServer } from "../../../l2/rpc/server.ts";
import { Overlay } from "../../../l2/state/state.ts";
import type { FuzzCase } from "../../../conformance/fuzz/case.ts";
import { runReference } from "../../../conformance/fuzz/reference.ts";
import { callees, codes, pages, storage, transient, transientLoop } from "../../../conformance/scenes/roaming.ts";
import { hex, op } from "../../../conformance/scenes/scenes.ts";
import { HEAVIEST } from "../../../conformance/scenes/heaviest.ts";
import { WORST } from "../../../conformance/scenes/worst.ts";
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
  users,
} from "../../../testkit/l2/fixtures.ts";
import { deploying } from "../../../testkit/l2/programs.ts";

/** How many calls of L1 a transaction fills for each that it may fill. */
async function share(make: FuzzCase): Promise<number> {
  const burden = new Burden();
  const { expected, exceptions } = await runReference(make, { burden });
  expect(exceptions).to.deep.equal([undefined]);
  return burden.steps / Number(bearableSteps(expected[0]!.gasUsed));
}

describe("Burden", function () {
  this.timeout(120_000);

  const roaming: Record<string, () => FuzzCase> = {
    "long codes that it reads in turn": () => codes(30),
    "long contracts that it calls in turn": () => callees(30),
    "pages of memory, calldata and returned data": () => pages(50),
    "thousands of transient slots": () => transient(5),
    "thousands of slots": () => storage(25),
  };
  for (const [title, make] of Object.entries(roaming)) {
    it(`[11.8] [11.9] exceeds its bound if a transaction alternates between ${title}`, async () => {
      expect(await share(make())).to.be.greaterThan(1);
    });
  }

  it("[11.8] [11.9] stays low for a transaction that uses much, but each thing once", async () => {
    for (const [title, make] of [...WORST, ...HEAVIEST]) expect(await share(make()), title).to.be.at.most(0.25);
  });

  it("counts gas of frames within frames once", () => {
    const burden = new Burden();
    const [outer, inner] = [{}, {}];
    burden.run(outer, 300_000n);
    burden.carryMemory(outer, 0, 32);
    burden.run(inner, 200_000n);
    burden.run(inner, 110_000n);
    // Had 190,000 been counted, the call of L1 would be over, and the page would have to come again.
    burden.run(outer, 205_000n);
    for (let page = 0; page < 28; page++) burden.carry(`page ${page}`, 1_400);
    burden.carryMemory(outer, 0, 32);
    expect(burden.steps).to.equal(0);
    burden.run(outer, 194_000n);
    for (let page = 0; page < 28; page++) burden.carry(`page ${page}`, 1_400);
    expect(burden.steps).to.equal(0);
    burden.carryMemory(outer, 0, 32);
    expect(burden.steps).to.equal(1);
  });

  describe("on a chain", () => {
    let chain: Chain;
    let peer: Chain;
    /** A transaction that reads two long codes in turn. */
    let roam: (rounds: number, nonce?: number) => Promise<Hex>;

    before(async () => {
      [chain, peer] = [await openChain(), await openChain()];
      const deploy = async (nonce: number, code: string): Promise<string> => {
        const fields = { value: 0, gasLimit: 7_000_000, data: deploying(asHex(code)) };
        await mine(chain, [await transfer(alice, "", nonce, { ...fields, to: null })]);
        return getCreateAddress({ from: alice.address, nonce });
      };
      const long = (name: string): string => {
        const words = Array.from({ length: 760 }, (_, index) => keccakText(`${name} ${index}`).slice(2));
        return `0x00${words.join("")}`;
      };
      const read = [await deploy(0, long("left")), await deploy(1, long("right"))]
        .map((of) => op("EXTCODECOPY", of, 0, 1, 1))
        .join(" ");
      const loop = `${op("CALLDATALOAD", 0)} :1 ${read} PUSH1 0x01 SWAP1 SUB DUP1 PUSH2 @1 JUMPI STOP`;
      const to = await deploy(2, hex(loop));
      roam = (rounds, nonce = 0) =>
        transfer(bob, to, nonce, { value: 0, gasLimit: 1_000_000, data: toBeHex(rounds, 32) });
      for (const block of await chain.blocks(1, 3)) await peer.importBlock(toSignedBlock(block), anyProducer);
    });
    after(async () => {
      await chain.close();
      await peer.close();
    });

    it("[2b] [11.8] a block leaves out what could not be defended in time, and its sender learns why", async () => {
      const [heavy, plain] = [await roam(200), await transfer(carol, alice.address, 0)];
      const block = await mine(chain, [heavy, plain]);
      expect(block.transactions).to.deep.equal([plain]);
      const status = await chain.status(keccakHex(heavy));
      expect(status)
        .to.have.property("reason")
        .that.matches(/would fill \d+ calls of L1, expected at most \d+ for \d+ gas/);
      // The transaction that was left out changed nothing.
      await peer.importBlock(toSignedBlock(block), anyProducer);
      expect(peer.head.stateRoot).to.equal(block.stateRoot);
    });

    it("[2b] a block spends only so much time on such transactions, and on each of them now and then", async () => {
      const heavy = hex(transientLoop(5));
      const fees = { maxFeePerGas: 5n * config.baseFee, maxPriorityFeePerGas: 2n * config.baseFee };
      const flood = users
        .slice(3, 12)
        .map((from) => transfer(from, "", 0, { to: null, value: 0, data: heavy, gasLimit: 1_000_000, ...fees }));
      const [call, plain] = [await roam(1), await transfer(carol, alice.address, 1)];
      const first = await mine(chain, [...(await Promise.all(flood)), call, plain]);
      // Eight were tried. What could be too heavy waits, what cannot does not.
      expect(first.transactions).to.deep.equal([plain]);
      expect(chain.pendingCount).to.equal(2);
      const again = await flood[0]!;
      const second = await mine(chain, [again]);
      expect(second.transactions).to.deep.equal([call]);
      expect(await chain.status(keccakHex(again))).to.deep.equal({ status: "pending" });
      await mine(chain, [await transfer(carol, alice.address, 2)], chain.head.timestamp + 30);
      expect(await chain.status(keccakHex(again))).to.have.property("status", "dropped");
      for (const block of await chain.blocks(5, 7)) await peer.importBlock(toSignedBlock(block), anyProducer);
    });

    it("[3] [S3] a peer refuses a block that has it", async () => {
      const block = toSignedBlock(await mine(chain, [await transfer(carol, alice.address, 3)]));
      const before = peer.head;
      const forged = { ...block, transactions: [await roam(200, 1)] };
      const error: unknown = await peer.importBlock(forged, anyProducer).catch((thrown: unknown) => thrown);
      expect(error).to.have.property("code", "BAD_TRANSACTION");
      expect(error).to.have.nested.property("cause.code", "TOO_HEAVY");
      expect(peer.head).to.equal(before);
      await peer.importBlock(block, anyProducer);
    });

    it("whoever verifies a batch executes it like L1, which has no such rule", async () => {
      const executor = await Executor.at(config, new Overlay(chain.states), chain.head.stateRoot);
      const context = {
        number: 9n,
        timestamp: BigInt(chain.head.timestamp),
        coinbase: producer.address,
        randomness: RANDOMNESS,
      };
      const { success, gasUsed } = await executor.execute(context, executor.decode(fromHex(await roam(200, 1))));
      expect([success, gasUsed > 50_000n]).to.deep.equal([true, true]);
    });

    it("[1] a node gives no estimate for it but the reason, and answers calls that are only asked", async () => {
      const server = new RpcServer({ chain, port: 0 });
      const provider = new JsonRpcProvider(await server.listen(), undefined, { cacheTimeout: -1 });
      const { to, from, data } = Transaction.from(await roam(200, 1));
      try {
        const estimate: unknown = await provider.estimateGas({ to, from, data }).catch((thrown: unknown) => thrown);
        expect(estimate)
          .to.have.nested.property("info.error.message")
          .that.matches(/would fill \d+ calls of L1/);
        expect(await provider.call({ to, from, data })).to.equal("0x");
      } finally {
        provider.destroy();
        await server.close();
      }
    });
  });
});
