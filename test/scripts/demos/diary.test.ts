import { expect } from "chai";

import { Diary } from "../../../scripts/demos/diary.ts";

describe("Diary", () => {
  const open = (): Diary => new Diary((address) => (address === "0xab" ? "sequencer 1" : address));

  /** Steps of what is to be told. */
  function stepsOf(diary: Diary): (readonly string[])[] {
    return diary.take().map((note) => ("deed" in note ? (note.deed.shown?.steps ?? []) : []));
  }

  it("tells the steps of a log record, by role and message", () => {
    const diary = open();
    diary.log
      .child({ agent: "submitter" })
      .info({ batch: 1, source: "blockchain" }, "[8.3] the computed roots are those on L1");
    const [note] = diary.take();
    expect(note).to.have.nested.property("deed.actor", "submitter");
    expect(note).to.have.deep.nested.property("deed.shown", {
      steps: ["8b", "8c", "8d", "8e", "8.3"],
      evidence: "log of submitter: [8.3] the computed roots are those on L1",
    });
    expect(diary.take()).to.deep.equal([]);
  });

  it("tells nothing that another role logs, and nothing without a record", () => {
    const diary = open();
    diary.log.child({ agent: "verifier 0" }).info({ batch: 1 }, "[8.3] the computed roots are those on L1");
    diary.log.child({ agent: "submitter" }).info({ batch: 1 }, "something else");
    expect(diary.take()).to.deep.equal([]);
    expect(diary.records).to.have.length(2);
  });

  it("tells where the data came from: Memolabs, elsewhere, L1", () => {
    const diary = open();
    const verifier = diary.log.child({ agent: "verifier 0" });
    for (const [batch, source] of ["storage http://memolabs", "snapshot", "blockchain", "L1"].entries())
      verifier.info({ batch, source }, "[11.3.1] roots are equal");
    expect(stepsOf(diary).map(([first]) => first)).to.deep.equal(["9", "9.1", "9.1", "9.3"]);
  });

  it("does not tell 9.1 where a source merely failed", () => {
    const diary = open();
    diary.log
      .child({ agent: "verifier 0" })
      .info({ batch: 1, source: "snapshot", reason: "none" }, "[9.1] no data from this source");
    expect(stepsOf(diary)).to.deep.equal([[]]);
  });

  it("tells 8c only of the blockchain", () => {
    const diary = open();
    const record = { batch: 1, source: "storage http://memolabs" };
    diary.log.child({ agent: "submitter" }).info(record, "[8e] the computed roots are the certified ones");
    expect(stepsOf(diary)).to.deep.equal([["8d", "8e"]]);
  });

  it("keeps the order of records and transactions, and tells the same only once", () => {
    const diary = open();
    const consensus = diary.log.child({ agent: "consensus" });
    consensus.info({ batch: 1, transactions: 2 }, "batch certified");
    diary.log.child({ agent: "submitter" }).info({ label: "submit", hash: "0x01" }, "transaction");
    consensus.info({ batch: 1, transactions: 2 }, "batch certified");
    consensus.info({ sequencer: "0xab", reason: "no block" }, "the current sequencer is silent");
    const notes = diary.take();
    expect(notes.map((note) => ("deed" in note ? note.deed.shown?.steps : note.transaction))).to.deep.equal([
      ["7"],
      "0x01",
      ["3.1"],
    ]);
    expect(notes[2]).to.have.nested.property("deed.text", "finds sequencer 1 silent: no block");
  });
});
