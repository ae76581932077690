import type { TransactionReceipt } from "ethers";

import type { Hex } from "../../l2/base/hex.ts";
import { allow } from "../l1/holder.ts";
import type { L1 } from "../l1/l1.ts";
import { answeredRequest } from "../l1/look-up.ts";
import type { TransactionManager } from "../l1/transactions.ts";
import { AgentError } from "../runtime/errors.ts";

export interface StakeDependencies {
  readonly l1: L1;
  /** Sends as the owner of the stake. */
  readonly transactions: TransactionManager;
}

/** A key, and the 64-byte signature with which its holder lets an owner use it. */
export interface ProvenKey {
  readonly address: string;
  readonly possession: string;
}

/** What the owner of a stake does on L1 (Q4, 11.6.1): join, top up, change keys, leave, be paid, complain. */
export class Stake {
  readonly #l1: L1;
  readonly #transactions: TransactionManager;

  constructor({ l1, transactions }: StakeDependencies) {
    this.#l1 = l1;
    this.#transactions = transactions;
  }

  /**
   * Locks METIS and takes a seat, which counts from the next term on. Where no seat is free, a stake that is larger by a
   * tenth than the smallest one takes that one's seat (M5).
   *
   * @param key The key that signs blocks and batches, with the proof that its holder gave ({@link provePossession}).
   * @param recipient Where rewards go.
   * @param amount In wei of METIS.
   * @throws {L1Revert} `SequencerKeyNotOwned` where the proof is of another key or owner.
   */
  async join(key: ProvenKey, recipient: string, amount: bigint): Promise<TransactionReceipt> {
    await this.#approve(amount);
    const data = this.#set.encodeFunctionData("join", [key.address, recipient, amount, key.possession]);
    return this.#send("join", data);
  }

  /** Adds to the stake, in wei of METIS; it counts from the next term on. */
  async topUp(amount: bigint): Promise<TransactionReceipt> {
    await this.#approve(amount);
    return this.#send("topUp", this.#set.encodeFunctionData("topUp", [amount]));
  }

  /** Replaces the key from the next term on; until then the old one signs. */
  rotateKey(key: ProvenKey): Promise<TransactionReceipt> {
    return this.#send("rotateKey", this.#set.encodeFunctionData("rotateKey", [key.address, key.possession]));
  }

  setRecipient(recipient: string): Promise<TransactionReceipt> {
    return this.#send("setRecipient", this.#set.encodeFunctionData("setRecipient", [recipient]));
  }

  /** Stops sequencing; signatures count to the end of the term, and the stake stays liable. */
  resign(): Promise<TransactionReceipt> {
    return this.#send("resign", this.#set.encodeFunctionData("resign"));
  }

  /** Has the stake released, once nothing is held against it any more. */
  async withdraw(): Promise<TransactionReceipt> {
    const owner = await this.#transactions.address();
    return this.#send("withdraw", this.#set.encodeFunctionData("withdraw", [owner]));
  }

  /** Pays out what the sender is owed, rewards included; undefined where it is nothing. */
  async claim(): Promise<TransactionReceipt | undefined> {
    const owed = await this.#l1.sequencers.owed(await this.#transactions.address());
    return owed === 0n ? undefined : this.#send("claim", this.#set.encodeFunctionData("claim"));
  }

  /**
   * Proposes to ban a verifier that requests data which everybody can have, and to be compensated for the answers (step
   * 11.6.1). Locked stake has the votes that a proposal takes.
   *
   * @param requested Hash of the header whose data was requested, and the sender gave.
   * @param ether Compensation, in wei of ETH: at most the request's fee and `GrantAllowance`.
   * @param reason What the community reads.
   * @throws {AgentError} `CONFIG` where L1 has answered no such request.
   */
  async proposeBan(verifier: string, requested: Hex, ether: bigint, reason: string): Promise<TransactionReceipt> {
    const { governor, addresses } = this.#l1;
    const request = await answeredRequest(this.#l1, requested);
    if (request === undefined) {
      throw new AgentError("CONFIG", `L1 has answered no request for header ${requested}; expected one that it has`);
    }
    const account = await this.#transactions.address();
    const compensation = { account, request, metis: 0n, ether_: ether };
    const data = governor.interface.encodeFunctionData("proposeBan", [verifier, compensation, reason]);
    return this.#transactions.send({ to: addresses.governor, data, label: "proposeBan" });
  }

  get #set(): L1["sequencers"]["interface"] {
    return this.#l1.sequencers.interface;
  }

  /** Lets the set take the stake. */
  #approve(amount: bigint): Promise<void> {
    return allow({ l1: this.#l1, transactions: this.#transactions }, this.#l1.addresses.sequencers, amount);
  }

  #send(label: string, data: string): Promise<TransactionReceipt> {
    return this.#transactions.send({ to: this.#l1.addresses.sequencers, data, label });
  }
}
