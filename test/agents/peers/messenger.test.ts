import { expect } from "chai";
import { Wallet, ZeroAddress, id } from "ethers";

import type { Clock } from "../../../agents/runtime/clock.ts";
import { HttpTransport } from "../../../agents/peers/http-transport.ts";
import { LocalNetwork } from "../../../agents/peers/local-network.ts";
import { Members } from "../../../agents/peers/members.ts";
import { Messenger, type PeerHandlers } from "../../../agents/peers/messenger.ts";
import { type Envelope, PeerError, type Transport } from "../../../agents/peers/transport.ts";
import { type TestSystem, systemFixture } from "../../../testkit/system.ts";
import { FIRST_TERM } from "../../../testkit/batches.ts";
import { provePossession } from "../../../testkit/certificates.ts";
import { failureOf } from "../../../testkit/agents/failure.ts";

const load = systemFixture({ sequencers: 3, verifiers: 0 });

/** A clock that stands still. */
class StoppedClock implements Clock {
  seconds = 1_700_000_000;

  now(): number {
    return this.seconds * 1000;
  }

  sleep(): Promise<void> {
    return Promise.resolve();
  }
}

const STATUS: PeerHandlers = { status: () => ({ number: 7, hash: id("block 7") }) };

async function code(promise: Promise<unknown>): Promise<string> {
  const error = await failureOf(promise);
  return error instanceof PeerError ? error.code : error.message;
}

describe("peers", () => {
  let system: TestSystem;
  let clock: StoppedClock;
  let members: Members;
  const observer = new Wallet(id("observer"));

  beforeEach(async () => {
    system = await load();
    clock = new StoppedClock();
    members = new Members(system.sequencers, [observer.address]);
    await members.refresh();
  });

  async function peer(self: string, key: Wallet, transport: Transport, handlers = STATUS): Promise<Messenger> {
    const messenger = new Messenger(
      { self, chainId: 31_337n, sequencerSet: await system.sequencers.getAddress() },
      { key: () => key, transport, roster: members, clock },
    );
    await messenger.start(handlers);
    return messenger;
  }

  const account = (place: number) => {
    const found = system.sequencerAccounts[place];
    if (found === undefined) throw new Error(`no sequencer ${place}`);
    return found;
  };

  describe("the set as L1 has it", () => {
    it("[5] [5.2] [Q4] knows members, stakes, the current and the next sequencer", () => {
      expect(members.all.map(({ owner }) => owner)).to.deep.equal(
        system.sequencerAccounts.map(({ address }) => address),
      );
      expect(members.term.sequencer).to.be.oneOf(members.all.map(({ owner }) => owner));
      expect(members.next).to.not.equal(members.term.sequencer);
      expect(members.isQuorum([account(0).address, account(1).address])).to.equal(true);
      expect(members.isQuorum([account(0).address, account(0).address])).to.equal(false);
      expect(members.isQuorum([observer.address, account(0).address])).to.equal(false);
    });

    it("[5] [M3] accepts the next term's key beside the present one, and no stranger's", async () => {
      const { owner, address, key } = account(0);
      const fresh = new Wallet(id("another key"));
      const { sequencers } = system.as(owner);
      await sequencers.rotateKey(fresh.address, await provePossession(sequencers, address, fresh));
      expect(members.speaksFor(fresh.address, address)).to.equal(false);
      await members.refresh();
      expect(members.speaksFor(fresh.address, address)).to.equal(true);
      expect(members.speaksFor(key.address, address)).to.equal(true);
      expect(members.speaksFor(key.address, account(1).address)).to.equal(false);
      expect(members.speaksFor(observer.address, observer.address)).to.equal(true);
      expect(members.speaksFor(key.address, observer.address)).to.equal(false);
      expect(members.speaksFor(ZeroAddress, account(1).address)).to.equal(false);
    });

    it("[Q4] forgets who left once the term is over", async () => {
      await system.as(account(0).owner).sequencers.resign();
      await members.refresh();
      const { address, key } = account(0);
      expect([members.of(address)?.key, members.coming.of(address)]).to.deep.equal([
        members.term.number === Number(FIRST_TERM) ? key.address : undefined,
        undefined,
      ]);
      // Before the first batch anyone may begin another term.
      if (members.of(address) !== undefined) await system.sequencers.rotate();
      await members.refresh();
      expect(members.of(address)).to.equal(undefined);
      expect(members.speaksFor(key.address, address)).to.equal(false);
      expect(await members.ownerOf(key.address)).to.equal(address);
      expect(members.isQuorum([account(1).address, account(2).address])).to.equal(true);
    });
  });

  const transports: [string, () => Promise<{ first: Transport; second: Transport; close: () => Promise<void> }>][] = [
    [
      "in one process",
      () => {
        const network = new LocalNetwork();
        return Promise.resolve({ first: network, second: network, close: () => Promise.resolve() });
      },
    ],
    [
      "over HTTP",
      async () => {
        const second = new HttpTransport({ port: 0, peers: {} });
        const { address } = account(1);
        // Opened once to learn the port.
        await second.open(address, () => Promise.reject(new PeerError("refused", "not yet")));
        const peers = { [address]: second.url ?? "" };
        const first = new HttpTransport({ port: 0, peers, maxBytes: 4096, timeout: 500 });
        return { first, second, close: async () => await second.close(address) };
      },
    ],
  ];

  for (const [name, connect] of transports) {
    describe(`talk ${name}`, () => {
      let first: Transport;
      let second: Transport;
      let close: () => Promise<void>;
      let asker: Messenger;

      beforeEach(async () => {
        ({ first, second, close } = await connect());
        asker = await peer(account(0).address, account(0).key, first);
      });

      afterEach(async () => {
        await asker.stop();
        await close();
      });

      it("[3] carries a request and its answer", async () => {
        const answerer = await peer(account(1).address, account(1).key, second);
        expect(await asker.request(account(1).address, "status", {})).to.deep.equal({ number: 7, hash: id("block 7") });
        await answerer.stop();
      });

      it("[3] refuses who does not sign with the member's key", async () => {
        const answerer = await peer(account(1).address, account(1).key, second);
        const impostor = new Messenger(
          { self: account(0).address, chainId: 31_337n, sequencerSet: await system.sequencers.getAddress() },
          { key: () => account(2).key, transport: first, roster: members, clock },
        );
        expect(await code(impostor.request(account(1).address, "status", {}))).to.equal("unauthenticated");
        await answerer.stop();
      });

      it("[3] refuses an answer of somebody else", async () => {
        const answerer = await peer(account(1).address, account(2).key, second);
        expect(await code(asker.request(account(1).address, "status", {}))).to.equal("unauthenticated");
        await answerer.stop();
      });

      it("refuses methods that are not served, and says so", async () => {
        const answerer = await peer(account(1).address, account(1).key, second);
        expect(await code(asker.request(account(1).address, "blocks", { after: 0, limit: 1 }))).to.equal("refused");
        expect(await code(asker.request(account(1).address, "toString" as "status", {}))).to.equal("refused");
        await answerer.stop();
      });

      it("tells where nobody listens", async () => {
        expect(await code(asker.request(account(2).address, "status", {}))).to.equal("unreachable");
      });
    });
  }

  it("[3] refuses a message that was heard before its time or long after", async () => {
    const network = new LocalNetwork();
    const heard: Envelope[] = [];
    const recording: Transport = {
      send: async (to, request) => {
        heard.push(request);
        return await network.send(to, request);
      },
      open: async (address, handler) => {
        await network.open(address, handler);
      },
      close: async (address) => {
        await network.close(address);
      },
    };
    const asker = await peer(account(0).address, account(0).key, recording);
    await peer(account(1).address, account(1).key, network);
    await asker.request(account(1).address, "status", {});
    const [message] = heard as [Envelope];
    clock.seconds += 61;
    expect(await code(network.send(account(1).address, message))).to.equal("unauthenticated");
    clock.seconds -= 122;
    expect(await code(network.send(account(1).address, message))).to.equal("unauthenticated");
    clock.seconds += 61;
    await network.send(account(1).address, message);
  });

  it("[3] refuses a message that was changed, or was meant for another or another deployment", async () => {
    const network = new LocalNetwork();
    const asker = await peer(account(0).address, account(0).key, network);
    let answer = (request: Envelope): Promise<Envelope> => network.send(account(1).address, request);
    await peer(account(1).address, account(1).key, network);
    await network.open(account(2).address, (request) => answer(request));
    // A relay in between passes the request on.
    expect(await code(asker.request(account(2).address, "status", {}))).to.equal("unauthenticated");
    answer = (request) => network.send(account(1).address, { ...request, to: account(1).address });
    expect(await code(asker.request(account(2).address, "status", {}))).to.equal("unauthenticated");
    const elsewhere = new Messenger(
      { self: account(0).address, chainId: 1n, sequencerSet: await system.sequencers.getAddress() },
      { key: () => account(0).key, transport: network, roster: members, clock },
    );
    expect(await code(elsewhere.request(account(1).address, "status", {}))).to.equal("unauthenticated");
  });

  describe("limits of HTTP", () => {
    it("refuses what is too large, at either end", async () => {
      const server = new HttpTransport({ port: 0, peers: {}, maxBytes: 4096 });
      const answerer = await peer(account(1).address, account(1).key, server, {
        ...STATUS,
        blocks: () => ({ blocks: [{ padding: "x".repeat(8192) } as never] }),
        transactions: () => ({}),
      });
      const peers = { [account(1).address]: server.url ?? "" };
      const large = new HttpTransport({ port: 0, peers, maxBytes: 1_000_000 });
      const small = new HttpTransport({ port: 0, peers, maxBytes: 4096 });
      const transactions = [`0x${"00".repeat(4096)}`];
      for (const transport of [large, small]) {
        const asker = await peer(account(0).address, account(0).key, transport);
        expect(await code(asker.request(account(1).address, "transactions", { transactions }))).to.equal("too-large");
        if (transport === small) {
          const answer = asker.request(account(1).address, "blocks", { after: 0, limit: 1 });
          expect(await code(answer)).to.equal("too-large");
        }
        await asker.stop();
      }
      await answerer.stop();
    });

    it("does not wait for ever", async () => {
      const server = new HttpTransport({ port: 0, peers: {} });
      let release = (): void => undefined;
      const answerer = await peer(account(1).address, account(1).key, server, {
        status: async () => {
          await new Promise<void>((resolve) => {
            release = resolve;
          });
          return { number: 0, hash: id("") };
        },
      });
      const peers = { [account(1).address]: server.url ?? "" };
      const asker = await peer(account(0).address, account(0).key, new HttpTransport({ port: 0, peers, timeout: 50 }));
      expect(await code(asker.request(account(1).address, "status", {}))).to.equal("timeout");
      release();
      await asker.stop();
      await answerer.stop();
    });

    it("refuses what is no message", async () => {
      const server = new HttpTransport({ port: 0, peers: {} });
      const answerer = await peer(account(1).address, account(1).key, server);
      const url = `${server.url ?? ""}/peer`;
      const post = async (body: string): Promise<number> =>
        (await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body })).status;
      expect(await post("{")).to.equal(400);
      expect(await post("{}")).to.equal(400);
      expect(await post(JSON.stringify({ from: "x" }))).to.equal(400);
      await answerer.stop();
    });
  });
});
