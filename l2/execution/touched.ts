import type { Common } from "@ethereumjs/common";
import type { EVM } from "@ethereumjs/evm";
import type { MerklePatriciaTrie } from "@ethereumjs/mpt";
import { Caches, MerkleStateManager } from "@ethereumjs/statemanager";
import { type Account, Address, createAddressFromString } from "@ethereumjs/util";

import type { Burden } from "../evm/burden.ts";
import { delegateOf, isDelegation } from "../evm/fork.ts";
import { type Hex, toHex } from "../base/hex.ts";

/** The parts of an account that an execution touched. */
export interface Touch {
  /** Storage slots, 32 bytes each. */
  readonly slots: Set<Hex>;
  /** Whether it read the code. */
  code: boolean;
}

/** A state that remembers what was touched, even if a cache answered or a revert undid it. */
export class TouchedState extends MerkleStateManager {
  /** By address. */
  readonly touched = new Map<string, Touch>();
  readonly #burden: Burden | undefined;

  /** @param burden Where given, it hears what code is read. */
  constructor(common: Common, trie: MerklePatriciaTrie, burden?: Burden) {
    super({ common, trie, caches: new Caches() });
    this.#burden = burden;
  }

  /**
   * Also remembers what code tries to access and this EVM need not read, such as an account whose access runs out of
   * gas: another implementation may read it.
   */
  watch({ journal }: EVM): void {
    const isWarmed = journal.isWarmedAddress.bind(journal);
    journal.isWarmedAddress = (address) => {
      this.#touch(new Address(address));
      return isWarmed(address);
    };
  }

  override getAccount(address: Address): Promise<Account | undefined> {
    this.#touch(address);
    return super.getAccount(address);
  }

  override putAccount(address: Address, account: Account | undefined): Promise<void> {
    this.#touch(address);
    return super.putAccount(address, account);
  }

  override deleteAccount(address: Address): Promise<void> {
    this.#touch(address);
    return super.deleteAccount(address);
  }

  override async getCode(address: Address): Promise<Uint8Array> {
    this.#touch(address).code = true;
    const code = await super.getCode(address);
    this.#burden?.carryCode(address.toString(), code.length);
    const hex = toHex(code.subarray(0, 24));
    // A call may follow it, and L1 read the delegate even where the gas of the call ends there.
    if (isDelegation(hex)) {
      this.#touch(createAddressFromString(delegateOf(hex))).code = true;
      this.#burden?.carryState(`account ${BigInt(delegateOf(hex))}`);
    }
    return code;
  }

  override getStorage(address: Address, key: Uint8Array): Promise<Uint8Array> {
    this.#touch(address).slots.add(toHex(key));
    return super.getStorage(address, key);
  }

  override putStorage(address: Address, key: Uint8Array, value: Uint8Array): Promise<void> {
    this.#touch(address).slots.add(toHex(key));
    return super.putStorage(address, key, value);
  }

  #touch(address: Address): Touch {
    const key = address.toString();
    let touch = this.touched.get(key);
    if (touch === undefined) this.touched.set(key, (touch = { slots: new Set(), code: false }));
    return touch;
  }
}
