import { hashHeader, toHeader } from "../../l2/batch/header.ts";
import { AgentError, messageOf } from "../runtime/errors.ts";
import { decodeRevert, isRevert } from "../l1/reverts.ts";
import type { L1 } from "../l1/l1.ts";
import { lookUp } from "../l1/look-up.ts";
import type { Authorise } from "./server.ts";

/**
 * Accepts only data of batches that the peer network certified or that stand on L1: one sequencer alone cannot store
 * anything (S4). L1 itself checks the certificate, in a call that changes nothing; those of past terms count too.
 *
 * The authorisation is `{header, certificate}`.
 */
export function certifiedOnly(l1: L1): Authorise {
  return async (hash, authorisation) => {
    const { header, certificate } = readAuthorisation(authorisation);
    if (header.dataHash !== hash.toLowerCase()) {
      throw new AgentError("STORAGE_REFUSED", `the header names object ${header.dataHash}; expected ${hash}`);
    }
    if ((await lookUp(l1, header)) !== undefined) return;
    const { sequencer, term } = header;
    try {
      await l1.sequencers.requireCertificate(hashHeader(header), sequencer, term, certificate, true);
    } catch (error) {
      if (!isRevert(error)) throw error;
      const reason = decodeRevert(error)?.name ?? messageOf(error);
      throw new AgentError("STORAGE_REFUSED", `the certificate does not hold: ${reason}`, { cause: error });
    }
  };
}

function readAuthorisation(value: unknown): {
  header: ReturnType<typeof toHeader>;
  certificate: { signers: bigint; signatures: string };
} {
  const { header, certificate } = (value ?? {}) as { header?: unknown; certificate?: unknown };
  const { signers, signatures } = (certificate ?? {}) as { signers?: unknown; signatures?: unknown };
  const valid = typeof signatures === "string" && /^0x([0-9a-f]{2})*$/i.test(signatures) && typeof signers === "bigint";
  if (typeof header !== "object" || header === null || !valid) {
    throw new AgentError("STORAGE_REFUSED", "the object comes without authorisation; expected {header, certificate}");
  }
  try {
    return { header: toHeader(header), certificate: { signers, signatures } };
  } catch (error) {
    throw new AgentError("STORAGE_REFUSED", messageOf(error));
  }
}
