import { messageOf } from "../runtime/errors.ts";
import type { Logger } from "../runtime/logger.ts";
import type { CertificateCollector } from "../peers/certificate-collector.ts";
import type { SignatureAnswer } from "../peers/methods.ts";

/** Asks every member of the term that has not signed. */
export async function collect(
  collector: CertificateCollector,
  ask: (owner: string) => Promise<SignatureAnswer>,
  log: Logger,
): Promise<void> {
  await Promise.all(
    collector.missing.map(async (member) => {
      const { owner } = member;
      try {
        const answer = await ask(owner);
        if ("refused" in answer) {
          log.debug({ peer: owner, reason: answer.refused }, "peer does not sign");
        } else if (!collector.add(member, answer.signature)) {
          log.warn({ peer: owner }, "peer gave a signature that is not its own");
        }
      } catch (error) {
        log.debug({ peer: owner, reason: messageOf(error) }, "cannot reach peer");
      }
    }),
  );
}
