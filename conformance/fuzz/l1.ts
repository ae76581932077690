/** L1's contracts, on a development node of L1. */
import { Interface } from "ethers";
import { network } from "hardhat";

import { type Hex, asHex, toHex } from "../../l2/base/hex.ts";
import { SerialQueue } from "../../l2/base/serial.ts";
import { type Anvil, startAnvil } from "../../testkit/anvil.ts";
import { deployExecutor } from "../../testkit/execution/executor.ts";
import type { Expected, Input } from "../../testkit/execution/reference.ts";
import { CHAIN } from "./case.ts";
import type { Run } from "./reference.ts";

const EXECUTOR = new Interface([
  `function execute(((uint64 number, uint64 timestamp, address coinbase, bytes32 randomness) context, bytes raw)[] transactions,
    bytes32 preStateRoot, bytes witness) view returns ((bool valid, uint64 gasUsed, bytes32 stateRoot)[] outcomes)`,
  `function begin(((uint64 number, uint64 timestamp, address coinbase, bytes32 randomness) context, bytes raw) transaction,
    bytes32 preStateRoot, uint256 until, bytes witness) returns (bytes next, bytes items)`,
  "function advance(bytes32 key, bytes machine, uint256 until, bytes witness) returns (bytes next, bytes items)",
  `function transitionKey(((uint64 number, uint64 timestamp, address coinbase, bytes32 randomness) context, bytes raw) transaction,
    bytes32 preStateRoot) pure returns (bytes32)`,
]);

/** More than any case takes: what counts is the outcome, not the price. */
const GAS = 2n ** 30n;
/** For the transactions of several sessions. */
const BLOCK_GAS = 2n ** 40n;

/** A step of a session (`ISessions.sol`). */
export interface Step {
  readonly input: Input;
  readonly preStateRoot: string;
  readonly machine: string;
  readonly until: bigint;
}

/** What a step leads to. */
export interface Reached {
  readonly next: Hex;
  readonly items: Hex;
}

/**
 * The executor as it is deployed, with the limit of code size. The node is Anvil: a call to Hardhat's takes several
 * times as long, since it traces every step.
 */
export class FuzzL1 {
  readonly #node: Anvil;
  readonly #sender: string;
  readonly #executor: string;
  readonly #turns = new SerialQueue();

  private constructor(node: Anvil, sender: string, executor: string) {
    this.#node = node;
    this.#sender = sender;
    this.#executor = executor;
  }

  /** An L1 of its own. */
  static async open(): Promise<FuzzL1> {
    const limits = ["--gas-limit", String(BLOCK_GAS), "--base-fee", "0", "--no-request-size-limit"];
    const node = await startAnvil({ accounts: 1, flags: [...limits, "--transaction-block-keeper", "64"] });
    const connection = await network.create({ network: "localhost", override: { url: node.url } });
    try {
      const [sender] = await connection.ethers.getSigners();
      const executor = await deployExecutor(connection.ethers, CHAIN);
      return new FuzzL1(node, sender!.address, await executor.getAddress());
    } finally {
      await connection.close();
    }
  }

  /** Executes the transactions of a run in one call. */
  async execute({ inputs, preStateRoot, witness }: Run): Promise<Expected[]> {
    return await this.#outcomes(inputs, preStateRoot, witness);
  }

  /** What L1 remembers of the transactions of a run that sessions have executed. */
  async recall({ inputs, preStateRoot }: Run): Promise<Expected[]> {
    return await this.#outcomes(inputs, preStateRoot, new Uint8Array());
  }

  /** Takes a step of a session. */
  async advance({ input, preStateRoot, machine, until }: Step, witness: Uint8Array): Promise<Reached> {
    const call =
      machine === "0x"
        ? EXECUTOR.encodeFunctionData("begin", [input, preStateRoot, until, "0x"])
        : EXECUTOR.encodeFunctionData("advance", [await this.#key(input, preStateRoot), machine, until, "0x"]);
    const transaction = this.#transaction(withBytes(call, witness));
    const result = await this.#send<string>("eth_call", transaction, "latest");
    // One after the other: the node counts the sender's transactions.
    await this.#turns.run(async () => {
      await this.#mined(await this.#send<string>("eth_sendTransaction", transaction));
    });
    const [next, items] = EXECUTOR.decodeFunctionResult("advance", result) as unknown as [string, string];
    return { next: asHex(next), items: asHex(items) };
  }

  /** What L1 identifies an execution by. */
  async #key(input: Input, preStateRoot: string): Promise<string> {
    const data = EXECUTOR.encodeFunctionData("transitionKey", [input, preStateRoot]);
    return await this.#send<string>("eth_call", this.#transaction(data), "latest");
  }

  async #outcomes(inputs: readonly Input[], preStateRoot: string, witness: Uint8Array): Promise<Expected[]> {
    const data = withBytes(EXECUTOR.encodeFunctionData("execute", [inputs, preStateRoot, "0x"]), witness);
    const result = await this.#send<string>("eth_call", this.#transaction(data), "latest");
    const [outcomes] = EXECUTOR.decodeFunctionResult("execute", result) as unknown as [Expected[]];
    return outcomes.map(({ valid, gasUsed, stateRoot }) => ({ valid, gasUsed, stateRoot }));
  }

  async #mined(hash: string): Promise<void> {
    for (let look = 0; look < 300; look++) {
      const receipt = await this.#send<{ status: string } | null>("eth_getTransactionReceipt", hash);
      if (receipt?.status === "0x1") return;
      if (receipt !== null) throw new Error(`a step of a session fails that its simulation did not fail`);
      // A transaction that comes while a block is being made may be left waiting for the next one.
      if (look % 20 === 19) await this.#send("evm_mine");
    }
    throw new Error(`transaction ${hash} does not get into a block`);
  }

  #transaction(data: string): object {
    return { from: this.#sender, to: this.#executor, data, gas: `0x${GAS.toString(16)}`, gasPrice: "0x0" };
  }

  async #send<T>(method: string, ...params: unknown[]): Promise<T> {
    const response = await fetch(this.#node.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    const { result, error } = (await response.json()) as { result?: T; error?: { message: string } };
    if (error !== undefined) throw Object.assign(new Error(error.message), error);
    return result as T;
  }

  async close(): Promise<void> {
    await this.#node.stop();
  }
}

/** Puts bytes in the place of the empty ones that a call ends with: encoding them as all else would take long. */
function withBytes(call: string, bytes: Uint8Array): string {
  const length = bytes.length.toString(16).padStart(64, "0");
  return `${call.slice(0, -64)}${length}${toHex(bytes).slice(2)}${"00".repeat((32 - (bytes.length % 32)) % 32)}`;
}
