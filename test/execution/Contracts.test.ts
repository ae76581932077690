/** Real contracts of the L2, executed on L1: the outcome of `@ethereumjs/vm`, transaction by transaction. */
import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { asHex } from "../../l2/base/hex.ts";
import { ContractBatch, openContractWorld } from "../../testkit/contract-batch.ts";
import { type TestSystem, systemFixture } from "../../testkit/system.ts";

const { world, story } = await openContractWorld();

describe("Contracts of the L2 on L1", function () {
  this.timeout(240_000);
  let system: TestSystem;
  let played: ContractBatch;

  before(async () => {
    system = await systemFixture({ rollup: { genesisStateRoot: world.genesis.postStateRoot } })();
    played = await ContractBatch.open(world, story, ZeroAddress);
  });

  it("do on the L2 what they are there for", async () => {
    const { batch } = played;
    expect(batch.success).to.deep.equal(story.steps.map(({ fails }) => fails !== true));
    for (const { to, contract, method, args, returns } of story.facts) {
      const data = asHex(contract.interface.encodeFunctionData(method, args));
      const returned = await world.state.call(batch.header.postStateRoot, to, data);
      expect(contract.interface.decodeFunctionResult(method, returned).toArray(), method).to.deep.equal(returns);
    }
  });

  for (const [i, { title, heavy }] of story.steps.entries()) {
    it(`[11.5] [11.9] ${title}${heavy === true ? " @full" : ""}`, async () => {
      const { batch } = played;
      const { outcome } = await played.execute(system, i);
      expect(outcome).to.deep.equal({ valid: true, gasUsed: batch.gas[i], stateRoot: batch.stateRoots[i] });
    });
  }
});
