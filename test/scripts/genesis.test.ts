import { spawnSync } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createMPT } from "@ethereumjs/mpt";
import { createAccount, createAddressFromString } from "@ethereumjs/util";
import { expect } from "chai";
import { MaxUint256, Wallet, getBytes, hexlify, id, keccak256 } from "ethers";

import { readGenesis } from "../../agents/l1/genesis.ts";
import { NOT_COMPILED } from "../../testkit/agents/not-compiled.ts";
import { ROOT } from "../../testkit/hardhat.ts";

const FIRST = new Wallet(id("first")).address;
const SECOND = new Wallet(id("second")).address;

const SEPOLIA = join(ROOT, "ignition/parameters/sepolia.json");

describe("Genesis command", () => {
  let directory: string;
  let balances: string;
  let out: string;
  let outParameters: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "metis-genesis-"));
    balances = join(directory, "balances.json");
    out = join(directory, "genesis.json");
    outParameters = join(directory, "parameters.json");
    await writeFile(balances, JSON.stringify({ [FIRST]: "5000000000000000000000", [SECOND.toLowerCase()]: 7 }));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  function start(args: string[], env: Record<string, string> = {}) {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/genesis.ts", ...args], {
      cwd: ROOT,
      encoding: "utf8",
      env: { ...process.env, ...env },
    });
    return { status, stdout, stderr };
  }

  /** Runs it on the files of this test; a flag that is given again counts. */
  function run(...flags: string[]) {
    const files = ["--balances", balances, "--parameters", SEPOLIA, "--out", out, "--out-parameters", outParameters];
    return start([...files, ...flags]);
  }

  /** It says one line with the message, and every file is as it was. */
  async function refuses(flags: string[], message: string) {
    const before = await contents();
    const { status, stderr } = run(...flags);
    expect(status).to.equal(1);
    expect(stderr).to.contain(message);
    expect(stderr.trim().split("\n")).to.have.length(1);
    expect(await contents()).to.deep.equal(before);
  }

  async function contents() {
    const entries = await readdir(directory, { withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map(({ name }) => join(directory, name));
    const read = async (file: string) => [file, await readFile(file, "utf8")] as const;
    return Promise.all([...files, SEPOLIA].map(read));
  }

  it("writes the state root that any Ethereum client computes, and the genesis that agents read", async () => {
    const committed = await readFile(SEPOLIA, "utf8");
    const { status, stderr } = run("--timestamp", "1800000000");
    expect(status, stderr).to.equal(0);

    const trie = await createMPT({ useKeyHashing: true });
    await trie.put(createAddressFromString(FIRST).bytes, createAccount({ balance: 5000n * 10n ** 18n }).serialize());
    await trie.put(createAddressFromString(SECOND).bytes, createAccount({ balance: 7n }).serialize());

    const given = JSON.parse(committed) as { Rollup: object };
    expect(JSON.parse(await readFile(outParameters, "utf8"))).to.deep.equal({
      ...given,
      Rollup: { ...given.Rollup, genesisStateRoot: hexlify(trie.root()), genesisTimestamp: 1_800_000_000 },
    });
    expect(await readFile(SEPOLIA, "utf8")).to.equal(committed);
    expect(readGenesis(out)).to.deep.equal({
      chainId: 1088n,
      baseFee: 1_000_000_000n,
      gasLimit: 8_000_000n,
      genesisTimestamp: 1_800_000_000,
      alloc: { [FIRST]: 5000n * 10n ** 18n, [SECOND]: 7n },
    });
    expect((await readdir(directory)).toSorted()).to.deep.equal(["balances.json", "genesis.json", "parameters.json"]);
  });

  it("[1] puts contracts into the genesis, with their code", async () => {
    const file = join(directory, "predeploys.json");
    await writeFile(file, JSON.stringify({ [SECOND]: "0x6001" }));
    const { status, stderr } = run("--predeploys", file);
    expect(status, stderr).to.equal(0);
    const trie = await createMPT({ useKeyHashing: true });
    const contract = createAccount({ balance: 7n, nonce: 1n, codeHash: getBytes(keccak256("0x6001")) });
    await trie.put(createAddressFromString(FIRST).bytes, createAccount({ balance: 5000n * 10n ** 18n }).serialize());
    await trie.put(createAddressFromString(SECOND).bytes, contract.serialize());
    const { Rollup } = JSON.parse(await readFile(outParameters, "utf8")) as { Rollup: { genesisStateRoot: string } };
    expect(Rollup.genesisStateRoot).to.equal(hexlify(trie.root()));
    expect(readGenesis(out).predeploys).to.deep.equal({ [SECOND]: "0x6001" });
    await writeFile(file, JSON.stringify({ [SECOND]: "code" }));
    expect(run("--force", "--predeploys", file).stderr).to.contain(`predeploys.${SECOND}`);
  });

  it("names the holder of all METIS, whom the parameters for a public network leave open", async () => {
    expect(await readFile(SEPOLIA, "utf8")).not.to.contain("holder");
    const { status, stderr } = run("--holder", FIRST);
    expect(status, stderr).to.equal(0);
    const { Governance } = JSON.parse(await readFile(outParameters, "utf8")) as { Governance: { holder: string } };
    expect(Governance.holder).to.equal(FIRST);
  });

  it("takes every flag from the environment, and the time from the clock", () => {
    const before = Math.floor(Date.now() / 1000);
    const files = { METIS_BALANCES: balances, METIS_PARAMETERS: SEPOLIA, METIS_OUT: out };
    const { status, stderr } = start([], { ...files, METIS_OUT_PARAMETERS: outParameters });
    expect(status, stderr).to.equal(0);
    expect(readGenesis(out).genesisTimestamp).to.be.within(before, Date.now() / 1000);
    const again = start([], { ...files, METIS_OUT_PARAMETERS: outParameters, METIS_FORCE: "1", METIS_TIMESTAMP: "5" });
    expect(again.status, again.stderr).to.equal(0);
    expect(readGenesis(out).genesisTimestamp).to.equal(5);
  });

  it("helps without a build, and names a flag that is missing", () => {
    const help = start(["--help"], { NODE_OPTIONS: NOT_COMPILED });
    expect(help.status, help.stderr).to.equal(0);
    for (const flag of [
      "--balances",
      "--parameters",
      "--out",
      "--out-parameters",
      "--holder",
      "--timestamp",
      "--force",
    ]) {
      expect(help.stdout).to.contain(`${flag} `);
    }
    const missing = start(["--balances", balances, "--parameters", SEPOLIA, "--out", out]);
    expect(missing.stderr).to.equal(
      "error: --out-parameters is missing; it can also be set by METIS_OUT_PARAMETERS or in --config\n",
    );
  });

  it("replaces no file unless it is told to, and an input never", async () => {
    await writeFile(outParameters, "mine");
    await refuses([], `${outParameters} exists; name another file, or add --force to replace it`);
    const mine = join(directory, "mine.json");
    await copyFile(SEPOLIA, mine);
    await refuses(["--parameters", mine, "--out-parameters", mine, "--force"], `${mine} is an input`);
    await refuses(["--out", join(directory, ".", "balances.json"), "--force"], "balances.json is an input");
    await refuses(["--out", outParameters, "--force"], `${outParameters} is written twice`);
    await mkdir(join(directory, "folder"));
    await refuses(["--out", join(directory, "folder"), "--force"], "folder is a directory; expected a file");
    expect(run("--force").status).to.equal(0);
    expect(await readFile(outParameters, "utf8")).to.contain("genesisStateRoot");
  });

  it("writes both files or none", async () => {
    const nowhere = join(directory, "absent/parameters.json");
    await refuses(["--out-parameters", nowhere], `cannot write ${nowhere}: ENOENT`);
  });

  const bad: [string, string, string][] = [
    ["an account that is none", '{ "0x12": 1 }', "names 0x12; expected an address"],
    ["a wrong checksum", `{ "${swapped(FIRST)}": 1 }`, `names ${swapped(FIRST)}; expected an address`],
    ["an address without 0x", `{ "${FIRST.slice(2)}": 1 }`, `names ${FIRST.slice(2)}; expected an address`],
    ["a balance that is no number", `{ "${FIRST}": "much" }`, 'balances.json is "much"; expected a whole number'],
    ["a negative balance", `{ "${FIRST}": -5 }`, `balance of ${FIRST} in `],
    ["a number that JSON rounds", `{ "${FIRST}": 5000000000000000000000 }`, "written as a string if above 2^53"],
    ["a balance of zero", `{ "${FIRST}": 0 }`, "is zero; leave the account out"],
    ["a balance above 2^256 - 1", `{ "${FIRST}": "${MaxUint256 + 1n}" }`, "expected at most 2^256 - 1"],
    ["a sum above 2^256 - 1", `{ "${FIRST}": "${MaxUint256}", "${SECOND}": 1 }`, `sum to ${MaxUint256 + 1n} wei`],
    ["an account in two cases", `{ "${FIRST}": 1, "${FIRST.toLowerCase()}": 1 }`, `${FIRST.toLowerCase()} twice`],
    ["an account twice", `{ "${FIRST}": 1, "${FIRST}": 2 }`, `names ${FIRST} twice`],
    ["a list", `["${FIRST}"]`, "expected one JSON object: balances by address"],
    ["what is not JSON", "{", "balances.json is not JSON: "],
  ];
  for (const [what, text, message] of bad) {
    it(`refuses ${what} in one line`, async () => {
      await writeFile(balances, text);
      await refuses([], message);
    });
  }

  it("names an input that is absent, and a constant that is", async () => {
    const nowhere = join(directory, "nowhere.json");
    await refuses(["--balances", nowhere], `cannot read ${nowhere}: ENOENT`);
    await refuses(["--parameters", nowhere], `cannot read ${nowhere}: ENOENT`);
    await refuses(["--parameters", balances], `${balances} has no Rollup; expected a parameter file of ignition/`);
    const partial = join(directory, "partial.json");
    await writeFile(partial, JSON.stringify({ Rollup: { chainId: 1, baseFee: "1gwei" } }));
    await refuses(["--parameters", partial], `Rollup.baseFee in ${partial} is "1gwei"; expected a whole number`);
    await refuses(["--timestamp", "soon"], "Expected a whole number from 0");
  });
});

/** The same address with the case of every letter turned. */
function swapped(account: string): string {
  const turned = (c: string) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase());
  return `0x${account.slice(2).replace(/[a-z]/gi, turned)}`;
}
