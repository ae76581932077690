/** What the tests of the batch inbox share: the system, and three right batches in a row. */
import { expect } from "chai";
import { AbiCoder, keccak256, toBeHex } from "ethers";

import { Parameter } from "../../ignition/parameters.ts";
import { type BatchHeader, hashHeader } from "../../l2/batch/header.ts";
import { BatchMaker } from "../../testkit/batches.ts";
import { type TestSystem, systemFixture } from "../../testkit/system.ts";

/** `BatchStatus` of `contracts/batches/IBatchInbox.sol`. */
export const Status = { None: 0n, Unattested: 1n, Pending: 2n, Final: 3n } as const;

/** Three batches on genesis: of the current sequencer, of another, and of the current one again. */
export async function openInbox() {
  const world = await BatchMaker.open();
  const load = systemFixture({ rollup: { genesisStateRoot: world.genesis.postStateRoot } });
  const system = await load();
  const current = (await system.sequencers.term()).sequencer;
  const other = system.sequencerAccounts.find(({ address }) => address !== current)!.address;
  const first = await world.batch(world.genesis, current);
  const second = await world.batch(first.header, other, { transfers: 5 });
  const third = await world.batch(second.header, current, { transfers: 2 });
  return { world, load, current, other, first, second, third };
}

/** Where the batch at an index stands. */
export async function statusOf({ inbox }: TestSystem, index: number): Promise<bigint> {
  return (await inbox.batchAt(index)).status;
}

/** Lets a whole challenge window pass. */
export async function skipWindow(system: TestSystem): Promise<void> {
  await system.skip(await system.parameters.get(Parameter.ChallengeWindow));
}

const BATCHES_SLOT = 2;

/** Writes into the inbox's storage what no test could submit: a header far up the chain of batches. */
export async function storageOf({ inbox, connection }: TestSystem) {
  const { provider } = connection.ethers;
  const address = await inbox.getAddress();
  const set = async (slot: string, value: string): Promise<void> => {
    await connection.networkHelpers.setStorageAt(address, slot, value);
  };
  const word = async (slot: number): Promise<bigint> => BigInt(await provider.getStorage(address, slot));
  // Slot 0 packs head, finalised and the highest head ever; the mapping of batches comes after it.
  const low = 2n ** 64n;
  expect((await word(0)) % low).to.equal(await inbox.head());
  const slotOf = (index: bigint): string =>
    keccak256(AbiCoder.defaultAbiCoder().encode(["uint64", "uint256"], [index, BATCHES_SLOT]));
  expect(await provider.getStorage(address, slotOf(0n))).to.equal((await inbox.batchAt(0)).headerHash);
  return {
    async graft(world: BatchMaker, index: bigint): Promise<BatchHeader> {
      const header = { ...world.genesis, index };
      await set(slotOf(index), hashHeader(header));
      const packed = await word(0);
      const kept = (packed >> 192n) << 192n;
      const finalised = (packed >> 64n) % low;
      await set(toBeHex(0, 32), toBeHex(kept + ((index + 1n) << 128n) + (finalised << 64n) + index + 1n, 32));
      expect(await inbox.contains(index, hashHeader(header))).to.equal(true);
      return header;
    },
  };
}
