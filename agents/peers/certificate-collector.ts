import { Signature, concat, recoverAddress } from "ethers";

import type { Certificate } from "../l1/certificate.ts";
import type { Member, TermRoster } from "./roster.ts";

/** Collects signatures of a term's members over one digest until they make a certificate. */
export class CertificateCollector {
  readonly digest: string;
  readonly roster: TermRoster;
  readonly #signatures = new Map<string, Signature>();

  constructor(digest: string, roster: TermRoster) {
    this.digest = digest;
    this.roster = roster;
  }

  /** Owners that signed. */
  get signers(): readonly string[] {
    return [...this.#signatures.keys()];
  }

  /** Members that have not signed. */
  get missing(): readonly Member[] {
    return this.roster.members.filter(({ owner }) => !this.#signatures.has(owner));
  }

  /**
   * Adds a member's signature.
   *
   * @returns Whether it is by the key that the member has in the term.
   */
  add({ owner, key }: Member, serialized: string): boolean {
    let signature: Signature;
    try {
      signature = Signature.from(serialized);
      if (recoverAddress(this.digest, signature) !== key) return false;
    } catch {
      return false;
    }
    this.#signatures.set(owner, signature);
    return true;
  }

  /** The certificate of all that signed; undefined below two thirds of the stake (S4). */
  certificate(): Certificate | undefined {
    if (!this.roster.isQuorum(this.signers)) return undefined;
    let signers = 0n;
    const signatures: string[] = [];
    for (const { owner, seat } of this.roster.members) {
      const signature = this.#signatures.get(owner);
      if (signature === undefined) continue;
      signers |= 1n << BigInt(seat);
      signatures.push(signature.compactSerialized);
    }
    return { signers, signatures: concat(signatures) };
  }
}
