import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { deploymentFile, readAddresses } from "../../ignition/system.ts";

describe("Ignition's record", () => {
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "metis-record-"));
  });

  after(async () => {
    await rm(directory, { recursive: true });
  });

  it("says which file it misses", () => {
    const file = join(directory, "missing.json");
    expect(() => readAddresses(file)).to.throw(`There is no deployment in ${file}; deploy with Ignition first.`);
  });

  it("says which contract it misses", async () => {
    const file = join(directory, "incomplete.json");
    await writeFile(file, JSON.stringify({ "Governance#MetisToken": `0x${"11".repeat(20)}` }));
    expect(() => readAddresses(file)).to.throw(`${file} has no address of Timelock; expected one for each contract.`);
  });

  it("takes nothing for an address that is none", async () => {
    const file = join(directory, "malformed.json");
    await writeFile(file, JSON.stringify({ "Governance#MetisToken": "0x11" }));
    expect(() => readAddresses(file)).to.throw("no address of MetisToken");
  });

  it("lies in the folder of its chain", () => {
    expect(deploymentFile(11_155_111n)).to.match(/ignition\/deployments\/chain-11155111\/deployed_addresses\.json$/);
  });
});
