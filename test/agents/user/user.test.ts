import { expect } from "chai";
import {
  getCreateAddress,
  JsonRpcProvider,
  Network,
  parseEther,
  Transaction,
  Wallet,
  type JsonRpcApiProvider,
} from "ethers";

import { asHex } from "../../../l2/base/hex.ts";
import { AgentError } from "../../../agents/runtime/errors.ts";
import { User } from "../../../agents/user/user.ts";
import { proveInclusion } from "../../../l2/batch/inclusion.ts";
import { Chain } from "../../../l2/chain/chain.ts";
import { devnet } from "../../../l2/protocol/config.ts";
import { keccakHex, keccakText } from "../../../l2/base/keccak.ts";
import { RpcServer } from "../../../l2/rpc/server.ts";
import { lying, type TestBatch } from "../../../testkit/batches.ts";
import { basics } from "../../../testkit/agents/kit.ts";
import { stageFixture } from "../../../testkit/agents/stage.ts";

describe("User", () => {
  const alice = new Wallet(keccakText("alice"));
  const bob = new Wallet(keccakText("bob")).address;
  const opened: { close(): Promise<unknown> }[] = [];

  afterEach(async () => {
    for (const part of opened.splice(0).toReversed()) await part.close();
  });

  /** A node over HTTP, whose sequencer makes a block whenever the user sleeps, unless it is stopped. */
  async function setUp() {
    const chain = await Chain.open(devnet([alice.address]));
    opened.push(chain);
    const start = async (port: number) => {
      const server = new RpcServer({ chain, port });
      const url = await server.listen();
      opened.push(server);
      return { server, url };
    };
    const { server, url } = await start(0);
    const network = Network.from(chain.config.chainId);
    const l2 = new JsonRpcProvider(url, network, { staticNetwork: network, cacheTimeout: -1, batchMaxCount: 1 });
    const { clock, log } = basics();
    const sequencer = { stopped: false };
    clock.onSleep = async () => {
      if (sequencer.stopped) return;
      await chain.produceBlock({ timestamp: 1_800_000_000, coinbase: bob, signer: alice });
    };
    const user = new User({ patience: 10_000 }, { wallet: alice, l2, clock, log });
    const balance = () => l2.getBalance(bob);
    return { chain, server, url, start, l2, clock, sequencer, user, balance };
  }

  for (const type of [0, 1, 2] as const) {
    it(`[1] [4] pays with a transaction of type ${type}, and is given the receipt`, async () => {
      const { user, l2 } = await setUp();
      const to = new Wallet(keccakText(`receiver ${type}`)).address;
      const receipt = await user.pay({ to, value: parseEther("1"), type });
      expect(receipt).to.include({ status: 1, blockNumber: 1, type });
      expect(await l2.getBalance(to)).to.equal(parseEther("1"));
    });
  }

  it("[1] [4] creates a contract and calls it", async () => {
    const { user, l2 } = await setUp();
    // Init code that leaves CALLVALUE, SSTORE at 0.
    const created = await user.pay({ value: 0n, data: "0x60035f8160095f39f3345f55" });
    expect(created.contractAddress).to.equal(getCreateAddress({ from: alice.address, nonce: 0 }));
    const contract = created.contractAddress!;
    expect(await l2.getCode(contract)).to.equal("0x345f55");
    await user.pay({ to: contract, value: 9n, data: "0x00" });
    expect(BigInt(await l2.getStorage(contract, 0))).to.equal(9n);
    const { message } = (await user.pay({ value: 0n, data: "0x5f5ffd" }).catch((error: unknown) => error)) as Error;
    expect(message, "a call that would fail is not sent").to.contain("execution reverted");
  });

  it("[3.2] [Q8] is told that a transaction failed, sends it again, and pays once", async () => {
    const { user, chain, clock, sequencer, l2 } = await setUp();
    const to = new Wallet(keccakText("receiver")).address;
    sequencer.stopped = true;
    let waited = 0;
    const { onSleep } = clock;
    clock.onSleep = async () => {
      if (++waited === 2) await chain.dropPending("the sequencer was silent");
      if (waited === 4) sequencer.stopped = false;
      await onSleep();
    };
    const receipt = await user.pay({ to, value: 5n });
    expect(receipt.status).to.equal(1);
    expect(await l2.getBalance(to)).to.equal(5n);
    expect(await l2.getTransactionCount(alice.address)).to.equal(1);
  });

  it("[3.2] gives up with the reason where the chain stays stopped", async () => {
    const { user, chain, sequencer, clock } = await setUp();
    sequencer.stopped = true;
    clock.onSleep = async () => {
      await chain.dropPending("the sequencer was silent");
    };
    const failure = await user.pay({ to: bob, value: 5n }).catch((error: unknown) => error);
    expect((failure as AgentError).code).to.equal("L2_UNAVAILABLE");
    expect((failure as AgentError).message).to.contain("the sequencer was silent");
  });

  it("[Q8] outlives a node that is down for a while", async () => {
    const { user, server, url, start, clock, balance } = await setUp();
    const raw = await user.sign({ to: bob, value: 7n });
    await server.close();
    let waited = 0;
    const { onSleep } = clock;
    clock.onSleep = async () => {
      if (++waited === 2) await start(Number(new URL(url).port));
      await onSleep();
    };
    const hash = await user.submit(raw);
    expect(await user.confirmation(hash)).to.include({ hash, status: 1 });
    expect((await balance()) >= 7n).to.equal(true);
  });

  it("[1] does not hide why a transaction is refused", async () => {
    const { user } = await setUp();
    const signed = Transaction.from(await user.sign({ to: bob, value: 1n }));
    signed.chainId = 5n;
    const raw = await alice.signTransaction(Transaction.from({ ...signed.toJSON(), signature: null, sig: null }));
    const failure = await user.submit(asHex(raw)).catch((error: unknown) => error);
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).to.contain("chain id");
  });

  describe("checks where its transaction is", () => {
    const load = stageFixture({ verifiers: 0 });

    /** A node that gives a proof of transaction 2 of a batch that stands on L1, with something changed. */
    async function ask(change: (answer: Record<string, unknown>, batch: TestBatch) => Record<string, unknown> | null) {
      const stage = await load();
      const batch = await stage.publish(await stage.world.batch(stage.world.genesis, stage.sequencer));
      const { context, ...proof } = proveInclusion(batch.transactions, batch.stateRoots, 2);
      const answer = {
        ...proof,
        index: "0x2",
        context: {
          number: String(context.number),
          timestamp: String(context.timestamp),
          coinbase: context.coinbase,
          randomness: context.randomness,
        },
        header: { ...batch.header },
      };
      const l2 = { send: () => Promise.resolve(change(answer, batch)) } as unknown as JsonRpcApiProvider;
      const { clock, log } = basics();
      const user = new User({}, { wallet: alice, l2, l1: stage.l1, clock, log });
      return user.prove(keccakHex(batch.transactions[2]!.raw));
    }

    const refused = async (...args: Parameters<typeof ask>): Promise<string> => {
      const failure = await ask(...args).catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(AgentError);
      expect((failure as AgentError).code).to.equal("ROOTS_DIFFER");
      return (failure as AgentError).message;
    };

    it("[Q7] believes a proof that holds against L1, and none that does not", async () => {
      const proven = await ask((answer) => answer);
      expect(proven).to.include({ final: false });
      expect(proven!.proof.index).to.equal(2);
      expect(await ask(() => null)).to.equal(undefined);

      expect(await refused((answer) => ({ ...answer, index: "0x3" }))).to.contain("MTTBR");
      expect(await refused((answer) => ({ ...answer, stateRoot: keccakText("another") }))).to.contain("MTSR");
      expect(await refused((answer) => ({ ...answer, txHash: keccakText("another") }))).to.contain("about transaction");
      expect(await refused((answer) => ({ ...answer, header: {} }))).to.contain("gave no proof");
      const forged = await refused((answer, batch) => ({
        ...answer,
        header: { ...lying(batch, { header: { gasUsed: 1n } }).header },
      }));
      expect(forged).to.contain("L1 has another batch");
    });
  });
});
