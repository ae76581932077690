import type { Result } from "ethers";

import { interfaceOf, type SystemAddresses, type SystemName } from "../../ignition/system.ts";
import type { Hex } from "../../l2/base/hex.ts";

/** A call of a proposal, as far as a voter can judge it. Amounts are in wei, shares in basis points. */
export type ProposedCall =
  | { kind: "kick"; sequencer: string; slashShare: bigint }
  | { kind: "ban"; verifier: string }
  | { kind: "compensate"; account: string; request: Hex; metis: bigint; ether: bigint }
  | { kind: "grant"; account: string; metis: bigint; ether: bigint }
  | { kind: "other" };

type Reader = (args: Result) => ProposedCall;

/** The contracts that calls which a voter can judge go to. */
export type JudgedAddresses = Pick<SystemAddresses, "sequencers" | "verifiers" | "treasury">;

/** How to read a call, by contract and function. */
const READERS: Record<keyof JudgedAddresses & SystemName, Record<string, Reader>> = {
  sequencers: {
    kick: (args) => ({
      kind: "kick",
      sequencer: args["sequencer"] as string,
      slashShare: args["slashShare"] as bigint,
    }),
  },
  verifiers: { ban: (args) => ({ kind: "ban", verifier: args["verifier"] as string }) },
  treasury: {
    compensate: (args) => ({
      kind: "compensate",
      account: args["account"] as string,
      request: args["request"] as Hex,
      metis: args["metis"] as bigint,
      ether: args["ether_"] as bigint,
    }),
    grant: (args) => ({
      kind: "grant",
      account: args["account"] as string,
      metis: args["metis"] as bigint,
      ether: args["ether_"] as bigint,
    }),
  },
};

/** Reads a call of a proposal. What has a value, or is not encoded in the one way that Solidity does, is another call. */
export function readCall(addresses: JudgedAddresses, target: string, value: bigint, data: Hex): ProposedCall {
  const name = (Object.keys(READERS) as (keyof JudgedAddresses)[]).find((each) => addresses[each] === target);
  if (name === undefined || value !== 0n) return { kind: "other" };
  const abi = interfaceOf(name);
  try {
    const parsed = abi.parseTransaction({ data });
    if (parsed === null) return { kind: "other" };
    const { fragment, args } = parsed;
    const read = READERS[name][fragment.name];
    if (read === undefined) return { kind: "other" };
    const exact = abi.encodeFunctionData(fragment, args) === data;
    return exact ? read(args) : { kind: "other" };
  } catch {
    // Cut short, or no values of these types.
    return { kind: "other" };
  }
}
