import { JsonRpcProvider, type Provider, type Signer, Wallet, id } from "ethers";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import type { L1Time } from "../../agents/local/local.ts";
import type { Out } from "./story.ts";

/** An L1 that a demo can be played on. */
export interface Playground {
  readonly connection: NetworkConnection;
  readonly provider: Provider;
  /** Pays for everything. */
  readonly deployer: Signer;
  readonly time: L1Time;
  readonly chainId: bigint;
  /** Whether the clock can be moved: then windows have their real length. */
  readonly movable: boolean;
  /** A key for a part in the play: always the same one where money is worth nothing, a fresh one anywhere else. */
  key(part: string): Wallet;
}

/**
 * Opens a network of the Hardhat configuration: the in-process one, a development node, or a public one.
 *
 * @param name Its name; the in-process network if left out.
 */
export async function openPlayground(name: string | undefined, out: Out): Promise<Playground> {
  const connection = await network.create(name);
  const inProcess = connection.networkConfig.type === "edr-simulated";
  const provider: Provider = inProcess ? connection.ethers.provider : await httpProvider(connection);
  const { chainId } = await provider.getNetwork();
  const movable = inProcess || (await canMove(connection));
  const [deployer] = await connection.ethers.getSigners();
  if (deployer === undefined) {
    throw new Error(`Network ${connection.networkName} has no account; expected one to deploy and pay with.`);
  }
  return {
    connection,
    provider,
    deployer,
    chainId,
    movable,
    time: movable ? movedTime(connection) : waitedTime(provider, out),
    key: (part) => (movable ? new Wallet(id(`metis demo: ${part}`)) : new Wallet(Wallet.createRandom().privateKey)),
  };
}

async function httpProvider(connection: NetworkConnection): Promise<Provider> {
  const { networkConfig } = connection;
  if (networkConfig.type !== "http") throw new Error("expected a network of type http");
  return new JsonRpcProvider(await networkConfig.url.get(), undefined, { cacheTimeout: -1, batchMaxCount: 1 });
}

/** Development nodes tell who they are; none of them is a public chain. */
async function canMove(connection: NetworkConnection): Promise<boolean> {
  const client = await connection.provider.request({ method: "web3_clientVersion" }).catch(() => "");
  return /anvil|hardhat|edr/i.test(String(client));
}

function movedTime({ ethers }: NetworkConnection): L1Time {
  return {
    now: () => latest(ethers.provider),
    advance: async (seconds) => {
      await ethers.provider.send("evm_increaseTime", [seconds]);
      await ethers.provider.send("evm_mine", []);
    },
  };
}

/** Nobody moves the clock of a public chain: it is waited for, with a countdown. */
function waitedTime(provider: Provider, out: Out): L1Time {
  const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
  return {
    now: () => latest(provider),
    pause,
    advance: async (seconds) => {
      const until = (await latest(provider)) + seconds;
      for (let left = seconds; left > 0; left = until - (await latest(provider))) {
        if (seconds > 15) out(`                       … ${clock(left)} to wait`);
        await pause(Math.min(left, 12) * 1000);
      }
    },
  };
}

async function latest(provider: Provider): Promise<number> {
  const block = await provider.getBlock("latest");
  if (block === null) throw new Error("L1 has no latest block");
  return block.timestamp;
}

function clock(seconds: number): string {
  return `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}
