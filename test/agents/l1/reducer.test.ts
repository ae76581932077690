import { expect } from "chai";
import { Wallet, ZeroAddress, id } from "ethers";

import type { FollowedLog } from "../../../agents/l1/events.ts";
import {
  BATCH_STATUS,
  commitmentOf,
  isAnswered,
  isOpen,
  isRequested,
  isVoid,
  L1Reducer,
  type DataRequest,
  type L1State,
  type Standing,
} from "../../../agents/l1/mirror.ts";
import { fromJson, toJson } from "../../../agents/runtime/json.ts";
import { interfaceOf, type SystemName } from "../../../ignition/system.ts";
import type { Hex } from "../../../l2/base/hex.ts";
import { genesisHeader, hashHeader, type BatchHeader } from "../../../l2/batch/header.ts";
import { ZERO_HASH } from "../../../l2/base/hex.ts";

const account = (name: string): string => new Wallet(id(name)).address;
const addresses = { inbox: account("inbox"), disputes: account("disputes"), sequencers: account("sequencers") };
const submitter = account("submitter");
const verifier = account("verifier");

/** Logs of an L1 that never was. */
class Story {
  readonly reducer: L1Reducer;
  readonly state: L1State;
  #logs = 0;

  constructor(history = Infinity) {
    this.reducer = new L1Reducer(addresses, history);
    this.state = this.reducer.initial();
    this.submit(0, BATCH_STATUS.final);
    this.tell("inbox", "BatchFinalised", [0, hashHeader(headerOf(0))]);
  }

  tell(contract: SystemName & keyof typeof addresses, event: string, values: unknown[]): void {
    const { topics, data } = interfaceOf(contract).encodeEventLog(event, values);
    const log: FollowedLog = {
      address: addresses[contract],
      topics,
      data,
      blockNumber: 7,
      transactionHash: id(`transaction ${this.#logs}`),
      index: this.#logs++,
    };
    this.reducer.apply(this.state, log);
  }

  submit(index: number, status: Standing["status"], header = headerOf(index)): Hex {
    const headerHash = hashHeader(header);
    this.tell("inbox", "BatchSubmitted", [index, headerHash, standingOf(status), header]);
    return headerHash;
  }

  request(index: number, requester = verifier, fee = 5n): DataRequest {
    const { headerHash } = this.state.batches[index]!;
    this.tell("disputes", "DataRequested", [headerHash, requester, index, 1_000, fee]);
    this.tell("inbox", "BatchHeld", [index]);
    return this.state.requests[headerHash]!;
  }

  checked(headerHash: Hex, from: number, count: number): void {
    this.tell("disputes", "RecordsChecked", [headerHash, from, count, "0x"]);
  }
}

function headerOf(index: number, gasUsed = 0n): BatchHeader {
  return { ...genesisHeader({ genesisTimestamp: 1 }, ZERO_HASH), index: BigInt(index), gasUsed };
}

function standingOf(status: Standing["status"]): Standing {
  return { status, due: 500, signers: 0b11n, submitter };
}

describe("Events of L1, folded", () => {
  let story: Story;

  beforeEach(() => {
    story = new Story();
  });

  it("[8a] [M2] keep header and standing of each batch, and the signatures that were added", () => {
    const hash = story.submit(1, BATCH_STATUS.certified);
    story.tell("inbox", "SignaturesAdded", [1, hash, 0b100n]);
    story.tell("inbox", "SignaturesAdded", [1, id("another"), 0b1000n]);
    expect(story.state.batches[1]).to.deep.equal({
      header: headerOf(1),
      headerHash: hash,
      standing: standingOf(BATCH_STATUS.certified),
      added: 0b100n,
    });
    expect(fromJson(toJson(story.state))).to.deep.equal(story.state);
  });

  it("[11.7] [S1] [H2] say from which batch on the chain is not secure", () => {
    for (const index of [1, 2, 3]) story.submit(index, BATCH_STATUS.certified);
    expect(story.state.secureBelow).to.equal(4);
    story.request(3);
    expect(story.state.secureBelow).to.equal(3);
    story.request(2);
    expect(story.state).to.deep.include({ secureBelow: 2, held: [3, 2] });
    const { headerHash, standing } = story.state.batches[2]!;
    story.tell("inbox", "BatchConfirmed", [2, headerHash, standing]);
    expect(story.state.secureBelow).to.equal(3);
    story.submit(4, BATCH_STATUS.certified);
    story.tell("inbox", "BatchInvalidated", [3, story.state.batches[3]!.headerHash, 5, 1]);
    expect(story.state).to.deep.include({ secureBelow: 3, held: [], head: 3, epoch: 1 });
    expect(Object.keys(story.state.batches)).to.deep.equal(["0", "1", "2"]);
  });

  it("[11.8] [9.3] follow a request by the ranges that L1 checked, with the logs that carry their records", () => {
    const hash = story.submit(1, BATCH_STATUS.certified);
    const request = story.request(1);
    expect(request).to.deep.include({ phase: "open", requester: verifier, deadline: 1_000, fee: 5n, checked: [] });
    expect(request.commitment).to.equal(commitmentOf(story.state.batches[1]!, standingOf(BATCH_STATUS.certified)));
    expect([isOpen(story.state, request), isRequested(story.state, request)]).to.deep.equal([true, true]);
    story.checked(hash, 2, 3);
    story.checked(hash, 0, 2);
    expect(request.checked.map(({ from, count }) => [from, count])).to.deep.equal([
      [2, 3],
      [0, 2],
    ]);
    expect(request.checked[0]).to.deep.include({ blockNumber: 7, logIndex: 5, transactionHash: id("transaction 5") });
    expect(isAnswered(story.state, request)).to.equal(false);
    story.tell("disputes", "RequestAnswered", [hash]);
    expect([request.phase, isOpen(story.state, request), isAnswered(story.state, request)]).to.deep.equal([
      "answered",
      false,
      true,
    ]);
  });

  it("[3.3.3] count an unattested batch as requested, and give way to a certified one with the same header", () => {
    const hash = story.submit(1, BATCH_STATUS.unattested);
    const first = story.request(1, ZeroAddress, 0n);
    expect([isOpen(story.state, first), story.state.secureBelow]).to.deep.equal([true, 1]);
    story.tell("inbox", "BatchReplaced", [1]);
    story.submit(1, BATCH_STATUS.certified);
    expect([isOpen(story.state, first), story.state.secureBelow]).to.deep.equal([false, 2]);
    // There is nothing to give back.
    expect(isVoid(story.state, first)).to.equal(false);
    const second = story.request(1);
    expect(second.commitment).to.not.equal(first.commitment);
    story.checked(hash, 0, 1);
    expect([first.checked.length, second.checked.length]).to.deep.equal([0, 1]);
  });

  it("keep a request whose fee waits, though the same header is requested again", () => {
    story.submit(1, BATCH_STATUS.recomputed);
    const first = story.request(1);
    story.tell("inbox", "BatchReplaced", [1]);
    const hash = story.submit(1, BATCH_STATUS.certified);
    expect(isVoid(story.state, first)).to.equal(true);
    const second = story.request(1);
    expect(Object.values(story.state.requests).filter((each) => isVoid(story.state, each))).to.deep.equal([first]);
    story.tell("disputes", "RequestRefunded", [hash, verifier, 5n]);
    expect([first.phase, second.phase]).to.deep.equal(["refunded", "open"]);
  });

  it("[11.11] [H4] remember verdicts, over headers that stand and others, and that a fee came back with one", () => {
    const hash = story.submit(1, BATCH_STATUS.certified);
    const request = story.request(1);
    story.tell("disputes", "RequestRefunded", [hash, verifier, 5n]);
    story.tell("disputes", "BatchCondemned", [hash, verifier, 6, 0b11n, true]);
    expect(request.phase).to.equal("condemned");
    story.tell("inbox", "BatchInvalidated", [1, hash, 2, 1]);
    expect(story.state.condemned).to.deep.equal([{ header: headerOf(1), headerHash: hash, head: 2 }]);
    const gone = id("a header that never stood") as Hex;
    story.tell("disputes", "BatchCondemned", [gone, verifier, 1, 0b1n, false]);
    expect(story.state.verdicts).to.deep.equal({
      [hash]: { headerHash: hash, claimant: verifier, fault: 6, signers: 0b11n, stood: true },
      [gone]: { headerHash: gone, claimant: verifier, fault: 1, signers: 1n, stood: false },
    });
    for (let i = 0; i < 300; i++) story.tell("disputes", "BatchCondemned", [id(String(i)), verifier, 1, 0n, false]);
    expect(Object.keys(story.state.verdicts)).to.have.length(256);
    expect(story.state.verdicts[id("299") as Hex]?.fault).to.equal(1);
  });

  it("[5] know whose term it is", () => {
    story.tell("sequencers", "SequencerRotated", [3, verifier, ZeroAddress]);
    expect(story.state.term).to.deep.equal({ number: 3, sequencer: verifier });
  });

  it("are forgotten beyond the history, as settled requests are", () => {
    story = new Story(1);
    const hashes = [1, 2, 3].map((index) => story.submit(index, BATCH_STATUS.certified));
    const answered = story.request(1);
    story.tell("disputes", "RequestAnswered", [answered.headerHash]);
    hashes.forEach((hash, place) => {
      story.tell("inbox", "BatchFinalised", [place + 1, hash]);
    });
    expect(story.state.finalised).to.equal(4);
    expect(Object.keys(story.state.batches)).to.deep.equal(["3"]);
    expect(story.state.requests).to.deep.equal({});
  });
});
