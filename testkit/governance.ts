/** A vote from proposal to execution, on L1's moved clock. */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import {
  ContractFactory,
  type ContractTransactionResponse,
  ZeroAddress,
  ZeroHash,
  keccak256,
  toUtf8Bytes,
} from "ethers";

import { asRunner } from "../ignition/system.ts";
import { compile } from "./compile.ts";
import type { TestSystem } from "./system.ts";

/** `IGovernor.ProposalState`. */
export const ProposalState = {
  Pending: 0n,
  Active: 1n,
  Canceled: 2n,
  Defeated: 3n,
  Succeeded: 4n,
  Queued: 5n,
  Expired: 6n,
  Executed: 7n,
} as const;

/** `Tier`: how grave a proposal is. */
export const Tier = { Grave: 0n, Ordinary: 1n, Swift: 2n } as const;

/** What a kick or ban goes along with that compensates nobody. */
export const NO_COMPENSATION = { account: ZeroAddress, request: ZeroHash, metis: 0n, ether_: 0n } as const;

/** How one votes. */
export const Vote = { Against: 0, For: 1, Abstain: 2 } as const;

/** A proposal as its event told it: what queueing and executing it take. */
export interface Proposal {
  readonly id: bigint;
  readonly proposer: string;
  readonly targets: readonly string[];
  readonly values: readonly bigint[];
  readonly calldatas: readonly string[];
  readonly descriptionHash: string;
}

/** The proposal that a transaction made. */
export async function proposalOf(
  { governor }: Pick<TestSystem, "governor">,
  transaction: ContractTransactionResponse,
): Promise<Proposal> {
  const receipt = await transaction.wait();
  for (const log of receipt?.logs ?? []) {
    const event = governor.interface.parseLog(log);
    if (event?.name !== "ProposalCreated") continue;
    const [proposalId, proposer, targets, values, , calldatas, , , description] = event.args.toArray() as [
      bigint,
      string,
      string[],
      bigint[],
      string[],
      string[],
      bigint,
      bigint,
      string,
    ];
    return {
      id: proposalId,
      proposer,
      targets: [...targets],
      values: [...values],
      calldatas: [...calldatas],
      descriptionHash: keccak256(toUtf8Bytes(description)),
    };
  }
  throw new Error("The transaction proposed nothing.");
}

/** Moves the clock into the vote, lets the voters vote, and moves it past the end. */
export async function vote(
  system: TestSystem,
  { id }: Proposal,
  voters: readonly HardhatEthersSigner[] = [system.deployer],
  support: number = Vote.For,
): Promise<void> {
  const { time } = system.connection.networkHelpers;
  await time.increaseTo((await system.governor.proposalSnapshot(id)) + 1n);
  for (const voter of voters) await asRunner(system, voter).governor.castVote(id, support);
  await time.increaseTo((await system.governor.proposalDeadline(id)) + 1n);
}

/** Puts a proposal that passed into the timelock. */
export async function queue(system: TestSystem, proposal: Proposal): Promise<ContractTransactionResponse> {
  const { targets, values, calldatas, descriptionHash } = proposal;
  return await system.governor.queue([...targets], [...values], [...calldatas], descriptionHash);
}

/** Moves the clock to the moment at which a queued proposal can be executed. */
export async function mature(system: TestSystem, { id }: Proposal): Promise<void> {
  await system.connection.networkHelpers.time.increaseTo(await system.governor.proposalEta(id));
}

/** A request that was answered, by the hash of its header; the fee is in wei. */
export interface AnsweredRequest {
  readonly key: string;
  readonly requester: string;
  readonly fee: bigint;
}

/** Where the treasury keeps which contracts it asks for requests and for sequencers. */
const ASKED_SLOTS = [1, 2];

/** Lets the treasury see these requests, and these sequencers, in place of what L1 has. */
export async function feignRequests(
  system: TestSystem,
  requests: readonly AnsweredRequest[],
  sequencers: readonly string[] = [],
): Promise<void> {
  const { interface: abi, bytecode } = await compile("test/governance/Requests.sol");
  const double = await new ContractFactory(abi, bytecode, system.deployer).deploy();
  const address = await double.getAddress();
  for (const { key, requester, fee } of requests) {
    await double.getFunction("put").send(key, requester, fee / 10n ** 9n, ANSWERED);
  }
  for (const sequencer of sequencers) await double.getFunction("seat").send(sequencer);
  for (const slot of ASKED_SLOTS) {
    await system.connection.networkHelpers.setStorageAt(await system.treasury.getAddress(), slot, address);
  }
}

/** `RequestState.Answered`. */
const ANSWERED = 2;

/** Executes a proposal that waited long enough. */
export async function execute(system: TestSystem, proposal: Proposal): Promise<ContractTransactionResponse> {
  const { targets, values, calldatas, descriptionHash } = proposal;
  return await system.governor.execute([...targets], [...values], [...calldatas], descriptionHash);
}

/** Votes for a proposal, queues it, waits and executes it. */
export async function pass(
  system: TestSystem,
  proposal: Proposal,
  voters?: readonly HardhatEthersSigner[],
): Promise<ContractTransactionResponse> {
  await vote(system, proposal, voters);
  await queue(system, proposal);
  await mature(system, proposal);
  return await execute(system, proposal);
}
