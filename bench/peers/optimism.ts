/**
 * The same work in Optimism's contracts, as `@eth-optimism/contracts-bedrock` publishes them compiled, behind the proxies
 * that they are deployed with.
 */
import type { BaseContract, Signer } from "ethers";
import { AbiCoder, concat, keccak256, toBeHex, ZeroAddress, ZeroHash } from "ethers";

import type { Lab } from "../lab.ts";
import { deployPublished, gasOf, zeroDiscount } from "../lab.ts";

/** The package that ships the contracts. */
export const OPTIMISM = "@eth-optimism/contracts-bedrock";
const ARTIFACTS = `${OPTIMISM}/forge-artifacts`;

/** Depths of the deployed game: of the whole, and of the part that disputes outputs. */
const GAME_DEPTH = 73;
const SPLIT_DEPTH = 30;
const GAME_TYPE = 0;

function artifact(name: string): string {
  return `${ARTIFACTS}/${name}.sol/${name}.json`;
}

async function deployBehindProxy(
  signer: Signer,
  name: string,
  initializeArgs: unknown[],
  constructorArgs: unknown[] = [],
): Promise<BaseContract> {
  const implementation = await deployPublished(signer, artifact(name), constructorArgs);
  const proxy = await deployPublished(signer, artifact("Proxy"), [await signer.getAddress()]);
  const initialise = implementation.interface.encodeFunctionData("initialize", initializeArgs);
  await gasOf(proxy, "upgradeToAndCall", [await implementation.getAddress(), initialise]);
  return implementation.attach(await proxy.getAddress());
}

/** Gas of proposing an output root, once the contract is warm with earlier ones. */
export async function proposeOutput({ signers: [owner, proposer], ethers }: Lab): Promise<number> {
  if (owner === undefined || proposer === undefined) throw new Error("The lab has too few accounts");
  const oracle = await deployBehindProxy(owner, "L2OutputOracle", [
    1,
    1,
    0,
    0,
    proposer.address,
    owner.address,
    604800,
  ]);
  const called = oracle.connect(proposer);
  let gas = 0;
  for (const number of [1, 2]) {
    const block = await ethers.provider.getBlock("latest");
    const hash = block?.hash ?? "";
    gas = await gasOf(called, "proposeL2Output", [keccak256("0x01"), number, hash, block?.number]);
    gas += zeroDiscount(hash);
  }
  return gas;
}

/** Gas of Optimism's data-availability challenge for some data. */
export async function challengeData({ signers: [owner], ethers }: Lab, data: Uint8Array): Promise<number> {
  if (owner === undefined) throw new Error("The lab has no account");
  const contract = await deployBehindProxy(owner, "DataAvailabilityChallenge", [owner.address, 1000, 1000, 1, 0]);
  const commitment = concat(["0x00", keccak256(data)]);
  const number = await ethers.provider.getBlockNumber();
  return await gasOf(contract, "challenge", [number, commitment, { value: 1 }]);
}

/** A MIPS machine in empty memory: the instruction there does nothing. */
function emptyMachine(): { state: string; proof: string } {
  const siblings = [ZeroHash];
  for (let level = 0; level < 27; level++)
    siblings.push(keccak256(concat([siblings[level] ?? "", siblings[level] ?? ""])));
  const memoryRoot = siblings[27] ?? "";
  const registers = new Uint8Array(4 * 32);
  const counters = concat([toBeHex(0, 4), toBeHex(0, 4), toBeHex(4, 4), new Uint8Array(12)]);
  const state = concat([memoryRoot, ZeroHash, counters, new Uint8Array(2 + 8), registers]);
  return { state, proof: concat([ZeroHash, ...siblings.slice(0, 27)]) };
}

/** What proving one wrong state costs in a fault dispute game that is played to its end. */
export interface FaultGame {
  /** Transactions, of both sides. */
  readonly transactions: number;
  /** Gas of them all. */
  readonly total: number;
  /** Gas of the dearest of them. */
  readonly largest: number;
  /** Gas of the last: one MIPS instruction. */
  readonly step: number;
}

/**
 * Plays a fault dispute game against a wrong output: created, bisected to one MIPS instruction, stepped.
 *
 * Bonds are sent, resolution and the withdrawal of bonds are left out.
 */
export async function playFaultGame({ signers: [owner, other] }: Lab): Promise<FaultGame> {
  if (owner === undefined || other === undefined) throw new Error("The lab has too few accounts");
  const { state, proof } = emptyMachine();
  const prestate = `0x03${keccak256(state).slice(4)}`;

  const oracle = await deployPublished(owner, artifact("PreimageOracle"), [0, 0]);
  const mips = await deployPublished(owner, artifact("MIPS"), [await oracle.getAddress()]);
  const config = await deployBehindProxy(owner, "SuperchainConfig", [owner.address, false]);
  const weth = await deployBehindProxy(owner, "DelayedWETH", [owner.address, await config.getAddress()], [604800]);
  const factory = await deployBehindProxy(owner, "DisputeGameFactory", [owner.address]);
  const anchors = await deployBehindProxy(
    owner,
    "AnchorStateRegistry",
    [[{ gameType: GAME_TYPE, outputRoot: { root: keccak256("0x00"), l2BlockNumber: 0 } }]],
    [await factory.getAddress()],
  );
  const implementation = await deployPublished(owner, artifact("FaultDisputeGame"), [
    GAME_TYPE,
    prestate,
    GAME_DEPTH,
    SPLIT_DEPTH,
    10800,
    302400,
    await mips.getAddress(),
    await weth.getAddress(),
    await anchors.getAddress(),
    10,
  ]);
  await gasOf(factory, "setImplementation", [GAME_TYPE, await implementation.getAddress()]);

  const root = keccak256("0x02");
  const extra = AbiCoder.defaultAbiCoder().encode(["uint256"], [1]);
  const costs = [await gasOf(factory, "create", [GAME_TYPE, root, extra])];
  const [address] = (await factory.getFunction("games")(GAME_TYPE, root, extra)) as [string];
  if (address === ZeroAddress) throw new Error("The game was not created");
  const game = implementation.attach(address);

  let claim = root;
  for (let depth = 1; depth <= GAME_DEPTH; depth++) {
    const mover = depth % 2 === 1 ? other : owner;
    const next = `0x01${keccak256(toBeHex(depth)).slice(4)}`;
    const bond = (await game.getFunction("getRequiredBond")(1n << BigInt(depth))) as bigint;
    const moved = game.connect(mover);
    costs.push(await gasOf(moved, "attack", [claim, depth - 1, next, { value: bond }]));
    claim = next;
  }
  const step = await gasOf(game, "step", [GAME_DEPTH, true, state, proof]);
  costs.push(step);
  return {
    transactions: costs.length,
    total: costs.reduce((sum, gas) => sum + gas, 0),
    largest: Math.max(...costs),
    step,
  };
}
