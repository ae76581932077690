import { expect } from "chai";

import { Story } from "../../../scripts/demos/story.ts";

describe("Story", () => {
  function open(): { story: Story; lines: string[] } {
    const lines: string[] = [];
    return { story: new Story((line) => lines.push(line)), lines };
  }

  it("tells a step with the value that shows it", async () => {
    const { story, lines } = open();
    const seen = await story.observe({
      steps: ["8b", "8e"],
      actor: "submitter",
      to: "L1",
      read: () => Promise.resolve(2n),
      holds: (value) => value === 2n,
      text: (value) => `reads ${value} roots`,
    });
    expect(seen).to.equal(2n);
    expect(story.steps).to.deep.equal(["8b", "8e"]);
    expect(story.deeds[0]?.shown?.evidence).to.equal("read 2n");
    expect(lines[0]).to.contain("[8b 8e]").and.to.contain("reads 2 roots");
    expect(story.diagram("A title")).to.contain("p0->>p1: [8b, 8e] reads 2 roots");
  });

  it("does not tell a step whose value does not hold", async () => {
    const { story, lines } = open();
    const observation = story.observe({
      steps: ["8b"],
      actor: "submitter",
      read: () => undefined,
      holds: (value) => value !== undefined,
      text: "reads the roots",
    });
    const error = await observation.catch((reason: unknown) => reason);
    expect(String(error)).to.equal('Error: [8b] was not observed: "submitter reads the roots". Read undefined.');
    expect(story.steps).to.deep.equal([]);
    expect(lines).to.deep.equal([]);
  });

  it("counts a narration for no step", () => {
    const { story, lines } = open();
    story.narrate("Memolabs", "is down");
    story.note("[9.1] a note");
    expect(story.steps).to.deep.equal([]);
    expect(lines[0]).to.contain("Memolabs").and.to.contain("is down");
  });

  it("sums up the gas of every deed by who paid", () => {
    const { story, lines } = open();
    story.record({ actor: "L1", text: "kicks", gas: 1_000n, payer: "verifier 1" });
    story.record({ actor: "verifier 1", text: "calls disputes.claim", gas: 234n });
    story.summary(new Map(), new Map());
    expect(lines.find((line) => line.includes("verifier 1") && line.includes("1,234"))).not.to.equal(undefined);
  });
});
