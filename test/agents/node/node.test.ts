import { expect } from "chai";

import type { L1State } from "../../../agents/l1/mirror.ts";
import type { SubmissionStatus } from "../../../agents/node/consensus.ts";
import { type NodeDependencies, nodeOf, serveUsers } from "../../../agents/node/node.ts";
import { AgentError } from "../../../agents/runtime/errors.ts";
import { keccakHex, keccakText } from "../../../l2/base/keccak.ts";
import { fromHex, toHex, ZERO_ADDRESS, type Hex } from "../../../l2/base/hex.ts";
import type { Chain } from "../../../l2/chain/chain.ts";
import { TransactionError } from "../../../l2/protocol/errors.ts";
import { freePort } from "../../../testkit/agents/processes.ts";
import { basics } from "../../../testkit/agents/kit.ts";
import { alice, bob, mine, openChain, transfer } from "../../../testkit/l2/fixtures.ts";

describe("Node for users", () => {
  const state: L1State = {
    head: 1,
    finalised: 1,
    epoch: 0,
    batches: {},
    requests: {},
    held: [],
    condemned: [],
    verdicts: {},
    secureBelow: 1,
    insecure: true,
    term: { number: 1, sequencer: ZERO_ADDRESS },
  };
  let chain: Chain;
  let submitted: Hex[];
  let status: SubmissionStatus;
  let failure: Error | undefined;

  beforeEach(async () => {
    chain = await openChain();
    submitted = [];
    status = { state: "unknown" };
    failure = undefined;
  });

  afterEach(() => chain.close());

  const dependencies = (): NodeDependencies => ({
    chain,
    mirror: { state },
    consensus: {
      submitTransaction: (raw) => {
        if (failure !== undefined) return Promise.reject(failure);
        submitted.push(toHex(raw));
        return Promise.resolve(keccakHex(raw));
      },
      transactionStatus: () => Promise.resolve(status),
    },
    log: basics().log,
  });

  async function ask(method: string, ...params: unknown[]): Promise<unknown> {
    const node = nodeOf({ host: "127.0.0.1", port: 0 }, dependencies());
    const { result, error } = (await node.handle({ jsonrpc: "2.0", id: 1, method, params })) as {
      result?: unknown;
      error?: { message: string };
    };
    return error?.message ?? result;
  }

  it("[2a] takes transactions to the consensus layer", async () => {
    const raw = await transfer(alice, bob.address, 0);
    expect(await ask("eth_sendRawTransaction", raw)).to.equal(keccakHex(fromHex(raw)));
    expect(submitted).to.deep.equal([raw]);
  });

  it("[3.2] tells why the consensus layer takes nothing, be it the transaction's fault or not", async () => {
    const raw = await transfer(alice, bob.address, 0);
    failure = new TransactionError("NONCE_TOO_LOW", "nonce 0 is too low");
    expect(await ask("eth_sendRawTransaction", raw)).to.equal("nonce too low: nonce 0 is too low");
    failure = new AgentError("L2_UNAVAILABLE", "the chain is halted");
    expect(await ask("eth_sendRawTransaction", raw)).to.equal("the chain is halted");
  });

  it("[3.2] [4] tells what became of a transaction: its own chain first, then the consensus layer", async () => {
    const raw = await transfer(alice, bob.address, 0);
    const hash = keccakHex(fromHex(raw));
    const told = () => ask("metis_transactionStatus", hash);
    expect(await told()).to.deep.equal({ status: "unknown" });
    status = { state: "pending" };
    expect(await told()).to.deep.equal({ status: "pending" });
    // The consensus layer is ahead of this chain.
    status = { state: "included", block: 1 };
    expect(await told()).to.deep.equal({ status: "pending" });
    status = { state: "failed", reason: "the sequencer was silent" };
    expect(await told()).to.deep.equal({ status: "dropped", reason: "the sequencer was silent" });
    await mine(chain, [raw]);
    expect(await told()).to.deep.include({ status: "included", block: "0x1" });
    expect(await ask("metis_transactionStatus", keccakText("nothing"))).to.deep.include({ status: "dropped" });
  });

  it("serves users where a port is set, and the web pages that may call", async () => {
    expect(await serveUsers({ rpcHost: "127.0.0.1" }, dependencies())).to.deep.equal([]);
    const page = "https://app.example";
    const settings = { rpcHost: "127.0.0.1", rpcPort: await freePort(), rpcCors: [page] };
    const [node] = await serveUsers(settings, dependencies());
    try {
      const preflight = await fetch(`http://127.0.0.1:${settings.rpcPort}`, {
        method: "OPTIONS",
        headers: { origin: page },
      });
      expect(preflight.headers.get("access-control-allow-origin")).to.equal(page);
    } finally {
      await node?.close();
    }
  });

  it("answers from its chain and from L1", async () => {
    expect(await ask("eth_blockNumber")).to.equal("0x0");
    expect(await ask("metis_insecure")).to.deep.equal({ insecure: true, secureBelow: "0x1" });
    expect(await ask("metis_currentSequencer")).to.equal(null);
  });
});
