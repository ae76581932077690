/** How many blocks of L1 an answer takes, with blocks that are made by hand. */
import { expect } from "chai";
import hre from "hardhat";

import { Answerer } from "../../../agents/answers/answerer.ts";
import { callGasFor } from "../../../agents/execution/defaults.ts";
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
const STEP_GAS = 12_000_000n;
/** Gas limit of a call of the answerer. */
const CALL_GAS = Number(callGasFor(STEP_GAS));
/** How often the pool is looked at, in milliseconds, and how many times at most. */
const LOOK = 100;
const MOST_LOOKS = 1_200;

/** Transactions that wait, by sender and nonce. */
interface Pool {
  readonly pending: Readonly<
    Record<string, Readonly<Record<string, { readonly input: string; readonly gas: string }>>>
  >;
}

interface Range {
  readonly from: bigint;
  readonly stateRoots: readonly string[];
}

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
          { interval: 1_000, owner: sequencer, stepGas: STEP_GAS, atOnce: 24 },
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
          await filled(town, batch.hash, () => idle);
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

/**
 * Waits until the pool holds a block's gas, or all that the answer still needs: an answerer has twelve seconds for that.
 * The first call goes alone, as it measures what the others take.
 *
 * @param over Whether nothing more will come.
 */
async function filled({ system }: Town, headerHash: string, over: () => boolean): Promise<void> {
  const { disputes, connection } = system;
  const ranges = await disputes.queryFilter(disputes.filters.RecordsChecked(headerHash));
  const checked = ranges.flatMap(({ args }) => places(Number(args.from), Number(args.count)));
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const { pending } = (await connection.ethers.provider.send("txpool_content", [])) as Pool;
    const calls = Object.values(pending).flatMap((of) => Object.values(of));
    const covered = calls.flatMap(({ input }) => {
      const { from, stateRoots } = disputes.interface.decodeFunctionData("check", input)[2] as unknown as Range;
      // The root before the first transition is there too, where there is one.
      return places(Number(from), stateRoots.length - (from === 0n ? 0 : 1));
    });
    const gas = calls.reduce((sum, call) => sum + Number(call.gas), 0);
    const all = new Set([...checked, ...covered]).size === TRANSFERS;
    const measuring = checked.length === 0 && calls.length > 0;
    if (over() || all || measuring || gas + CALL_GAS > BLOCK_GAS) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
  throw new Error("The answerer fills no block.");
}

function places(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, place) => from + place);
}
