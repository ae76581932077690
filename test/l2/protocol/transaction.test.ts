import { expect } from "chai";
import {
  getAddress,
  Transaction,
  type TransactionRequest,
  Wallet,
  encodeRlp,
  decodeRlp,
  toBeHex,
  concat,
} from "ethers";

import { keccakText } from "../../../l2/base/keccak.ts";
import { chainCommon } from "../../../l2/evm/fork.ts";
import { AUTHORIZATION_LIMIT } from "../../../l2/protocol/config.ts";
import { TransactionError, type TransactionErrorCode } from "../../../l2/protocol/errors.ts";
import { type Hex, fromHex } from "../../../l2/base/hex.ts";
import { decodeTransaction, gasLimitOf } from "../../../l2/protocol/transaction.ts";
import { alice, bob, config, mine, openChain, producer, transfer } from "../../../testkit/l2/fixtures.ts";

const common = chainCommon(config);
const decode = (raw: string) => decodeTransaction(config, common, fromHex(raw));

function refuses(raw: string, code: TransactionErrorCode, message: RegExp): void {
  try {
    decode(raw);
  } catch (error) {
    expect(error).to.be.instanceOf(TransactionError);
    expect((error as TransactionError).code, (error as TransactionError).message).to.equal(code);
    expect((error as TransactionError).message).to.match(message);
    return;
  }
  expect.fail(`${code} was accepted`);
}

/** Changes fields of a signed transaction's RLP, by place. */
function forge(raw: string, changes: Record<number, unknown>): string {
  const typed = !raw.startsWith("0xf");
  const fields = decodeRlp(typed ? `0x${raw.slice(4)}` : raw) as unknown[];
  for (const [place, value] of Object.entries(changes)) fields[Number(place)] = value;
  const rlp = encodeRlp(fields as string[]);
  return typed ? concat([raw.slice(0, 4), rlp]) : rlp;
}

describe("Transactions", () => {
  describe("authorisations (EIP-7702)", () => {
    const sign = async (count: number, change: Partial<TransactionRequest> = {}): Promise<string> => {
      const authorization = await bob.authorize({ chainId: config.chainId, address: producer.address, nonce: 0 });
      return alice.signTransaction({
        ...{ type: 4, chainId: config.chainId, nonce: 0, to: bob.address, gasLimit: 1_000_000 },
        ...{ maxFeePerGas: 2n * config.baseFee, maxPriorityFeePerGas: 0 },
        authorizationList: Array.from({ length: count }, () => authorization),
        ...change,
      });
    };

    it("[1] reads type 4", async () => {
      expect(decode(await sign(2))).to.deep.include({ type: 4, from: alice.address, to: bob.address });
      expect(decode(await sign(AUTHORIZATION_LIMIT))).to.deep.include({ type: 4, gasLimit: 1_000_000n });
    });

    it("[1] refuses none, too many, creations, and too little gas for them", async () => {
      refuses(await sign(0), "MALFORMED", /no authorisation, expected at least one/);
      refuses(
        await sign(AUTHORIZATION_LIMIT + 1),
        "TOO_MANY_AUTHORIZATIONS",
        /has 17 authorisations, expected at most 16/,
      );
      refuses(forge(await sign(1), { 5: "0x" }), "MALFORMED", /creates a contract/);
      refuses(await sign(2, { gasLimit: 70_999 }), "GAS_TOO_LOW", /expected at least 71000/);
    });

    it("[1] refuses other forms, and takes what is only skipped", async () => {
      const raw = await sign(1);
      const [one] = (decodeRlp(`0x${raw.slice(4)}`) as unknown[])[9] as string[][];
      const changed = (place: number, value: unknown): string => forge(raw, { 9: [one!.with(place, value as string)] });
      for (const [place, value] of [
        [0, "0x00"],
        [0, `0x${"11".repeat(33)}`],
        [1, "0x"],
        [1, toBeHex(1, 32)],
        [2, toBeHex(2n ** 64n)],
        [3, "0x0100"],
        [4, `0x${"11".repeat(33)}`],
        [5, []],
      ] as const) {
        refuses(changed(place, value), "MALFORMED", /authorizationList|wrong form|malformed/);
      }
      for (const list of ["0x", [one!.slice(1)], [[...one!, "0x"]], ["0x"]]) {
        refuses(forge(raw, { 9: list }), "MALFORMED", /wrong form/);
      }
      for (const [place, value] of [
        [0, toBeHex(config.chainId + 1n)],
        [2, toBeHex(2n ** 64n - 1n)],
        [3, "0xff"],
        [4, "0x"],
        [5, `0x${"ff".repeat(32)}`],
      ] as const) {
        expect(() => decode(changed(place, value)), `${place} ${value}`).to.not.throw();
      }
    });
  });

  it("[1] refuses more gas than Ethereum allows a transaction, whatever the chain allows (EIP-7825)", async () => {
    const wide = { ...config, gasLimit: 2n ** 30n };
    const fields = { chainId: config.chainId, nonce: 0, to: bob.address, gasPrice: config.baseFee };
    const at = async (gasLimit: bigint): Promise<Uint8Array> =>
      fromHex(await alice.signTransaction({ ...fields, type: 0, gasLimit }));
    const most = await at(2n ** 24n);
    expect(decodeTransaction(wide, common, most).gasLimit).to.equal(2n ** 24n);
    const above = await at(2n ** 24n + 1n);
    expect(() => decodeTransaction(wide, common, above)).to.throw("expected at most 16777216");
  });

  it("[11.9] tells the gas limit of bytes that need not be valid", async () => {
    const fields = { chainId: 5n, nonce: 0, to: bob.address, gasLimit: 77_777n };
    for (const type of [0, 1, 2]) {
      const fees = type === 2 ? { maxFeePerGas: 1n, maxPriorityFeePerGas: 0n } : { gasPrice: 1n };
      expect(gasLimitOf(fromHex(await alice.signTransaction({ ...fields, ...fees, type })))).to.equal(77_777n);
    }
    expect(() => gasLimitOf(Uint8Array.of(2, 0xc0))).to.throw(TransactionError);
  });

  it("[1] refuses less gas than the data costs in any case (EIP-7623)", async () => {
    const data = `0x${"11".repeat(100)}00`;
    const fields = { type: 0, chainId: config.chainId, nonce: 0, to: bob.address, gasPrice: config.baseFee, data };
    refuses(await alice.signTransaction({ ...fields, gasLimit: 25_009 }), "GAS_TOO_LOW", /expected at least 25010/);
    expect(decode(await alice.signTransaction({ ...fields, gasLimit: 25_010 })).gasLimit).to.equal(25_010n);
  });

  it("[1] reads what wallets sign, in the types without authorisations", async () => {
    const accessList = [{ address: bob.address, storageKeys: [keccakText("slot")] }];
    const variants: TransactionRequest[] = [
      { type: 0 },
      { type: 1, accessList, gasLimit: 30_000 },
      { type: 2, accessList, gasLimit: 30_000 },
      { type: 2, value: 0n, nonce: 2 ** 40 },
    ];
    for (const variant of variants) {
      const raw = await transfer(alice, bob.address, 5, variant);
      const expected = Transaction.from(raw);
      const found = decode(raw);
      expect(found.hash).to.equal(expected.hash);
      expect(found.from).to.equal(alice.address);
      expect(found.to).to.equal(expected.to);
      expect(found.nonce).to.equal(BigInt(expected.nonce));
      expect(found.value).to.equal(expected.value);
      expect(found.feeCap).to.equal(expected.maxFeePerGas ?? expected.gasPrice);
      expect(found.tipCap).to.equal(expected.maxPriorityFeePerGas ?? expected.gasPrice);
    }
  });

  it("[1] reads creations and calls, and asks for the gas that they cost before any code runs", async () => {
    const { chainId } = config;
    const create = async (data: string, gasLimit: number) =>
      await alice.signTransaction({ chainId, nonce: 0, data, gasLimit, gasPrice: 2e9 });
    expect(decode(await create("0x", 53_000))).to.have.property("to", undefined);
    refuses(await create("0x", 52_999), "GAS_TOO_LOW", /expected at least 53000/);
    // Two words of init code: 33 bytes, one of them zero.
    const init = `0x00${"ff".repeat(32)}`;
    const cost = 53_000 + 4 + 32 * 16 + 2 * 2;
    expect(decode(await create(init, cost)).gasLimit).to.equal(BigInt(cost));
    refuses(await create(init, cost - 1), "GAS_TOO_LOW", new RegExp(`at least ${cost}`));
    const most = `0x${"00".repeat(49_152)}`;
    expect(decode(await create(most, 1_000_000)).signed.data).to.have.length(49_152);
    refuses(await create(`${most}00`, 1_000_000), "INIT_CODE_TOO_LARGE", /49153 bytes .* at most 49152 \(EIP-3860\)/);
    const call = { data: "0x0012", gasLimit: 21_050 };
    expect(decode(await transfer(alice, bob.address, 0, call)).to).to.equal(bob.address);
    refuses(await transfer(alice, bob.address, 0, { ...call, gasLimit: 21_049 }), "GAS_TOO_LOW", /at least 21050/);
    for (const place of [0, 1, 10, 11]) {
      expect(decode(await transfer(alice, toBeHex(place, 20), 0)).to).to.equal(getAddress(toBeHex(place, 20)));
    }
  });

  it("[1] refuses other types and what another chain could replay", () => {
    refuses("0x03c0", "UNSUPPORTED_TYPE", /type 3 \(blobs\), expected a legacy one, type 1, 2 or 4/);
    refuses("0x7fc0", "UNSUPPORTED_TYPE", /type 127/);
    const unprotected = Transaction.from({ type: 0, to: bob.address, gasLimit: 21_000, gasPrice: 2e9, nonce: 0 });
    unprotected.signature = alice.signingKey.sign(unprotected.unsignedHash);
    refuses(unprotected.serialized, "UNPROTECTED", /replay protection, expected EIP-155/);
  });

  it("[1] refuses a wrong chain, fees and gas out of range", async () => {
    for (const type of [0, 1, 2]) {
      refuses(await transfer(alice, bob.address, 0, { type, chainId: 1n }), "WRONG_CHAIN", /chain 1, expected 1088/);
    }
    refuses(
      await transfer(alice, bob.address, 0, { gasLimit: 20_999 }),
      "GAS_TOO_LOW",
      /20999, expected at least 21000/,
    );
    const accessList = [{ address: bob.address, storageKeys: [keccakText("a")] }];
    const listed = await transfer(alice, bob.address, 0, { type: 1, accessList, gasLimit: 25_299 });
    refuses(listed, "GAS_TOO_LOW", /expected at least 25300/);
    refuses(await transfer(alice, bob.address, 0, { gasLimit: 8_000_001n }), "GAS_TOO_HIGH", /at most 8000000/);
    const gasPrice = config.baseFee - 1n;
    refuses(await transfer(alice, bob.address, 0, { type: 0, gasPrice }), "FEE_BELOW_BASE", /at least 1000000000/);
    const inverted = { maxFeePerGas: 2e9, maxPriorityFeePerGas: 2e9 + 1 };
    const fees = forge(await transfer(alice, bob.address, 0), {
      2: toBeHex(inverted.maxPriorityFeePerGas),
      3: toBeHex(2e9),
    });
    refuses(fees, "TIP_ABOVE_FEE", /at most the fee cap/);
    refuses(forge(await transfer(alice, bob.address, 1), { 1: "0xffffffffffffffff" }), "NONCE_TOO_HIGH", /2\^64 - 1/);
  });

  it("[1] refuses every signature that L1 refuses", async () => {
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const typed = await transfer(alice, bob.address, 0);
    const { s } = Transaction.from(typed).signature!;
    refuses(forge(typed, { 11: toBeHex(order - BigInt(s)) }), "BAD_SIGNATURE", /upper half/);
    refuses(forge(typed, { 10: "0x" }), "BAD_SIGNATURE", /r is out of range/);
    refuses(forge(typed, { 10: toBeHex(order) }), "BAD_SIGNATURE", /r is out of range/);
    refuses(forge(typed, { 11: "0x" }), "BAD_SIGNATURE", /s is out of range/);
    refuses(forge(typed, { 11: toBeHex(order) }), "BAD_SIGNATURE", /s is out of range/);
    refuses(forge(typed, { 9: "0x02" }), "BAD_SIGNATURE", /parity/);
    // No point of the curve has this x coordinate.
    refuses(forge(typed, { 10: "0x05" }), "BAD_SIGNATURE", /recovers no account/);
    refuses(forge(await transfer(alice, bob.address, 0, { type: 0 }), { 6: "0x" }), "BAD_SIGNATURE", /v is 0/);
    const other = decode(forge(typed, { 6: "0x01" }));
    expect(other.from, "an altered transaction has another sender").to.not.equal(alice.address);
  });

  it("[1] refuses every form but the canonical one", async () => {
    const typed = await transfer(alice, bob.address, 0);
    const legacy = await transfer(alice, bob.address, 0, { type: 0 });
    refuses("0x", "MALFORMED", /empty/);
    refuses("0x02", "MALFORMED", /list|RLP/);
    refuses(`${typed}00`, "MALFORMED", /RLP/);
    refuses(typed.slice(0, -2), "MALFORMED", /RLP/);
    refuses(`${legacy}00`, "MALFORMED", /RLP/);
    refuses(forge(typed, { 12: "0x" }), "MALFORMED", /13 fields, expected 12/);
    refuses(forge(legacy, { 9: "0x" }), "MALFORMED", /10 fields, expected 9/);
    refuses(forge(typed, { 6: "0x0001" }), "MALFORMED", /value starts with a zero byte/);
    refuses(forge(typed, { 1: "0x00" }), "MALFORMED", /nonce starts with a zero byte/);
    refuses(forge(typed, { 6: `0x${"11".repeat(33)}` }), "MALFORMED", /33 bytes, expected at most 32/);
    refuses(forge(typed, { 5: `${bob.address}00` }), "MALFORMED", /expected 20 bytes/);
    refuses(forge(typed, { 6: [] }), "MALFORMED", /value of the transaction has the wrong form/);
    refuses(forge(typed, { 8: "0x" }), "MALFORMED", /accessList/);
    refuses(forge(typed, { 8: [[Array.from({ length: 20 }, () => "0x01"), []]] }), "MALFORMED", /accessList/);
    refuses(forge(typed, { 8: [[bob.address, ["0x01"]]] }), "MALFORMED", /accessList/);
    refuses(forge(typed, { 8: [[bob.address, [], "0x"]] }), "MALFORMED", /accessList/);
  });

  it("[1] refuses what the state does not allow", async () => {
    const chain = await openChain();
    await mine(chain, [await transfer(alice, bob.address, 0)]);
    const rejects = async (raw: Hex, code: TransactionErrorCode, message: RegExp) => {
      const error = await chain.addTransaction(raw).then(
        () => undefined,
        (thrown: unknown) => thrown as TransactionError,
      );
      expect(error?.code).to.equal(code);
      expect(error?.message).to.match(message);
    };
    await rejects(await transfer(alice, bob.address, 0), "NONCE_TOO_LOW", /nonce is 0, expected 1/);
    const stranger = new Wallet(keccakText("stranger"));
    await rejects(
      await transfer(stranger, bob.address, 0),
      "INSUFFICIENT_FUNDS",
      /has 0 wei, expected at least 1000063/,
    );
    await rejects(await transfer(alice, bob.address, 65), "NONCE_TOO_HIGH", /expected below 65/);
    expect(chain.pendingCount).to.equal(0);
    expect(producer.address).to.not.equal(alice.address);
    await chain.close();
  });
});
