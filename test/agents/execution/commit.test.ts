import { expect } from "chai";

import { CommitReplay } from "../../../agents/execution/commit.ts";
import type { AccountChange, Machine } from "../../../agents/execution/machine.ts";
import { type Hex, ZERO_HASH } from "../../../l2/base/hex.ts";
import { keccakHex } from "../../../l2/base/keccak.ts";
import { devnet } from "../../../l2/protocol/config.ts";
import { StateStore } from "../../../l2/state/state.ts";
import { EMPTY_ROOT } from "../../../l2/state/trie.ts";
import { failureOf } from "../../../testkit/agents/failure.ts";

const ALICE = "0x00000000000000000000000000000000000A11cE";
const BOB = "0x0000000000000000000000000000000000000B0b";
const NO_CODE = keccakHex(new Uint8Array());

describe("Replay of a commit", () => {
  const nothing = (): undefined => undefined;
  const change = (address: string, balance: bigint, deleted = false): AccountChange => ({
    address: address.toLowerCase() as Hex,
    deleted,
    nonce: 0n,
    balance,
    codeHash: NO_CODE,
    slots: [],
  });
  const paused = (changes: AccountChange[], done: number, stateRoot: Hex): Machine => ({
    kind: "commits",
    left: BigInt(changes.length - done),
    stateRoot,
    done,
    changes,
  });
  const rootOf = async (alloc: Record<string, bigint>): Promise<Hex> => {
    const states = await StateStore.open();
    return states.genesis(devnet([], { alloc }));
  };

  it("comes to the states that L1 pauses at, and gives their nodes", async () => {
    const replay = new CommitReplay(EMPTY_ROOT, nothing);
    const changes = [change(ALICE, 1n), change(BOB, 2n)];
    const [first, second] = [await rootOf({ [ALICE]: 1n }), await rootOf({ [ALICE]: 1n, [BOB]: 2n })];
    expect(await replay.preimages(first)).to.equal(undefined);
    await replay.follow(paused(changes, 1, first));
    expect(keccakHex((await replay.preimages(first))!)).to.equal(first);
    await replay.follow(paused(changes, 2, second));
    expect(keccakHex((await replay.preimages(second))!)).to.equal(second);
  });

  it("removes accounts after all that changes", async () => {
    const replay = new CommitReplay(EMPTY_ROOT, nothing);
    const changes = [change(ALICE, 1n), change(BOB, 2n), change(ALICE, 0n, true)];
    await replay.follow(paused(changes, 2, await rootOf({ [ALICE]: 1n, [BOB]: 2n })));
    await replay.follow(paused(changes, 3, await rootOf({ [BOB]: 2n })));
  });

  it("writes slots that are set before those that go", async () => {
    const states = await StateStore.open();
    const slots = [[ZERO_HASH, `0x${"00".repeat(31)}05`]] as const;
    const replay = new CommitReplay(await states.genesis(devnet([ALICE])), (hash) => states.witnessItem(hash));
    const account = { ...change(ALICE, 7n), slots };
    const failure = await failureOf(replay.follow(paused([account], 2, ZERO_HASH)));
    expect(failure.message).to.match(new RegExp(`^L1 commits to ${ZERO_HASH}; expected 0x[0-9a-f]{64}$`));
  });

  it("leaves a machine alone that runs", async () => {
    await new CommitReplay(ZERO_HASH, nothing).follow({ kind: "runs", left: 1n, pages: ZERO_HASH });
  });
});
