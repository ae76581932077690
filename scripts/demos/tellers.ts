/** How each event of L1 reads in a story. */
import { dataLength, type LogDescription } from "ethers";

import { BATCH_STATUS } from "../../agents/l1/standing.ts";

import { amount, counting, grouped, short } from "./story.ts";

/** What L1 finds wrong with a batch, by `Fault` of `IDisputes.sol`. */
const FAULTS: readonly string[] = [
  "finds nothing",
  "re-executes it and finds another state root",
  "finds blocks out of order",
  "finds a transaction outside of the header's blocks",
  "finds a tree that is not padded",
  "finds sums that the header does not have",
];

/** Who did what to whom. */
type Teller = (event: LogDescription, name: (address: string) => string) => { by?: string; to?: string; text: string };

/** How each event is told; `by` is who the deed is ascribed to where it is not the sender of the transaction. */
export const TELLERS: Readonly<Record<string, Teller>> = {
  BatchSubmitted: ({ args }) => ({
    to: "L1",
    text:
      `submits batch ${args["index"]}: ${counting(args["header"].txCount, "transaction")} as MTSR ` +
      `${short(args["header"].mtsr)} and MTTBR ${short(args["header"].mttbr)}` +
      (Number(args["standing"].status) === BATCH_STATUS.certified ? "" : ", without a certificate"),
  }),
  BatchReplaced: ({ args }) => ({
    text: `puts a certified batch in the place of the unattested batch ${args["index"]}`,
  }),
  BatchFinalised: ({ args }) => ({ by: "L1", text: `batch ${args["index"]} is final` }),
  SignaturesAdded: ({ args }) => ({
    to: "L1",
    text: `adds signatures to batch ${args["index"]} that came late`,
  }),
  BatchesRewarded: ({ args }) => ({
    by: "L1",
    text: `rewards who made, signed, submitted and finalised ${counting(args["batches"], "batch", "batches")} with ${amount(args["paid"])} METIS`,
  }),
  DataRequested: ({ args }) => ({
    to: "L1",
    text: `pays ${amount(args["fee"])} ETH and requests the data of batch ${args["index"]}`,
  }),
  Counted: ({ args }) => ({ by: "L1", text: `counts batch ${args["index"]} as requested, as nobody certified it` }),
  RecordsChecked: ({ args }) => ({
    to: "L1",
    text:
      `posts ${counting(args["count"], "transaction")} from ${grouped(args["from"])} on, ` +
      `${counting(dataLength(args["records"]), "byte")}; L1 executes them and finds every state root equal`,
  }),
  RequestAnswered: () => ({ by: "L1", text: "has found every state root of the batch equal to the MTSR's" }),
  Unanswered: () => ({ to: "L1", text: "closes the request: the window has passed without an answer" }),
  AnswerRepaid: ({ args }, name) => ({
    by: "L1",
    to: name(args["answerer"]),
    text: `takes ${amount(args["amount"])} METIS from ${name(args["sequencer"])} for ${name(args["answerer"])}, who answered in its place`,
  }),
  RequestRefunded: ({ args }, name) => ({
    by: "L1",
    to: name(args["requester"]),
    text: `owes ${name(args["requester"])} its fee of ${amount(args["fee"])} ETH back`,
  }),
  BatchChallenged: ({ args }) => ({
    to: "L1",
    text: `submits disputed transaction ${args["from"]}; the batch is challengeable`,
  }),
  ExecutionPaused: ({ args }) => ({
    to: "L1",
    text: `has L1 execute the next part of it; the machine pauses in state ${short(args["machineHash"])}`,
  }),
  ExecutionFinished: ({ args }) => ({
    to: "L1",
    text: `has L1 execute the rest of it: state root ${short(args["outcome"].stateRoot)}`,
  }),
  BatchCondemned: ({ args }) => ({
    by: "L1",
    text: `${FAULTS[Number(args["fault"])] ?? "finds a fault"}: fraud is proven`,
  }),
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
  ProofCommitted: () => ({ to: "L1", text: "commits to a proof, so that nobody who copies it takes the bounty" }),
  BountyTaken: ({ args }, name) => ({
    by: "L1",
    to: name(args["claimant"]),
    text: `has the bounty of the one who committed to the proof: ${name(args["claimant"])}`,
  }),
  BountySet: ({ args }, name) => ({
    by: "L1",
    to: name(args["claimant"]),
    text: `sets a bounty of ${amount(args["amount"])} METIS aside for ${name(args["claimant"])}`,
  }),
  BountyPaid: ({ args }, name) => ({
    by: "L1",
    to: name(args["claimant"]),
    text: `owes ${name(args["claimant"])} the bounty of ${amount(args["amount"])} METIS`,
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
  SecureByVerdict: () => ({ by: "L1", text: "leaves the insecure tx state: the batch is gone" }),
  SecureByAnswer: () => ({ by: "L1", text: "leaves the insecure tx state: the batch stands" }),
  Secure: () => ({ by: "L1", text: "leaves the insecure tx state" }),
  KickProposed: ({ args }, name) => ({ to: "Governance", text: `proposes to kick ${name(args["sequencer"])}` }),
  BanProposed: ({ args }, name) => ({
    to: "Governance",
    text: `proposes to ban ${name(args["verifier"])} and to compensate ${name(args["compensation"].account)}`,
  }),
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
