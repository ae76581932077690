import { RANDOMNESS } from "../../l2/protocol/l2-transaction.ts";
import type { Call, CallResult } from "../../l2/execution/simulation.ts";
import { concatHex, toHex } from "../../l2/base/hex.ts";
import { Executor } from "../../l2/execution/executor.ts";
import { Overlay, StateStore } from "../../l2/state/state.ts";
import { alice, config, producer } from "./fixtures.ts";

/** What a call on the state of genesis does; by default it runs init code. */
export async function ask(fields: Partial<Call>): Promise<CallResult> {
  const states = await StateStore.open();
  const executor = await Executor.at(config, new Overlay(states), await states.genesis(config));
  const context = {
    number: 1_000n,
    timestamp: BigInt(config.genesisTimestamp),
    coinbase: producer.address,
    randomness: RANDOMNESS,
  };
  const call: Call = { from: alice.address, to: undefined, value: 0n, data: "0x", gas: 1_000_000n, accessList: [] };
  return executor.call(context, { ...call, ...fields });
}

/** What code leaves on top of the stack. @throws Error where it fails. */
export async function evaluate(code: Uint8Array): Promise<bigint> {
  // PUSH0 MSTORE, and RETURN of 32 bytes.
  const { data, error } = await ask({ data: concatHex([toHex(code), "0x5f5260205ff3"]) });
  if (error !== undefined) throw new Error(`the code fails: ${error}`);
  return BigInt(data);
}
