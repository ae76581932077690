/** L1's contracts, on a development node of L1. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { Interface } from "ethers";
import { network } from "hardhat";

import { toHex } from "../../../l2/hex.ts";
import { deployExecutor } from "../support/executor.ts";
import type { Expected } from "../support/reference.ts";
import { CHAIN } from "./case.ts";
import type { Run } from "./reference.ts";

const ANVIL = fileURLToPath(new URL("../../../node_modules/.bin/anvil", import.meta.url));

const EXECUTOR = new Interface([
  `function execute(((uint64 number, uint64 timestamp, address coinbase) context, bytes raw)[] transactions,
    bytes32 preStateRoot, bytes witness) view returns ((bool valid, uint64 gasUsed, bytes32 stateRoot)[] outcomes)`,
]);

/** More than any case takes: what counts is the outcome, not the price. */
const GAS = 2n ** 30n;

/**
 * The executor as it is deployed, with the limit of code size. The node is Anvil: a call to Hardhat's takes several
 * times as long, since it traces every step.
 */
export class FuzzL1 {
  readonly #node: ChildProcess;
  readonly #url: string;
  readonly #executor: string;

  private constructor(node: ChildProcess, url: string, executor: string) {
    this.#node = node;
    this.#url = url;
    this.#executor = executor;
  }

  static async open(): Promise<FuzzL1> {
    const { node, url } = await startNode();
    const connection = await network.create({ network: "localhost", override: { url } });
    try {
      const executor = await deployExecutor(connection.ethers, CHAIN);
      return new FuzzL1(node, url, await executor.getAddress());
    } finally {
      await connection.close();
    }
  }

  /** Executes the transactions of a run in one call. */
  async execute({ inputs, preStateRoot, witness }: Run): Promise<Expected[]> {
    const data = withBytes(EXECUTOR.encodeFunctionData("execute", [inputs, preStateRoot, "0x"]), witness);
    const result = await this.#call({ to: this.#executor, data, gas: `0x${GAS.toString(16)}` });
    const [outcomes] = EXECUTOR.decodeFunctionResult("execute", result) as unknown as [Expected[]];
    return outcomes.map(({ valid, gasUsed, stateRoot }) => ({ valid, gasUsed, stateRoot }));
  }

  async #call(transaction: object): Promise<string> {
    const response = await fetch(this.#url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_call", params: [transaction, "latest"] }),
    });
    const { result, error } = (await response.json()) as { result?: string; error?: object };
    if (result === undefined) throw Object.assign(new Error("the call reverts"), error);
    return result;
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#node.once("exit", resolve));
    this.#node.kill();
    await ended;
  }
}

async function startNode(): Promise<{ node: ChildProcess; url: string }> {
  const flags = ["--port", "0", "--hardfork", "osaka", "--gas-limit", String(GAS), "--no-request-size-limit"];
  const node = spawn(ANVIL, flags, { stdio: ["ignore", "pipe", "inherit"] });
  process.once("exit", () => node.kill());
  for await (const line of createInterface(node.stdout)) {
    const [, address] = /^Listening on (\S+)/.exec(line) ?? [];
    if (address === undefined) continue;
    node.stdout.resume();
    return { node, url: `http://${address}` };
  }
  throw new Error("L1 did not start");
}

/** Puts bytes in the place of the empty ones that a call ends with: encoding them as all else would take long. */
function withBytes(call: string, bytes: Uint8Array): string {
  const length = bytes.length.toString(16).padStart(64, "0");
  return `${call.slice(0, -64)}${length}${toHex(bytes).slice(2)}${"00".repeat((32 - (bytes.length % 32)) % 32)}`;
}
