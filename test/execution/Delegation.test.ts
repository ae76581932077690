import { expect } from "chai";
import { dataSlice, toBeHex } from "ethers";
import { network } from "hardhat";

import {
  CHAIN,
  type FuzzAccount,
  type FuzzAuthorization,
  type FuzzTransaction,
  user,
} from "../../conformance/fuzz/case.ts";
import { runReference } from "../../conformance/fuzz/reference.ts";
import { deployExecutor, execute } from "../../testkit/execution/executor.ts";
import type { Expected } from "../../testkit/execution/reference.ts";
import { RANDOMNESS } from "../../l2/protocol/l2-transaction.ts";
import { toHex } from "../../l2/base/hex.ts";

const { ethers } = await network.create();

const executor = await deployExecutor(ethers, CHAIN);

const [ALICE, BOB, CAROL] = ["alice", "bob", "carol"].map((name) => user(name).address) as [string, string, string];
const COINBASE = toBeHex(0xc0ffee, 20);
const CONTRACT = toBeHex(0xc0de, 20);
const CALLER = toBeHex(0xca11, 20);
const NOBODY = toBeHex(0xdead, 20);
const ETHER = 10n ** 18n;

/** The code of an account that runs the code of another one. */
const delegation = (to: string): string => `0xef0100${dataSlice(to, 0).slice(2)}`;

/** An account of the state before. */
const holds = (code: string, { balance = 10n, nonce = 1n } = {}): FuzzAccount => {
  return { balance, nonce, storage: {}, code: code === "" ? [] : [code] };
};

/** Keeps who it is, who calls, and what came along. */
const KEEPER = "ADDRESS PUSH0 SSTORE CALLER PUSH1 0x01 SSTORE CALLVALUE PUSH1 0x02 SSTORE";

const usual: FuzzTransaction = {
  context: { number: 1n, timestamp: 1n, coinbase: COINBASE, randomness: RANDOMNESS },
  ...{ from: "alice", type: 2, chainId: CHAIN.chainId, nonce: 0n, tipCap: 3n, feeCap: 20n, gasLimit: 500_000n },
  ...{ to: BOB, value: 5n, data: [], accessList: [] },
};

/** Code that calls an address by an instruction, and keeps the result and the gas that it took. */
function caller(name: string, target: string, gas = "PUSH3 0x030d40"): string {
  const value = name === "CALL" || name === "CALLCODE" ? "PUSH1 0x02" : "";
  const call = `PUSH0 PUSH0 PUSH0 PUSH0 ${value} PUSH20 ${target} ${gas} ${name} PUSH1 0x05 SSTORE`;
  return `GAS ${call} GAS SWAP1 SUB PUSH1 0x06 SSTORE`;
}

describe("Delegation (EIP-7702)", () => {
  /** Executes transactions on L1 and by `@ethereumjs/vm`, and expects the same. */
  async function run(
    accounts: Record<string, FuzzAccount>,
    changes: readonly Partial<FuzzTransaction>[],
  ): Promise<Expected[]> {
    const state = { [ALICE]: holds("", { balance: ETHER, nonce: 0n }), [CONTRACT]: holds(KEEPER), ...accounts };
    const transactions = changes.map((change, nonce) => ({ ...usual, nonce: BigInt(nonce), ...change }));
    const { inputs, preStateRoot, witness, expected } = await runReference({ accounts: state, transactions });
    expect(await execute(executor, inputs, preStateRoot, toHex(witness))).to.deep.equal(expected);
    return expected;
  }

  const authorize = (address: string, nonce = 0n, by = "bob"): FuzzAuthorization => {
    return { by, chainId: CHAIN.chainId, address, nonce };
  };

  it("[11.9] an account runs the code that it chose, as itself", async () => {
    const set: Partial<FuzzTransaction> = { type: 4, authorizations: [authorize(CONTRACT)] };
    const [first, second] = await run({}, [set, { value: 7n }]);
    expect(first!.valid && second!.valid).to.equal(true);
    // Three slots that change: much more than a transfer.
    expect(second!.gasUsed).to.be.greaterThan(25_000n);
  });

  it("[11.9] a delegation ends, changes, and survives a failure", async () => {
    const revert = { [CALLER]: holds("PUSH0 PUSH0 REVERT") };
    const outcomes = await run(revert, [
      { type: 4, authorizations: [authorize(CONTRACT)], to: CALLER, value: 0n },
      {},
      { type: 4, authorizations: [authorize(CALLER, 1n)], to: NOBODY },
      {},
      { type: 4, authorizations: [authorize(toBeHex(0, 20), 2n)], to: NOBODY },
      {},
    ]);
    expect(outcomes.every(({ valid }) => valid)).to.equal(true);
    expect(outcomes.at(-1)!.gasUsed).to.equal(21_000n);
  });

  it("[11.9] who delegates still sends transactions, and may name itself", async () => {
    const own = authorize(CONTRACT, 1n, "alice");
    const outcomes = await run({ [ALICE]: holds(delegation(CONTRACT), { balance: ETHER, nonce: 0n }) }, [
      { value: 1n },
      { type: 4, nonce: 1n, authorizations: [authorize(NOBODY, 2n, "alice")] },
      { nonce: 3n, to: ALICE },
    ]);
    expect(outcomes.map(({ valid }) => valid)).to.deep.equal([true, true, true]);
    await run({}, [{ type: 4, authorizations: [own], to: ALICE }]);
  });

  it("[11.9] a sender with other code is still refused (EIP-3607)", async () => {
    const [to, almost] = ["11".repeat(20), "11".repeat(19)];
    for (const code of ["0x00", "0xef0100", `0xef0100${almost}`, `0xef0100${to}11`, `0xef0101${to}`, `0xee0100${to}`]) {
      const accounts = { [ALICE]: holds(code, { balance: ETHER, nonce: 0n }) };
      const { inputs, preStateRoot, witness } = await runReference({ accounts, transactions: [usual] });
      const [outcome] = await execute(executor, inputs, preStateRoot, toHex(witness));
      expect(outcome, code).to.deep.equal({ valid: false, gasUsed: 0n, stateRoot: preStateRoot });
    }
  });

  it("[11.9] an authorisation of a contract, or of another nonce, changes nothing", async () => {
    const contract = { [BOB]: holds("STOP", { nonce: 0n }) };
    for (const [accounts, nonce] of [
      [contract, 0n],
      [{}, 1n],
      [{ [BOB]: holds("", { nonce: 3n }) }, 2n],
    ] as const) {
      await run(accounts, [{ type: 4, authorizations: [authorize(CONTRACT, nonce)], to: NOBODY }, {}]);
    }
  });

  it("[11.9] several authorisations apply in turn, and refund for accounts that exist", async () => {
    const list = [
      authorize(CONTRACT),
      authorize(NOBODY, 1n),
      authorize(CONTRACT, 2n),
      authorize(CONTRACT, 0n, "carol"),
    ];
    for (const accounts of [
      {},
      { [BOB]: holds("", { nonce: 0n }) },
      { [CAROL]: holds("", { balance: 0n, nonce: 0n }) },
    ]) {
      await run(accounts, [{ type: 4, authorizations: list, accessList: [[BOB, []]] }]);
    }
  });

  for (const name of ["CALL", "CALLCODE", "DELEGATECALL", "STATICCALL"]) {
    it(`[11.9] ${name} runs the code of the delegate, and pays for reading it`, async () => {
      const made = (target: string, code: string, gas?: string): Record<string, FuzzAccount> => ({
        [BOB]: holds(code),
        [CALLER]: holds(caller(name, target, gas)),
      });
      const call = [{ to: CALLER }];
      for (const target of [CONTRACT, NOBODY, toBeHex(4, 20), toBeHex(0x100, 20), BOB, toBeHex(0, 20)]) {
        const outcomes = await run(made(BOB, delegation(target)), call);
        expect(outcomes[0]!.valid, target).to.equal(true);
      }
      // Warm, with too little gas, and one delegation after another.
      await run(made(BOB, delegation(CONTRACT)), [{ to: CALLER, accessList: [[CONTRACT, []]] }]);
      for (const gas of ["PUSH0", "PUSH2 0x03e8"]) await run(made(BOB, delegation(CONTRACT), gas), call);
      const chained = { [CAROL]: holds(delegation(CONTRACT)) };
      await run({ ...made(BOB, delegation(CAROL)), ...chained }, call);
    });

    it(`[11.9] ${name} of a delegated account runs out of gas where it should`, async () => {
      const accounts = {
        [BOB]: holds(delegation(CONTRACT)),
        [CALLER]: holds(caller(name, BOB)),
      };
      for (let gas = 21_000n; gas < 37_000n; gas += 331n) await run(accounts, [{ to: CALLER, gasLimit: gas }]);
    });
  }

  it("[11.9] other instructions see the delegation, and not what it leads to", async () => {
    const code = [
      `PUSH20 ${BOB} EXTCODESIZE PUSH0 SSTORE`,
      `PUSH20 ${BOB} EXTCODEHASH PUSH1 0x01 SSTORE`,
      `PUSH1 0x20 PUSH0 PUSH0 PUSH20 ${BOB} EXTCODECOPY PUSH0 MLOAD PUSH1 0x02 SSTORE`,
    ];
    await run(
      {
        [BOB]: holds(delegation(CONTRACT)),
        [CALLER]: holds(code.join(" ")),
      },
      [{ to: CALLER }],
    );
  });

  it("[11.9] the recipient's delegate is warm, and so is who authorises", async () => {
    const look = (address: string): string => `GAS PUSH20 ${address} BALANCE POP GAS SWAP1 SUB PUSH0 SSTORE`;
    await run(
      {
        [BOB]: holds(delegation(CONTRACT)),
        [CONTRACT]: holds(look(CONTRACT)),
      },
      [{}],
    );
    await run({ [CALLER]: holds(look(BOB)) }, [{ type: 4, authorizations: [authorize(CONTRACT, 9n)], to: CALLER }]);
  });

  it("[11.9] a delegated account creates and destroys as its owner", async () => {
    const code = `PUSH0 PUSH0 PUSH0 CREATE PUSH0 SSTORE PUSH20 ${NOBODY} SELFDESTRUCT`;
    await run({ [CONTRACT]: holds(code) }, [{ type: 4, authorizations: [authorize(CONTRACT)] }, { value: 0n }]);
  });
});
