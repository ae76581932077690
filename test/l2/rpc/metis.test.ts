import { expect } from "chai";

import { keccakHex, keccakText } from "../../../l2/base/keccak.ts";
import { buildBatch } from "../../../l2/batch/build.ts";
import { genesisHeader, hashHeader, toHeader } from "../../../l2/batch/header.ts";
import { type InclusionProof, checkInclusion } from "../../../l2/batch/inclusion.ts";
import type { Chain } from "../../../l2/chain/chain.ts";
import type { BatchView, SystemState } from "../../../l2/rpc/system.ts";
import { alice, bob, carol, config, mine, producer, transfer } from "../../../testkit/l2/fixtures.ts";
import { type RpcNode, openNode } from "../../../testkit/l2/rpc-node.ts";

/** The view of L1 that a node is given, set by hand. */
class KnownSystem implements SystemState {
  batches: (BatchView | undefined)[] = [];
  final = 1n;
  sequencer: string | undefined = producer.address;

  async batchCount() {
    return Promise.resolve(BigInt(this.batches.length));
  }
  async batch(index: bigint) {
    return Promise.resolve(this.batches[Number(index)]);
  }
  async finalised() {
    return Promise.resolve(this.final);
  }
  async currentSequencer() {
    return Promise.resolve(this.sequencer);
  }
  async insecure() {
    return Promise.resolve(this.batches.some((batch) => batch?.held));
  }
  async secureBelow() {
    const first = this.batches.findIndex((batch) => batch?.held);
    return Promise.resolve(BigInt(first === -1 ? this.batches.length : first));
  }
}

describe("JSON-RPC of Metis", () => {
  let system: KnownSystem;
  let node: RpcNode;
  let chain: Chain;
  let rpc: RpcNode["rpc"];

  beforeEach(async () => {
    system = new KnownSystem();
    node = await openNode({ system });
    ({ chain, rpc } = node);
  });

  afterEach(() => node.close());

  /** Cuts the next batch and lets the node's system know it. */
  async function batch(fromBlock: number, toBlock: number, status: BatchView["status"] = "pending") {
    if (system.batches.length === 0) {
      const header = genesisHeader(config, chain.base.stateRoot);
      system.batches.push({ header, headerHash: hashHeader(header), status: "final", held: false });
    }
    const parent = system.batches.at(-1)!.header;
    const place = { parent, epoch: 0n, term: 1n, sequencer: producer.address };
    const built = await buildBatch(chain, fromBlock, toBlock, place);
    system.batches.push({ header: built.header, headerHash: hashHeader(built.header), status, held: false });
    return built;
  }

  it("shows batches, the current sequencer and the insecure state, and maps them to block tags", async () => {
    for (let nonce = 0; nonce < 4; nonce++) await mine(chain, [await transfer(alice, bob.address, nonce)]);
    await batch(1, 1);
    await batch(2, 3);
    expect((await rpc("metis_currentSequencer")).result).to.equal(producer.address);
    expect((await rpc("metis_insecure")).result).to.deep.equal({ insecure: false, secureBelow: "0x3" });
    const shown = (await rpc("metis_getBatch", "0x2")).result;
    expect(hashHeader(toHeader(shown.header))).to.equal(system.batches[2]!.headerHash);
    expect((await rpc("metis_getBatch", "0x7")).result).to.equal(null);
    expect((await rpc("metis_batches")).result).to.have.length(3);
    expect((await rpc("metis_batches", "0x1", "0x1")).result).to.deep.equal([
      (await rpc("metis_getBatch", "0x1")).result,
    ]);
    const number = async (tag: string) => Number((await rpc("eth_getBlockByNumber", tag, false)).result.number);
    expect(await number("finalized")).to.equal(0);
    expect(await number("safe")).to.equal(3);
    expect(await number("latest")).to.equal(4);
    system.final = 2n;
    expect(await number("finalized")).to.equal(1);
    system.batches[2] = { ...system.batches[2]!, held: true };
    expect((await rpc("metis_insecure")).result).to.deep.equal({ insecure: true, secureBelow: "0x2" });
    expect(await number("safe"), "while a request is open").to.equal(1);
    system.batches[2] = { ...system.batches[2], held: false, status: "unattested" };
    expect(await number("safe"), "with an unattested head").to.equal(1);
    system.batches[2] = { ...system.batches[2], status: "recomputed" };
    expect(await number("safe"), "with a head that a certified batch may replace").to.equal(1);
    system.batches[2] = { ...system.batches[2], status: "unattested" };
    const status = async (block: string): Promise<unknown> => (await rpc("metis_getBlockBatchStatus", block)).result;
    expect(await status("0x3")).to.deep.equal({ block: "0x3", batch: "0x2", status: "unattested", held: false });
    expect(await status("0x4")).to.deep.equal({ block: "0x4", batch: null, status: "unbatched", held: false });
    system.batches[0] = system.batches[1] = undefined;
    expect(await status("0x3"), "though old batches are forgotten").to.include({ batch: "0x2" });
    system.final = 3n;
    expect(await status("0x1"), "a forgotten batch is final").to.include({ batch: null, status: "final" });
    expect(await status("0x4")).to.include({ batch: null, status: "unbatched" });
    system.sequencer = undefined;
    expect((await rpc("metis_currentSequencer")).result).to.equal(null);
  });

  it("[Q7] gives a proof that a transaction is in a batch, which fails for an altered one", async () => {
    for (let nonce = 0; nonce < 3; nonce++) {
      await mine(chain, [await transfer(alice, bob.address, nonce), await transfer(bob, carol.address, nonce)]);
    }
    const hash = chain.head.transactionHashes[1]!;
    expect((await rpc("metis_getBatchProof", hash)).result).to.equal(null);
    await batch(1, 1);
    await batch(2, 3);
    const { result } = await rpc("metis_getBatchProof", hash);
    const header = toHeader(result.header);
    expect(hashHeader(header)).to.equal(system.batches[2]!.headerHash);
    const { number, timestamp, coinbase, randomness } = result.context;
    const context = { number: BigInt(number), timestamp: BigInt(timestamp), coinbase, randomness };
    const proof: InclusionProof = { ...result, index: Number(result.index), context };
    expect(checkInclusion(header, proof)).to.equal(undefined);
    expect(proof.stateRoot).to.equal(chain.head.stateRoot);
    expect(checkInclusion(header, { ...proof, txHash: keccakText("other") })).to.match(/not at index 3 of the MTTBR/);
    expect(checkInclusion(header, { ...proof, stateRoot: keccakText("other") })).to.match(/not at index 3 of the MTSR/);
    expect(checkInclusion(header, { ...proof, index: 4 })).to.match(/not below 4/);
    system.batches[2] = { ...system.batches[2]!, header: { ...header, mtsr: keccakText("wrong") } };
    expect((await rpc("metis_getBatchProof", hash)).error.message).to.match(/not those of batch 2/);
  });

  it("[3.2] [Q8] tells that a transaction failed with its block, and takes it again", async () => {
    const raw = await transfer(alice, bob.address, 0);
    await mine(chain, [raw]);
    await chain.rollbackTo(0, "batch 1 was proven wrong");
    const hash = keccakHex(raw);
    expect((await rpc("metis_transactionStatus", hash)).result).to.deep.equal({
      status: "dropped",
      reason: "batch 1 was proven wrong",
      block: "0x1",
    });
    expect((await rpc("eth_getTransactionReceipt", hash)).result).to.equal(null);
    expect((await rpc("eth_getTransactionByHash", hash)).result).to.equal(null);
    expect((await rpc("eth_sendRawTransaction", raw)).result).to.equal(hash);
    expect((await rpc("metis_transactionStatus", hash)).result).to.deep.equal({ status: "pending" });
    await mine(chain, []);
    expect((await rpc("eth_getTransactionReceipt", hash)).result).to.include({ status: "0x1" });
    const included = (await rpc("metis_transactionStatus", hash)).result;
    expect(included).to.deep.equal({ status: "included", block: "0x1", index: "0x0" });
  });

  it("says so where the node does not follow L1", async () => {
    const alone = await openNode();
    const { error } = await alone.rpc("metis_insecure");
    await alone.close();
    expect(error).to.deep.equal({ code: -32001, message: "This node does not follow L1." });
  });
});
