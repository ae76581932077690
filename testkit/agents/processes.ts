/** Agents as processes of their own, on an Anvil of their own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

import { id, JsonRpcProvider, Network, parseEther, Wallet } from "ethers";
import { network } from "hardhat";

import { type L1, openL1 } from "../../agents/l1/l1.ts";
import { addressesOf } from "../../ignition/system.ts";
import { HttpStorage } from "../../agents/data/http-storage.ts";
import { BatchMaker } from "../batches.ts";
import { deploySystem, type SystemOptions, type TestSystem } from "../system.ts";
import { walletOf } from "./kit.ts";

const CLI = fileURLToPath(new URL("../../agents/cli/main.ts", import.meta.url));
const ANVIL = fileURLToPath(new URL("../../node_modules/.bin/anvil", import.meta.url));
const DEPLOYMENTS = fileURLToPath(new URL("../../ignition/deployments", import.meta.url));
/** How long anything may take, in milliseconds of real time. */
const PATIENCE = 90_000;
const POLL = 100;
/** Place among the other accounts of the first one that answers for a sequencer. */
const FIRST_ANSWERER = 2;

/** A free TCP port. */
export async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => {
        resolve(port);
      });
    });
  });
}

/** Looks until something is so. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const until = Date.now() + PATIENCE;
  for (;;) {
    const seen = await look().catch(() => undefined);
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > until) throw new Error(`${what} did not come about within ${PATIENCE / 1000} s.`);
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
}

/** A process that can be killed and started again with the same arguments and files. */
export class AgentProcess {
  readonly name: string;
  readonly #args: string[];
  readonly output: string[] = [];
  #child: ChildProcess | undefined;
  #exit: Promise<number | null> = Promise.resolve(null);

  constructor(name: string, args: string[]) {
    this.name = name;
    this.#args = args;
  }

  /** Its exit code, once it has ended. */
  get ended(): Promise<number | null> {
    return this.#exit;
  }

  start(): void {
    const child = spawn(process.execPath, [CLI, ...this.#args], { stdio: ["ignore", "pipe", "pipe"], env: quiet() });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => this.output.push(text));
    }
    this.#child = child;
    this.#exit = new Promise((resolve) => {
      child.on("close", (code) => {
        if (this.#child === child) this.#child = undefined;
        resolve(code);
      });
    });
  }

  /** Ends it without a word, as a crash would. */
  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#exit;
  }

  /** Asks it to stop, and gives its exit code. */
  async stop(): Promise<number | null> {
    this.#child?.kill("SIGTERM");
    return await this.#exit;
  }

  /** Waits until it has logged a text. */
  async says(text: string): Promise<void> {
    const said = (): boolean => this.output.some((line) => line.includes(text));
    await eventually(`${this.name} saying "${text}"`, () => Promise.resolve(said() || this.#child === undefined));
    if (!said()) throw new Error(`${this.name} ended without saying "${text}": ${this.output.join("").slice(-500)}`);
  }
}

function quiet(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !["NODE_OPTIONS", "NODE_V8_COVERAGE"].includes(name),
  );
  return { ...Object.fromEntries(inherited), METIS_LOG_LEVEL: "info" };
}

/** A system on Anvil, and the files and flags that its agents are started with. */
export class Town {
  readonly system: TestSystem;
  readonly world: BatchMaker;
  readonly l1: L1;
  readonly directory: string;
  /** Ignition's record of the deployment. */
  readonly #record: string;
  readonly #processes: AgentProcess[] = [];
  readonly #l1Flags: string[];

  private constructor(parts: {
    system: TestSystem;
    world: BatchMaker;
    l1: L1;
    directory: string;
    record: string;
    l1Flags: string[];
  }) {
    this.system = parts.system;
    this.world = parts.world;
    this.l1 = parts.l1;
    this.directory = parts.directory;
    this.#record = parts.record;
    this.#l1Flags = parts.l1Flags;
  }

  static async found(anvil: Anvil, options: SystemOptions): Promise<Town> {
    // Processes go by the machine's clock, and L1 takes no batch of long ago.
    const { timestamp: genesisTimestamp } = (await anvil.provider.getBlock("latest"))!;
    const world = await BatchMaker.open(undefined, { genesisTimestamp });
    const { config, genesis } = world;
    const rollup = {
      chainId: Number(config.chainId),
      baseFee: config.baseFee,
      gasLimit: Number(config.gasLimit),
      genesisTimestamp: config.genesisTimestamp,
      genesisStateRoot: genesis.postStateRoot,
    };
    const connection = await anvil.connect();
    const directory = await mkdtemp(join(tmpdir(), "metis-town-"));
    const deploymentId = basename(directory);
    const system = await deploySystem(connection, { rollup, deploymentId, ...options });
    const addresses = await addressesOf(system);
    const record = join(DEPLOYMENTS, deploymentId);
    const deployment = join(record, "deployed_addresses.json");
    const genesisFile = join(directory, "genesis.json");
    const text = JSON.stringify(config, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
    await writeFile(genesisFile, text);
    const l1Flags = ["--l1-url", anvil.url, "--deployment", deployment, "--genesis", genesisFile];
    const l1 = openL1(anvil.provider, { addresses, fromBlock: 0 });
    return new Town({ system, world, l1, directory, record, l1Flags });
  }

  /** Flags of an agent that sends to L1 with this key. */
  #flags(name: string, key: string): string[] {
    const timing = ["--interval", "200", "--poll-interval", "100", "--resubmit-after", "2000"];
    return [...this.#l1Flags, "--data-dir", join(this.directory, name), "--key", key, ...timing];
  }

  #start(name: string, args: string[]): AgentProcess {
    const agent = new AgentProcess(name, args);
    this.#processes.push(agent);
    agent.start();
    return agent;
  }

  /** Memolabs. It neither sends to L1 nor executes the L2. */
  async storage(): Promise<{ agent: AgentProcess; url: string; client: HttpStorage; snapshot: string }> {
    const port = await freePort();
    const snapshot = join(this.directory, "snapshot");
    const url = `http://127.0.0.1:${port}`;
    const flags = ["--port", String(port), "--snapshot", snapshot, "--snapshot-interval", "200"];
    const l1 = this.#l1Flags.slice(0, 4);
    const agent = this.#start("storage", ["storage", ...l1, "--data-dir", join(this.directory, "storage"), ...flags]);
    await agent.says("started");
    return { agent, url, client: new HttpStorage(url, 2_000), snapshot };
  }

  verifier(name: string, place: number, flags: string[] = []): AgentProcess {
    const { privateKey } = walletOf(this.system.verifierAccounts[place]!.address);
    return this.#start(name, ["verifier", ...this.#flags(name, privateKey), ...flags]);
  }

  /** The peer network: the consensus layer and every sequencer, each a process; users talk to the consensus layer's. */
  async network(flags: { sequencer?: string[]; consensus?: string[] } = {}) {
    const { sequencerAccounts, others, deployer } = this.system;
    const consensusWallet = walletOf(others[0]!.address);
    const [port, peerPort, rpcPort] = [await freePort(), await freePort(), await freePort()];
    const ports = await Promise.all(sequencerAccounts.map(() => freePort()));
    const peers = [
      `${consensusWallet.address}=http://127.0.0.1:${peerPort}`,
      ...sequencerAccounts.map(({ address }, place) => `${address}=http://127.0.0.1:${ports[place]!}`),
    ].join();
    const shared = ["--peers", peers, "--consensus", consensusWallet.address];
    const consensusUrl = `http://127.0.0.1:${port}`;
    const consensus = this.#start("consensus", [
      "consensus",
      ...this.#flags("consensus", consensusWallet.privateKey),
      ...shared,
      ...["--port", String(port), "--peer-port", String(peerPort), "--rpc-port", String(rpcPort)],
      ...(flags.consensus ?? []),
    ]);
    const sequencers: AgentProcess[] = [];
    for (const [place, { address, key }] of sequencerAccounts.entries()) {
      const funding = await deployer.sendTransaction({ to: key.address, value: parseEther("5") });
      await funding.wait();
      const name = `sequencer-${place}`;
      sequencers.push(
        this.#start(name, [
          "sequencer",
          ...this.#flags(name, key.privateKey),
          ...shared,
          ...["--owner", address, "--consensus-url", consensusUrl, "--peer-port", String(ports[place]!)],
          ...["--answer-keys", walletOf(others[FIRST_ANSWERER + place]!.address).privateKey],
          ...(flags.sequencer ?? []),
        ]),
      );
    }
    await Promise.all([consensus, ...sequencers].map((agent) => agent.says('"started"')));
    return { consensus, sequencers, consensusUrl, rpcUrl: `http://127.0.0.1:${rpcPort}` };
  }

  /** One agent of each role that executes the L2, none of which finds the others. */
  everyone(flags: readonly string[]): AgentProcess[] {
    const { privateKey, address } = walletOf(this.system.others[0]!.address);
    const nowhere = "http://127.0.0.1:1";
    const peers = ["--peers", `${address}=${nowhere}`, "--consensus", address, "--peer-port", "0"];
    const roles: Record<string, string[]> = {
      consensus: [...peers, "--port", "0", "--rpc-port", "0"],
      sequencer: [...peers, "--rpc-port", "0", "--owner", address, "--consensus-url", nowhere],
      submitter: ["--consensus-url", nowhere, "--storage-url", nowhere, "--l2-urls", nowhere],
      verifier: [],
    };
    return Object.entries(roles).map(([role, own]) =>
      this.#start(role, [role, ...this.#flags(role, privateKey), ...own, ...flags]),
    );
  }

  submitter(urls: { consensusUrl: string; rpcUrl: string; storageUrl: string }): AgentProcess {
    const { privateKey } = walletOf(this.system.others[1]!.address);
    const where = ["--consensus-url", urls.consensusUrl, "--l2-urls", urls.rpcUrl, "--storage-url", urls.storageUrl];
    return this.#start("submitter", ["submitter", ...this.#flags("submitter", privateKey), ...where]);
  }

  /** Runs `agent user …` to its end and gives what it printed. */
  async user(args: string[]): Promise<unknown> {
    const agent = new AgentProcess("user", ["user", ...args]);
    agent.start();
    await agent.ended;
    const text = agent.output.join("");
    try {
      return JSON.parse(text.trim().split("\n").at(-1) ?? "");
    } catch {
      throw new Error(`agent user ${args[0] ?? ""} printed: ${text}`);
    }
  }

  get l1Flags(): string[] {
    return this.#l1Flags.slice(0, 4);
  }

  /** What every process printed, for a failed test. */
  report(): string {
    return this.#processes.map(({ name, output }) => `--- ${name}\n${output.join("").slice(-4_000)}`).join("\n");
  }

  async close(): Promise<void> {
    await Promise.all(this.#processes.map((agent) => agent.kill()));
    for (const folder of [this.#record, this.directory]) await rm(folder, { recursive: true, force: true });
  }
}

/** Key of a user that pays nobody and only looks. */
export const ONLOOKER = new Wallet(id("onlooker")).privateKey;

/** A node of L1 in a process of its own. */
export class Anvil {
  readonly url: string;
  readonly provider: JsonRpcProvider;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
    const chain = Network.from(31_337);
    this.provider = new JsonRpcProvider(url, chain, { staticNetwork: chain, cacheTimeout: -1, polling: true });
  }

  static async start(port: number, more: readonly string[] = []): Promise<Anvil> {
    const flags = ["--port", String(port), "--accounts", "40", "--hardfork", "osaka", "--silent", ...more];
    const child = spawn(process.execPath, [ANVIL, ...flags], { stdio: "ignore" });
    const anvil = new Anvil(`http://127.0.0.1:${port}`, child);
    await eventually("Anvil", async () => (await anvil.provider.send("eth_chainId", [])) === "0x7a69");
    return anvil;
  }

  async connect() {
    process.env["METIS_L1_URL"] = this.url;
    try {
      return await network.create("localhost");
    } finally {
      Reflect.deleteProperty(process.env, "METIS_L1_URL");
    }
  }

  /** Makes a block every second, or with every transaction (0). */
  async pace(seconds: number): Promise<void> {
    await this.provider.send("evm_setIntervalMining", [seconds]);
    if (seconds === 0) await this.provider.send("evm_setAutomine", [true]);
  }

  /** Moves L1's clock and makes a block. */
  async skip(seconds: number): Promise<void> {
    await this.provider.send("evm_increaseTime", [seconds]);
    await this.provider.send("evm_mine", []);
  }

  async stop(): Promise<void> {
    this.provider.destroy();
    const ended = new Promise((resolve) => this.#child.on("exit", resolve));
    this.#child.kill("SIGTERM");
    await ended;
  }
}
