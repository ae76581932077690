import type { Block } from "@ethereumjs/block";
import type { Common } from "@ethereumjs/common";
import { createAccessList2930Tx, getCalldataFloorGas } from "@ethereumjs/tx";
import { createAccount, createAddressFromString } from "@ethereumjs/util";
import type { VM } from "@ethereumjs/vm";

import { type Hex, fromHex, toHex } from "../base/hex.ts";
import { AUTHORIZATION_GAS, delegationTo } from "../evm/fork.ts";

/** Accounts and storage slots that a transaction announces (EIP-2930). */
export type AccessList = readonly { readonly address: string; readonly storageKeys: readonly Hex[] }[];

/** A transaction without signature, nonce and fees. */
export interface Call {
  readonly from: string;
  /** Absent to create a contract. */
  readonly to: string | undefined;
  /** In wei. */
  readonly value: bigint;
  readonly data: Hex;
  /** Gas limit, as a transaction has it. */
  readonly gas: bigint;
  readonly accessList: AccessList;
  /** Accounts that authorise to run the code of another one (EIP-7702). */
  readonly delegations?: readonly Delegation[];
}

/** An account, and the address whose code it is to run: zero for none. */
export interface Delegation {
  readonly authority: string;
  readonly address: string;
}

/** What a call did. */
export interface CallResult {
  /** The data that it returned or reverted with. */
  readonly data: Hex;
  /** Gas used before any refund. */
  readonly gasUsed: bigint;
  /** Why it failed, in the EVM's words; nothing where it succeeded. */
  readonly error: string | undefined;
  /** Accounts and slots that it accessed, except those that are warm for every transaction. */
  readonly accessed: AccessList;
}

/** The EVM's error for code that ended with REVERT. */
export const REVERTED = "revert";

/** The EVM's error for code that had too little gas. */
export const OUT_OF_GAS = "out of gas";

/** Gas that a call uses before any code runs, and the least that it uses in any case (EIP-7623). */
export function leastGas(
  common: Common,
  { to, data, accessList, delegations = [] }: Call,
): { intrinsic: bigint; floor: bigint } {
  const list = accessList.map(({ address, storageKeys }): [Uint8Array, Uint8Array[]] => {
    return [fromHex(address), storageKeys.map(fromHex)];
  });
  const fields = { ...(to === undefined ? {} : { to: fromHex(to) }), data: fromHex(data), accessList: list };
  const transaction = createAccessList2930Tx(fields, { common });
  const authorizations = AUTHORIZATION_GAS * BigInt(delegations.length);
  return { intrinsic: transaction.getIntrinsicGas() + authorizations, floor: getCalldataFloorGas(transaction) };
}

/** Does what a transaction would do, then undoes it. The sender pays no fees and may be a contract. */
export async function simulate(vm: VM, block: Block, call: Call): Promise<CallResult> {
  const { evm } = vm;
  const { intrinsic, floor } = leastGas(vm.common, call);
  if (call.gas < intrinsic || call.gas < floor)
    return { data: "0x", gasUsed: call.gas, error: OUT_OF_GAS, accessed: [] };
  const caller = createAddressFromString(call.from);
  const to = call.to === undefined ? undefined : createAddressFromString(call.to);
  const free = [caller.toString(), block.header.coinbase.toString(), ...(to === undefined ? [] : [to.toString()])];
  const journal = evm.journal;
  journal.cleanJournal();
  await journal.checkpoint();
  journal.startReportingAccessList();
  try {
    for (const address of [...free, ...evm.precompiles.keys()]) journal.addAlwaysWarmAddress(address);
    for (const { address, storageKeys } of call.accessList) {
      journal.addAlwaysWarmAddress(address.toLowerCase());
      for (const key of storageKeys) journal.addAlwaysWarmSlot(address.toLowerCase(), key);
    }
    for (const delegation of call.delegations ?? []) await delegate(vm, delegation);
    const { execResult, createdAddress } = await evm.runCall({
      block,
      caller,
      ...(to === undefined ? {} : { to }),
      value: call.value,
      data: fromHex(call.data),
      gasLimit: call.gas - intrinsic,
      gasPrice: block.header.baseFeePerGas ?? 0n,
    });
    const { returnValue, executionGasUsed, exceptionError } = execResult;
    const cheap = [...free, ...evm.precompiles.keys(), createdAddress?.toString() ?? ""];
    return {
      data: toHex(returnValue),
      gasUsed: intrinsic + executionGasUsed > floor ? intrinsic + executionGasUsed : floor,
      error: exceptionError?.error,
      accessed: accessListOf(journal.accessList ?? new Map(), cheap),
    };
  } finally {
    await journal.revert();
    journal.cleanJournal();
  }
}

/** Does what an authorisation does that counts. */
async function delegate({ evm, stateManager }: VM, { authority, address }: Delegation): Promise<void> {
  const owner = createAddressFromString(authority);
  const account = (await stateManager.getAccount(owner)) ?? createAccount({});
  account.nonce += 1n;
  await evm.journal.putAccount(owner, account);
  await stateManager.putCode(owner, fromHex(delegationTo(address)));
  evm.journal.addAlwaysWarmAddress(owner.toString());
}

/** Leaves out addresses that are warm anyway, unless slots of theirs were accessed. */
function accessListOf(found: ReadonlyMap<string, ReadonlySet<string>>, cheap: readonly string[]): AccessList {
  const left = new Set(cheap.map((address) => address.replace(/^0x/, "")));
  return [...found]
    .filter(([address, slots]) => slots.size > 0 || !left.has(address))
    .map(([address, slots]) => ({ address: `0x${address}`, storageKeys: [...slots].map((slot): Hex => `0x${slot}`) }));
}
