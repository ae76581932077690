import { expect } from "chai";
import { ZeroAddress, ZeroHash, id } from "ethers";

import type { System } from "../../ignition/system.ts";

/** Every contract knows the ones that it relies on. */
export async function expectWired(s: System): Promise<void> {
  expect(await s.sequencers.inbox()).to.equal(await s.inbox.getAddress());
  expect(await s.sequencers.disputes()).to.equal(await s.disputes.getAddress());
  expect(await s.sequencers.parameters()).to.equal(await s.parameters.getAddress());
  expect(await s.sequencers.treasury()).to.equal(await s.treasury.getAddress());
  expect(await s.inbox.disputes()).to.equal(await s.disputes.getAddress());
  expect(await s.inbox.sequencers()).to.equal(await s.sequencers.getAddress());
  expect(await s.inbox.parameters()).to.equal(await s.parameters.getAddress());
  expect(await s.disputes.inbox()).to.equal(await s.inbox.getAddress());
  expect(await s.disputes.sequencers()).to.equal(await s.sequencers.getAddress());
  expect(await s.disputes.executor()).to.equal(await s.executor.getAddress());
  expect(await s.disputes.verifiers()).to.equal(await s.verifiers.getAddress());
  expect(await s.disputes.parameters()).to.equal(await s.parameters.getAddress());
  expect(await s.disputes.treasury()).to.equal(await s.treasury.getAddress());
  expect(await s.verifiers.parameters()).to.equal(await s.parameters.getAddress());
  expect(await s.verifiers.treasury()).to.equal(await s.treasury.getAddress());
  expect(await s.treasury.parameters()).to.equal(await s.parameters.getAddress());
  expect(await s.treasury.requests()).to.equal(await s.disputes.getAddress());
  expect(await s.treasury.sequencers()).to.equal(await s.sequencers.getAddress());
  expect(await s.timelock.connected()).to.equal(true);
  expect(await s.treasury.token()).to.equal(await s.token.getAddress());
  expect(await s.governor.token()).to.equal(await s.token.getAddress());
  expect(await s.governor.sequencers()).to.equal(await s.sequencers.getAddress());
  expect(await s.governor.verifiers()).to.equal(await s.verifiers.getAddress());
  expect(await s.governor.treasury()).to.equal(await s.treasury.getAddress());
  expect(await s.governor.parameters()).to.equal(await s.parameters.getAddress());
  expect(await s.governor.timelock()).to.equal(await s.timelock.getAddress());
}

/** The timelock owns everything, the governor alone proposes to it, and the deployer has no role left. */
export async function expectOnlyGovernance(s: System, deployer: string): Promise<void> {
  const { timelock, governor } = s;
  for (const contract of [s.parameters, s.treasury, s.verifiers, s.sequencers]) {
    expect(await contract.owner()).to.equal(await timelock.getAddress());
  }
  // The log holds every grant that was ever made: what is granted and not revoked is the whole of who has power.
  const held = new Set<string>();
  for (const { args } of await timelock.queryFilter(timelock.filters.RoleGranted())) {
    if (await timelock.hasRole(args.role, args.account)) held.add(`${args.role} ${args.account}`);
  }
  const power = (role: string, account: string) => `${role} ${account}`;
  expect(held).to.deep.equal(
    new Set([
      power(ZeroHash, await timelock.getAddress()),
      power(id("PROPOSER_ROLE"), await governor.getAddress()),
      power(id("CANCELLER_ROLE"), await governor.getAddress()),
      power(id("EXECUTOR_ROLE"), ZeroAddress),
    ]),
  );
  expect(await timelock.hasRole(ZeroHash, deployer)).to.equal(false);
}
