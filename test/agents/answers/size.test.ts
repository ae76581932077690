/** How many blocks of L1 an answer takes, with blocks that are made by hand. */
import { expect } from "chai";
import hre from "hardhat";

import { Answerer } from "../../../agents/answers/answerer.ts";
import { Accounts } from "../../../agents/l1/accounts.ts";
import { followL1 } from "../../../agents/l1/mirror.ts";
import { systemClock } from "../../../agents/runtime/clock.ts";
import { MemoryCursor } from "../../../agents/runtime/cursor.ts";
import { basics, managerOf, walletOf } from "../../../testkit/agents/kit.ts";
import { Anvil, freePort, Town } from "../../../testkit/agents/processes.ts";
import { knows, statesOf } from "../../../testkit/agents/stage.ts";
import { submit } from "../../../testkit/batches.ts";
import { check, requestData } from "../../../testkit/disputes.ts";

/** As many transfers as a batch's gas has room for. */
const TRANSFERS = 1_190;
const BLOCK_GAS = 60_000_000;
/** How long the pool has to stay as it is before a block is made, in milliseconds: less than L1's 12 seconds. */
const QUIET = 5_000;

describe("Answers of full batches, on Anvil", function () {
  this.timeout(600_000);

  /** The same for both, as the configuration of a network is read once. */
  let port: number;

  before(async function () {
    if (hre.globalOptions.coverage) this.skip();
    port = await freePort();
  });

  for (const rival of [false, true]) {
    const beside = rival ? ", with a rival that checks a transition in front of it in every block (M7)" : "";
    it(`[11.8] [11.9] ${TRANSFERS} transfers take their gas in blocks of 60 million, and two more${beside} @full`, async () => {
      const anvil = await Anvil.start(port, ["--gas-limit", String(BLOCK_GAS)]);
      const town = await Town.found(anvil, { sequencers: 3 });
      try {
        const { system, world, l1 } = town;
        const { sequencer } = await system.sequencers.term();
        const batch = await world.batch(world.genesis, sequencer, { transfers: TRANSFERS, perBlock: 600 });
        await (await submit(system, batch)).wait();
        await (await requestData(system, batch)).wait();

        const kit = { ...basics(), clock: systemClock };
        const options = { underWay: 8, pollInterval: 100, resubmitAfter: 300_000 };
        const accounts = system.others.slice(1, 4).map(({ address }) => managerOf(l1, walletOf(address), kit, options));
        const answerer = new Answerer(
          { interval: 1_000, owner: sequencer, stepGas: 12_000_000n, atOnce: 24 },
          {
            ...kit,
            l1,
            mirror: followL1(l1, { history: Infinity }, { ...kit, cursor: new MemoryCursor() }),
            accounts: new Accounts(accounts),
            config: world.config,
            states: await statesOf(world),
            sources: [knows(batch)],
          },
        );
        await anvil.provider.send("evm_setAutomine", [false]);
        const first = await anvil.provider.getBlockNumber();
        await answerer.tick();
        let idle = false;
        const done = answerer.idle().then(() => (idle = true));
        for (let from = 1; !idle; from += 7) {
          await settled(anvil);
          // It pays more, so that it comes first in the block.
          const fees = { maxFeePerGas: 10n ** 12n, maxPriorityFeePerGas: 10n ** 11n };
          if (rival)
            await check(system, world, batch, { from, to: from + 1, overrides: { ...fees, gasLimit: 500_000 } });
          await anvil.provider.send("anvil_mine", ["0x1", "0xc"]);
        }
        await done;
        const [answered] = await system.disputes.queryFilter(system.disputes.filters.RequestAnswered(batch.hash));
        expect(answered, "the end of the request").not.to.equal(undefined);
        const blocks = answered!.blockNumber - first;
        const ranges = await system.disputes.queryFilter(system.disputes.filters.RecordsChecked(batch.hash));
        const hashes = [...new Set(ranges.map(({ transactionHash }) => transactionHash))];
        const receipts = await Promise.all(hashes.map((hash) => anvil.provider.getTransactionReceipt(hash)));
        const gas = receipts.reduce((sum, receipt) => sum + Number(receipt?.gasUsed), 0);
        console.log(`      ${gas.toLocaleString("en")} gas in ${hashes.length} calls and ${blocks} blocks`);
        expect(blocks).to.be.at.most(Math.ceil(gas / BLOCK_GAS) + 2);
        await answerer.stop();
      } finally {
        await town.close();
        await anvil.stop();
      }
    });
  }
});

/** Waits until nothing more comes into L1's pool. */
async function settled({ provider }: Anvil): Promise<void> {
  let before = -1;
  for (;;) {
    const { pending } = (await provider.send("txpool_status", [])) as { pending: string };
    if (Number(pending) === before) return;
    before = Number(pending);
    await new Promise((resolve) => setTimeout(resolve, QUIET));
  }
}
