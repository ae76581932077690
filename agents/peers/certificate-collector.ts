import { Signature, concat, recoverAddress } from "ethers";

import type { Certificate } from "../l1/certificate.ts";
import type { Member, Members } from "./members.ts";

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
