/** Contracts on the L2, and what people do with them: one signed transaction for each thing that can be disputed. */
import {
  AbiCoder,
  MaxUint256,
  Signature,
  type TransactionRequest,
  type Wallet,
  getCreateAddress,
  id,
  keccak256,
  parseEther,
} from "ethers";

import { signed } from "./signed.ts";
import type { ChainConfig } from "../l2/protocol/config.ts";
import { type Hex, concatHex } from "../l2/base/hex.ts";
import { type Compiled, compile } from "./compile.ts";

export type ContractName = "Collectible" | "Council" | "Pair" | "Token";

/** One of the contracts in `testkit/contracts`. */
export function contractOf(name: ContractName): Promise<Compiled> {
  return compile(`testkit/contracts/${name}.sol`);
}

/** The call data that deploys a contract. */
export function creation({ interface: abi, bytecode }: Compiled, parameters: readonly unknown[]): Hex {
  return concatHex([bytecode, abi.encodeDeploy(parameters)]);
}

/** Somebody's transactions: nonces follow each other, prices and gas limits are plenty. */
export class Account {
  readonly wallet: Wallet;
  readonly #config: ChainConfig;
  #nonce: number;

  constructor(wallet: Wallet, config: ChainConfig, nonce = 0) {
    this.wallet = wallet;
    this.#config = config;
    this.#nonce = nonce;
  }

  get address(): string {
    return this.wallet.address;
  }

  /** Signs the next transaction. */
  sign(request: TransactionRequest): Promise<Hex> {
    return signed(this.wallet, {
      type: 2,
      chainId: this.#config.chainId,
      nonce: this.#nonce++,
      gasLimit: 1_000_000n,
      maxFeePerGas: 2n * this.#config.baseFee,
      maxPriorityFeePerGas: this.#config.baseFee / 10n,
      ...request,
    });
  }

  /** Signs the next transaction, a deployment, and gives its address with it. */
  async deploy(contract: Compiled, parameters: readonly unknown[]): Promise<{ raw: Hex; address: string }> {
    const address = getCreateAddress({ from: this.address, nonce: this.#nonce });
    return { raw: await this.sign({ data: creation(contract, parameters), gasLimit: 6_000_000n }), address };
  }
}

/** One transaction of the story. */
export interface Step {
  readonly title: string;
  readonly raw: Hex;
  /** Whether it fails, as it should. */
  readonly fails?: true;
  /** Whether L1 takes long to execute it, on Hardhat's node at that. */
  readonly heavy?: true;
}

/** A thing that holds at the end of the story: what a call returns. */
export interface Fact {
  readonly to: string;
  readonly contract: Compiled;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly returns: readonly unknown[];
}

export interface ContractStory {
  readonly steps: readonly Step[];
  readonly facts: readonly Fact[];
}

type Quartet = [Account, Account, Account, Account];

const SUPPLY = parseEther("1000000");
const POOL = parseEther("1000");
const HOUSEHOLD = parseEther("100");

/**
 * The whole story. Each transaction belongs into a block of its own: votes are counted in blocks.
 *
 * @param users Four at least, with money and no transactions so far.
 * @param recipients Whom the last step pays, all at once.
 */
export async function contractStory(
  config: ChainConfig,
  users: readonly Wallet[],
  recipients: readonly string[],
): Promise<ContractStory> {
  const token = await contractOf("Token");
  const pair = await contractOf("Pair");
  const collectible = await contractOf("Collectible");
  const council = await contractOf("Council");
  const [alice, bob, carol, dave] = users.map((wallet) => new Account(wallet, config)) as Quartet;
  const steps: Step[] = [];
  const facts: Fact[] = [];
  const say = (title: string, raw: Hex): void => void steps.push({ title, raw });
  const deploy = async (title: string, who: Account, contract: Compiled, parameters: unknown[]): Promise<string> => {
    const { raw, address } = await who.deploy(contract, parameters);
    say(title, raw);
    return address;
  };
  const call = async (
    title: string,
    who: Account,
    contract: Compiled,
    to: string,
    method: string,
    args: unknown[],
  ): Promise<void> => {
    say(title, await who.sign({ to, data: contract.interface.encodeFunctionData(method, args) }));
  };
  const holds = (contract: Compiled, to: string, method: string, args: unknown[], ...returns: unknown[]): void =>
    void facts.push({ to, contract, method, args, returns });

  const coffee = await deploy("ERC-20 deployment", alice, token, ["Coffee", "CUP", alice.address, SUPPLY]);
  await call("ERC-20 transfer", alice, token, coffee, "transfer", [bob.address, HOUSEHOLD]);
  await call("ERC-20 approve", bob, token, coffee, "approve", [carol.address, HOUSEHOLD]);
  await call("ERC-20 transferFrom", carol, token, coffee, "transferFrom", [bob.address, dave.address, HOUSEHOLD / 2n]);
  const permit = await signPermit(config, bob.wallet, coffee, dave.address);
  await call("ERC-20 permit", carol, token, coffee, "permit", permit);
  await call("ERC-20 transferFrom by permit", dave, token, coffee, "transferFrom", [
    bob.address,
    dave.address,
    HOUSEHOLD / 4n,
  ]);
  const tooMuch = token.interface.encodeFunctionData("transfer", [alice.address, SUPPLY]);
  steps.push({ title: "ERC-20 transfer of too much", raw: await bob.sign({ to: coffee, data: tooMuch }), fails: true });
  holds(token, coffee, "balanceOf", [bob.address], HOUSEHOLD / 4n);
  holds(token, coffee, "balanceOf", [dave.address], HOUSEHOLD + (HOUSEHOLD * 3n) / 4n);

  await call("delegation of votes", alice, token, coffee, "delegate", [alice.address]);
  const house = await deploy("governor deployment", bob, council, [coffee]);
  await call("treasury grant", alice, token, coffee, "transfer", [house, HOUSEHOLD]);
  const grant = token.interface.encodeFunctionData("transfer", [dave.address, HOUSEHOLD]);
  await call("governor proposal", alice, council, house, "propose", [[coffee], [0], [grant], "Coffee for Dave"]);

  const bread = await deploy("second ERC-20 deployment", bob, token, ["Bread", "LOAF", bob.address, SUPPLY]);
  const proposal = proposalId([coffee], [0n], [grant], "Coffee for Dave");
  await call("governor vote", alice, council, house, "castVote", [proposal, 1]);
  const [first, second] = BigInt(coffee) < BigInt(bread) ? [coffee, bread] : [bread, coffee];
  const market = await deploy("pair deployment", carol, pair, [first, second]);
  await call("liquidity, one side", alice, token, coffee, "transfer", [market, POOL]);
  await call("liquidity, other side", bob, token, bread, "transfer", [market, 4n * POOL]);
  await call("governor execution", carol, council, house, "execute", [[coffee], [0], [grant], id("Coffee for Dave")]);
  holds(council, house, "hasVoted", [proposal, alice.address], true);
  holds(token, coffee, "balanceOf", [house], 0n);

  await call("pair mint", alice, pair, market, "mint", [alice.address]);
  const amountIn = parseEther("10");
  const amountOut = (amountIn * 997n * 4n * POOL) / (POOL * 1000n + amountIn * 997n);
  const amounts = coffee === first ? [0n, amountOut] : [amountOut, 0n];
  await call("swap, tokens in", alice, token, coffee, "transfer", [market, amountIn]);
  await call("swap", alice, pair, market, "swap", [...amounts, carol.address]);
  holds(token, bread, "balanceOf", [carol.address], amountOut);
  await call("pair burn, liquidity in", alice, pair, market, "transfer", [market, POOL]);
  await call("pair burn", alice, pair, market, "burn", [alice.address]);
  holds(pair, market, "balanceOf", [market], 0n);

  const art = await deploy("ERC-721 deployment", dave, collectible, [dave.address]);
  await call("ERC-721 mint", dave, collectible, art, "mint", [carol.address]);
  await call("ERC-721 transfer", carol, collectible, art, "transferFrom", [carol.address, bob.address, 1n]);
  holds(collectible, art, "ownerOf", [1n], bob.address);
  const payment = token.interface.encodeFunctionData("pay", [recipients, HOUSEHOLD]);
  const raw = await bob.sign({ to: bread, data: payment, gasLimit: 6_000_000n });
  steps.push({ title: "payment of many", raw, heavy: true });
  for (const recipient of recipients.slice(-1)) holds(token, bread, "balanceOf", [recipient], HOUSEHOLD);
  return { steps, facts };
}

/** How OpenZeppelin's governor names a proposal. */
function proposalId(targets: string[], values: bigint[], calls: string[], description: string): bigint {
  const types = ["address[]", "uint256[]", "bytes[]", "bytes32"];
  return BigInt(keccak256(AbiCoder.defaultAbiCoder().encode(types, [targets, values, calls, id(description)])));
}

/** A permit of everything, without end. */
async function signPermit(config: ChainConfig, owner: Wallet, token: string, spender: string): Promise<unknown[]> {
  const domain = { name: "Coffee", version: "1", chainId: config.chainId, verifyingContract: token };
  const types = {
    Permit: [
      { name: "owner", type: "address" },
      { name: "spender", type: "address" },
      { name: "value", type: "uint256" },
      { name: "nonce", type: "uint256" },
      { name: "deadline", type: "uint256" },
    ],
  };
  const message = { owner: owner.address, spender, value: MaxUint256, nonce: 0n, deadline: MaxUint256 };
  const { v, r, s } = Signature.from(await owner.signTypedData(domain, types, message));
  return [owner.address, spender, MaxUint256, MaxUint256, v, r, s];
}
