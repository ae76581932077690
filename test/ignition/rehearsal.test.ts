import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { expect } from "chai";
import { HDNodeWallet, JsonRpcProvider, Mnemonic, Wallet, id } from "ethers";
import hre from "hardhat";

import { PARAMETERS } from "../../ignition/parameters.ts";
import { connectSystem, readAddresses, type System } from "../../ignition/system.ts";
import { ANVIL_MNEMONIC, type Anvil, startAnvil } from "../../testkit/anvil.ts";
import { hardhat, ROOT } from "../../testkit/hardhat.ts";
import { deploymentParameters } from "../../testkit/system.ts";
import { expectOnlyGovernance, expectWired } from "./wiring.ts";

const SEPOLIA = 11_155_111;

describe("Rehearsal of the deployment to Sepolia, on a node of its own", function () {
  this.timeout(900_000);

  const deploymentId = `rehearsal-${String(process.pid)}`;
  const directory = join(ROOT, "ignition/deployments", deploymentId);
  const deployer = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(ANVIL_MNEMONIC), "m/44'/60'/0'/0/0");
  const env = { HARDHAT_IGNITION_CONFIRM_DEPLOYMENT: "false", SEPOLIA_PRIVATE_KEY: deployer.privateKey };
  /** The 200 users of the demo on a node whose money is worth nothing. */
  const users = Array.from({ length: 200 }, (_, place) => new Wallet(id(`metis demo: user ${String(place)}`)).address);
  let anvil: Anvil;
  let scratch: string;
  let parameterFile: string;
  let provider: JsonRpcProvider;

  async function deploy() {
    return await hardhat(
      [
        ...["ignition", "deploy", "ignition/modules/MetisL2.ts"],
        ...["--parameters", parameterFile],
        ...["--network", "sepolia", "--deployment-id", deploymentId],
        // The profiles are equal; this one is built already, and other tests read its files meanwhile.
        ...["--build-profile", "default"],
      ],
      { ...env, SEPOLIA_RPC_URL: anvil.url },
    );
  }

  /** Runs a script of the project, as `npm run` does. */
  async function script(name: string, ...args: string[]) {
    const child = spawn(process.execPath, [`scripts/${name}.ts`, ...args], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env, SEPOLIA_RPC_URL: anvil.url },
    });
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "exit") as Promise<[number | null]>,
    ]);
    return { code, output: stdout + stderr };
  }

  function system(): System {
    return connectSystem(readAddresses(join(directory, "deployed_addresses.json")), provider);
  }

  before(async function () {
    // Instrumented contracts are too large for Anvil.
    if (hre.globalOptions.coverage) this.skip();
    anvil = await startAnvil({ chainId: SEPOLIA });
    provider = new JsonRpcProvider(anvil.url);

    scratch = await mkdtemp(join(tmpdir(), "metis-rehearsal-"));
    parameterFile = join(scratch, "parameters.json");
    const balances = join(scratch, "balances.json");
    await writeFile(
      balances,
      JSON.stringify(Object.fromEntries(users.map((user) => [user, "10000000000000000000000"]))),
    );
    const inputs = ["--balances", balances, "--parameters", "ignition/parameters/sepolia.json"];
    const flags = [
      ...inputs,
      "--out",
      join(scratch, "genesis.json"),
      "--out-parameters",
      parameterFile,
      "--holder",
      deployer.address,
    ];
    for (const { code, output } of [await script("genesis", ...flags), await deploy()])
      expect(code, output).to.equal(0);
  });

  after(async () => {
    if (hre.globalOptions.coverage) return;
    provider.destroy();
    await anvil.stop();
    await rm(directory, { recursive: true, force: true });
    await rm(scratch, { recursive: true, force: true });
  });

  it("deploys with the documented command, keys out of the environment", async () => {
    expect((await provider.getNetwork()).chainId).to.equal(BigInt(SEPOLIA));
    await expectWired(system());
    await expectOnlyGovernance(system(), deployer.address);
  });

  it("takes every number from the parameter file", async () => {
    const { parameters, governor, timelock, executor, token } = system();
    const expected = await deploymentParameters({ file: "sepolia" });
    for (const [index, name] of PARAMETERS.entries()) {
      const { value, min, max } = expected.Governance[name];
      expect(await parameters.setting(index)).to.deep.equal([BigInt(value), BigInt(min), BigInt(max)], name);
    }
    const { shortDelay, longDelay } = expected.Governance;
    expect(await timelock.getMinDelay()).to.equal(BigInt(shortDelay.value));
    expect(await timelock.minShortDelay()).to.equal(BigInt(shortDelay.min));
    expect(await timelock.maxShortDelay()).to.equal(BigInt(shortDelay.max));
    expect(await timelock.longDelay()).to.equal(BigInt(longDelay.value));
    expect(await timelock.minLongDelay()).to.equal(BigInt(longDelay.min));
    expect(await timelock.maxLongDelay()).to.equal(BigInt(longDelay.max));
    expect(await governor.graveDelay()).to.equal(BigInt(expected.MetisL2.graveDelay));
    expect(await token.balanceOf(deployer)).to.equal(expected.Governance.supply);
    expect(await governor.votingDelay()).to.equal(BigInt(expected.MetisL2.votingDelay));
    expect(await governor.votingPeriod()).to.equal(BigInt(expected.MetisL2.votingPeriod));
    expect(await governor.proposalThreshold()).to.equal(expected.MetisL2.proposalThreshold);
    expect(await executor.chainId()).to.equal(BigInt(expected.Rollup.chainId));
    expect(await executor.baseFee()).to.equal(expected.Rollup.baseFee);
    expect(await executor.gasLimit()).to.equal(BigInt(expected.Rollup.gasLimit));
  });

  it("deploys nothing a second time", async () => {
    const nonce = await provider.getTransactionCount(deployer);
    const { code, output } = await deploy();
    expect(code, output).to.equal(0);
    expect(await provider.getTransactionCount(deployer)).to.equal(nonce);
  });

  it("lets a demo be played on what was deployed", async () => {
    const flags = ["--network", "sepolia", "--out", scratch, "--genesis", join(scratch, "genesis.json")];
    const record = join(directory, "deployed_addresses.json");
    const { code, output } = await script("demo", "honest", ...flags, "--deployment", record);
    expect(code, output).to.equal(0);
    expect(await readFile(join(scratch, "honest.md"), "utf8")).to.contain("sequenceDiagram");

    const { inbox, sequencers } = system();
    expect(await inbox.finalised()).to.be.greaterThan(1n);
    expect(await sequencers.totalStake()).to.be.greaterThan(0n);

    const again = await script("demo", "honest", ...flags, "--deployment", record);
    expect(again.code).to.equal(1);
    expect(again.output).to.contain("expected one that nobody has used");
  });
});
