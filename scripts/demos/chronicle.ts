import { Interface, type LogDescription, type Provider, type TransactionReceipt } from "ethers";

import { systemAbi } from "../../ignition/system.ts";
import { amount, grouped, short, type Story } from "./story.ts";

/** Which steps of the specification an L1 event is. What an event means depends on the branch that is under way. */
export type Meanings = Readonly<Record<string, readonly string[]>>;

/** A batch that the peer network certified is in dispute. */
export const DISPUTE: Meanings = {
  BatchSubmitted: ["8a"],
  DataRequested: ["11.6"],
  Insecure: ["11.7", "S1"],
  DataPosted: ["11.8"],
  RecomputationAdvanced: ["11.9"],
  RequestAnswered: ["11.10", "11.10.1"],
  RequestExpired: ["11.D1"],
  RequestRefunded: ["11.13"],
  BatchChallenged: ["11.4"],
  ExecutionPaused: ["11.5"],
  ExecutionFinished: ["11.5"],
  FraudProven: ["11.5"],
  SequencerSlashed: ["11.11"],
  SequencerKicked: ["11.12"],
  PayoutCredited: ["11.13"],
  SlashDistributed: ["11.13"],
  BatchInvalidated: ["11.14"],
  SequencerRotated: ["11.15"],
  SecureAgain: ["11.16"],
  VerifierBanned: ["11.6.2"],
  BatchRewarded: ["Q4"],
};

/** A batch that the sequencer posted alone is in dispute. */
export const FAKE_BATCH: Meanings = {
  ...DISPUTE,
  BatchSubmitted: ["3.3"],
  DataRequested: ["3.3.2"],
  Insecure: ["3.3.3", "S1"],
  DataPosted: ["3.3.4"],
  RecomputationAdvanced: ["3.3.5"],
  RequestAnswered: ["3.3.6", "3.3.6b.1"],
  SequencerSlashed: ["3.3.6", "3.3.6a.1"],
  SequencerKicked: ["3.3.6a.1"],
  BatchInvalidated: ["3.3.6a.2"],
  SequencerRotated: ["3.3.6a.3"],
};

/** The sequencer is silent; the peer network rotates it out. */
export const SILENCE: Meanings = { ...DISPUTE, SequencerRotated: ["3.3.9", "S2"] };

const EVENTS = new Interface(systemAbi("event"));

type Teller = (event: LogDescription, name: (address: string) => string) => { by?: string; to?: string; text: string };

/** How each event is told; `by` is who the deed is ascribed to where it is not the sender of the transaction. */
const TELLERS: Readonly<Record<string, Teller>> = {
  BatchSubmitted: ({ args }) => ({
    to: "L1",
    text:
      `submits batch ${args["index"]}: ${grouped(args["header"].txCount)} transactions as MTSR ` +
      `${short(args["header"].mtsr)} and MTTBR ${short(args["header"].mttbr)}` +
      (args["attested"] ? "" : ", without a certificate"),
  }),
  BatchReplaced: ({ args }) => ({
    text: `puts a certified batch in the place of the unattested batch ${args["index"]}`,
  }),
  BatchFinalised: ({ args }) => ({ by: "L1", text: `batch ${args["index"]} is final` }),
  BatchRewarded: ({ args }, name) => ({
    by: "L1",
    to: name(args["sequencer"]),
    text: `rewards ${name(args["sequencer"])} with ${amount(args["producerReward"])} METIS and the signers with ${amount(args["signersReward"])}`,
  }),
  DataRequested: ({ args }) => ({
    to: "L1",
    text: `pays ${amount(args["fee"])} ETH and requests the data of batch ${args["index"]}`,
  }),
  DataPosted: ({ args }) => ({
    to: "L1",
    text: `posts data: ${grouped(args["posting"].count)} transactions, ${grouped(args["posting"].size)} bytes so far`,
  }),
  RecomputationAdvanced: ({ args }) => ({
    to: "L1",
    text: `has L1 execute up to transaction ${grouped(args["recomputing"].count)}: state root ${short(args["recomputing"].stateRoot)}`,
  }),
  RequestAnswered: ({ args }) => ({ by: "L1", text: `finds the new MTSR equal to the batch's ${short(args["mtsr"])}` }),
  RequestExpired: () => ({ to: "L1", text: "closes the request: the window has passed" }),
  RequestRefunded: ({ args }, name) => ({
    by: "L1",
    to: name(args["requester"]),
    text: `owes ${name(args["requester"])} its fee of ${amount(args["fee"])} ETH back`,
  }),
  BatchChallenged: ({ args }) => ({
    to: "L1",
    text: `submits disputed transaction ${args["index"]} (${short(args["txHash"])}); the batch is challengeable`,
  }),
  ExecutionPaused: ({ args }) => ({
    to: "L1",
    text: `has L1 execute the next part of it; the machine pauses as ${short(args["machineHash"])}`,
  }),
  ExecutionFinished: ({ args }) => ({
    to: "L1",
    text: `has L1 execute the rest of it: state root ${short(args["outcome"].stateRoot)}`,
  }),
  FraudProven: () => ({ by: "L1", text: "re-executes it and finds another state root: fraud is proven" }),
  SequencerSlashed: ({ args }, name) => ({
    by: "L1",
    to: name(args["sequencer"]),
    text: `slashes ${name(args["sequencer"])} by ${amount(args["amount"])} METIS: ${amount(args["bounty"])} bounty, ${amount(args["treasury"])} treasury, ${amount(args["burned"])} burned`,
  }),
  SequencerKicked: ({ args }, name) => ({
    by: "L1",
    to: name(args["sequencer"]),
    text: `kicks ${name(args["sequencer"])}`,
  }),
  PayoutCredited: ({ args }, name) => ({
    by: "L1",
    to: name(args["account"]),
    text: `owes ${name(args["account"])} a bounty of ${amount(args["amount"])} METIS`,
  }),
  SlashDistributed: ({ args }) => ({
    to: "L1",
    text: `sends ${amount(args["treasury"])} METIS of what was slashed to the treasury and burns ${amount(args["burned"])}`,
  }),
  BatchInvalidated: ({ args }) => ({
    by: "L1",
    text: `marks batch ${args["index"]} invalid, rolls back to it, and opens its index again`,
  }),
  SequencerRotated: ({ args }, name) => ({
    by: "L1",
    to: name(args["sequencer"]),
    text: `rotates: term ${args["term"]} is ${name(args["sequencer"])}'s`,
  }),
  Insecure: () => ({ by: "L1", text: "enters the insecure tx state: nothing finalises" }),
  SecureAgain: () => ({ by: "L1", text: "leaves the insecure tx state" }),
  ProposalCreated: ({ args }) => ({ to: "Governance", text: `proposes: ${args["description"]}` }),
  VoteCast: ({ args }) => ({
    to: "Governance",
    text: `votes ${args["support"] === 1n ? "for" : "against"} with ${amount(args["weight"])} METIS`,
  }),
  ProposalQueued: () => ({ by: "Governance", text: "the proposal passed and waits for the timelock" }),
  ProposalExecuted: () => ({ by: "Governance", text: "the proposal is carried out" }),
  Granted: ({ args }, name) => ({
    by: "Governance",
    to: name(args["account"]),
    text: `compensates ${name(args["account"])} with ${amount(args["metis"])} METIS and ${amount(args["ether_"])} ETH`,
  }),
  VerifierBanned: ({ args }, name) => ({
    by: "L1",
    to: name(args["verifier"]),
    text: `bans ${name(args["verifier"])} and takes its bond of ${amount(args["bond"])} METIS`,
  }),
};

/** Tells what happens on L1, from the chain itself: every transaction to the system, with its gas and its events. */
export class Chronicle {
  meanings: Meanings = DISPUTE;
  readonly #provider: Provider;
  readonly #story: Story;
  readonly #contracts: ReadonlySet<string>;
  readonly #name: (address: string) => string;
  #next: number;

  /** @param from The first block to tell of. */
  constructor(
    provider: Provider,
    story: Story,
    { contracts, name, from }: { contracts: readonly string[]; name: (address: string) => string; from: number },
  ) {
    this.#provider = provider;
    this.#story = story;
    this.#contracts = new Set(contracts.map((address) => address.toLowerCase()));
    this.#name = name;
    this.#next = from;
  }

  /** Tells everything up to the latest block that was not told yet. */
  async catchUp(): Promise<void> {
    const latest = await this.#provider.getBlockNumber();
    for (; this.#next <= latest; ++this.#next) {
      const block = await this.#provider.getBlock(this.#next);
      for (const hash of block?.transactions ?? []) {
        const receipt = await this.#provider.getTransactionReceipt(hash);
        if (receipt !== null) this.#tell(receipt);
      }
    }
  }

  #tell(receipt: TransactionReceipt): void {
    const events = receipt.logs
      .filter(({ address }) => this.#contracts.has(address.toLowerCase()))
      .flatMap((log) => {
        const event = EVENTS.parseLog(log);
        return event === null ? [] : [{ event, from: log.address }];
      });
    const condemned = events.some(({ event }) => event.name === "BatchCondemned");
    const slasher = events.find(({ event }) => event.name === "SequencerSlashed")?.from;
    const sender = this.#name(receipt.from);
    let gas: bigint | undefined = receipt.gasUsed;
    for (const { event, from } of events) {
      // What the disputes contract owes is told with the request.
      if (event.name === "PayoutCredited" && from !== slasher) continue;
      const kind =
        event.name === "SecurityChanged" ? (event.args["insecure"] ? "Insecure" : "SecureAgain") : event.name;
      const told = TELLERS[kind]?.(event, this.#name);
      if (told === undefined || (kind === "SecureAgain" && !condemned)) continue;
      this.#story.tell({
        steps: this.meanings[kind] ?? [],
        actor: told.by ?? sender,
        text: told.text,
        ...(told.to === undefined ? {} : { to: told.to }),
        ...(gas === undefined ? {} : { gas, payer: sender }),
      });
      gas = undefined;
    }
  }
}
