import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { Lane } from "../../../scripts/tests/lane.ts";
import { END_OF_FILE } from "../../../scripts/tests/protocol.ts";
import { temporaryDirectory } from "../../../testkit/directory.ts";

/** Prints the environment and its pid, and ends in the middle of a file that it is told to end in. */
const WORKER = `
process.on("message", ({ file }) => {
  console.log(file, process.env.OWN, process.pid);
  if (file === "crash") process.exit(3);
  console.log("done");
  console.log(${JSON.stringify(END_OF_FILE)} + JSON.stringify({ file, passed: 1, failed: [], skipped: [], left: 0 }));
});
`;

describe("Process of a test run", () => {
  let lane: Lane;

  beforeEach(() => {
    const script = join(temporaryDirectory(), "worker.mjs");
    writeFileSync(script, WORKER);
    lane = new Lane({ OWN: "own" }, script);
  });

  afterEach(() => lane.stop());

  const run = (file: string) => lane.run({ file, suite: "default", color: false });

  it("runs one file after the other, and gives each its own output", async () => {
    const [one, two] = [await run("one"), await run("two")];
    expect(one).to.include({ file: "one", passed: 1 });
    expect(one.output).to.match(/^one own \d+\ndone$/);
    expect(two.output).to.equal(one.output.replace("one", "two"));
  });

  it("counts a process that ends as a failure of the file, and goes on with another", async () => {
    const crashed = await run("crash");
    expect(crashed.passed).to.equal(0);
    expect(crashed.failed).to.deep.equal(["crash: the process ended with 3"]);
    expect(crashed.output).to.match(/^crash own \d+$/);
    expect(await run("two")).to.include({ passed: 1 });
  });

  it("ends its process when it is stopped", async () => {
    const pid = Number(/\d+/.exec((await run("one")).output)![0]);
    await lane.stop();
    expect(() => process.kill(pid, 0)).to.throw("ESRCH");
  });
});
