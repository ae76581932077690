import { expect } from "chai";

import { Sessions } from "../../../agents/execution/sessions.ts";
import { L1Revert } from "../../../agents/l1/reverts.ts";
import { L1_TRANSACTION_BYTES, L1_TRANSACTION_GAS } from "../../../agents/l1/transactions.ts";
import { toHex } from "../../../l2/base/hex.ts";
import { failureOf } from "../../../testkit/agents/failure.ts";
import { managerOf, walletOf } from "../../../testkit/agents/kit.ts";
import { stageFixture, type Stage } from "../../../testkit/agents/stage.ts";

describe("Sessions", () => {
  const load = stageFixture({ verifiers: 0 });
  let stage: Stage;
  let sessions: Sessions;

  beforeEach(async () => {
    stage = await load();
    const transactions = managerOf(stage.l1, walletOf(stage.system.others[0]!.address), stage.kit);
    sessions = new Sessions({ stepGas: L1_TRANSACTION_GAS }, { ...stage, ...stage.kit, transactions });
  });

  it("tell the gas of a call, or that it is too large or too heavy for one", async () => {
    const { addresses, token } = stage.l1;
    const approve = token.interface.encodeFunctionData("approve", [addresses.inbox, 1n]) as `0x${string}`;
    const call = { to: addresses.token, data: approve, label: "approve" };
    expect(Number(await sessions.estimate(call))).to.be.within(21_000, 100_000);
    const large = `${approve}${"00".repeat(L1_TRANSACTION_BYTES)}`;
    expect(await sessions.estimate({ ...call, data: large })).to.equal(undefined);
  });

  it("pass on what reverts for another reason", async () => {
    const { addresses, token } = stage.l1;
    const data = token.interface.encodeFunctionData("transfer", [addresses.inbox, 1n]);
    const failure = await failureOf(sessions.estimate({ to: addresses.token, data, label: "transfer" }));
    expect(failure).to.be.instanceOf(L1Revert);
    expect(failure.message).to.contain("transfer reverts: ERC20InsufficientBalance");
  });

  it("give the witness of a transaction that one call can execute, and send nothing for it", async () => {
    const batch = await stage.world.batch(stage.world.genesis, stage.sequencer, { transfers: 1 });
    const { context, raw } = batch.transactions[0]!;
    const { preStateRoot } = batch.header;
    const before = await stage.l1.provider.getBlockNumber();
    const witness = await sessions.execute({ context, raw }, preStateRoot, new Uint8Array());
    expect(await stage.l1.provider.getBlockNumber()).to.equal(before);
    const [outcome] = await stage.l1.executor.execute([{ context, raw: toHex(raw) }], preStateRoot, witness);
    expect(outcome?.stateRoot).to.equal(batch.stateRoots[0]);
  });
});
