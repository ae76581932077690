import { expect } from "chai";
import { concat, decodeRlp, encodeRlp, getCreateAddress, id, toBeHex } from "ethers";
import hre from "hardhat";

import { decodeRevert } from "../../agents/l1/reverts.ts";
import type { Executor } from "../../types/ethers-contracts/execution/Executor.ts";
import type { FuzzAccount, FuzzCase } from "../../conformance/fuzz/case.ts";
import { type Run, runReference } from "../../conformance/fuzz/reference.ts";
import { type FastL1, openFastL1 } from "../../conformance/scenes/fast-l1.ts";
import { execute, expectSameOrRevert } from "../../testkit/execution/executor.ts";
import { randomSource } from "../../testkit/execution/random.ts";
import type { Expected } from "../../testkit/execution/reference.ts";
import {
  COINBASE,
  ENTRY,
  SCENES,
  SENDER,
  account,
  call,
  contract,
  create,
  hex,
  initCode,
  op,
  scene,
  sequence,
  transaction,
  write,
} from "../../conformance/scenes/scenes.ts";
import { PLENTY } from "../../conformance/scenes/session.ts";
import { keccakText } from "../../l2/base/keccak.ts";
import { RANDOMNESS } from "../../l2/protocol/l2-transaction.ts";
import { hashOf, itemsOf, joined, shuffled } from "../../testkit/execution/witness.ts";

const ALL = new Map([...SCENES, ["a sequence", sequence] as const]);

describe("Adversaries of the execution", function () {
  this.timeout(300_000);

  let l1: FastL1;
  let executor: Executor;
  const runs = new Map<string, Run>();

  before(async function () {
    // Instrumented code is too large for Anvil, whose calls are not counted either.
    if (hre.globalOptions.coverage) this.skip();
    l1 = await openFastL1();
    executor = await l1.deploy();
    for (const [name, make] of ALL) runs.set(name, await runReference(make()));
  });
  after(() => l1?.close());

  const run = (one: Run, items: readonly string[], gas = PLENTY): Promise<Expected[]> =>
    execute(executor, one.inputs, one.preStateRoot, joined(items), gas);

  /** The item that L1 says it misses; nothing where it gives the outcome. */
  async function missing(one: Run, items: readonly string[]): Promise<string | undefined> {
    let outcomes: Expected[];
    try {
      outcomes = await run(one, items);
    } catch (error) {
      const revert = decodeRevert(error);
      expect(revert?.name).to.equal("MissingWitness");
      return String(revert!.args[0]);
    }
    expect(outcomes).to.deep.equal(one.expected);
    return undefined;
  }

  describe("Witness", () => {
    for (const name of ALL.keys()) {
      it(`[11.5] leaving out any item that is needed reverts for exactly this item: ${name}`, async () => {
        const one = runs.get(name)!;
        const items = itemsOf(one.witness);
        const needed: string[] = [];
        for (const item of items) {
          const others = items.filter((other) => other !== item);
          const hash = await missing(one, others);
          if (hash === undefined) continue;
          expect(hash).to.equal(hashOf(item));
          needed.push(item);
        }
        expect(needed.length).to.be.within(3, items.length - 1);
        // Each of them alone was enough to leave out; all of them together are enough.
        expect(await missing(one, needed)).to.equal(undefined);
        expect(needed.some((item) => Number(item.slice(0, 4)) < 0xc0)).to.equal(true);
      });

      it(`[11.5] no order, repetition or surplus of items changes the outcome: ${name}`, async () => {
        const one = runs.get(name)!;
        const items = itemsOf(one.witness);
        const random = randomSource(`surplus of ${name}`);
        const other = itemsOf(runs.get(name === "calls" ? "creations" : "calls")!.witness);
        const noise = Array.from({ length: 40 }, (_, index) => {
          const bytes = concat(Array.from({ length: 1 + random(20) }, (__, word) => id(`${name} ${index} ${word}`)));
          return encodeRlp(index % 2 === 0 ? bytes : ["0x20", bytes]);
        });
        const forged = items
          .filter((item) => item.length > 40)
          .map((item) => {
            const bytes = Buffer.from(item.slice(2), "hex");
            // A bit of the content: the item stays one.
            bytes[bytes.length - 1 - random(8)]! ^= 1 << random(8);
            return `0x${bytes.toString("hex")}`;
          });
        for (const witness of [
          [...items].reverse(),
          shuffled(items, random),
          shuffled([...items, ...items, ...items], random),
          shuffled([...items, ...noise, ...other], random),
          [...forged, ...items],
          ["0x00", "0x7f", "0x80", "0xc0", "0xb90003010203", ...items],
        ]) {
          expect(await run(one, witness)).to.deep.equal(one.expected);
        }
        // What is forged stands for nothing.
        expect(await missing(one, forged)).to.equal(one.preStateRoot);
      });
    }

    it("[11.5] no node in another's place makes an account or a slot seem absent", async () => {
      const one = runs.get("calls")!;
      const items = itemsOf(one.witness);
      const nodes = items.filter((item) => Number(item.slice(0, 4)) >= 0xc0);
      for (const node of nodes) {
        const fields = decodeRlp(node) as string[];
        const exclusions =
          fields.length === 17
            ? fields.flatMap((child, index) =>
                child === "0x" ? [] : [encodeRlp(fields.map((field, other) => (other === index ? "0x" : field)))],
              )
            : [encodeRlp([`${fields[0]!.slice(0, -1)}0`, fields[1]!]), encodeRlp([fields[0]!, "0x01"])];
        const others = items.filter((item) => item !== node);
        for (const forged of exclusions.slice(0, 2)) {
          if (forged === node) continue;
          const hash = await missing(one, [forged, ...others]);
          if (hash !== undefined) expect(hash).to.equal(hashOf(node));
        }
      }
    });

    it("[11.5] refuses bytes behind the last item that are none", async () => {
      const one = runs.get("a deployment")!;
      for (const tail of ["0x81", "0xb8", "0xf90100", "0xc1", "0xbfffffffffffffffff", "0xffffffffffffffffff"]) {
        const error: unknown = await run(one, [...itemsOf(one.witness), tail]).catch((thrown: unknown) => thrown);
        expect(decodeRevert(error)?.name).to.equal("MalformedWitness");
      }
    });
  });

  describe("Gas of L1", () => {
    for (const name of ALL.keys()) {
      it(`[11.5] any amount leads to the same outcome, or to a revert: ${name}`, async () => {
        const one = runs.get(name)!;
        const items = itemsOf(one.witness);
        let [tooLittle, enough] = [21_000n, 16_777_216n];
        const attempt = (gas: bigint): Promise<boolean> => expectSameOrRevert(run(one, items, gas), one.expected);
        expect(await attempt(enough)).to.equal(true);
        while (enough - tooLittle > 64n) {
          const middle = (tooLittle + enough) / 2n;
          if (await attempt(middle)) enough = middle;
          else tooLittle = middle;
        }
        // More of it never hurts, less is never enough; and nothing in between is anything else.
        for (let gas = 40_000n; gas < enough; gas = (gas * 108n) / 100n) expect(await attempt(gas)).to.equal(false);
        for (let step = 1n; step <= 60n; step++) {
          expect(await attempt((enough * step) / 61n)).to.equal(false);
          await attempt(enough - (enough * step) / 2_000n);
          expect(await attempt(enough + (enough * step) / 100n)).to.equal(true);
        }
      });
    }
  });

  describe("Corner cases, as @ethereumjs/vm has them", () => {
    const EMPTY: FuzzAccount = { balance: 0n, nonce: 0n, storage: {}, code: [] };
    const slots = (numbers: readonly number[]): Record<string, bigint> =>
      Object.fromEntries(numbers.map((number) => [toBeHex(number, 32), BigInt(number + 1)]));

    async function expectAgreement(one: FuzzCase): Promise<Expected[]> {
      const reference = await runReference(one);
      expect(await run(reference, itemsOf(reference.witness))).to.deep.equal(reference.expected);
      return reference.expected;
    }

    it("[11.5] deletes slots down to every number of them, siblings or none", async () => {
      const random = randomSource("deletions");
      for (const size of [1, 2, 3, 17, 40]) {
        for (const left of [0, 1, 2, size >> 1]) {
          const numbers = Array.from({ length: size }, (_, index) => index * 7 + random(7));
          const gone = numbers.slice(Math.min(left, size));
          const entry = gone.map((number) => write(number, 0)).join(" ");
          for (const more of ["", write(5_000, 1), `${write(5_000, 1)} ${write(5_000, 0)}`]) {
            const accounts = { [ENTRY]: contract(`${entry} ${more}`, { storage: slots(numbers) }) };
            await expectAgreement(scene(accounts, undefined, 3));
          }
        }
      }
    });

    it("[11.5] an account that is touched goes where it is empty, unless a revert undoes the touch", async () => {
      const empty = Array.from({ length: 5 }, (_, index) => account(`empty ${index}`));
      const [plain, stat, undone, heir, coinbase] = empty as [string, string, string, string, string];
      const reverter = account("reverter");
      const entry = [
        call("CALL", { to: plain }),
        call("STATICCALL", { to: stat }),
        call("CALL", { to: reverter }),
        op("BALANCE", account("nobody")),
        op("SELFDESTRUCT", heir),
      ].join(" ");
      const accounts = {
        ...Object.fromEntries(empty.map((address) => [address, EMPTY])),
        [reverter]: contract(`${call("CALL", { to: undone })} ${op("REVERT", 0, 0)}`),
        [ENTRY]: contract(entry),
      };
      const context = { ...transaction().context, coinbase };
      for (const tipCap of [0n, 1n]) {
        for (const bystanders of [0, 1, 24]) {
          await expectAgreement(scene(accounts, [transaction({ context, tipCap })], bystanders));
        }
      }
    });

    it("[11.5] PREVRANDAO is the word of the transaction's block", async () => {
      const accounts = { [ENTRY]: contract(`PREVRANDAO ${op("SSTORE", 1)}`) };
      const roots = new Set<string>();
      for (const randomness of [RANDOMNESS, keccakText("randomness"), keccakText("another")]) {
        const context = { ...transaction().context, randomness };
        const [outcome] = await expectAgreement(scene(accounts, [transaction({ context })]));
        roots.add(outcome!.stateRoot);
      }
      expect(roots.size).to.equal(3);
    });

    it("[11.5] the precompile of RIPEMD-160 stays touched when its call is undone", async () => {
      const ripemd = toBeHex(3, 20);
      const failing = account("failing");
      for (const gas of [100, 100_000]) {
        for (const ending of [op("REVERT", 0, 0), "INVALID", "STOP"]) {
          const accounts = {
            [ripemd]: EMPTY,
            [toBeHex(2, 20)]: EMPTY,
            [failing]: contract(`${call("CALL", { to: 3, gas })} ${call("CALL", { to: 2, gas })} ${ending}`),
            [ENTRY]: contract(call("CALL", { to: failing })),
          };
          await expectAgreement(scene(accounts));
        }
      }
    });

    it("[11.5] a contract that destroys itself goes only with the transaction that created it", async () => {
      const goes = initCode(op("SELFDESTRUCT", "CALLER"));
      const [old, keeper] = [account("old"), account("keeper")];
      const created = getCreateAddress({ from: ENTRY, nonce: 1 });
      const entry = [
        op("MSTORE", 0, 0),
        write(0, create(goes, { value: 7n })),
        write(1, call("CALL", { to: op("SLOAD", 0) })),
        // Destroyed, and it still runs, and takes money that is lost.
        write(2, call("CALL", { to: op("SLOAD", 0), value: 3n })),
        write(3, call("CALL", { to: old })),
        write(4, call("CALL", { to: keeper, value: 1n })),
        write(5, op("EXTCODESIZE", op("SLOAD", 0))),
        write(6, op("EXTCODEHASH", old)),
      ].join(" ");
      for (const balance of [0n, 5n]) {
        await expectAgreement(
          scene({
            [ENTRY]: contract(entry, { balance: 50n }),
            [old]: contract(`${write(1, 5)} ${op("SELFDESTRUCT", account("nobody"))}`, {
              balance,
              storage: slots([1, 2]),
            }),
            [keeper]: contract(op("SELFDESTRUCT", "ADDRESS"), { balance }),
            ...(balance === 0n ? {} : { [created]: { ...EMPTY, balance } }),
          }),
        );
      }
      // Init code that destroys its own contract, in favour of itself and of others.
      for (const heir of ["ADDRESS", "CALLER", account("nobody"), COINBASE]) {
        const data = [hex(`${write(1, 1)} ${op("SELFDESTRUCT", heir)}`)];
        await expectAgreement(scene({}, [transaction({ to: "0x", data, value: 9n })]));
      }
    });

    it("[11.5] nothing is created where there is code, a nonce or storage already", async () => {
      const target = getCreateAddress({ from: SENDER, nonce: 0 });
      const nested = getCreateAddress({ from: ENTRY, nonce: 1 });
      const init = initCode("STOP", write(1, 1));
      for (const there of [
        { nonce: 1n },
        { code: ["STOP"], nonce: 0n },
        { balance: 5n },
        { storage: slots([3]) },
        { storage: slots([1, 3]), balance: 1n },
      ]) {
        const occupied = { ...EMPTY, ...there };
        await expectAgreement(scene({ [target]: occupied }, [transaction({ to: "0x", data: [init], value: 1n })]));
        const entry = contract(`${write(0, create(init, { value: 1n }))} ${write(1, "GAS")}`, { balance: 9n });
        await expectAgreement(scene({ [nested]: occupied, [ENTRY]: entry }));
      }
    });

    it("[11.5] sender, recipient and coinbase may be one another", async () => {
      const entry = contract(
        `${write(1, op("SELFBALANCE"))} ${call("CALL", { to: SENDER, value: 1n })} ${write(2, "GAS")}`,
        {
          balance: 5n,
        },
      );
      for (const coinbase of [SENDER, ENTRY, toBeHex(1, 20), toBeHex(3, 20), toBeHex(0, 20)]) {
        for (const to of [ENTRY, SENDER, toBeHex(4, 20), toBeHex(0, 20)]) {
          const context = { ...transaction().context, coinbase };
          const one = transaction({ context, to, value: 3n, data: ["0x00ff"] });
          const outcomes = await expectAgreement(scene({ [ENTRY]: entry }, [one], 3));
          expect(outcomes[0]!.valid).to.equal(true);
        }
      }
    });
  });
});
