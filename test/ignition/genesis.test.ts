import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createMPT } from "@ethereumjs/mpt";
import { createAccount, createAddressFromString } from "@ethereumjs/util";
import { expect } from "chai";
import { Wallet, hexlify, id } from "ethers";

import { readGenesis } from "../../agents/l1/genesis.ts";
import { ROOT } from "../../testkit/hardhat.ts";

const FIRST = new Wallet(id("first")).address;
const SECOND = new Wallet(id("second")).address;

describe("Genesis script", () => {
  let directory: string;
  let parameters: string;
  let out: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "metis-genesis-"));
    parameters = join(directory, "parameters.json");
    out = join(directory, "genesis.json");
    await copyFile(join(ROOT, "ignition/parameters/sepolia.json"), parameters);
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  async function run(balances: unknown, ...flags: string[]) {
    const file = join(directory, "balances.json");
    await writeFile(file, JSON.stringify(balances));
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["scripts/genesis.ts", "--balances", file, "--parameters", parameters, "--out", out, ...flags],
      { cwd: ROOT, encoding: "utf8" },
    );
    return { status, stdout, stderr };
  }

  it("writes the state root that any Ethereum client computes, and the genesis that agents read", async () => {
    const { status, stderr } = await run(
      { [FIRST]: "5000000000000000000000", [SECOND.toLowerCase()]: 7 },
      "--timestamp",
      "1800000000",
    );
    expect(status, stderr).to.equal(0);

    const trie = await createMPT({ useKeyHashing: true });
    await trie.put(createAddressFromString(FIRST).bytes, createAccount({ balance: 5000n * 10n ** 18n }).serialize());
    await trie.put(createAddressFromString(SECOND).bytes, createAccount({ balance: 7n }).serialize());

    const { Rollup, ...rest } = JSON.parse(await readFile(parameters, "utf8")) as Record<string, unknown>;
    const { Rollup: before, ...unchanged } = JSON.parse(
      await readFile(join(ROOT, "ignition/parameters/sepolia.json"), "utf8"),
    ) as Record<string, unknown>;
    expect(Rollup).to.deep.equal({
      ...(before as object),
      genesisStateRoot: hexlify(trie.root()),
      genesisTimestamp: 1_800_000_000,
    });
    expect(rest).to.deep.equal(unchanged);
    expect(readGenesis(out)).to.deep.equal({
      chainId: 1088n,
      baseFee: 1_000_000_000n,
      gasLimit: 8_000_000n,
      genesisTimestamp: 1_800_000_000,
      alloc: { [FIRST]: 5000n * 10n ** 18n, [SECOND]: 7n },
    });
  });

  const bad: [string, unknown, string][] = [
    ["an account that is none", { "0x12": 1 }, "names 0x12; expected an address"],
    ["a balance that is no number", { [FIRST]: "much" }, `balance of ${FIRST} is "much"; expected a whole number`],
    ["a balance of zero", { [FIRST]: 0 }, `balance of ${FIRST} is zero; leave the account out`],
    ["an account that is named twice", { [FIRST]: 1, [FIRST.toLowerCase()]: 1 }, "names an account twice"],
    ["a list", [FIRST], "expected one object of balances by address"],
  ];
  for (const [what, balances, message] of bad) {
    it(`refuses ${what} in one line, and writes nothing`, async () => {
      const before = await readFile(parameters, "utf8");
      const { status, stderr } = await run(balances);
      expect(status).to.equal(1);
      expect(stderr).to.contain(message);
      expect(stderr.trim().split("\n")).to.have.length(1);
      expect(existsSync(out)).to.equal(false);
      expect(await readFile(parameters, "utf8")).to.equal(before);
    });
  }
});
