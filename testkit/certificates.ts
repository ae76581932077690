/** What the peer network signs, signed with the keys of a test's sequencers. */
import { Signature, type TypedDataDomain, type TypedDataField, type Wallet, concat } from "ethers";

import { BATCH_HEADER_TYPES, type BatchHeader } from "../l2/batch/header.ts";
import type { SequencerSet } from "../types/ethers-contracts/index.ts";

/** The struct of `contracts/sequencers/ISequencerSet.sol`. */
export interface Certificate {
  readonly signers: bigint;
  /** 64 bytes (ERC-2098) for each signer, in ascending order of seats. */
  readonly signatures: string;
}

/** Who signs, and for which seat. */
export interface SeatedKey {
  readonly seat: number;
  readonly key: Wallet;
}

const SILENCE_TYPES: Record<string, TypedDataField[]> = {
  Silence: [
    { name: "term", type: "uint32" },
    { name: "sequencer", type: "address" },
  ],
};

const POSSESSION_TYPES: Record<string, TypedDataField[]> = {
  Possession: [
    { name: "owner", type: "address" },
    { name: "key", type: "address" },
  ],
};

export { NO_CERTIFICATE } from "../agents/l1/certificate.ts";

/** A certificate over a batch. */
export async function certify(
  sequencers: SequencerSet,
  header: BatchHeader,
  members: readonly SeatedKey[],
): Promise<Certificate> {
  return await sign(sequencers, BATCH_HEADER_TYPES, { ...header }, members);
}

/** A certificate that the sequencer of a term was silent. */
export async function certifySilence(
  sequencers: SequencerSet,
  term: bigint | number,
  sequencer: string,
  members: readonly SeatedKey[],
): Promise<Certificate> {
  return await sign(sequencers, SILENCE_TYPES, { term, sequencer }, members);
}

/** What `join` and `rotateKey` take as proof that the owner has the key: 64 bytes (ERC-2098). */
export async function provePossession(sequencers: SequencerSet, owner: string, key: Wallet): Promise<string> {
  const signature = await key.signTypedData(await domainOf(sequencers), POSSESSION_TYPES, { owner, key: key.address });
  return Signature.from(signature).compactSerialized;
}

async function domainOf(sequencers: SequencerSet): Promise<TypedDataDomain> {
  const network = await sequencers.runner?.provider?.getNetwork();
  if (network === undefined) throw new Error("The sequencer set has no provider, expected one.");
  const verifyingContract = await sequencers.getAddress();
  return { name: "Metis L2", version: "1", chainId: network.chainId, verifyingContract };
}

async function sign(
  sequencers: SequencerSet,
  types: Record<string, TypedDataField[]>,
  value: Record<string, unknown>,
  members: readonly SeatedKey[],
): Promise<Certificate> {
  const domain = await domainOf(sequencers);
  const inOrder = members.toSorted((a, b) => a.seat - b.seat);
  const signatures = await Promise.all(
    inOrder.map(async ({ key }) => {
      return Signature.from(await key.signTypedData(domain, types, value)).compactSerialized;
    }),
  );
  return {
    signers: members.reduce((signers, { seat }) => signers | (1n << BigInt(seat)), 0n),
    signatures: concat(signatures),
  };
}
