/** Hardhat's own EVM as a third opinion: it runs the transactions of a case as a chain of its own. */
import { createAccountFromRLP } from "@ethereumjs/util";
import { getBytes } from "ethers";
import { network } from "hardhat";

import { toHex } from "../../l2/base/hex.ts";
import type { BlockContext } from "../../l2/protocol/l2-transaction.ts";
import { EMPTY_ROOT, NO_CODE } from "../../l2/state/trie.ts";
import { RecordingStore, trieOver } from "../../testkit/execution/reference.ts";
import { assemble } from "./assembly.ts";
import { CHAIN, type FuzzAccount, type FuzzCase, rawTransaction } from "./case.ts";
import { OpcodeCounts, type Run, codeOf, runReference } from "./reference.ts";

type Connection = Awaited<ReturnType<typeof network.create>>;

const quantity = (value: bigint): string => `0x${value.toString(16)}`;

/** A chain with the rules and constants of the L2. */
export class ThirdOpinion {
  readonly #connection: Connection;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  static async open(): Promise<ThirdOpinion> {
    const rules = { hardfork: "osaka", chainId: Number(CHAIN.chainId), blockGasLimit: CHAIN.gasLimit };
    return new ThirdOpinion(await network.create({ network: "default", override: rules }));
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  /**
   * Compares with the reference: gas used, and each account that the case names, before and afterwards.
   *
   * @returns What differs; nothing where nothing does; `unfit` where Hardhat cannot have the case's state or rules.
   */
  async compare(one: FuzzCase): Promise<string[] | "unfit"> {
    const block = await this.#send<{ number: string; timestamp: string }>("eth_getBlockByNumber", "latest", false);
    const [number, timestamp] = [BigInt(block.number), BigInt(block.timestamp)];
    const transactions = one.transactions.map((transaction, index) => {
      const later = BigInt(index + 1);
      return {
        ...transaction,
        context: { ...transaction.context, number: number + later, timestamp: timestamp + later },
      };
    });
    const here = { ...one, transactions };
    const counts = new OpcodeCounts();
    const run = await runReference(here, { counts, limited: false });
    if (!isFit(here, run, counts)) return "unfit";
    const snapshot = await this.#send<string>("evm_snapshot");
    try {
      for (const [address, account] of Object.entries(one.accounts)) await this.#set(address, account);
      const differences: string[] = [];
      for (const [index, transaction] of transactions.entries()) {
        const gasUsed = await this.#execute(transaction.context, rawTransaction(transaction));
        const { gasUsed: expected } = run.expected[index]!;
        if (gasUsed !== expected) differences.push(`transaction ${index}: ${gasUsed} gas, expected ${expected}`);
      }
      for (const address of addressesOf(here)) differences.push(...(await this.#difference(address, run)));
      return differences;
    } finally {
      await this.#send("evm_revert", snapshot);
    }
  }

  async #set(address: string, { balance, nonce, storage, code }: FuzzAccount): Promise<void> {
    await this.#send("hardhat_setBalance", address, quantity(balance));
    if (nonce > 0n) await this.#send("hardhat_setNonce", address, quantity(nonce));
    if (code.length > 0) await this.#send("hardhat_setCode", address, codeOf(code));
    for (const [slot, value] of Object.entries(storage)) {
      await this.#send("hardhat_setStorageAt", address, slot, `0x${value.toString(16).padStart(64, "0")}`);
    }
  }

  async #execute({ timestamp, coinbase, randomness }: BlockContext, raw: string): Promise<bigint> {
    await this.#send("hardhat_setCoinbase", coinbase);
    await this.#send("hardhat_setPrevRandao", randomness);
    await this.#send("hardhat_setNextBlockBaseFeePerGas", quantity(CHAIN.baseFee));
    await this.#send("evm_setNextBlockTimestamp", Number(timestamp));
    // It throws where a transaction reverts, which is in its block all the same.
    await this.#send("eth_sendRawTransaction", raw).catch(() => undefined);
    const block = await this.#send<{ transactions: string[]; gasUsed: string }>(
      "eth_getBlockByNumber",
      "latest",
      false,
    );
    return BigInt(block.gasUsed);
  }

  async #difference(address: string, run: Run): Promise<string[]> {
    const trie = await trieOver(new RecordingStore(run.nodes), {
      secure: true,
      root: getBytes(run.expected.at(-1)!.stateRoot),
    });
    const leaf = await trie.get(getBytes(address));
    const account = leaf === null ? undefined : createAccountFromRLP(leaf);
    const proof = await this.#send<{ balance: string; nonce: string; storageHash: string; codeHash: string }>(
      "eth_getProof",
      address,
      [],
      "latest",
    );
    const codeHash = BigInt(proof.codeHash) === 0n ? NO_CODE : proof.codeHash;
    const actual = [BigInt(proof.balance), BigInt(proof.nonce), proof.storageHash, codeHash].join(", ");
    const expected =
      account === undefined
        ? [0, 0, EMPTY_ROOT, NO_CODE].join(", ")
        : [account.balance, account.nonce, toHex(account.storageRoot), toHex(account.codeHash)].join(", ");
    return actual === expected ? [] : [`account ${address}: ${actual}; expected ${expected}`];
  }

  async #send<T>(method: string, ...params: unknown[]): Promise<T> {
    return (await this.#connection.provider.request({ method, params })) as T;
  }
}

/**
 * Hardhat has no place for a transaction that is invalid or creates by no code, other hashes of blocks, and no storage
 * without an account.
 */
function isFit({ accounts, transactions }: FuzzCase, { expected }: Run, { counts }: OpcodeCounts): boolean {
  return (
    expected.every(({ valid }) => valid) &&
    !counts.has("BLOCKHASH") &&
    transactions.every(({ to, data }) => to !== "0x" || assemble(data.join(" ")).length > 0) &&
    Object.values(accounts).every(
      ({ nonce, code, storage }) => nonce > 0n || code.length > 0 || Object.keys(storage).length === 0,
    )
  );
}

/** Whoever a case names. */
function addressesOf({ accounts, transactions }: FuzzCase): Set<string> {
  const named = transactions.flatMap(({ to, context }) => [to, context.coinbase]).filter((address) => address !== "0x");
  return new Set([...Object.keys(accounts), ...named]);
}
