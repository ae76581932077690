/** Where a batch stands on L1: what callers pass to L1 with its header. */
import { AbiCoder, concat, dataSlice, keccak256, type Result, toBeHex } from "ethers";

import { asHash, type Hex } from "../../l2/base/hex.ts";
import { type BatchHeader, linkOf } from "../../l2/batch/header.ts";

/** How far L1 trusts a batch: `BatchStatus` of `IBatchInbox.sol`. */
export const BATCH_STATUS = { none: 0, unattested: 1, recomputed: 2, certified: 3, final: 4 } as const;

export type BatchStatus = (typeof BATCH_STATUS)[keyof typeof BATCH_STATUS];

/** The struct of `IBatchInbox.sol`. */
export interface Standing {
  readonly status: BatchStatus;
  /** When the challenge window closes, in seconds on the batch's own clock, which stands still under requests. */
  readonly due: number;
  /** Seats of the header's term in the certificate that was submitted. */
  readonly signers: bigint;
  readonly submitter: string;
}

/** A batch that stands on L1. */
export interface L1Batch {
  header: BatchHeader;
  headerHash: Hex;
  /** As L1's events told it last. Finality does not change it. */
  standing: Standing;
  /** Seats whose signatures were added later. */
  added: bigint;
}

/** Reads a standing out of an event. */
export function readStanding(result: Result): Standing {
  return {
    status: Number(result["status"]) as BatchStatus,
    due: Number(result["due"]),
    signers: result["signers"] as bigint,
    submitter: result["submitter"] as string,
  };
}

/** What L1 keeps of a batch: its index in 4 bytes, then the last 28 bytes of a hash (`Commitments.sol`). */
export function commitmentOf(
  { header, headerHash }: Pick<L1Batch, "header" | "headerHash">,
  { status, due, signers, submitter }: Standing,
): Hex {
  const types = ["bytes32", "uint8", "uint40", "uint128", "address"];
  const values = [linkOf(header, headerHash), status, due, signers, submitter];
  const hash = keccak256(AbiCoder.defaultAbiCoder().encode(types, values));
  return asHash(concat([toBeHex(header.index, 4), dataSlice(hash, 4)]));
}

/** A batch as L1 takes it where another one is submitted on top of it: `Parent` of `IBatchInbox.sol`. */
export function asParent({ header, standing }: Pick<L1Batch, "header" | "standing">): {
  lastBlock: bigint;
  lastTimestamp: bigint;
  mttbr: Hex;
  standing: Standing;
} {
  const { lastBlock, lastTimestamp, mttbr } = header;
  return { lastBlock, lastTimestamp, mttbr, standing };
}

/** A batch as L1's functions take it. */
export function passed({ header, standing }: Pick<L1Batch, "header" | "standing">): {
  header: BatchHeader;
  standing: Standing;
} {
  return { header, standing };
}

/** Whether a batch can be built upon: certified, or recomputed by L1. */
export function isSound({ standing: { status } }: Pick<L1Batch, "standing">): boolean {
  return status !== BATCH_STATUS.unattested && status !== BATCH_STATUS.none;
}
