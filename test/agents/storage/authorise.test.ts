import { expect } from "chai";

import { HttpStorage } from "../../../agents/data/http-storage.ts";
import { certifiedOnly } from "../../../agents/storage/authorise.ts";
import { StorageServer } from "../../../agents/storage/server.ts";
import { ZERO_HASH } from "../../../l2/base/hex.ts";
import { keccakText } from "../../../l2/base/keccak.ts";
import { encodeObject } from "../../../l2/batch/encoding.ts";
import { stageFixture } from "../../../testkit/agents/stage.ts";
import { lying, rootsWith, submitUnattested } from "../../../testkit/batches.ts";
import { certify } from "../../../testkit/certificates.ts";

describe("Authorisation to store", () => {
  const load = stageFixture({ verifiers: 1 });
  let server: StorageServer;

  afterEach(() => server.stop());

  it("[S4] takes what the peer network certified, and what stands on L1; from a sequencer alone, nothing", async () => {
    const stage = await load();
    const right = await stage.world.batch(stage.world.genesis, stage.sequencer, { transfers: 4 });
    server = new StorageServer(
      { host: "127.0.0.1", port: 0, maxObject: 1_000_000 },
      { ...stage.kit, store: stage.store, authorise: certifiedOnly(stage.l1) },
    );
    await server.start();
    const client = new HttpStorage(server.url, 2_000);
    const object = encodeObject(right.data, right.stateRoots);
    const members = stage.system.sequencerAccounts;
    const alone = await certify(
      stage.system.sequencers,
      right.header,
      members.filter(({ address }) => address === stage.sequencer),
    );
    const header = right.header;
    const refused = async (authorisation: unknown, reason: string): Promise<void> => {
      const error = await client.put(object, authorisation).catch((thrown: unknown) => thrown);
      expect((error as Error).message).to.contain(reason);
    };
    await refused(undefined, "without authorisation");
    await refused({ header, certificate: { signers: 1n } }, "without authorisation");
    await refused({ header: { ...header, index: "first" }, certificate: alone }, "index");
    await refused({ header, certificate: alone }, "CertificateBelowQuorum");
    await refused({ header: { ...header, dataHash: keccakText("another") }, certificate: alone }, "names object");
    const certificate = await certify(stage.system.sequencers, header, members);
    await refused({ header: { ...header, gasUsed: 1n }, certificate }, "CertificateWrongSigner");
    expect(await client.put(object, { header, certificate })).to.equal(header.dataHash);

    const other = lying(right, { stateRoots: rootsWith(right, 0, ZERO_HASH) });
    await submitUnattested(stage.system, other);
    const empty = { signers: 0n, signatures: "0x" };
    await client.put(encodeObject(other.data, other.stateRoots), { header: other.header, certificate: empty });
  });
});
