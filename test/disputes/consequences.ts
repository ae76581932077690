/** The consequences when a batch is found wrong, to the wei (steps 11.11 to 11.16). */
import { expect } from "chai";
import type { ContractTransactionResponse } from "ethers";

import { Parameter } from "../../ignition/parameters.ts";
import type { TestBatch } from "../../testkit/batches.ts";
import { RequestState } from "../../testkit/disputes.ts";
import type { TestSystem } from "../../testkit/system.ts";

export interface Verdict {
  /** The account that is credited the bounty. */
  readonly claimant: string;
  /** Whether those who signed the certificate lose a share too. */
  readonly againstSigners: boolean;
  /** Whether the batch's sequencer was the current one. */
  readonly rotates: boolean;
}

const SHARES = 10_000n;

/**
 * Lets `act` send the call that settles against a batch, and checks everything that it changes: the slash and its split,
 * the kick, the rotation, the rollback, the security of the system, and the request's fee where one was open.
 */
export async function expectCondemned(
  system: TestSystem,
  batch: TestBatch,
  { claimant, againstSigners, rotates }: Verdict,
  act: () => Promise<ContractTransactionResponse>,
): Promise<void> {
  const { inbox, disputes, sequencers, token, treasury, parameters, sequencerAccounts } = system;
  const { header, hash } = batch;
  const share = async (name: "SlashBounty" | "SlashTreasury" | "CosignerSlash"): Promise<bigint> =>
    await parameters.get(Parameter[name]);
  const [toClaimant, toTreasury, cosigner] = [
    await share("SlashBounty"),
    await share("SlashTreasury"),
    await share("CosignerSlash"),
  ];
  const { signers } = await inbox.batchAt(header.index);
  const request = await disputes.requestOf(hash);
  const open = request.state === RequestState.Posting || request.state === RequestState.Recomputing;
  const head = await inbox.head();
  const term = await sequencers.term();
  const before = {
    owed: await sequencers.owed(claimant),
    ether: await disputes.owed(request.requester),
    treasury: await token.balanceOf(treasury),
    supply: await token.totalSupply(),
    stakes: new Map<string, bigint>(),
  };
  for (const { address } of sequencerAccounts) {
    before.stakes.set(address, (await sequencers.sequencerOf(address)).stake);
  }

  const sent = await act();

  await expect(sent).to.emit(disputes, "BatchCondemned").withArgs(hash, claimant, againstSigners);
  await expect(sent).to.emit(inbox, "BatchInvalidated").withArgs(header.index, hash, head);
  await expect(sent).to.emit(sequencers, "SequencerKicked").withArgs(header.sequencer);

  let [bounty, kept, burned, total] = [0n, 0n, 0n, 0n];
  for (const { address, seat } of sequencerAccounts) {
    const stake = before.stakes.get(address)!;
    const offender = address === header.sequencer;
    const signed = againstSigners && (signers >> BigInt(seat)) % 2n === 1n;
    const lost = offender ? stake : signed ? (stake * cosigner) / SHARES : 0n;
    const [b, k] = [(lost * toClaimant) / SHARES, (lost * toTreasury) / SHARES];
    [bounty, kept, burned] = [bounty + b, kept + k, burned + lost - b - k];
    const after = await sequencers.sequencerOf(address);
    expect(after.stake, `stake of seat ${String(seat)}`).to.equal(stake - lost);
    expect(after.status, `status of seat ${String(seat)}`).to.equal(offender ? LEAVING : ACTIVE);
    if (!offender) total += after.stake;
  }
  expect(await sequencers.owed(claimant), "bounty").to.equal(before.owed + bounty);
  await sequencers.settle(header.sequencer);
  expect(await sequencers.undistributed()).to.deep.equal([0n, 0n]);
  expect(await token.balanceOf(treasury), "the treasury's share").to.equal(before.treasury + kept);
  expect(before.supply - (await token.totalSupply()), "burned").to.equal(burned);
  expect(burned * 10n >= bounty + kept + burned, "a tenth is burned").to.equal(true);
  expect(await sequencers.totalStake()).to.equal(total);

  expect(await inbox.head(), "the index is open").to.equal(header.index);
  expect(await inbox.contains(header.index, hash)).to.equal(false);
  expect(await inbox.invalidated(hash)).to.equal(true);
  expect(await inbox.held(header.index)).to.equal(false);

  const now = await sequencers.term();
  expect(now.number, "rotation").to.equal(term.number + (rotates ? 1n : 0n));
  expect(term.sequencer === header.sequencer, "the offender was current").to.equal(rotates);
  expect(now.sequencer).to.not.equal(header.sequencer);

  if (open) {
    // The system was insecure for this request alone.
    await expect(sent).to.emit(inbox, "SecurityChanged").withArgs(false);
    expect(await disputes.insecure()).to.equal(false);
    const settled = await disputes.requestOf(hash);
    if (settled.state === RequestState.Closed) {
      expect(await disputes.owed(request.requester), "fee").to.equal(before.ether + request.fee);
    } else {
      expect(await disputes.owed(request.requester), "fee, until it is refunded").to.equal(before.ether);
    }
  }
  expect(await system.connection.ethers.provider.getBalance(disputes)).to.be.at.least(await disputes.totalOwed());
}

const ACTIVE = 1n;
const LEAVING = 2n;
