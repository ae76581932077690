/** What L1 pays to execute transactions of real contracts of the L2, each in one call with its witness. */
import { type BaseContract, Wallet, dataSlice, getAddress, id, parseEther } from "ethers";

import { ExecutionDriver } from "../agents/execution/driver.ts";
import { L1_TRANSACTION_GAS } from "../agents/l1/transactions.ts";
import { executeBatch } from "../l2/batch/build.ts";
import { type L2Transaction, RANDOMNESS } from "../l2/protocol/l2-transaction.ts";
import { type ChainConfig, devnet } from "../l2/protocol/config.ts";
import { type Hex, fromHex } from "../l2/base/hex.ts";
import { StateStore } from "../l2/state/state.ts";
import { transitionWitness } from "../l2/execution/witness.ts";
import { deployExecutor } from "../testkit/execution/executor.ts";
import { Account, contractOf, contractStory } from "../testkit/l2-contracts.ts";
import type { Lab } from "./lab.ts";
import { COINBASE, LARGE_STATE } from "./system.ts";

/** Who holds the token that is transferred, besides two. */
export const HOLDERS = 2_000;
/** Whom one transaction pays. */
const PAID_AT_ONCE = 100;

/** L1 gas of a transaction of the L2, over all calls that it took. */
export interface Heavy {
  readonly gas: number;
  readonly calls: number;
}

/** By the title of the step. */
export type ContractFigures = ReadonlyMap<string, Heavy>;

/** A transfer of a token that thousands hold. */
export const TRANSFER = "ERC-20 transfer among many holders";

/** Executes everything on the L2, over a large state, and each transaction on L1. */
export async function measureContracts({ ethers }: Lab): Promise<ContractFigures> {
  const users = Array.from({ length: 5 }, (_, index) => new Wallet(id(`user ${index}`)));
  const others = Array.from({ length: LARGE_STATE - users.length }, (_, index) => addressOf(`account ${index}`));
  const config = devnet([...users.map(({ address }) => address), ...others]);
  const executor = await deployExecutor(ethers, { ...config });
  const chain = await TestChain.open(config, executor);
  const story = await contractStory(config, users, others.slice(0, PAID_AT_ONCE));
  const figures = new Map<string, Heavy>();
  for (const { title, raw } of story.steps) {
    const transaction = chain.next(raw);
    figures.set(title, await chain.measure(transaction));
    await chain.execute([transaction]);
  }
  figures.set(TRANSFER, await measureTransfer(chain, new Account(users[4]!, config), others));
  return figures;
}

async function measureTransfer(chain: TestChain, issuer: Account, others: readonly string[]): Promise<Heavy> {
  const token = await contractOf("Token");
  const deployment = await issuer.deploy(token, ["Coffee", "CUP", issuer.address, parseEther("1000000")]);
  const call = (method: string, args: unknown[]): Promise<Hex> => {
    const data = token.interface.encodeFunctionData(method, args);
    return issuer.sign({ to: deployment.address, data, gasLimit: 6_000_000n });
  };
  const payments: Hex[] = [];
  for (let from = 0; from < HOLDERS; from += PAID_AT_ONCE) {
    payments.push(await call("pay", [others.slice(from, from + PAID_AT_ONCE), parseEther("1")]));
  }
  await chain.execute([deployment.raw, ...payments].map((raw) => chain.next(raw)));
  return await chain.measure(chain.next(await call("transfer", [others[HOLDERS / 2], parseEther("1")])));
}

/** The L2 as far as a figure needs it: its state, and L1's executor of it. */
class TestChain {
  readonly #config: ChainConfig;
  readonly #states: StateStore;
  readonly #executor: BaseContract;
  #root: Hex;
  #block = 0n;

  private constructor(config: ChainConfig, states: StateStore, executor: BaseContract, root: Hex) {
    this.#config = config;
    this.#states = states;
    this.#executor = executor;
    this.#root = root;
  }

  static async open(config: ChainConfig, executor: BaseContract): Promise<TestChain> {
    const states = await StateStore.open();
    return new TestChain(config, states, executor, await states.genesis(config));
  }

  /** The next transaction, in a block of its own. */
  next(raw: Hex): L2Transaction {
    const number = ++this.#block;
    const timestamp = BigInt(this.#config.genesisTimestamp) + 2n * number;
    return { context: { number, timestamp, coinbase: COINBASE, randomness: RANDOMNESS }, raw: fromHex(raw) };
  }

  /** Executes transactions on the L2. */
  async execute(transactions: readonly L2Transaction[]): Promise<void> {
    const { stateRoots, invalid } = await executeBatch(this.#config, this.#states, this.#root, transactions);
    if (invalid !== undefined) throw invalid.error;
    this.#root = stateRoots.at(-1) ?? this.#root;
  }

  /** Executes the next transaction on L1. The L2 stays where it is. */
  async measure(transaction: L2Transaction): Promise<Heavy> {
    const preStateRoot = this.#root;
    const witness = await transitionWitness(this.#config, this.#states, preStateRoot, [transaction]);
    const provider = this.#executor.runner!.provider!;
    const driver = new ExecutionDriver(
      { gas: L1_TRANSACTION_GAS },
      { provider, executor: await this.#executor.getAddress() },
    );
    let gas = 0;
    let calls = 0;
    const send = async (method: string, args: unknown[]): Promise<void> => {
      const sent = await this.#executor.getFunction(method).send(...args, { gasLimit: L1_TRANSACTION_GAS });
      gas += Number((await sent.wait())!.gasUsed);
      calls++;
    };
    const preimages = (hash: Hex): Promise<Uint8Array | undefined> => this.#states.witnessItem(hash);
    const request = { transaction, preStateRoot, witness, preimages };
    const execution = await driver.run(request, async ({ data }) => {
      const { name, args } = this.#executor.interface.parseTransaction({ data })!;
      await send(name, args.toArray());
    });
    const { stateRoots } = await executeBatch(this.#config, this.#states, preStateRoot, [transaction]);
    if (execution.outcome.stateRoot !== stateRoots[0]) throw new Error("L1 comes to another state than the L2.");
    await send("execute", [[transaction], preStateRoot, execution.witness]);
    return { gas, calls };
  }
}

function addressOf(name: string): string {
  return getAddress(dataSlice(id(name), 0, 20));
}
