import { readFileSync } from "node:fs";

import { expect } from "chai";
import { network } from "hardhat";

import { keccakText } from "../../l2/base/keccak.ts";
import MetisL2 from "../../ignition/modules/MetisL2.ts";
import { PARAMETERS } from "../../ignition/parameters.ts";
import { genesisHeader, hashHeader } from "../../l2/batch/header.ts";
import { deploymentParameters, systemFixture } from "../../testkit/system.ts";
import { expectOnlyGovernance, expectWired } from "./wiring.ts";

const GENESIS_ROOT = keccakText("a genesis");

describe("Deployment", () => {
  const load = systemFixture({ rollup: { genesisStateRoot: GENESIS_ROOT }, sequencers: 0, verifiers: 0, rewards: 0n });

  it("connects every contract to the ones that it relies on", async () => {
    await expectWired(await load());
  });

  it("starts at the header that the L2 starts at", async () => {
    const { inbox } = await load();
    const { Rollup } = await deploymentParameters();
    const genesis = genesisHeader({ genesisTimestamp: Rollup.genesisTimestamp }, GENESIS_ROOT);
    expect(await inbox.genesisHash()).to.equal(hashHeader(genesis));
    expect(await inbox.finalised()).to.equal(1n);
  });

  it("leaves nobody but governance any power", async () => {
    const system = await load();
    const { timelock, deployer } = system;
    await expectOnlyGovernance(system, deployer.address);
    await expect(timelock.grantRole(keccakText("PROPOSER_ROLE"), deployer)).to.be.revertedWithCustomError(
      timelock,
      "AccessControlUnauthorizedAccount",
    );
  });

  it("lets nobody connect the contracts once more", async () => {
    const { sequencers, inbox, treasury, timelock, deployer } = await load();
    await expect(sequencers.connect(deployer).getFunction("connect")(deployer, deployer)).to.be.revertedWithCustomError(
      sequencers,
      "SequencerUnauthorized",
    );
    await expect(inbox.getFunction("connect")(deployer)).to.be.revertedWithCustomError(inbox, "InboxUnauthorized");
    await expect(treasury.connect(deployer).getFunction("connect")(deployer, deployer)).to.be.revertedWithCustomError(
      treasury,
      "TreasuryUnauthorized",
    );
    await expect(timelock.connect(deployer).getFunction("connect")([])).to.be.revertedWithCustomError(
      timelock,
      "AccessControlUnauthorizedAccount",
    );
  });

  it("names the parameters in the order of the contracts' enum", () => {
    const source = readFileSync(new URL("../../contracts/governance/IParameters.sol", import.meta.url), "utf8");
    const body = /enum Parameter \{([^}]*)\}/.exec(source)?.[1] ?? "";
    const names = body.replaceAll(/\/\/\/.*$/gm, "").split(",");
    expect(names.map((name) => name.trim())).to.deep.equal([...PARAMETERS]);
  });

  it("[L5] mints for nobody whom the parameters do not name", async () => {
    const { ignition } = await network.create();
    const { Governance, ...rest } = await deploymentParameters();
    const { holder, ...nameless } = Governance;
    expect(holder).not.to.equal(undefined);
    const deployment = ignition.deploy(MetisL2, { parameters: { Governance: nameless, ...rest } as never });
    let message = "";
    await deployment.catch((error: unknown) => (message = String(error)));
    expect(message).to.contain("holder");
  });

  for (const file of ["local", "sepolia", "demo"] as const) {
    it(`deploys with the parameters of ${file}`, async () => {
      const { parameters, governor, timelock } = await systemFixture({ file, sequencers: 1 })();
      const expected = await deploymentParameters({ file });
      for (const [index, name] of PARAMETERS.entries()) {
        const { value, min, max } = expected.Governance[name];
        expect(await parameters.setting(index)).to.deep.equal([BigInt(value), BigInt(min), BigInt(max)], name);
      }
      expect(await governor.votingPeriod()).to.equal(BigInt(expected.MetisL2.votingPeriod));
      expect(await timelock.getMinDelay()).to.equal(BigInt(expected.Governance.shortDelay.value));
      expect(await timelock.longDelay()).to.equal(BigInt(expected.Governance.longDelay.value));
      expect(await governor.graveDelay()).to.equal(BigInt(expected.MetisL2.graveDelay));
    });

    it(`[M9] rewards batches of ${file} with no more than the base fee`, async () => {
      const { Governance, Rollup } = await deploymentParameters({ file });
      expect(BigInt(Governance.RewardPerGas.max) <= Rollup.baseFee).to.equal(true);
    });
  }
});
