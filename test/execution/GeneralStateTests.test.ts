import { expect } from "chai";
import { SigningKey, stripZerosLeft, zeroPadValue } from "ethers";
import { network } from "hardhat";

import { conformanceFile, conformanceFiles, conformanceTests, skipped } from "./support/conformance.ts";
import { deployExecutor, execute } from "./support/executor.ts";
import { type Allocation, Reference } from "./support/reference.ts";
import { type AccessList, type Fields, signTransaction } from "./support/transactions.ts";

interface StateTest {
  env: {
    currentCoinbase: string;
    currentNumber: string;
    currentTimestamp: string;
    currentGasLimit: string;
    currentBaseFee: string;
  };
  pre: Record<string, { balance: string; nonce: string; code: string; storage: Record<string, string> }>;
  transaction: {
    data: string[];
    gasLimit: string[];
    value: string[];
    nonce: string;
    to: string;
    secretKey: string;
    gasPrice?: string;
    maxFeePerGas?: string;
    maxPriorityFeePerGas?: string;
    accessLists?: ({ address: string; storageKeys: string[] }[] | null)[];
  };
  post: Record<
    string,
    { hash: string; expectException?: string; indexes: { data: number; gas: number; value: number } }[]
  >;
}

const { ethers } = await network.create();

const CHAIN_ID = 1n;

/** Why a case is no plain transfer; undefined where it is one. */
function reasonToSkip(test: StateTest, data: string): string | undefined {
  const to = test.transaction.to.toLowerCase();
  const code = Object.entries(test.pre).find(([address]) => address.toLowerCase() === to)?.[1].code ?? "0x";
  if (data !== "0x" && data !== "") return "carries calldata";
  if (to === "" || to === "0x") return "creates a contract";
  if (code !== "0x" && code !== "") return "calls a contract";
  if (BigInt(to) >= 1n && BigInt(to) <= 10n) return "calls a precompile";
  return undefined;
}

function hex(value: string): string {
  return value.startsWith("0x:bigint ") ? value.slice("0x:bigint ".length) : value;
}

/** The transaction of a case with a signature that has replay protection; theirs have none. */
function signed(test: StateTest, index: StateTest["post"][string][number]["indexes"]): string {
  const { transaction } = test;
  const typed = transaction.accessLists?.[index.data];
  const accessList: AccessList = (typed ?? []).map(({ address, storageKeys }) => [address, storageKeys]);
  const feeCap = BigInt(transaction.maxFeePerGas ?? transaction.gasPrice ?? "0x0");
  const fields: Fields = {
    type: transaction.maxFeePerGas !== undefined ? 2 : typed !== undefined && typed !== null ? 1 : 0,
    chainId: CHAIN_ID,
    nonce: BigInt(transaction.nonce),
    tipCap: BigInt(transaction.maxPriorityFeePerGas ?? feeCap),
    feeCap,
    gasLimit: BigInt(transaction.gasLimit[index.gas]!),
    to: transaction.to,
    value: BigInt(hex(transaction.value[index.value]!)),
    data: "0x",
    accessList,
  };
  return signTransaction(fields, new SigningKey(transaction.secretKey));
}

describe(`GeneralStateTests, fork Cancun${skipped}`, function () {
  before(function () {
    if (!conformanceTests) this.skip();
  });

  it("[11.9] gives the state roots of all plain transfers", async function () {
    this.timeout(180_000);
    const left: Record<string, number> = {};
    const ran: string[] = [];
    for (const file of await conformanceFiles("GeneralStateTests")) {
      for (const [name, test] of Object.entries(await conformanceFile<Record<string, StateTest>>(file))) {
        if (test.post["Cancun"] === undefined) left["another fork"] = (left["another fork"] ?? 0) + 1;
        for (const { hash, indexes, expectException } of test.post["Cancun"] ?? []) {
          const reason = reasonToSkip(test, test.transaction.data[indexes.data]!);
          if (reason !== undefined) {
            left[reason] = (left[reason] ?? 0) + 1;
            continue;
          }
          await run(name, test, signed(test, indexes), hash, expectException !== undefined);
          ran.push(name);
        }
      }
    }
    expect({ ran: ran.length, ...left }).to.deep.equal({
      ran: 11,
      "another fork": 353,
      "carries calldata": 5941,
      "calls a contract": 995,
      "creates a contract": 8,
    });
  });

  async function run(name: string, test: StateTest, raw: string, postRoot: string, refused: boolean): Promise<void> {
    const { env, pre } = test;
    const chain = { chainId: CHAIN_ID, baseFee: BigInt(env.currentBaseFee), gasLimit: BigInt(env.currentGasLimit) };
    const accounts = Object.entries(pre).map(([address, { balance, nonce, code, storage }]): [string, Allocation] => [
      address,
      {
        balance: BigInt(balance),
        nonce: BigInt(nonce),
        code: Buffer.from(code.slice(2), "hex"),
        storage: new Map(Object.entries(storage).map(([slot, value]) => [zeroPadValue(stripped(slot), 32), value])),
      },
    ]);
    const reference = await Reference.create(chain, new Map(accounts));
    const executor = await deployExecutor(ethers, chain);
    const context = {
      number: BigInt(env.currentNumber),
      timestamp: BigInt(env.currentTimestamp),
      coinbase: env.currentCoinbase,
    };
    const [outcome] = await execute(executor, [{ context, raw }], reference.root, reference.nodes());
    expect(outcome!.valid, name).to.equal(!refused);
    expect(outcome!.stateRoot, name).to.equal(postRoot);
  }
});

function stripped(value: string): string {
  const short = stripZerosLeft(value.length % 2 === 1 ? `0x0${value.slice(2)}` : value);
  return short === "0x" ? "0x00" : short;
}
