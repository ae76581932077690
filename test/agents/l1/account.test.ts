import { expect } from "chai";

import { claim, register } from "../../../agents/l1/account.ts";
import { keccakText } from "../../../l2/base/keccak.ts";
import { Parameter } from "../../../ignition/parameters.ts";
import { managerOf, walletOf } from "../../../testkit/agents/kit.ts";
import { stageFixture } from "../../../testkit/agents/stage.ts";
import { lying, placed, rootsWith, submit } from "../../../testkit/batches.ts";
import { check, requestData } from "../../../testkit/disputes.ts";

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
    // A batch whose data was asked for goes with a wrong one before it: the fee comes back.
    const right = await stage.world.batch(stage.world.genesis, stage.sequencer, { transfers: 2 });
    const wrong = lying(right, { stateRoots: rootsWith(right, 0, keccakText("elsewhere")) });
    await submit(stage.system, wrong);
    const after = await stage.world.batch(wrong.header, stage.sequencer, { transfers: 1 });
    await submit(stage.system, after);
    await requestData(stage.system, after);
    const asked = await placed(stage.system, after.header);
    await check(stage.system, stage.world, wrong);
    await stage.system.disputes.refund(asked);
    expect(await stage.system.disputes.owed(address)).not.to.equal(0n);
    await claim(as);
    expect(await stage.system.disputes.owed(address)).to.equal(0n);
  });
});
