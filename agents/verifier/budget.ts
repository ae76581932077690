import { ZeroAddress } from "ethers";

import { type Hex, ZERO_HASH } from "../../l2/base/hex.ts";
import type { BatchHeader } from "../../l2/batch/header.ts";
import { BATCH_LIMITS } from "../../l2/protocol/limits.ts";
import type { L1 } from "../l1/l1.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Findings } from "./findings.ts";

const DAY = 24 * 60 * 60 * 1_000;

/** The dearest header that L1 takes: as full as it may be, by one transaction, since a transfer costs less than its gas. */
const DEAREST: BatchHeader = {
  index: 0n,
  parent: ZERO_HASH,
  epoch: 0n,
  term: 0n,
  sequencer: ZeroAddress,
  txCount: 1n,
  dataSize: BigInt(BATCH_LIMITS.bytes),
  gasUsed: BATCH_LIMITS.gas,
  baseFee: 0n,
  firstBlock: 0n,
  lastBlock: 0n,
  firstTimestamp: 0n,
  lastTimestamp: 0n,
  blockBefore: ZERO_HASH,
  deposits: 0n,
  depositsHash: ZERO_HASH,
  preStateRoot: ZERO_HASH,
  postStateRoot: ZERO_HASH,
  mtsr: ZERO_HASH,
  mttbr: ZERO_HASH,
  dataHash: ZERO_HASH,
  attestations: ZERO_HASH,
};

/** What a verifier pays for requests in a day (H7). Fees that come back count no more. */
export class Budget {
  readonly #perDay: bigint | undefined;
  readonly #d: { readonly l1: L1; readonly clock: Clock; readonly findings: Findings };

  /**
   * @param perDay Most that is paid in 24 hours, in wei; 0 never pays. Where absent it covers the dearest header that L1
   * takes, whatever L1's base fee is.
   */
  constructor(
    perDay: bigint | undefined,
    dependencies: { readonly l1: L1; readonly clock: Clock; readonly findings: Findings },
  ) {
    this.#perDay = perDay;
    this.#d = dependencies;
  }

  /** What may still be paid, in wei. */
  async left(): Promise<bigint> {
    const { findings, clock } = this.#d;
    const limit = this.#perDay ?? (await this.price(DEAREST));
    const spent = findings.paymentsSince(clock.now() - DAY).reduce((sum, { fee }) => sum + fee, 0n);
    return limit > spent ? limit - spent : 0n;
  }

  /**
   * What to send along with a request, in wei: the fee at a base fee that is half as high again, since that of the block
   * that takes it is not known before. L1 gives back what is too much.
   */
  async price(header: BatchHeader): Promise<bigint> {
    const { l1 } = this.#d;
    const block = await l1.provider.getBlock("latest");
    const baseFee = block?.baseFeePerGas ?? 0n;
    return l1.disputes.requestFee(header, baseFee + baseFee / 2n);
  }

  /** Notes what is about to be paid. */
  spend(headerHash: Hex, fee: bigint): Promise<void> {
    const at = this.#d.clock.now();
    return this.#d.findings.pay({ headerHash, at, fee }, at - DAY);
  }

  /** Notes that it came back, or was not paid. */
  giveBack(headerHash: Hex): Promise<void> {
    return this.#d.findings.payBack(headerHash);
  }
}
