import { expect } from "chai";

import { claim, register } from "../../../agents/l1/account.ts";
import { Parameter } from "../../../ignition/parameters.ts";
import { managerOf, walletOf } from "../../../testkit/agents/kit.ts";
import { stageFixture } from "../../../testkit/agents/stage.ts";
import { submit, submitUnattested } from "../../../testkit/batches.ts";
import { requestData } from "../../../testkit/disputes.ts";

describe("Account of a verifier", () => {
  const load = stageFixture({ verifiers: 1 });

  it("locks the bond, once", async () => {
    const stage = await load();
    const { address } = stage.system.others[3]!;
    const bond = await stage.system.parameters.get(Parameter.VerifierBond);
    await stage.system.token.transfer(address, bond);
    const as = { ...stage.kit, l1: stage.l1, transactions: managerOf(stage.l1, walletOf(address), stage.kit) };
    for (let round = 0; round < 2; round++) await register(as);
    expect(await stage.system.verifiers.isVerifier(address)).to.equal(true);
    expect(await stage.system.token.balanceOf(address)).to.equal(0n);
  });

  it("[11.13] collects what it is owed, and sends nothing where that is nothing", async () => {
    const stage = await load();
    const { address } = stage.system.verifierAccounts[0]!;
    const as = { ...stage.kit, l1: stage.l1, transactions: managerOf(stage.l1, walletOf(address), stage.kit) };
    const nonce = () => stage.l1.provider.getTransactionCount(address);
    const before = await nonce();
    await claim(as);
    expect(await nonce()).to.equal(before);
    // A certified batch takes the place of one without a certificate, whose data was asked for: the fee comes back.
    const fake = await stage.world.batch(stage.world.genesis, stage.sequencer, { transfers: 1 });
    await submitUnattested(stage.system, fake);
    await requestData(stage.system, fake);
    await submit(stage.system, await stage.world.batch(stage.world.genesis, stage.sequencer, { transfers: 2 }));
    await stage.system.disputes.refund(fake.header);
    expect(await stage.system.disputes.owed(address)).not.to.equal(0n);
    await claim(as);
    expect(await stage.system.disputes.owed(address)).to.equal(0n);
  });
});
