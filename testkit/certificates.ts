/** What the peer network signs, signed with the keys of a test's sequencers. */
import { Signature, type TypedDataField, type Wallet } from "ethers";

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

async function sign(
  sequencers: SequencerSet,
  types: Record<string, TypedDataField[]>,
  value: Record<string, unknown>,
  members: readonly SeatedKey[],
): Promise<Certificate> {
  const domain = await sequencers.eip712Domain();
  const inOrder = members.toSorted((a, b) => a.seat - b.seat);
  const signatures = await Promise.all(
    inOrder.map(async ({ key }) => {
      const signature = await key.signTypedData(
        {
          name: domain.name,
          version: domain.version,
          chainId: domain.chainId,
          verifyingContract: domain.verifyingContract,
        },
        types,
        value,
      );
      return Signature.from(signature).compactSerialized.slice(2);
    }),
  );
  return {
    signers: members.reduce((signers, { seat }) => signers | (1n << BigInt(seat)), 0n),
    signatures: `0x${signatures.join("")}`,
  };
}
