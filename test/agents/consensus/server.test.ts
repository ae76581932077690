import { expect } from "chai";
import { type Wallet, parseEther } from "ethers";

import { keccakText } from "../../../l2/base/keccak.ts";
import { HttpConsensus } from "../../../agents/consensus/client.ts";
import { ConsensusServer } from "../../../agents/consensus/server.ts";
import { TransactionError } from "../../../l2/protocol/errors.ts";
import { hashHeader } from "../../../l2/batch/header.ts";
import { type LocalTest, localTest } from "../../../testkit/local.ts";
import { failureOf } from "../../../testkit/agents/failure.ts";

describe("consensus layer over HTTP", () => {
  let test: LocalTest;
  let server: ConsensusServer;
  let client: HttpConsensus;
  let alice: Wallet;
  let bob: Wallet;

  beforeEach(async () => {
    test = await localTest({ sequencers: 2, verifiers: 0 });
    [alice, bob] = test.users as [Wallet, Wallet];
    server = new ConsensusServer({ host: "127.0.0.1", port: 0 }, { consensus: test.local.consensus.agent });
    await server.start();
    client = new HttpConsensus(server.url);
  });

  afterEach(async () => {
    await server.stop();
    await test.local.stop();
  });

  async function transfer(fields: object = {}): Promise<Uint8Array> {
    const raw = await alice.signTransaction({
      type: 2,
      chainId: test.config.chainId,
      nonce: 0,
      to: bob.address,
      value: parseEther("1"),
      gasLimit: 21_000n,
      maxFeePerGas: test.config.baseFee * 2n,
      ...fields,
    });
    return Buffer.from(raw.slice(2), "hex");
  }

  it("[2a] takes a transaction, hands it over, and tells what became of it", async () => {
    const raw = await transfer();
    const hash = await client.submitTransaction(raw);
    expect((await client.pendingTransactions()).map((bytes) => Buffer.from(bytes).toString("hex"))).to.deep.equal([
      Buffer.from(raw).toString("hex"),
    ]);
    expect(await client.transactionStatus(hash)).to.deep.equal({ state: "pending" });
    await test.local.tick();
    expect(await client.transactionStatus(hash)).to.deep.equal({ state: "included", block: 1 });
    expect(await client.pendingTransactions()).to.deep.equal([]);
    expect(await client.transactionStatus(keccakText("no transaction"))).to.deep.equal({ state: "unknown" });
  });

  it("[2a] says why it refuses a transaction", async () => {
    const error = await failureOf(transfer({ chainId: 5n }).then((raw) => client.submitTransaction(raw)));
    expect(error).to.be.instanceOf(TransactionError);
    expect(error).to.have.property("code", "WRONG_CHAIN");
  });

  it("[6] [7] gives certified batches as L1 takes them", async () => {
    await test.local.submitter?.stop();
    await client.submitTransaction(await transfer());
    await test.local.run(70);
    const batch = await client.certifiedBatch(1n);
    const own = await test.local.consensus.agent.certifiedBatch(1n);
    expect(batch?.certificate).to.deep.equal(own?.certificate);
    expect(batch && hashHeader(batch.header)).to.equal(own && hashHeader(own.header));
    expect(await client.certifiedBatch(2n)).to.equal(undefined);
    expect(await client.status()).to.deep.include({
      enabled: true,
      halted: false,
      head: 1,
      term: Number(batch?.header.term),
    });
  });

  it("refuses what it cannot read, in one sentence", async () => {
    const post = async (body: string): Promise<[number, string]> => {
      const headers = { "content-type": "application/json" };
      const response = await fetch(`${server.url}/transactions`, { method: "POST", headers, body });
      return [response.status, ((await response.json()) as { code: string }).code];
    };
    for (const body of ["{", "{}", '{"raw":"0x"}', '{"raw":"hello"}', '{"raw":7}']) {
      expect(await post(body)).to.deep.equal([400, "MALFORMED"]);
    }
    expect((await fetch(`${server.url}/batches/x`)).status).to.equal(400);
    expect((await fetch(`${server.url}/nowhere`)).status).to.equal(404);
  });

  it("[Q3] tells a client that it is gone", async () => {
    await server.stop();
    expect(await failureOf(client.status())).to.have.property("code", "L2_UNAVAILABLE");
  });
});
