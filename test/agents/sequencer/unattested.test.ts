import { expect } from "chai";

import { L1Revert } from "../../../agents/l1/reverts.ts";
import { BATCH_STATUS } from "../../../agents/l1/standing.ts";
import { submitUnattested } from "../../../agents/sequencer/unattested.ts";
import { failureOf } from "../../../testkit/agents/failure.ts";
import { managerOf, walletOf } from "../../../testkit/agents/kit.ts";
import { stageFixture } from "../../../testkit/agents/stage.ts";

describe("Batch without a certificate", () => {
  const load = stageFixture({ verifiers: 0 });

  it("[3.3] is posted by the current sequencer, and by nobody else", async () => {
    const stage = await load();
    const batch = await stage.world.batch(stage.world.genesis, stage.sequencer, { transfers: 3 });
    const as = (account: string) => ({ l1: stage.l1, transactions: managerOf(stage.l1, walletOf(account), stage.kit) });
    const genesis = (await stage.mirror().sync()).batches[0]!;
    const failure = await failureOf(
      submitUnattested({ ...batch, parent: genesis }, as(stage.system.others[0]!.address)),
    );
    expect(failure).to.be.instanceOf(L1Revert);
    expect(await stage.system.inbox.head()).to.equal(1n);
    await submitUnattested({ ...batch, parent: genesis }, as(stage.sequencer));
    const { headerHash, standing } = (await stage.mirror().sync()).batches[1]!;
    expect([headerHash, standing.status]).to.deep.equal([batch.hash, BATCH_STATUS.unattested]);
    expect(await stage.system.inbox.vouched(batch.hash)).to.equal(true);
  });
});
