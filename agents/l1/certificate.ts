import { concat, dataLength, dataSlice, Signature, TypedDataEncoder, type TypedDataDomain } from "ethers";

import { BATCH_HEADER_TYPES } from "../../l2/batch/header.ts";
import type { BatchHeader } from "../../l2/batch/header.ts";
import type { BlockSigner } from "../../l2/protocol/block.ts";

/** Signatures of the peer network over one hash, as L1 takes them. */
export interface Certificate {
  /** One bit for each seat that signed. */
  readonly signers: bigint;
  /** One 64-byte ERC-2098 signature for each bit, in ascending order of seats. */
  readonly signatures: string;
}

/** What stands for a certificate where there is none. */
export const NO_CERTIFICATE: Certificate = { signers: 0n, signatures: "0x" };

/** The EIP-712 types of a silence certificate. */
export const SILENCE_TYPES = {
  Silence: [
    { name: "term", type: "uint32" },
    { name: "sequencer", type: "address" },
  ],
};

/** The EIP-712 types of a key's proof that its holder wants it to be a sequencer's. */
export const POSSESSION_TYPES = {
  Possession: [
    { name: "owner", type: "address" },
    { name: "key", type: "address" },
  ],
};

/** The EIP-712 domain of certificates, and of all else that keys sign for L1. */
export function certificateDomain(chainId: bigint, sequencerSet: string): TypedDataDomain {
  return { name: "Metis L2", version: "1", chainId, verifyingContract: sequencerSet };
}

/** What a sequencer signs to certify a batch (step 7). */
export function batchDigest(domain: TypedDataDomain, header: BatchHeader): string {
  return TypedDataEncoder.hash(domain, BATCH_HEADER_TYPES, header);
}

/** What a sequencer signs to certify that the current one is silent (S2). */
export function silenceDigest(domain: TypedDataDomain, term: number, sequencer: string): string {
  return TypedDataEncoder.hash(domain, SILENCE_TYPES, { term, sequencer });
}

/** A key that can prove its possession. */
export interface ProvableKey extends BlockSigner {
  readonly address: string;
}

/** Proves for `owner` that whoever signs here has the key: 64 bytes, as `join` and `rotateKey` take them. */
export async function provePossession(domain: TypedDataDomain, key: ProvableKey, owner: string): Promise<string> {
  const signature = await key.signTypedData(domain, POSSESSION_TYPES, { owner, key: key.address });
  return Signature.from(signature).compactSerialized;
}

/** Bytes of one signature in a certificate. */
const SIGNATURE_SIZE = 64;

/** Seats in ascending order. */
export function seatsOf(signers: bigint): number[] {
  const seats: number[] = [];
  for (let seat = 0, rest = signers; rest > 0n; seat++, rest >>= 1n) if (rest & 1n) seats.push(seat);
  return seats;
}

/** The part of a certificate that some seats signed, which need not be a quorum. */
export function certificateOf({ signers, signatures }: Certificate, seats: bigint): Certificate {
  if (dataLength(signatures) !== SIGNATURE_SIZE * seatsOf(signers).length) {
    throw new RangeError(`a certificate of ${seatsOf(signers).length} signers has ${dataLength(signatures)} bytes`);
  }
  const parts = seatsOf(signers).flatMap((seat, place) => {
    const start = SIGNATURE_SIZE * place;
    return (seats >> BigInt(seat)) & 1n ? [dataSlice(signatures, start, start + SIGNATURE_SIZE)] : [];
  });
  return { signers: signers & seats, signatures: concat(parts) };
}
