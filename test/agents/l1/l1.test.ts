import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";

import { expect } from "chai";
import { pino } from "pino";

import { connect, KEEP_WAITING, openL1, readDeployment } from "../../../agents/l1/l1.ts";
import { AgentError } from "../../../agents/runtime/errors.ts";
import { addressesOf } from "../../../ignition/system.ts";
import { failureOf } from "../../../testkit/agents/failure.ts";
import { ManualClock } from "../../../testkit/agents/kit.ts";
import { temporaryDirectory } from "../../../testkit/directory.ts";
import { systemFixture } from "../../../testkit/system.ts";

describe("L1", () => {
  const load = systemFixture({ sequencers: 0, verifiers: 0, rewards: 0n });

  it("gives its contracts, and the time of its latest block", async () => {
    const system = await load();
    const l1 = openL1(system.connection.ethers.provider, { addresses: await addressesOf(system), fromBlock: 3 });
    expect(l1.fromBlock).to.equal(3);
    expect(await l1.inbox.head()).to.equal(1n);
    expect(await l1.now()).to.equal(await system.now());
    await system.skip(50);
    expect(await l1.now()).to.equal(await system.now());
  });

  describe("a deployment", () => {
    const write = async (change: object, journal?: string): Promise<string> => {
      const folder = join(temporaryDirectory(), "chain");
      mkdirSync(folder);
      const file = join(folder, "deployed_addresses.json");
      const addresses = await addressesOf(await load());
      const names = {
        MetisToken: addresses.token,
        Timelock: addresses.timelock,
        Parameters: addresses.parameters,
        Treasury: addresses.treasury,
        VerifierRegistry: addresses.verifiers,
        SequencerSet: addresses.sequencers,
        BatchInbox: addresses.inbox,
        Executor: addresses.executor,
        Disputes: addresses.disputes,
        MetisGovernor: addresses.governor,
      };
      writeFileSync(file, JSON.stringify({ ...names, ...change }));
      if (journal !== undefined) writeFileSync(join(folder, "journal.jsonl"), journal);
      return file;
    };

    it("begins at the block that its file names, or else at the first of Ignition's journal", async () => {
      const journal = '{"blockNumber":31}\n{"blockNumber":12}\n';
      expect(readDeployment(await write({ fromBlock: 7 }, journal)).fromBlock).to.equal(7);
      expect(readDeployment(await write({}, journal)).fromBlock).to.equal(12);
      expect(readDeployment(await write({}, "{}")).fromBlock).to.equal(0);
      const { addresses, fromBlock } = readDeployment(await write({}));
      expect([addresses, fromBlock]).to.deep.equal([await addressesOf(await load()), 0]);
    });

    it("is refused where its file or a contract is missing", async () => {
      expect(() => readDeployment("/nowhere.json")).to.throw(AgentError, "/nowhere.json");
      const file = await write({ Executor: undefined });
      expect(() => readDeployment(file)).to.throw(AgentError, `${file} has no address of Executor`);
    });
  });

  describe("an endpoint", () => {
    let server: Server | undefined;

    afterEach(() => {
      server?.close();
      server = undefined;
    });

    /** An endpoint that answers with these, one after the other, and with the last one for ever. */
    const serve = async (...answers: [status: number, body: string][]): Promise<string> => {
      let asked = 0;
      const listening = createServer((_, response) => {
        const [status, body] = answers[Math.min(asked++, answers.length - 1)]!;
        response.writeHead(status).end(body);
      });
      server = listening;
      await new Promise<void>((resolve) => {
        listening.listen(0, "127.0.0.1", () => {
          resolve();
        });
      });
      return `http://127.0.0.1:${(listening.address() as { port: number }).port}`;
    };
    const once = { patience: { attempts: 1, delay: 0, maxDelay: 0 } };
    const RIGHT = JSON.stringify({ jsonrpc: "2.0", id: 1, result: "0x440" });
    const BUSY = JSON.stringify({ jsonrpc: "2.0", id: 1, error: { code: -32_005, message: "too many requests" } });

    it("is asked for its chain", async () => {
      const provider = await connect(await serve([200, RIGHT]), "L1", once);
      expect((await provider.getNetwork()).chainId).to.equal(1088n);
      provider.destroy();
    });

    it("that refuses is named with the HTTP status and its own words", async () => {
      const url = await serve([429, BUSY]);
      const failure = await failureOf(connect(url, "L1", once));
      expect(failure).to.be.instanceOf(AgentError).with.property("code", "L1_UNAVAILABLE");
      expect(failure.message).to.equal(`L1 at ${url} answered HTTP 429: too many requests; expected its chain id`);
    });

    it("that is no JSON-RPC endpoint is named with what it says", async () => {
      const url = await serve([200, "<html>hello</html>"]);
      expect((await failureOf(connect(url, "L1", once))).message).to.contain("answered HTTP 200: <html>hello</html>");
    });

    it("that is down is named with why", async () => {
      const { message } = await failureOf(connect("http://127.0.0.1:1", "L1", once));
      expect(message).to.match(/^L1 at http:\/\/127\.0\.0\.1:1 does not answer: .*(ECONNREFUSED|bad port)/);
    });

    it("that is down is waited for, and every attempt is told", async () => {
      const url = await serve([503, "starting"], [429, BUSY], [200, RIGHT]);
      const lines: string[] = [];
      const log = pino({}, { write: (line: string) => lines.push(line) });
      const clock = new ManualClock();
      const provider = await connect(url, "L1", { patience: KEEP_WAITING, log, clock });
      provider.destroy();
      expect(clock.slept).to.deep.equal([1_000, 2_000]);
      const told = lines.map((line) => JSON.parse(line) as { msg: string; reason: string });
      expect(told.map(({ msg }) => msg)).to.deep.equal(["waiting for L1", "waiting for L1"]);
      expect(told[0]!.reason).to.contain("HTTP 503: starting");
      expect(told[1]!.reason).to.contain("HTTP 429: too many requests");
    });
  });
});
