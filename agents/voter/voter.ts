import { id, ZeroAddress } from "ethers";

import { Agent, type AgentDependencies, type AgentOptions } from "../runtime/agent.ts";
import type { Cursor } from "../runtime/cursor.ts";
import { AgentError } from "../runtime/errors.ts";
import { L1Revert } from "../l1/reverts.ts";
import { DEFAULT_FOLLOWER_OPTIONS, EventFollower, type FollowerCursor, type FollowerOptions } from "../l1/events.ts";
import type { L1 } from "../l1/l1.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { TransactionManager } from "../l1/transactions.ts";
import type { ReadableStorage } from "../data/storage.ts";
import { decide, type Decision, type Observations, type PolicyOptions, type Vote } from "./policy.ts";
import { RECORDED, RecordReducer, type Proposal, type PublicRecord } from "./record.ts";

export interface VoterOptions extends AgentOptions {
  policy: PolicyOptions;
  /** Whether to delegate the account's votes to itself where nobody has them: undelegated tokens do not vote. */
  delegate: boolean;
}

/** What the cursor of a voter keeps: what it saw when requests were made, by header hash. */
export interface VoterCursor {
  observations: Observations;
}

export interface VoterDependencies extends AgentDependencies {
  l1: L1;
  record: EventFollower<PublicRecord>;
  transactions: TransactionManager;
  /** Looked at when a request is made. */
  storages: readonly ReadableStorage[];
  cursor: Cursor<VoterCursor>;
}

/** Votes as the governor numbers them. */
const SUPPORT: Record<Vote, number> = { against: 0, for: 1, abstain: 2 };

/** States of a proposal as the governor numbers them. */
const ACTIVE = 1n;
const SUCCEEDED = 4n;
const QUEUED = 5n;

/** Follows the public record of the system out of L1's events. */
export function followRecord(
  l1: L1,
  options: Partial<FollowerOptions>,
  dependencies: { cursor: Cursor<FollowerCursor<PublicRecord>>; log: Logger; metrics: Metrics },
): EventFollower<PublicRecord> {
  return new EventFollower(
    {
      ...DEFAULT_FOLLOWER_OPTIONS,
      fromBlock: l1.fromBlock,
      ...options,
      addresses: RECORDED.map((name) => l1.addresses[name]),
    },
    { ...dependencies, provider: l1.provider, reducer: new RecordReducer(l1.addresses) },
  );
}

/**
 * A member of the community: watches conduct, votes on proposals by evidence, queues and executes those that it
 * supports, settles what was slashed (steps 3.3.1, 3.3.7, 3.3.8, 11.6.1, 11.10.3.1).
 */
export class Voter extends Agent {
  readonly #options: VoterOptions;
  readonly #d: VoterDependencies;
  #observations: Observations = {};

  constructor(options: VoterOptions, dependencies: VoterDependencies) {
    super(options, dependencies);
    this.#options = options;
    this.#d = dependencies;
  }

  protected override async open(): Promise<void> {
    await this.#d.transactions.recover(this.signal);
    this.#observations = (await this.#d.cursor.load())?.observations ?? {};
    if (this.#options.delegate) await this.#delegate();
  }

  protected override async round(): Promise<void> {
    const record = await this.#d.record.sync(this.signal);
    await this.#observe(record);
    for (const proposal of record.proposals) {
      this.signal.throwIfAborted();
      await this.#tend(proposal, record);
    }
    for (const sequencer of record.slashed) await this.#settle(sequencer);
  }

  /** Settles a slash before the vote: the treasury gets its share, and votes follow the stake (11.13). */
  async #settle(sequencer: string): Promise<void> {
    const { sequencers, addresses } = this.#d.l1;
    const data = sequencers.interface.encodeFunctionData("settle", [sequencer]);
    try {
      await this.#d.transactions.send({ to: addresses.sequencers, data, label: "settle" }, this.signal);
      this.log.info({ sequencer }, "settled what was slashed");
    } catch (error) {
      // Somebody else was faster, or a vote settled it with the kick.
      if (!(error instanceof L1Revert)) throw error;
      this.log.debug({ sequencer, reason: error.message }, "nothing to settle");
    }
  }

  /** Looks for the data of requested batches before the sequencer has answered. */
  async #observe(record: PublicRecord): Promise<void> {
    // A voter that has nowhere to look saw nothing: that is no evidence of withholding.
    if (this.#d.storages.length === 0) return;
    for (const { headerHash, dataHash, outcome } of Object.values(record.requests)) {
      if (outcome !== "open" || this.#observations[headerHash] !== undefined) continue;
      const available = await this.#available(dataHash);
      this.#observations[headerHash] = available ? "available" : "unavailable";
      this.log.info({ headerHash, available }, "[11.6] a batch's data was requested");
      await this.#d.cursor.save({ observations: this.#observations });
    }
  }

  async #available(dataHash: string): Promise<boolean> {
    for (const storage of this.#d.storages) {
      try {
        await storage.get(dataHash);
        return true;
      } catch (error) {
        if (!(error instanceof AgentError)) throw error;
      }
    }
    return false;
  }

  async #tend(proposal: Proposal, record: PublicRecord): Promise<void> {
    // Judged anew at every step: L1's record may have changed since the vote.
    const decision = decide(proposal, record, this.#observations, this.#options.policy);
    if (decision === undefined) return;
    const { governor } = this.#d.l1;
    const state = await governor.state(proposal.id);
    if (state === ACTIVE) return this.#vote(proposal, decision);
    if (decision.vote !== "for") return;
    if (state === SUCCEEDED) return this.#send(proposal, "queue");
    if (state !== QUEUED) return;
    if ((await governor.proposalEta(proposal.id)) > BigInt(await this.#d.l1.now())) return;
    await this.#send(proposal, "execute");
  }

  async #vote(proposal: Proposal, { vote, reason }: Decision): Promise<void> {
    const { governor, addresses } = this.#d.l1;
    const me = await this.#d.transactions.address();
    if (await governor.hasVoted(proposal.id, me)) return;
    const votes = await governor.getVotes(me, await governor.proposalSnapshot(proposal.id));
    if (votes === 0n) return;
    const data = governor.interface.encodeFunctionData("castVoteWithReason", [proposal.id, SUPPORT[vote], reason]);
    await this.#d.transactions.send({ to: addresses.governor, data, label: "vote" }, this.signal);
    this.log.info({ proposal: proposal.id.toString(), vote, reason, description: proposal.description }, "voted");
  }

  async #send(proposal: Proposal, method: "queue" | "execute"): Promise<void> {
    const { governor, addresses } = this.#d.l1;
    const values = [proposal.targets, proposal.values, proposal.calldatas, id(proposal.description)] as const;
    const data =
      method === "queue"
        ? governor.interface.encodeFunctionData("queue", [...values])
        : governor.interface.encodeFunctionData("execute", [...values]);
    try {
      await this.#d.transactions.send({ to: addresses.governor, data, label: method }, this.signal);
      this.log.info({ proposal: proposal.id.toString(), description: proposal.description }, `${method}d`);
    } catch (error) {
      // Another voter was faster, or what was decided can no longer be done.
      if (!(error instanceof L1Revert)) throw error;
      this.log.warn({ proposal: proposal.id.toString(), reason: error.message }, `not ${method}d`);
    }
  }

  async #delegate(): Promise<void> {
    const { token, addresses } = this.#d.l1;
    const me = await this.#d.transactions.address();
    if ((await token.delegates(me)) !== ZeroAddress) return;
    if ((await token.balanceOf(me)) === 0n) return;
    const data = token.interface.encodeFunctionData("delegate", [me]);
    await this.#d.transactions.send({ to: addresses.token, data, label: "delegate" }, this.signal);
  }
}
