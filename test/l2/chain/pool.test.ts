import { expect } from "chai";

import { fromHex } from "../../../l2/base/hex.ts";
import { keccakText } from "../../../l2/base/keccak.ts";
import { DEFAULT_LIMITS } from "../../../l2/chain/mempool.ts";
import { Pool } from "../../../l2/chain/pool.ts";
import type { DroppedTransaction } from "../../../l2/chain/types.ts";
import { chainCommon } from "../../../l2/evm/fork.ts";
import { type SignedTransaction, decodeTransaction, effectiveTip } from "../../../l2/protocol/transaction.ts";
import { StateStore } from "../../../l2/state/state.ts";
import { NO_CODE } from "../../../l2/state/trie.ts";
import { alice, bob, carol, config, transfer } from "../../../testkit/l2/fixtures.ts";

const common = chainCommon(config);
const rich = { nonce: 0n, balance: 10n ** 21n, codeHash: NO_CODE, storageRoot: NO_CODE };

async function decoded(...parameters: Parameters<typeof transfer>): Promise<SignedTransaction> {
  return decodeTransaction(config, common, fromHex(await transfer(...parameters)));
}

describe("Pool", () => {
  let pool: Pool;
  let dropped: DroppedTransaction[];

  beforeEach(() => {
    dropped = [];
    pool = new Pool(
      { ...DEFAULT_LIMITS, count: 2 },
      (transaction) => effectiveTip(config, transaction),
      (gone) => {
        dropped.push(gone);
      },
    );
  });

  it("[1] takes what the sender's account allows, once", async () => {
    const first = await decoded(alice, bob.address, 0);
    expect(() => {
      pool.add(first, { ...rich, nonce: 1n });
    }).to.throw("The nonce is 0, expected 1");
    pool.add(first, rich);
    expect([pool.size, pool.get(first.hash), pool.of(alice.address)]).to.deep.equal([1, first, [first]]);
    for (const again of [() => pool.add(first, rich), () => pool.expectNew(first.hash)]) {
      expect(again).to.throw("already in the mempool");
    }
  });

  it("[3.2] tells and remembers why a transaction left: replaced, or too cheap for a full pool", async () => {
    const cheap = await decoded(bob, alice.address, 0, { maxPriorityFeePerGas: 1n });
    const old = await decoded(alice, bob.address, 0);
    pool.add(cheap, rich);
    pool.add(old, rich);
    const fees = { maxFeePerGas: 9n * 10n ** 9n, maxPriorityFeePerGas: 2n * 10n ** 9n };
    const better = await decoded(alice, bob.address, 0, fees);
    pool.add(better, rich);
    pool.add(await decoded(carol, bob.address, 0, fees), rich);
    expect(dropped.map(({ hash, sender, reason }) => [hash, sender, reason])).to.deep.equal([
      [old.hash, alice.address, `replaced by ${better.hash}`],
      [cheap.hash, bob.address, "the mempool was full of transactions that pay more"],
    ]);
    expect(pool.reasonOf(old.hash)).to.equal(`replaced by ${better.hash}`);
    expect(pool.reasonOf(better.hash)).to.equal(undefined);
  });

  it("[3.2] forgets the reason of one that comes again, or is included", async () => {
    const transaction = await decoded(alice, bob.address, 0);
    pool.add(transaction, rich);
    expect(pool.drop(transaction, "too late")).to.deep.include({
      hash: transaction.hash,
      nonce: 0,
      reason: "too late",
    });
    expect([pool.size, pool.reasonOf(transaction.hash)]).to.deep.equal([0, "too late"]);
    pool.add(transaction, rich);
    expect(pool.reasonOf(transaction.hash)).to.equal(undefined);
    pool.drop(transaction, "too late");
    pool.include(transaction.hash);
    expect(pool.reasonOf(transaction.hash)).to.equal(undefined);
    expect(dropped).to.have.length(2);
  });

  it("[3.2] drops what senders can no longer send", async () => {
    const states = await StateStore.open();
    const state = await states.at(await states.genesis(config));
    const dear = await decoded(alice, bob.address, 0, { value: 10n ** 24n });
    const fine = await decoded(bob, alice.address, 0);
    pool.add(dear, { ...rich, balance: 10n ** 25n });
    pool.add(fine, rich);
    await pool.dropStale(new Set([bob.address]), state);
    expect(pool.size, "of these senders only").to.equal(2);
    await pool.dropStale(new Set([alice.address, bob.address]), state);
    expect(pool.senders()).to.deep.equal([bob.address]);
    expect(pool.reasonOf(dear.hash)).to.match(/has \d+ wei, expected at least/);
  });

  it("[1] takes one transaction at a time of an account that runs the code of another one (EIP-7702)", async () => {
    const delegated = { ...rich, codeHash: keccakText("delegation"), delegates: true };
    const refusal = "expected its next transaction, and one at a time";
    const [first, second] = [await decoded(alice, bob.address, 0), await decoded(alice, bob.address, 1)];
    expect(() => {
      pool.add(first, { ...delegated, delegates: false });
    }).to.throw("has code, expected none");
    expect(() => {
      pool.add(second, delegated);
    }).to.throw(refusal);
    pool.add(first, delegated);
    expect(() => {
      pool.add(second, delegated);
    }).to.throw(refusal);
    pool.include(first.hash);
    pool.add(second, { ...delegated, nonce: 1n });
  });

  it("[1] takes one at a time of an account whose authorisation waits", async () => {
    const authorization = await carol.authorize({ chainId: config.chainId, address: bob.address, nonce: 0 });
    const raw = await alice.signTransaction({
      ...{ type: 4, chainId: config.chainId, nonce: 0, to: bob.address, gasLimit: 100_000 },
      ...{ maxFeePerGas: 3n * config.baseFee, maxPriorityFeePerGas: config.baseFee },
      authorizationList: [authorization],
    });
    const authorizing = decodeTransaction(config, common, fromHex(raw));
    pool.add(authorizing, rich);
    const later = await decoded(carol, bob.address, 1);
    expect(() => {
      pool.add(later, rich);
    }).to.throw("one at a time");
    pool.include(authorizing.hash);
    pool.add(later, rich);
  });

  it("[1] minds no authorisation that is used up, whoever sends it along", async () => {
    const authorization = await carol.authorize({ chainId: config.chainId, address: bob.address, nonce: 0 });
    const raw = await alice.signTransaction({
      ...{ type: 4, chainId: config.chainId, nonce: 0, to: bob.address, gasLimit: 100_000 },
      ...{ maxFeePerGas: 3n * config.baseFee, maxPriorityFeePerGas: config.baseFee },
      authorizationList: [authorization, authorization],
    });
    pool.add(decodeTransaction(config, common, fromHex(raw)), rich);
    pool.add(await decoded(carol, bob.address, 2), { ...rich, nonce: 1n });
  });

  it("[2b] remembers for a while what was too heavy", () => {
    const hash = keccakText("heavy");
    expect(pool.wasHeavy(hash, 100)).to.equal(false);
    pool.noteHeavy(hash, 100);
    expect([pool.wasHeavy(hash, 119), pool.wasHeavy(hash, 120)]).to.deep.equal([true, false]);
  });
});
