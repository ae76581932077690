/** Random code on the L2, and transactions that run it: whatever a witness may have to hold. */
import { type Wallet, getCreateAddress, hexlify, id, toBeHex } from "ethers";

import { type L2Transaction, RANDOMNESS } from "../../l2/protocol/l2-transaction.ts";
import { type Hex, concatHex, fromHex } from "../../l2/base/hex.ts";
import type { Random } from "../execution/random.ts";
import { config, producer, transfer } from "./fixtures.ts";

/** CALLDATACOPY all, CREATE from it, DELEGATECALL what was created: it does whatever its caller wants. */
const OBEDIENT = "0x365f5f37365f5ff05f5f5f5f845af400";

/** Init code that leaves a contract with this code: CODECOPY, RETURN. */
export function deploying(code: Hex): Hex {
  const size = toBeHex(code.length / 2 - 1, 2).slice(2);
  return `0x61${size}600c5f3961${size}5ff3${code.slice(2)}`;
}

const push = (value: number): Hex => `0x61${toBeHex(value, 2).slice(2)}`;

/** Transactions of a few senders: contracts that obey anybody, calls of them with random code, and much else. */
export async function randomPrograms(
  senders: readonly Wallet[],
  random: Random,
  count: number,
): Promise<L2Transaction[]> {
  const nonces = new Map<string, number>();
  const list: L2Transaction[] = [];
  const contracts: string[] = [];
  let context = {
    number: 3n,
    timestamp: BigInt(config.genesisTimestamp),
    coinbase: producer.address,
    randomness: RANDOMNESS,
  };
  const pick = <T>(items: readonly T[]): T => items[random(items.length)] as T;
  const strangers = Array.from({ length: 30 }, (_, index) => hexlify(fromHex(id(`stranger ${index}`)).slice(12)));
  const anyone = (): string => {
    const precompile = toBeHex(1 + random(9), 20);
    return pick([...contracts, ...contracts, ...strangers, pick(senders).address, precompile, context.coinbase]);
  };
  for (let index = 0; index < count; index++) {
    if (random(4) === 0) {
      const coinbase = random(3) === 0 ? pick(strangers) : producer.address;
      context = {
        number: context.number + 1n + BigInt(random(3)),
        timestamp: context.timestamp + 1n,
        coinbase,
        randomness: RANDOMNESS,
      };
    }
    const sender = pick(senders);
    const nonce = nonces.get(sender.address) ?? 0;
    nonces.set(sender.address, nonce + 1);
    const fields = { value: BigInt(random(3)), gasLimit: 250_000 + random(2) * 350_000 };
    const program = deploying(randomProgram(random, anyone));
    let raw: string;
    if (index < 4 || random(10) === 0) {
      const data = random(3) === 0 && index >= 4 ? program : deploying(OBEDIENT);
      contracts.push(getCreateAddress({ from: sender.address, nonce }));
      raw = await sender.signTransaction({
        ...{ type: 2, chainId: config.chainId, nonce, data, ...fields },
        ...{ maxFeePerGas: 2n * config.baseFee, maxPriorityFeePerGas: BigInt(random(2)) },
      });
    } else if (random(4) === 0) {
      const to = pick([...strangers, pick(senders).address, toBeHex(1 + random(10), 20)]);
      raw = await transfer(sender, to, nonce, { ...fields, data: random(4) === 0 ? "0x1234" : "0x" });
    } else {
      const accessList = random(3) === 0 ? [{ address: anyone(), storageKeys: [toBeHex(random(8), 32)] }] : [];
      raw = await transfer(sender, pick(contracts), nonce, { ...fields, data: program, accessList });
    }
    list.push({ context, raw: fromHex(raw) });
  }
  return list;
}

function randomProgram(random: Random, anyone: () => string): Hex {
  const word = (): Hex => push(random(4) === 0 ? random(65536) : random(3));
  const key = (): Hex => push(random(24));
  const pushed = (): Hex => `0x73${anyone().slice(2)}`;
  const call = (code: Hex, value: Hex): Hex => concatHex(["0x5f5f5f5f", value, pushed(), push(60_000), code, "0x50"]);
  const pieces: (() => Hex)[] = [
    () => concatHex([push(0), key(), "0x55"]),
    () => concatHex([push(0), key(), "0x55"]),
    () => concatHex([word(), key(), "0x55"]),
    () => concatHex([word(), key(), "0x55"]),
    () => concatHex([word(), key(), "0x55"]),
    () => concatHex([key(), "0x5450"]),
    () => concatHex([word(), key(), "0x5d", key(), "0x5c", key(), "0x55"]),
    () => concatHex([pushed(), ["0x31", "0x3b", "0x3f"][random(3)] ?? "0x", key(), "0x55"]),
    () => concatHex([push(random(2) * 40), "0x5f5f", pushed(), "0x3c"]),
    () => call("0xf1", random(3) === 0 ? `0x7f${"ff".repeat(32)}` : push(random(2))),
    () => concatHex(["0x5f5f5f5f", pushed(), push(60_000), random(2) === 0 ? "0xf4" : "0xfa", "0x50"]),
    // CREATE2 of a contract that destroys itself in favour of someone, or of nothing.
    () => concatHex([pushed(), "0x60ff5f5350"]),
    () => concatHex([push(random(3)), push(random(2) * 22), "0x5f", push(random(2)), "0xf550"]),
    () => concatHex([push(random(300)), "0x430340", key(), "0x55"]),
    () => concatHex([["0x44", "0x4a", "0x45", "0x48", "0x46"][random(5)] ?? "0x", key(), "0x55"]),
    () => concatHex([key(), push(random(64)), "0x5fa1"]),
  ];
  const ends: Hex[] = ["0x00", "0x00", "0x00", "0x5f5ffd", "0xfe", concatHex([pushed(), "0xff"])];
  const body = Array.from({ length: 1 + random(14) }, () => pieces[random(pieces.length)]?.() ?? "0x");
  return concatHex([...body, ends[random(ends.length)] ?? "0x"]);
}
