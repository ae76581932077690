import { Signature, TypedDataEncoder, concat, recoverAddress } from "ethers";
import type { TypedDataDomain } from "ethers";

import { BATCH_HEADER_TYPES } from "../../l2/batch/header.ts";
import type { BatchHeader } from "../../l2/batch/header.ts";
import type { Member, Members } from "./members.ts";

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

/** Collects signatures over one digest until they make a certificate. */
export class CertificateCollector {
  readonly digest: string;
  readonly #signatures = new Map<string, Signature>();

  constructor(digest: string) {
    this.digest = digest;
  }

  /** Owners that signed. */
  get signers(): readonly string[] {
    return [...this.#signatures.keys()];
  }

  /**
   * Adds a member's signature.
   *
   * @returns Whether it is that member's: by its present key, or by the one before.
   */
  add(member: Member, serialized: string): boolean {
    let signature: Signature;
    let signer: string;
    try {
      signature = Signature.from(serialized);
      signer = recoverAddress(this.digest, signature);
    } catch {
      return false;
    }
    if (signer !== member.key && signer !== member.previousKey) return false;
    this.#signatures.set(member.owner, signature);
    return true;
  }

  /** The certificate of those among the signers that hold a seat; undefined below two thirds of the stake (S4). */
  certificate(members: Members): Certificate | undefined {
    if (!members.isQuorum(this.signers)) return undefined;
    let signers = 0n;
    const signatures: string[] = [];
    for (const { owner, seat } of members.all) {
      const signature = this.#signatures.get(owner);
      if (signature === undefined) continue;
      signers |= 1n << BigInt(seat);
      signatures.push(signature.compactSerialized);
    }
    return { signers, signatures: concat(signatures) };
  }
}
