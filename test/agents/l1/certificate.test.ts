import { expect } from "chai";

import { batchDigest, certificateDomain, SILENCE_TYPES, silenceDigest } from "../../../agents/l1/certificate.ts";
import { certify, certifySilence } from "../../../testkit/certificates.ts";
import { CertificateCollector } from "../../../agents/peers/certificate-collector.ts";
import { BATCH_HEADER_TYPES } from "../../../l2/batch/header.ts";
import { parentOf } from "../../../testkit/batches.ts";
import { Members } from "../../../agents/peers/members.ts";
import { stageFixture } from "../../../testkit/agents/stage.ts";

describe("Certificates", () => {
  const load = stageFixture({ verifiers: 1 });

  it("[7] [S2] are over the digests that L1 checks: signatures over them make the same certificates", async () => {
    const stage = await load();
    const { sequencers, sequencerAccounts } = stage.system;
    const { chainId } = await stage.l1.provider.getNetwork();
    const domain = certificateDomain(chainId, stage.l1.addresses.sequencers);
    const members = new Members(stage.l1.sequencers);
    await members.refresh();
    const batch = await stage.world.batch(stage.world.genesis, stage.sequencer, { transfers: 1 });
    const collect = async (digest: string, types: object, value: object) => {
      const collector = new CertificateCollector(digest, members.current);
      for (const { address, key } of sequencerAccounts) {
        const signature = await key.signTypedData(domain, types as never, value);
        expect(collector.add(members.of(address)!, signature)).to.equal(true);
      }
      return collector.certificate();
    };
    const certificate = await collect(batchDigest(domain, batch.header), BATCH_HEADER_TYPES, batch.header);
    expect(certificate).to.deep.equal(await certify(sequencers, batch.header, sequencerAccounts));
    const parent = await parentOf(stage.system, batch.parent);
    await stage.system.inbox.submit(parent, batch.header, [...batch.postStateProof], certificate!);
    expect(await stage.system.inbox.head()).to.equal(2n);
    const silence = { term: 1, sequencer: stage.sequencer };
    const silent = await collect(silenceDigest(domain, 1, stage.sequencer), SILENCE_TYPES, silence);
    expect(silent).to.deep.equal(await certifySilence(sequencers, 1, stage.sequencer, sequencerAccounts));
  });
});
