import { expect } from "chai";

import { ZERO_HASH } from "../../../l2/base/hex.ts";
import { keccakText } from "../../../l2/base/keccak.ts";
import { checkClaims, checkPlace, executeBlock } from "../../../l2/chain/import.ts";
import { Executor } from "../../../l2/execution/executor.ts";
import type { Block, SignedBlock } from "../../../l2/protocol/block.ts";
import { toSignedBlock } from "../../../l2/protocol/block.ts";
import { BlockError, TransactionError } from "../../../l2/protocol/errors.ts";
import { Overlay } from "../../../l2/state/state.ts";
import type { Chain } from "../../../l2/chain/chain.ts";
import { alice, bob, carol, config, mine, openChain, transfer } from "../../../testkit/l2/fixtures.ts";

describe("Importing a block", () => {
  let chain: Chain;
  let head: Block;
  let block: SignedBlock;

  before(async () => {
    chain = await openChain();
    head = chain.base;
    block = toSignedBlock(
      await mine(chain, [await transfer(alice, bob.address, 0), await transfer(bob, carol.address, 0)]),
    );
  });

  after(() => chain.close());

  const failure = async (run: Promise<unknown>): Promise<BlockError> => {
    const error = await run.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(BlockError);
    return error as BlockError;
  };
  const execute = async (change: Partial<SignedBlock> = {}, gasLimit = config.gasLimit) => {
    const executor = await Executor.at(config, new Overlay(chain.states), head.stateRoot);
    return executeBlock(executor, { ...block, ...change }, gasLimit, () => undefined);
  };

  it("[3] takes one that follows the head, and says why another does not", async () => {
    const place = (change: Partial<SignedBlock>, known = false) =>
      checkPlace(head, { ...block, ...change }, () => Promise.resolve(known));
    await place({});
    await place({ timestamp: head.timestamp });
    const cases: [Partial<SignedBlock>, boolean, string, RegExp][] = [
      [{ parentHash: keccakText("other") }, false, "UNKNOWN_PARENT", /expected the head/],
      [{ parentHash: keccakText("other") }, true, "NOT_ON_HEAD", /expected the head/],
      [{ number: 2 }, false, "BAD_NUMBER", /Block 2 builds on block 0, expected number 1/],
      [{ timestamp: head.timestamp - 1 }, false, "BAD_TIME", /or later/],
    ];
    for (const [change, known, code, message] of cases) {
      const error = await failure(place(change, known));
      expect([error.code, message.test(error.message)]).to.deep.equal([code, true]);
    }
  });

  it("[3] executes its transactions, and names the one that is invalid", async () => {
    const executed = await execute();
    expect(executed.map(({ transaction }) => transaction.from)).to.deep.equal([alice.address, bob.address]);
    expect(executed.at(-1)?.outcome.stateRoot).to.equal(block.stateRoot);
    const error = await failure(execute({ transactions: [block.transactions[0]!, block.transactions[0]!] }));
    expect(error.code).to.equal("BAD_TRANSACTION");
    expect(error.message).to.match(/Transaction 1 of block 1 is invalid: The nonce is 0, expected 1/);
    expect(error.cause).to.be.instanceOf(TransactionError);
  });

  it("[3] decodes no transaction that is known", async () => {
    const executor = await Executor.at(config, new Overlay(chain.states), head.stateRoot);
    const known = new Map((await execute()).map(({ transaction }) => [transaction.hash, transaction]));
    const executed = await executeBlock(executor, block, config.gasLimit, (hash) => known.get(hash));
    for (const { transaction } of executed) expect(transaction).to.equal(known.get(transaction.hash));
  });

  it("[3] refuses more gas than a block may use", async () => {
    const error = await failure(execute({}, 41_999n));
    expect([error.code, error.message]).to.deep.equal([
      "TOO_MUCH_GAS",
      "Block 1 uses 42000 gas, expected at most 41999.",
    ]);
  });

  it("[3] compares state and header with what the block claims", () => {
    checkClaims(block, chain.head);
    const refuses = (change: Partial<SignedBlock>, code: string): void => {
      expect(() => {
        checkClaims({ ...block, ...change }, chain.head);
      })
        .to.throw(BlockError)
        .with.property("code", code);
    };
    refuses({ stateRoot: ZERO_HASH }, "WRONG_STATE_ROOT");
    refuses({ hash: ZERO_HASH }, "WRONG_HASH");
  });
});
