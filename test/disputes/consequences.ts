/** The consequences when a header is found wrong, to the wei (steps 11.11 to 11.16). */
import { expect } from "chai";
import { type ContractTransactionResponse, ZeroAddress } from "ethers";

import { Parameter } from "../../ignition/parameters.ts";
import { type TestBatch, standingOf } from "../../testkit/batches.ts";
import { Fault, RequestState, requestOf } from "../../testkit/disputes.ts";
import type { TestSystem } from "../../testkit/system.ts";

export interface Verdict {
  /** The account that the bounty is set aside for. */
  readonly claimant: string;
  readonly fault: keyof typeof Fault;
  /** Seats that signed; those of the certificate that was submitted where absent. */
  readonly signers?: bigint;
  /** Whether the header stands; it does where absent. */
  readonly stood?: boolean;
}

const SHARES = 10_000n;
const GWEI = 10n ** 9n;
/** Bounties are kept in whole millionths of METIS. */
const BOUNTY_UNIT = 10n ** 12n;

/**
 * Lets `act` send the call that settles against a batch, and checks everything that it changes: the slash and its split,
 * the kick, the rotation, the rollback, the security of the system, and the request's fee where one was open.
 */
export async function expectCondemned(
  system: TestSystem,
  batch: TestBatch,
  verdict: Verdict,
  act: () => Promise<ContractTransactionResponse>,
): Promise<void> {
  const { inbox, disputes, sequencers, token, treasury, parameters, sequencerAccounts } = system;
  const { header, hash } = batch;
  const { claimant, fault, stood = true } = verdict;
  const share = async (name: "SlashBounty" | "SlashTreasury" | "CosignerSlash"): Promise<bigint> =>
    await parameters.get(Parameter[name]);
  const [toClaimant, toTreasury] = [await share("SlashBounty"), await share("SlashTreasury")];
  const cosigner = await share("CosignerSlash");
  const signers = verdict.signers ?? (await standingOf(system, header)).signers;
  const request = await requestOf(system, batch);
  const open = stood && request.state === RequestState.Open;
  const [head, epoch, term] = [await inbox.head(), await inbox.epoch(), await sequencers.term()];
  const before = {
    ether: await disputes.owed(request.requester),
    treasury: await token.balanceOf(treasury),
    supply: await token.totalSupply(),
    undistributed: await sequencers.undistributed(),
    stakes: new Map<string, bigint>(),
  };
  for (const { address } of sequencerAccounts) {
    before.stakes.set(address, (await sequencers.sequencerOf(address)).stake);
  }

  const sent = await act();

  await expect(sent).to.emit(disputes, "BatchCondemned").withArgs(hash, claimant, Fault[fault], signers, stood);
  await expect(sent).to.emit(sequencers, "SequencerKicked").withArgs(header.sequencer);

  let [bounty, kept, burned] = [0n, 0n, 0n];
  for (const { address, seat } of sequencerAccounts) {
    const stake = before.stakes.get(address)!;
    const offender = address === header.sequencer;
    const signed = (signers >> BigInt(seat)) % 2n === 1n;
    const lost = offender ? stake : signed ? (stake * cosigner) / SHARES : 0n;
    const [b, k] = [offender ? (lost * toClaimant) / SHARES : 0n, (lost * toTreasury) / SHARES];
    const whole = b - (b % BOUNTY_UNIT);
    [bounty, kept, burned] = [bounty + whole, kept + k, burned + lost - whole - k];
    const after = await sequencers.sequencerOf(address);
    expect(after.stake, `stake of seat ${seat}`).to.equal(stake - lost);
    if (offender) expect(after.status, "status of the offender").to.equal(LEAVING);
  }
  const set = await sequencers.bountyOf(hash);
  expect([set.claimant, set.amount], "bounty").to.deep.equal([claimant, bounty]);
  const [treasuryShare, burnedShare] = await sequencers.undistributed();
  expect(treasuryShare - before.undistributed.toTreasury, "the treasury's share").to.equal(kept);
  expect(burnedShare - before.undistributed.toBurn, "burned").to.equal(burned);
  expect(burned * 10n >= bounty + kept + burned, "a tenth is burned").to.equal(true);
  expect([await token.balanceOf(treasury), await token.totalSupply()]).to.deep.equal([before.treasury, before.supply]);

  const now = await sequencers.term();
  expect(now.sequencer).to.not.equal(header.sequencer);
  if (stood) {
    await expect(sent)
      .to.emit(inbox, "BatchInvalidated")
      .withArgs(header.index, hash, head, epoch + 1n);
    expect(await inbox.head(), "the index is open").to.equal(header.index);
    expect(await inbox.epoch()).to.equal(epoch + 1n);
    expect(await inbox.held(header.index)).to.equal(false);
    expect(now.number, "rotation").to.equal(term.number + 1n);
  } else {
    expect([await inbox.head(), await inbox.epoch()]).to.deep.equal([head, epoch]);
  }

  if (open) {
    // The system was insecure for this request alone.
    await expect(sent).to.emit(inbox, "SecurityChanged").withArgs(false, header.index);
    expect(await inbox.insecure()).to.equal(false);
    expect((await requestOf(system, batch)).state).to.equal(RequestState.Closed);
    if (request.requester !== ZeroAddress) {
      expect(await disputes.owed(request.requester), "fee").to.equal(before.ether + request.fee * GWEI);
    }
  }
  expect(await system.connection.ethers.provider.getBalance(disputes)).to.be.at.least(await disputes.totalOwed());
}

const LEAVING = 2n;
