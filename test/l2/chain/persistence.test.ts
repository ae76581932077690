import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

import type { Hex } from "../../../l2/base/hex.ts";
import { keccakHex, keccakText } from "../../../l2/base/keccak.ts";
import { executeBatch } from "../../../l2/batch/build.ts";
import { toSignedBlock } from "../../../l2/protocol/block.ts";
import { Chain } from "../../../l2/chain/chain.ts";
import { ChainError } from "../../../l2/protocol/errors.ts";
import { StateStore } from "../../../l2/state/state.ts";
import { alice, anyProducer, bob, carol, config, mine, openChain, transfer } from "../../../testkit/l2/fixtures.ts";

describe("Chain on disk", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), "metis-chain-"));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it("[Q3] reopens where it was closed, with its receipts, states and dropped transactions", async () => {
    const chain = await openChain({ directory });
    const raws = [await transfer(alice, bob.address, 0), await transfer(alice, bob.address, 1)];
    for (const raw of raws) await mine(chain, [raw]);
    await chain.rollbackTo(1, "batch 2 was proven wrong");
    await mine(chain, [await transfer(carol, bob.address, 0)]);
    const [head, receipt] = [chain.head, await chain.receipt(keccakHex(raws[0]!))];
    await chain.close();
    await chain.close();
    const closed = await chain.addTransaction(raws[1]!).catch((error: unknown) => error as ChainError);
    expect(closed).to.have.property("code", "CLOSED");

    const reopened = await openChain({ directory });
    expect(reopened.head).to.deep.equal(head);
    expect(reopened.base.number).to.equal(0);
    expect(await reopened.receipt(keccakHex(raws[0]!))).to.deep.equal(receipt);
    expect(await reopened.status(keccakHex(raws[1]!))).to.deep.equal({
      status: "dropped",
      reason: "batch 2 was proven wrong",
      block: 2,
    });
    const first = await (await reopened.stateAt(0)).account(alice.address);
    expect(first?.nonce).to.equal(0n);
    expect((await mine(reopened, [raws[1]!])).number).to.equal(3);
    await reopened.close();
  });

  it("refuses a directory of another chain", async () => {
    await (await openChain({ directory })).close();
    const error = await Chain.open({ ...config, baseFee: 7n }, { directory }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(ChainError).with.property("code", "WRONG_CHAIN");
    const alloc = { [alice.address]: 1n };
    const other = await Chain.open({ ...config, alloc }, { directory }).catch((thrown: unknown) => thrown);
    expect(other).to.have.property("code", "WRONG_CHAIN");
    await (await openChain({ directory })).close();
  });

  it("[Q3] survives a kill in the middle of its work with a head that has its whole state", async () => {
    const script = fileURLToPath(new URL("producer-process.ts", import.meta.url));
    let seen = 0;
    for (const kills of [3, 9]) {
      const child = spawn(process.execPath, [script, directory], { stdio: ["ignore", "pipe", "inherit"] });
      for await (const line of createInterface(child.stdout)) {
        seen = Number(line);
        if (seen >= kills) break;
      }
      child.kill("SIGKILL");
      await once(child, "exit");
      const chain = await openChain({ directory });
      expect(chain.head.number).to.be.at.least(seen);
      const blocks = await chain.blocks(0, chain.head.number);
      expect(blocks).to.have.length(chain.head.number + 1);
      const peer = await openChain();
      for (const block of blocks.slice(1)) await peer.importBlock(toSignedBlock(block), anyProducer);
      expect(peer.head).to.deep.equal(chain.head);
      const snapshot = await chain.exportSnapshot();
      expect(snapshot).to.deep.equal(await peer.exportSnapshot());
      await peer.close();
      await chain.close();
    }
  }).timeout(60_000);

  it("[9.1] [Q10] starts from a snapshot and goes on with the chain", async () => {
    const chain = await openChain();
    for (let nonce = 0; nonce < 3; nonce++) await mine(chain, [await transfer(alice, bob.address, nonce)]);
    const data = await chain.exportSnapshot(2);
    const { stateRoot } = (await chain.block(2))!;
    const restored = await openChain({ directory, snapshot: { data, stateRoot } });
    expect(restored.head.number).to.equal(2);
    expect(restored.head.hash).to.equal((await chain.block(2))?.hash);
    expect(await restored.importBlock(toSignedBlock(chain.head), anyProducer)).to.deep.equal(chain.head);
    expect(await restored.block(1)).to.equal(undefined);
    const proof = await (await restored.stateAt()).proof(bob.address);
    expect(proof).to.deep.equal(await (await chain.stateAt()).proof(bob.address));
    const tooFar = await restored.rollbackTo(1, "before the snapshot").catch((thrown: unknown) => thrown);
    expect(tooFar).to.have.property("code", "UNKNOWN_BLOCK");
    await restored.rollbackTo(2, "to the snapshot");
    expect(await restored.adoptBatch(await chain.transactions(3, 3), 2)).to.deep.equal([]);
    expect(restored.head.hash).to.equal(chain.head.hash);
    await restored.close();
    const reopened = await openChain({ directory });
    expect(reopened.head.hash).to.equal(chain.head.hash);
    expect(reopened.base.number).to.equal(2);
    await reopened.close();
    await chain.close();
  });

  it("[9.1] refuses a snapshot that is not of the state that L1 knows", async () => {
    const chain = await openChain();
    await mine(chain, [await transfer(alice, bob.address, 0)]);
    const data = await chain.exportSnapshot();
    const { stateRoot } = chain.head;
    const refuses = async (bytes: Uint8Array, root: Hex, message: RegExp) => {
      const error = await openChain({ snapshot: { data: bytes, stateRoot: root } }).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(ChainError).with.property("code", "BAD_SNAPSHOT");
      expect((error as Error).message).to.match(message);
    };
    await refuses(data, keccakText("another state"), /state root is .*, expected/);
    await refuses(data.slice(0, -1), stateRoot, /ends inside the piece/);
    const altered = Uint8Array.from(data);
    altered[altered.length - 1]! ^= 1;
    await refuses(altered, stateRoot, /node [0-9a-f]+ is missing/);
    await refuses(new Uint8Array(), stateRoot, /empty/);
    await refuses(new Uint8Array([0, 0, 0, 1, 65]), stateRoot, /block is malformed/);
    const text = Buffer.from(data)
      .toString("latin1")
      .replace(/"timestamp":\d/, '"timestamp":9');
    await refuses(Uint8Array.from(Buffer.from(text, "latin1")), stateRoot, /does not have the hash/);
    await chain.close();
  });

  it("[11.1] re-executes batches on a store of its own that is reopened", async () => {
    const chain = await openChain();
    await mine(chain, [await transfer(alice, bob.address, 0)]);
    await mine(chain, [await transfer(bob, carol.address, 0)]);
    let states = await StateStore.open(directory);
    const genesis = await states.genesis(config);
    expect(genesis).to.equal(chain.base.stateRoot);
    const first = await executeBatch(config, states, genesis, await chain.transactions(1, 1));
    await states.close();
    states = await StateStore.open(directory);
    const root = first.stateRoots.at(-1)!;
    const second = await executeBatch(config, states, root, await chain.transactions(2, 2));
    expect(second.stateRoots).to.deep.equal(chain.head.stateRoots);
    expect(await states.has(keccakText("nothing"))).to.equal(false);
    const missing = await states.at(keccakText("nothing")).catch((thrown: unknown) => thrown);
    expect(missing).to.have.property("code", "UNKNOWN_STATE");
    const nowhere = executeBatch(config, states, keccakText("nothing"), await chain.transactions(2, 2));
    expect(await nowhere.catch((thrown: unknown) => thrown)).to.have.property("code", "UNKNOWN_STATE");
    await states.close();
    await chain.close();
  });
});
