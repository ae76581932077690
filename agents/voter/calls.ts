import { interfaceOf, type SystemAddresses, type SystemName } from "../../ignition/system.ts";
import type { Hex } from "../../l2/base/hex.ts";

/** A call of a proposal, as far as a voter can judge it. Amounts are in wei, shares in basis points. */
export type ProposedCall =
  | { kind: "kick"; sequencer: string; slashShare: bigint }
  | { kind: "ban"; verifier: string }
  | { kind: "compensate"; account: string; request: Hex; metis: bigint; ether: bigint }
  | { kind: "grant"; account: string; metis: bigint; ether: bigint }
  | { kind: "other" };

type Reader = (args: readonly unknown[]) => ProposedCall;

/** The contracts that calls which a voter can judge go to. */
export type JudgedAddresses = Pick<SystemAddresses, "sequencers" | "verifiers" | "treasury">;

/** How to read a call, by contract and function. Arguments go by their places: contracts name them as they like. */
const READERS: Record<keyof JudgedAddresses & SystemName, Record<string, Reader>> = {
  sequencers: {
    kick: ([sequencer, slashShare]) => ({
      kind: "kick",
      sequencer: sequencer as string,
      slashShare: slashShare as bigint,
    }),
  },
  verifiers: { ban: ([verifier]) => ({ kind: "ban", verifier: verifier as string }) },
  treasury: {
    compensate: ([account, request, metis, ether]) => ({
      kind: "compensate",
      account: account as string,
      request: request as Hex,
      metis: metis as bigint,
      ether: ether as bigint,
    }),
    grant: ([account, metis, ether]) => ({
      kind: "grant",
      account: account as string,
      metis: metis as bigint,
      ether: ether as bigint,
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
    return exact ? read(args.toArray()) : { kind: "other" };
  } catch {
    // Cut short, or no values of these types.
    return { kind: "other" };
  }
}
