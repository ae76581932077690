import { rm } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "chai";
import { HDNodeWallet, JsonRpcProvider, Mnemonic } from "ethers";

import { PARAMETERS } from "../../ignition/parameters.ts";
import { connectSystem, readAddresses, type System } from "../../ignition/system.ts";
import { ANVIL_MNEMONIC, type Anvil, startAnvil } from "../support/anvil.ts";
import { hardhat, ROOT } from "../support/hardhat.ts";
import { deploymentParameters } from "../support/system.ts";
import { expectOnlyGovernance, expectWired } from "./wiring.ts";

const SEPOLIA = 11_155_111;

describe("Rehearsal of the deployment to Sepolia, on a node of its own", function () {
  this.timeout(300_000);

  const deploymentId = `rehearsal-${String(process.pid)}`;
  const directory = join(ROOT, "ignition/deployments", deploymentId);
  const deployer = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(ANVIL_MNEMONIC), "m/44'/60'/0'/0/0");
  let anvil: Anvil;
  let provider: JsonRpcProvider;

  async function deploy() {
    return await hardhat(
      [
        ...["ignition", "deploy", "ignition/modules/MetisL2.ts"],
        ...["--parameters", "ignition/parameters/sepolia.json"],
        ...["--network", "sepolia", "--deployment-id", deploymentId],
        // The profiles are equal; this one is built already, and other tests read its files meanwhile.
        ...["--build-profile", "default"],
      ],
      {
        SEPOLIA_RPC_URL: anvil.url,
        SEPOLIA_PRIVATE_KEY: deployer.privateKey,
        HARDHAT_IGNITION_CONFIRM_DEPLOYMENT: "false",
      },
    );
  }

  function system(): System {
    return connectSystem(readAddresses(join(directory, "deployed_addresses.json")), provider);
  }

  before(async () => {
    anvil = await startAnvil({ chainId: SEPOLIA });
    provider = new JsonRpcProvider(anvil.url);
    const { code, output } = await deploy();
    expect(code, output).to.equal(0);
  });

  after(async () => {
    provider.destroy();
    await anvil.stop();
    await rm(directory, { recursive: true, force: true });
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
    expect(await timelock.getMinDelay()).to.equal(BigInt(expected.Governance.timelockDelay));
    expect(await timelock.maxDelay()).to.equal(BigInt(expected.Governance.timelockMaxDelay));
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
});
