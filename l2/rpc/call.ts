import { AbiCoder, Signature, ZeroAddress, toBeHex, verifyAuthorization } from "ethers";

import { Executor } from "../execution/executor.ts";
import type { Hex } from "../base/hex.ts";
import { contextOf } from "../protocol/block.ts";
import { AUTHORIZATION_LIMIT } from "../protocol/config.ts";
import {
  type AccessList,
  type Call,
  type CallResult,
  type Delegation,
  OUT_OF_GAS,
  REVERTED,
} from "../execution/simulation.ts";
import { Overlay } from "../state/state.ts";
import { MAX_INIT_CODE_BYTES } from "../evm/fork.ts";
import { RpcError } from "./errors.ts";
import { quantity } from "./format.ts";
import type { Node } from "./methods.ts";
import { type Params, invalid, readAddress, readBytes, readObject, readQuantity } from "./params.ts";

/** An estimate may be too high by one such part, which spares more than half of the runs. */
const TOLERANCE = 64n;
/** Selector of `Error(string)`, with which Solidity reverts. */
const ERROR_SELECTOR = "0x08c379a0";

type Run = (changes?: Partial<Call>) => Promise<CallResult>;

/** `eth_call` */
export async function call(node: Node, params: Params): Promise<unknown> {
  const { run } = await prepare(node, params);
  return expectSuccess(await run()).data;
}

/** `eth_estimateGas`: the least gas limit with which the call succeeds, or little more. */
export async function estimateGas(node: Node, params: Params): Promise<unknown> {
  const { run, request } = await prepare(node, params, { defensible: true });
  const highest = await run();
  if (highest.error === OUT_OF_GAS)
    throw new RpcError("serverError", `gas required exceeds allowance (${request.gas})`);
  const { gasUsed } = expectSuccess(highest);
  const suffices = async (gas: bigint): Promise<boolean> => (await run({ gas })).error === undefined;
  if (await suffices(gasUsed)) return quantity(gasUsed);
  // A contract passes on at most 63 of 64 parts of its gas, so what is used is not always enough.
  let [low, high] = [gasUsed, request.gas];
  while (high - low > high / TOLERANCE) {
    const middle = (low + high) / 2n;
    // Most need little more than they use.
    const tried = middle < 2n * low ? middle : 2n * low;
    if (await suffices(tried)) high = tried;
    else low = tried;
  }
  return quantity(high);
}

/** `eth_createAccessList`: what a call accesses, and its gas with that as its access list. */
export async function createAccessList(node: Node, params: Params): Promise<unknown> {
  const { run } = await prepare(node, params);
  const { accessed: accessList } = await run();
  const { gasUsed, error } = await run({ accessList });
  return { accessList, gasUsed: quantity(gasUsed), ...(error === undefined ? {} : { error }) };
}

/** Reads a call and opens the state that it runs on; transactions have to be defensible, what is only asked has not. */
async function prepare(
  node: Node,
  params: Params,
  options: { defensible?: boolean } = {},
): Promise<{ readonly request: Call; readonly run: Run }> {
  for (const place of [2, 3]) refuseOverrides(params, place);
  const request = readCall(node, params.object(0));
  const block = await node.blockAt(params.raw(1));
  const executor = await Executor.at(node.chain.config, new Overlay(node.chain.states), block.stateRoot, options);
  const { from, value } = request;
  if (value > ((await executor.account(from))?.balance ?? 0n)) {
    throw new RpcError("serverError", `insufficient funds for transfer: ${from} has less than the value`);
  }
  const context = contextOf(block);
  return { request, run: async (changes) => await executor.call(context, { ...request, ...changes }) };
}

/** Libraries send an empty object where nothing is overridden. */
function refuseOverrides(params: Params, place: number): void {
  if (!params.has(place) || Object.keys(params.object(place)).length === 0) return;
  throw invalid(`params[${place}]`, "null or {}, as overrides of state and block are not supported", params.raw(place));
}

function readCall(node: Node, fields: Record<string, unknown>): Call {
  const { from, to, value, input, data, gas, accessList, authorizationList } = fields;
  const { gasLimit } = node.chain.config;
  const limit = gas === undefined || gas === null ? gasLimit : readQuantity("gas", gas);
  const bytes = readBytes("data", input ?? data ?? "0x");
  if (readBytes("data", data ?? bytes) !== bytes) throw invalid("data", "the same as input, or one of the two", data);
  if ((to === undefined || to === null) && bytes.length > 2 + 2 * MAX_INIT_CODE_BYTES) {
    throw new RpcError("serverError", `max initcode size exceeded: expected at most ${MAX_INIT_CODE_BYTES} bytes`);
  }
  return {
    from: from === undefined || from === null ? ZeroAddress : readAddress("from", from),
    to: to === undefined || to === null ? undefined : readAddress("to", to),
    value: value === undefined || value === null ? 0n : readQuantity("value", value),
    data: bytes,
    gas: limit < gasLimit ? limit : gasLimit,
    accessList: readAccessList(accessList ?? []),
    delegations: readAuthorizations(authorizationList ?? []),
  };
}

function readAccessList(list: unknown): AccessList {
  if (!Array.isArray(list)) throw invalid("accessList", "an array", list);
  return list.map((entry: unknown) => {
    const { address, storageKeys } = readObject("accessList entry", entry);
    const slots = storageKeys ?? [];
    if (!Array.isArray(slots)) throw invalid("storageKeys", "an array", slots);
    const keys = slots.map((key: unknown) => readBytes("storage key", key, 32));
    return { address: readAddress("address", address), storageKeys: keys };
  });
}

/** Who signed authorisations (EIP-7702). Whether nonce and chain fit is left to the transaction. */
function readAuthorizations(list: unknown): Delegation[] {
  if (!Array.isArray(list)) throw invalid("authorizationList", "an array", list);
  if (list.length > AUTHORIZATION_LIMIT) {
    throw invalid("authorizationList", `at most ${AUTHORIZATION_LIMIT} authorisations`, list.length);
  }
  return list.map((entry: unknown) => {
    const { chainId, address, nonce, yParity, v, r, s } = readObject("authorizationList entry", entry);
    const signed = {
      chainId: readQuantity("chainId", chainId),
      address: readAddress("address", address),
      nonce: readQuantity("nonce", nonce),
    };
    const parity = Number(readQuantity("yParity", yParity ?? v) % 27n);
    const [first, second] = [readQuantity("r", r), readQuantity("s", s)].map((part) => toBeHex(part, 32));
    try {
      const signature = Signature.from({ r: first!, s: second!, yParity: parity === 0 ? 0 : 1 });
      return { authority: verifyAuthorization(signed, signature), address: signed.address };
    } catch {
      throw invalid("authorizationList entry", "an authorisation that an account signed", entry);
    }
  });
}

/** @throws RpcError where the call failed, with what it was reverted with, as libraries expect it. */
function expectSuccess(result: CallResult): CallResult {
  const { error, data } = result;
  if (error === undefined) return result;
  if (error !== REVERTED) throw new RpcError("serverError", error);
  const reason = revertReason(data);
  throw new RpcError("executionReverted", `execution reverted${reason === undefined ? "" : `: ${reason}`}`, data);
}

function revertReason(data: Hex): string | undefined {
  if (!data.startsWith(ERROR_SELECTOR)) return undefined;
  try {
    return AbiCoder.defaultAbiCoder().decode(["string"], `0x${data.slice(ERROR_SELECTOR.length)}`)[0] as string;
  } catch {
    return undefined;
  }
}
