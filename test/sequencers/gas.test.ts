/** What the sequencer set adds to submissions, verdicts and runs of final batches, each call a transaction of its own. */
import { fileURLToPath } from "node:url";

import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { readDeploymentParameters } from "@nomicfoundation/hardhat-ignition/helpers";
import { expect } from "chai";
import {
  type ContractTransactionResponse,
  Signature,
  TypedDataEncoder,
  Wallet,
  concat,
  getBytes,
  id,
  keccak256,
  parseEther,
  ZeroHash,
} from "ethers";
import hre, { network } from "hardhat";

import { type DeploymentParameters, PARAMETERS } from "../../ignition/parameters.ts";
import { MetisToken__factory } from "../../types/ethers-contracts/factories/governance/MetisToken__factory.ts";
import { SequencerSet__factory } from "../../types/ethers-contracts/factories/sequencers/SequencerSet__factory.ts";
import type { SequencerSet } from "../../types/ethers-contracts/index.ts";

/** Returns 1 to whatever it is asked: head, number of final batches and epoch of a chain of batches. */
const ALWAYS_ONE = "0x60015f5260205ff3";
const INBOX = "0x00000000000000000000000000000000000b0a7d";
const DISPUTES = "0x00000000000000000000000000000000000d1597";
const CLAIMANT = "0x00000000000000000000000000000000000c1a19";
const STAKE = parseEther("20000");
const HEADER = id("header");
const ALL = 15n;

const POSSESSION = {
  Possession: [
    { name: "owner", type: "address" },
    { name: "key", type: "address" },
  ],
};

describe("Gas of the sequencer set", () => {
  const lines: string[] = [];
  let set: SequencerSet;
  let asInbox: SequencerSet;
  let asDisputes: SequencerSet;
  let owners: string[];
  let keys: Wallet[];
  let separator: string;

  before(function () {
    // Instrumented code spends more.
    if (hre.globalOptions.coverage) this.skip();
  });

  after(() => {
    for (const line of lines) console.log(`      ${line}`);
  });

  /** Four sequencers in a term of all four, the second of the chain, whose draw is not fixed yet but can be. */
  beforeEach(async () => {
    const { ethers, networkHelpers } = await network.create();
    const signers = await ethers.getSigners();
    const [deployer, treasury, timelock] = signers as [HardhatEthersSigner, HardhatEthersSigner, HardhatEthersSigner];
    const file = fileURLToPath(new URL("../../ignition/parameters/local.json", import.meta.url));
    const { Governance } = (await readDeploymentParameters(file)) as unknown as DeploymentParameters;
    const deploy = async (name: string, args: unknown[]): Promise<string> =>
      await (await ethers.deployContract(name, args)).getAddress();
    const token = MetisToken__factory.connect(
      await deploy("MetisToken", [deployer.address, Governance.supply]),
      deployer,
    );
    const parameters = await deploy("Parameters", [timelock.address, PARAMETERS.map((name) => Governance[name])]);
    const address = await deploy("SequencerSet", [token, parameters, treasury.address, timelock.address]);
    const as = (signer: HardhatEthersSigner): SequencerSet => SequencerSet__factory.connect(address, signer);
    set = as(deployer);
    await networkHelpers.setCode(INBOX, ALWAYS_ONE);
    await set.getFunction("connect")(INBOX, DISPUTES);
    for (const account of [INBOX, DISPUTES]) await networkHelpers.setBalance(account, parseEther("100"));
    asInbox = as(await ethers.getImpersonatedSigner(INBOX));
    asDisputes = as(await ethers.getImpersonatedSigner(DISPUTES));

    const { name, version, chainId, verifyingContract } = await set.eip712Domain();
    const domain = { name, version, chainId, verifyingContract };
    const members = signers.slice(3, 7);
    owners = members.map((member) => member.address);
    keys = members.map((_, seat) => new Wallet(id(`key ${String(seat)}`)));
    for (const [seat, member] of members.entries()) {
      const key = keys[seat]!;
      await token.transfer(member, STAKE);
      await token.connect(member).approve(set, STAKE);
      const value = { owner: member.address, key: key.address };
      const possession = Signature.from(await key.signTypedData(domain, POSSESSION, value)).compactSerialized;
      await as(member).join(key.address, member.address, STAKE, possession);
    }
    await set.rotate();
    await token.approve(set, parseEther("1000"));
    await set.fundRewards(parseEther("1000"));
    await networkHelpers.mine(3);
    separator = TypedDataEncoder.hashDomain(domain);
  });

  const certificate = (headerHash: string) => {
    const digest = keccak256(concat(["0x1901", separator, headerHash]));
    const signatures = keys.map((key) => Signature.from(key.signingKey.sign(digest)).compactSerialized);
    return { signers: ALL, signatures: concat(signatures) };
  };

  /** Gas of a call beside what every transaction and its calldata cost. */
  const measure = async (what: string, sent: Promise<ContractTransactionResponse>): Promise<number> => {
    const response = await sent;
    const { gasUsed } = (await response.wait())!;
    const calldata = getBytes(response.data).reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 0);
    const gas = Number(gasUsed) - 21_000 - calldata;
    lines.push(`${gas.toLocaleString("en").padStart(12)} ${what}`);
    return gas;
  };

  const work = (sequencer: string) => ({
    sequencer,
    term: 2,
    signers: ALL,
    gasUsed: 4_200_000,
    baseFee: 1_000_000_000,
    submitter: CLAIMANT,
  });

  const verdict = (sequencer: string, restarts: boolean) => ({
    headerHash: HEADER,
    sequencer,
    epoch: 0,
    term: 2,
    signers: ALL,
    claimant: CLAIMANT,
    commitment: ZeroHash,
    restarts,
  });

  it("[8a] [S4] a certificate of four costs a submission at most 45,000 (M3, M4)", async () => {
    const { sequencer } = await set.term();
    const attest = (hash: string) => asInbox.attest(hash, sequencer, 2, 200, certificate(hash));
    await measure("attest, the first of a term", attest(HEADER));
    expect(await measure("attest", attest(id("second")))).to.be.at.most(45_000);
  });

  it("[11.11] [11.15] a verdict over four signers costs at most 220,000 (H4)", async () => {
    const { sequencer } = await set.term();
    expect(await measure("punish, and a new term", asDisputes.punish(verdict(sequencer, true)))).to.be.at.most(220_000);
    await measure("settle", set.settle(sequencer));
    const cosigner = owners.find((owner) => owner !== sequencer)!;
    await measure("settle a cosigner", set.settle(cosigner));
  });

  it("[Q4] one more batch in a run of ten costs at most 13,500", async () => {
    const run = (length: number) => Array.from({ length }, (_, i) => work(owners[i % owners.length]!));
    await asInbox.reward(run(1), CLAIMANT);
    const nine = await measure("reward nine batches", asInbox.reward(run(9), CLAIMANT));
    const ten = await measure("reward ten batches", asInbox.reward(run(10), CLAIMANT));
    expect(ten - nine).to.be.at.most(13_500);
  });
});
