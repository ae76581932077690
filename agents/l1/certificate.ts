import { TypedDataEncoder } from "ethers";
import type { TypedDataDomain } from "ethers";

import { BATCH_HEADER_TYPES } from "../../l2/batch/header.ts";
import type { BatchHeader } from "../../l2/batch/header.ts";

/** Signatures of the peer network over one hash, as L1 takes them. */
export interface Certificate {
  /** One bit for each seat that signed. */
  readonly signers: bigint;
  /** One 64-byte ERC-2098 signature for each bit, in ascending order of seats. */
  readonly signatures: string;
}

/** The EIP-712 types of a silence certificate. */
export const SILENCE_TYPES = {
  Silence: [
    { name: "term", type: "uint32" },
    { name: "sequencer", type: "address" },
  ],
};

/** The EIP-712 domain of certificates. */
export function certificateDomain(chainId: bigint, sequencerSet: string): TypedDataDomain {
  return { name: "Metis L2", version: "1", chainId, verifyingContract: sequencerSet };
}

/** What a sequencer signs to certify a batch (step 7). */
export function batchDigest(domain: TypedDataDomain, header: BatchHeader): string {
  return TypedDataEncoder.hash(domain, BATCH_HEADER_TYPES, header);
}

/** What a sequencer signs to certify that the current one is silent (S2). */
export function silenceDigest(domain: TypedDataDomain, term: number, sequencer: string): string {
  return TypedDataEncoder.hash(domain, SILENCE_TYPES, { term, sequencer });
}
