/** Cuts a case down for as long as it keeps failing. */
import type { FuzzAccount, FuzzCase, FuzzTransaction } from "./case.ts";

/** Whether a case still fails. */
export type Fails = (one: FuzzCase) => Promise<boolean>;

/** A smaller case that fails as well: no single piece can be left out of it any more. */
export async function shrink(one: FuzzCase, fails: Fails): Promise<FuzzCase> {
  let best = one;
  for (;;) {
    const before = JSON.stringify(best, replacer);
    for (const pass of PASSES) best = await pass(best, fails);
    if (JSON.stringify(best, replacer) === before) return best;
  }
}

const replacer = (_: string, item: unknown): unknown => (typeof item === "bigint" ? `${item}n` : item);

type Pass = (one: FuzzCase, fails: Fails) => Promise<FuzzCase>;

/** From what takes away the most to the least. */
const PASSES: readonly Pass[] = [transactions, accounts, chunks, words, storage, accessLists, numbers];

/** Leaves out runs of items, long ones first. */
async function without<T>(items: readonly T[], fails: (items: T[]) => Promise<boolean>): Promise<T[]> {
  let kept = [...items];
  for (let size = kept.length; size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < kept.length;) {
      const rest = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (rest.length < kept.length && (await fails(rest))) kept = rest;
      else at += size;
    }
  }
  return kept;
}

async function transactions(one: FuzzCase, fails: Fails): Promise<FuzzCase> {
  const kept = await without(one.transactions, (items) => fails({ ...one, transactions: items }));
  return { ...one, transactions: kept };
}

async function accounts(one: FuzzCase, fails: Fails): Promise<FuzzCase> {
  const make = (items: [string, FuzzAccount][]): FuzzCase => ({ ...one, accounts: Object.fromEntries(items) });
  return make(await without(Object.entries(one.accounts), (items) => fails(make(items))));
}

async function chunks(one: FuzzCase, fails: Fails): Promise<FuzzCase> {
  return await everyProgram(one, async (code, keepsFailing) => await without(code, keepsFailing), fails);
}

async function words(one: FuzzCase, fails: Fails): Promise<FuzzCase> {
  const cut = async (code: string[], keepsFailing: (code: string[]) => Promise<boolean>): Promise<string[]> => {
    const split = code.flatMap((chunk) => chunk.split(/\s+/)).filter((word) => word !== "");
    const kept = await without(split, (items) => keepsFailing([items.join(" ")]));
    // Bytes may be longer than they need to be.
    for (const [index, word] of kept.entries()) {
      if (!word.startsWith("0x") || word.length < 20) continue;
      for (let size = word.length - 2; size >= 2; size = 2 * Math.floor(size / 4)) {
        const shorter = kept.with(index, kept[index]!.slice(0, Math.max(2, kept[index]!.length - size)));
        if (shorter[index] !== kept[index] && (await keepsFailing([shorter.join(" ")]))) kept[index] = shorter[index]!;
      }
    }
    return [kept.join(" ")];
  };
  return await everyProgram(one, cut, fails);
}

async function everyProgram(
  one: FuzzCase,
  cut: (code: string[], keepsFailing: (code: string[]) => Promise<boolean>) => Promise<string[]>,
  fails: Fails,
): Promise<FuzzCase> {
  let best = one;
  for (const address of Object.keys(one.accounts)) {
    const make = (code: string[]): FuzzCase => withAccount(best, address, { code });
    const code = best.accounts[address]!.code;
    if (code.length > 0) best = make(await cut(code, (items) => fails(make(items))));
  }
  for (const index of one.transactions.keys()) {
    const make = (data: string[]): FuzzCase => withTransaction(best, index, { data });
    const { data } = best.transactions[index]!;
    if (data.length > 0) best = make(await cut(data, (items) => fails(make(items))));
  }
  return best;
}

async function storage(one: FuzzCase, fails: Fails): Promise<FuzzCase> {
  let best = one;
  for (const address of Object.keys(one.accounts)) {
    const make = (items: [string, bigint][]): FuzzCase =>
      withAccount(best, address, { storage: Object.fromEntries(items) });
    best = make(await without(Object.entries(best.accounts[address]!.storage), (items) => fails(make(items))));
  }
  return best;
}

async function accessLists(one: FuzzCase, fails: Fails): Promise<FuzzCase> {
  let best = one;
  for (const index of one.transactions.keys()) {
    const make = (accessList: FuzzTransaction["accessList"]): FuzzCase => withTransaction(best, index, { accessList });
    best = make(await without(best.transactions[index]!.accessList, (items) => fails(make(items))));
  }
  return best;
}

/** Tries plainer numbers wherever there are some. */
async function numbers(one: FuzzCase, fails: Fails): Promise<FuzzCase> {
  let best = one;
  const attempt = async (next: FuzzCase): Promise<void> => {
    if (await fails(next)) best = next;
  };
  for (const [address, account] of Object.entries(one.accounts)) {
    if (account.balance > 1n) await attempt(withAccount(best, address, { balance: 0n }));
    if (account.nonce > 1n) await attempt(withAccount(best, address, { nonce: 1n }));
    for (const [slot, value] of Object.entries(account.storage)) {
      if (value > 1n) {
        const plain = { ...best.accounts[address]!.storage, [slot]: 1n };
        await attempt(withAccount(best, address, { storage: plain }));
      }
    }
  }
  for (const [index, { value, tipCap, type, context, gasLimit }] of one.transactions.entries()) {
    if (value > 0n) await attempt(withTransaction(best, index, { value: 0n }));
    if (tipCap > 0n) await attempt(withTransaction(best, index, { tipCap: 0n }));
    if (type > 0) await attempt(withTransaction(best, index, { type: 0, accessList: [] }));
    if (context.number > 1n) {
      await attempt(withTransaction(best, index, { context: { ...context, number: 1n, timestamp: 1n } }));
    }
    for (const plain of [100_000n, 1_000_000n]) {
      if (gasLimit !== plain && gasLimit !== 100_000n) await attempt(withTransaction(best, index, { gasLimit: plain }));
    }
  }
  return best;
}

function withAccount(one: FuzzCase, address: string, change: Partial<FuzzAccount>): FuzzCase {
  return { ...one, accounts: { ...one.accounts, [address]: { ...one.accounts[address]!, ...change } } };
}

function withTransaction(one: FuzzCase, index: number, change: Partial<FuzzTransaction>): FuzzCase {
  const changed = one.transactions.with(index, { ...one.transactions[index]!, ...change });
  return { ...one, transactions: changed };
}
