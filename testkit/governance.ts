/** A vote from proposal to execution, on L1's moved clock. */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { type ContractTransactionResponse, keccak256, toUtf8Bytes } from "ethers";

import { asRunner } from "../ignition/system.ts";
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
  await system.skip(await system.timelock.getMinDelay());
  return await execute(system, proposal);
}
