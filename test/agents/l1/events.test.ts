import { expect } from "chai";
import { AbiCoder, id, type Provider } from "ethers";

import { MemoryCursor } from "../../../agents/runtime/cursor.ts";
import { EventFollower, type FollowerCursor, type FollowerOptions, type Reducer } from "../../../agents/l1/events.ts";
import { systemFixture } from "../../../testkit/system.ts";
import { basics, l1Of } from "../../../testkit/agents/kit.ts";

/** Balances out of transfers: wrong as soon as a log is missed, read twice or kept after a reorganisation. */
interface Balances {
  of: Record<string, bigint>;
}

const TRANSFER = id("Transfer(address,address,uint256)");

const balances: Reducer<Balances> = {
  initial: () => ({ of: {} }),
  apply({ of }, { topics, data }) {
    if (topics[0] !== TRANSFER) return;
    const [from, to] = topics
      .slice(1)
      .map((topic) => AbiCoder.defaultAbiCoder().decode(["address"], topic)[0] as string);
    const amount = BigInt(data);
    of[from!] = (of[from!] ?? 0n) - amount;
    of[to!] = (of[to!] ?? 0n) + amount;
  },
};

describe("Event follower", () => {
  const load = systemFixture({ sequencers: 0, verifiers: 0, rewards: 0n });

  async function setUp(options: Partial<FollowerOptions> = {}) {
    const system = await load();
    const l1 = await l1Of(system);
    const kit = basics();
    const cursor = new MemoryCursor<FollowerCursor<Balances>>();
    const all = { addresses: [l1.addresses.token], fromBlock: 0, depth: 0, chunk: 2_000, memory: 96, ...options };
    const follow = (provider: Provider = l1.provider): EventFollower<Balances> =>
      new EventFollower(all, { provider, cursor, reducer: balances, log: kit.log, metrics: kit.metrics });
    const someone = system.others[0]!.address;
    const pay = async (amount: bigint): Promise<void> => {
      await system.token.transfer(someone, amount);
    };
    const mine = async (count: number): Promise<void> => {
      await system.connection.networkHelpers.mine(count);
    };
    const received = ({ of }: Balances): bigint => of[someone] ?? 0n;
    return { system, kit, cursor, follow, pay, mine, received, l1 };
  }

  it("reads every log once, across rounds and restarts", async () => {
    const { follow, pay, mine, received } = await setUp({ chunk: 3 });
    await pay(1n);
    const follower = follow();
    expect(received(await follower.sync())).to.equal(1n);
    await pay(2n);
    await mine(10);
    await pay(4n);
    expect(received(await follower.sync())).to.equal(7n);
    await pay(8n);
    expect(received(await follow().sync())).to.equal(15n);
    expect(received(await follower.sync())).to.equal(15n);
  });

  it("goes back where L1 took another way", async () => {
    const { system, kit, follow, pay, mine, received } = await setUp();
    await pay(1n);
    const follower = follow();
    await follower.sync();
    const fork = await system.connection.networkHelpers.takeSnapshot();
    await pay(2n);
    await pay(4n);
    expect(received(await follower.sync())).to.equal(7n);
    await fork.restore();
    await pay(8n);
    await mine(5);
    expect(received(await follower.sync())).to.equal(9n);
    expect((await kit.metrics.l1Reorgs.get()).values[0]?.value).to.equal(1);
  });

  it("goes back after a restart as well, and when the new way is shorter", async () => {
    const { system, follow, pay, mine, received } = await setUp();
    await pay(1n);
    await follow().sync();
    const fork = await system.connection.networkHelpers.takeSnapshot();
    await pay(2n);
    await mine(5);
    await follow().sync();
    await fork.restore();
    await pay(8n);
    expect(received(await follow().sync())).to.equal(9n);
  });

  it("starts over where L1 went back beyond its memory", async () => {
    const { system, follow, pay, mine, received } = await setUp({ memory: 2, chunk: 4 });
    await pay(1n);
    const fork = await system.connection.networkHelpers.takeSnapshot();
    const follower = follow();
    await pay(2n);
    await mine(20);
    await pay(4n);
    expect(received(await follower.sync())).to.equal(7n);
    await fork.restore();
    await mine(40);
    await pay(8n);
    expect(received(await follower.sync())).to.equal(9n);
  });

  it("folds what is too old to be rewound, and keeps the sum", async () => {
    const { cursor, follow, pay, mine, received } = await setUp({ memory: 3, chunk: 4 });
    const follower = follow();
    for (let round = 0; round < 10; round++) {
      await pay(1n);
      await mine(2);
      await follower.sync();
    }
    const saved = await cursor.load();
    expect(saved!.logs.length).to.be.lessThan(10);
    expect(saved!.anchors.length).to.be.lessThan(10);
    expect(received(await follow().sync())).to.equal(10n);
  });

  it("reads only blocks with enough on top", async () => {
    const { follow, pay, mine, received } = await setUp({ depth: 3 });
    await mine(5);
    await pay(1n);
    const follower = follow();
    expect(received(await follower.sync())).to.equal(0n);
    await mine(3);
    expect(received(await follower.sync())).to.equal(1n);
  });

  it("asks for fewer blocks where the endpoint refuses so many", async () => {
    const { l1, follow, pay, mine, received } = await setUp();
    await pay(1n);
    await mine(50);
    await pay(2n);
    const limited = new Proxy(l1.provider, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (name !== "getLogs") return typeof value === "function" ? (value as () => unknown).bind(target) : value;
        return ({ fromBlock, toBlock, ...rest }: { fromBlock: number; toBlock: number }) => {
          if (toBlock - fromBlock >= 7) throw new Error("query returned more than 7 blocks");
          return target.getLogs({ ...rest, fromBlock, toBlock });
        };
      },
    });
    expect(received(await follow(limited).sync())).to.equal(3n);
  });

  it("reads again what changed while it was read", async () => {
    const { system, l1, follow, pay, received } = await setUp();
    await pay(1n);
    const fork = await system.connection.networkHelpers.takeSnapshot();
    await pay(2n);
    let raced = false;
    const racing = new Proxy(l1.provider, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (name !== "getLogs") return typeof value === "function" ? (value as () => unknown).bind(target) : value;
        return async (filter: Parameters<Provider["getLogs"]>[0]) => {
          const logs = await target.getLogs(filter);
          if (!raced) {
            raced = true;
            await fork.restore();
            await pay(8n);
          }
          return logs;
        };
      },
    });
    expect(received(await follow(racing).sync())).to.equal(9n);
  });
});
