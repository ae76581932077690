/** Makes cases up. */
import { getCreateAddress, toBeHex } from "ethers";

import { asHash } from "../../l2/base/hex.ts";
import { RANDOMNESS } from "../../l2/protocol/l2-transaction.ts";
import type { AccessList } from "../../testkit/execution/transactions.ts";
import { assemble } from "./assembly.ts";
import { CHAIN, type FuzzAccount, type FuzzAuthorization, type FuzzCase, type FuzzTransaction, user } from "./case.ts";
import { isPrecompile } from "../../l2/evm/fork.ts";
import { Dice } from "./dice.ts";
import { precompileInput } from "./precompiles.ts";
import { type Scene, Writer, addressOf } from "./program.ts";

const USERS = ["ann", "bob", "col"];
const ETHER = 10n ** 18n;
/** Every so many cases run in sessions as well, which takes some transactions of L1 each. */
const SESSIONS = 20;

const MAX_NONCE = 2n ** 64n - 1n;

/** The case of a seed. */
export function generateCase(seed: string): FuzzCase {
  const dice = new Dice(seed);
  const scene = makeScene(dice);
  const accounts = makeAccounts(dice, scene);
  const count = dice.weighted([
    [5, 1],
    [3, 2],
    [1, 3],
    [1, 4],
  ]);
  const transactions: FuzzTransaction[] = [];
  for (let index = 0; index < count; index++) transactions.push(makeTransaction(dice, scene, accounts, transactions));
  const last = transactions.at(-1)!;
  if (dice.oneIn(12)) transactions[count - 1] = spoil(dice, last);
  return { ...(dice.oneIn(SESSIONS) ? { session: dice.hex(4) } : {}), accounts, transactions };
}

function makeScene(dice: Dice): Scene {
  const contracts = Array.from({ length: 1 + dice.below(5) }, (_, index) => addressOf(0xc0de00n + BigInt(index)));
  const users = USERS.map((name) => user(name).address);
  const empty = [addressOf(0xe0e0e0n), addressOf(0xabc123n), addressOf(0n)];
  const created = contracts.map((from) => getCreateAddress({ from, nonce: 1 + dice.below(2) }).toLowerCase());
  const coinbase = dice.weighted([
    [6, addressOf(0xc01bn)],
    [1, dice.pick(users)],
    [1, dice.pick(contracts)],
    [1, dice.pick(empty)],
    [1, addressOf(BigInt(dice.below(12)))],
  ]);
  return { contracts, users, empty, created, coinbase };
}

function makeAccounts(dice: Dice, scene: Scene): Record<string, FuzzAccount> {
  const accounts: Record<string, FuzzAccount> = {};
  const plain = (balance: bigint, nonce: bigint): FuzzAccount => ({ balance, nonce, storage: {}, code: [] });
  for (const address of scene.users) {
    accounts[address] = plain(ETHER, BigInt(dice.below(3)));
    if (dice.oneIn(8)) accounts[address].code = [delegation(dice, scene)];
  }
  for (const address of scene.contracts) {
    accounts[address] = {
      balance: dice.pick([0n, 0n, 3n, 1000n, ETHER]),
      nonce: dice.oneIn(40) ? MAX_NONCE - BigInt(dice.below(2)) : 1n,
      storage: makeStorage(dice),
      code: dice.oneIn(8) ? [delegation(dice, scene)] : new Writer(dice, scene).program(),
    };
  }
  if (dice.oneIn(3)) accounts[scene.empty[0]!] = plain(0n, 0n);
  // What stands in the way of a creation, or does not.
  if (dice.oneIn(3)) accounts[dice.pick(scene.created)] = obstacle(dice);
  if (dice.oneIn(4)) {
    const number = dice.pick([3, 1 + dice.below(10)]);
    const balance = BigInt(dice.below(2));
    // Clients differ on whether a failed call with value deletes an empty account 3, which no state has any more.
    accounts[addressOf(BigInt(number))] ??= plain(number === 3 ? 1n : balance, 0n);
  }
  if (dice.oneIn(6))
    for (let left = dice.below(30); left > 0; left--) accounts[addressOf(dice.bits(20))] = plain(1n, 0n);
  return accounts;
}

/** The code of an account that runs the code of another one (EIP-7702). */
function delegation(dice: Dice, scene: Scene): string {
  return `0xef0100${delegate(dice, scene).slice(2)}`;
}

function delegate(dice: Dice, { contracts, users, empty, created }: Scene): string {
  return dice.weighted<() => string>([
    [12, () => dice.pick(contracts)],
    [1, () => dice.pick(users)],
    [1, () => dice.pick(empty)],
    [1, () => dice.pick(created)],
    [2, () => precompileAddress(dice)],
    [1, () => addressOf(dice.bits(20))],
  ])();
}

/** An address of a precompile, or one beside them. */
function precompileAddress(dice: Dice): string {
  return addressOf(BigInt(dice.pick([dice.below(19), 0x100])));
}

function obstacle(dice: Dice): FuzzAccount {
  const account: FuzzAccount = { balance: BigInt(dice.below(2)), nonce: 0n, storage: {}, code: [] };
  return dice.pick<() => FuzzAccount>([
    () => ({ ...account, balance: 5n }),
    () => ({ ...account, nonce: 1n }),
    () => ({ ...account, storage: makeStorage(dice) }),
    () => ({ ...account, code: ["STOP"] }),
    () => ({ ...account, nonce: 1n, storage: makeStorage(dice), code: ["PUSH0 SELFDESTRUCT"] }),
  ])();
}

function makeStorage(dice: Dice): Record<string, bigint> {
  const count = dice.oneIn(8) ? dice.below(40) : dice.below(5);
  const storage: Record<string, bigint> = {};
  for (let index = 0; index < count; index++) {
    const slot = index < 6 ? BigInt(index) : dice.word();
    const value = dice.word();
    if (value !== 0n) storage[`0x${slot.toString(16)}`] = value;
  }
  return storage;
}

function makeTransaction(
  dice: Dice,
  scene: Scene,
  accounts: Record<string, FuzzAccount>,
  earlier: readonly FuzzTransaction[],
): FuzzTransaction {
  const from = dice.pick(USERS);
  const type = dice.pick([0, 1, 2, 4] as const);
  const tipCap = dice.pick([0n, 1n, BigInt(dice.below(50))]);
  const feeCap = CHAIN.baseFee + dice.pick([0n, tipCap, 2n * tipCap]);
  const to = recipient(dice, scene, type);
  const sent = earlier.filter((transaction) => transaction.from === from).length;
  const transaction: FuzzTransaction = {
    context: {
      number: BigInt(1 + dice.below(dice.oneIn(2) ? 4 : 1000)),
      timestamp: BigInt(dice.below(2 ** 31)),
      coinbase: dice.oneIn(6) ? addressOf(dice.bits(20)) : scene.coinbase,
      randomness: dice.oneIn(3) ? asHash(toBeHex(dice.bits(32), 32)) : RANDOMNESS,
    },
    from,
    type,
    chainId: CHAIN.chainId,
    nonce: accounts[user(from).address]!.nonce + BigInt(sent),
    tipCap: tipCap > feeCap ? feeCap : tipCap,
    feeCap,
    gasLimit: 0n,
    to,
    value: dice.pick([0n, 0n, 1n, BigInt(dice.below(1000)), ETHER / 10n]),
    data: to === "0x" ? new Writer(dice, scene).initCode() : [calldata(dice, to)],
    accessList: type === 0 ? [] : accessList(dice, scene),
    ...(type === 4 ? { authorizations: authorizations(dice, scene, accounts, from) } : {}),
  };
  transaction.gasLimit = gasLimit(dice, transaction);
  return transaction;
}

function recipient(dice: Dice, scene: Scene, type: number): string {
  return dice.weighted<() => string>([
    [16, () => dice.pick(scene.contracts)],
    [type === 4 ? 0 : 5, () => "0x"],
    [1, () => precompileAddress(dice)],
    [type === 4 ? 6 : 1, () => dice.pick(scene.users)],
    [1, () => dice.pick(scene.empty)],
    [1, () => dice.pick(scene.created)],
  ])();
}

function calldata(dice: Dice, to: string): string {
  const number = BigInt(to);
  if (isPrecompile(number)) return `0x${precompileInput(dice, Number(number))}`;
  return `0x${dice.oneIn(3) ? "" : dice.hex(dice.below(100))}`;
}

/** Authorisations, most of which count. */
function authorizations(
  dice: Dice,
  scene: Scene,
  accounts: Record<string, FuzzAccount>,
  sender: string,
): FuzzAuthorization[] {
  return Array.from({ length: 1 + dice.below(dice.pick([1, 4])) }, () => {
    const by = dice.weighted([
      [6, dice.pick(USERS)],
      [2, `new ${dice.below(2)}`],
    ]);
    const nonce = accounts[user(by).address]?.nonce ?? 0n;
    const flawed = dice.oneIn(6);
    return {
      by,
      chainId: flawed && dice.oneIn(3) ? CHAIN.chainId + 1n : dice.pick([CHAIN.chainId, 0n]),
      address: dice.oneIn(8) ? addressOf(0n) : delegate(dice, scene),
      // A sender's nonce is one more by then; so is that of who signs twice.
      nonce: nonce + BigInt(by === sender ? dice.pick([1, 1, 1, 0, 2]) : dice.pick([0, 0, 0, 0, 1])),
      ...(flawed && dice.oneIn(2)
        ? { spoilt: dice.pick([{ parity: 2n }, { s: 2n ** 255n }, { r: 0n }, { r: dice.bits(32) }]) }
        : {}),
    };
  });
}

function accessList(dice: Dice, scene: Scene): AccessList {
  const addresses = [...scene.contracts, ...scene.created, ...scene.empty, precompileAddress(dice)];
  return Array.from({ length: dice.below(4) }, () => {
    const keys = Array.from({ length: dice.below(4) }, () => `0x${dice.below(7).toString(16).padStart(64, "0")}`);
    return [dice.pick(addresses), keys] as const;
  });
}

function gasLimit(dice: Dice, { to, data, accessList, authorizations = [] }: FuzzTransaction): bigint {
  const bytes = assemble(data.join(" "));
  const zeroes = bytes.filter((byte) => byte === 0).length;
  const intrinsic = accessList.reduce(
    (sum, [, keys]) => sum + 2400 + 1900 * keys.length,
    21_000 +
      16 * bytes.length -
      12 * zeroes +
      25_000 * authorizations.length +
      (to === "0x" ? 32_000 + 2 * Math.ceil(bytes.length / 32) : 0),
  );
  const floor = 21_000 + 40 * bytes.length - 30 * zeroes;
  if (dice.oneIn(60)) return BigInt(dice.pick([intrinsic, floor]) - dice.below(2));
  const execution = dice.weighted<() => number>([
    [1, () => dice.below(200)],
    [2, () => dice.below(20_000)],
    [4, () => dice.below(150_000)],
    [9, () => 100_000 + dice.below(500_000)],
    [1, () => dice.below(2_000_000)],
  ])();
  return BigInt(Math.max(intrinsic + execution, dice.oneIn(8) ? 0 : floor));
}

/** Makes a transaction invalid, or nearly. */
function spoil(dice: Dice, transaction: FuzzTransaction): FuzzTransaction {
  const { nonce, chainId } = transaction;
  return {
    ...transaction,
    ...dice.pick<Partial<FuzzTransaction>>([
      { nonce: nonce + 1n },
      { nonce: nonce === 0n ? MAX_NONCE : nonce - 1n },
      { chainId: chainId + 1n },
      { value: ETHER },
      { value: 2n ** 256n - 1n },
      { feeCap: 2n ** 255n },
      { gasLimit: BigInt(dice.below(60_000)) },
      { gasLimit: CHAIN.gasLimit + 1n },
      { type: 2, feeCap: CHAIN.baseFee - 1n, tipCap: 0n },
      { type: 2, tipCap: transaction.feeCap + 1n },
      { from: "poor" },
    ]),
  };
}
