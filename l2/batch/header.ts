import { AbiCoder, concat, id, keccak256 } from "ethers";

import type { ChainConfig } from "../protocol/config.ts";
import { type Hex, ZERO_ADDRESS, ZERO_HASH, asAddress, asHash } from "../base/hex.ts";

/** What L1 learns of a batch: the struct of `contracts/batches/BatchHeader.sol`, field by field. */
export interface BatchHeader {
  readonly index: bigint;
  readonly parent: Hex;
  readonly epoch: bigint;
  readonly term: bigint;
  readonly sequencer: string;
  readonly txCount: bigint;
  readonly dataSize: bigint;
  readonly gasUsed: bigint;
  readonly baseFee: bigint;
  readonly firstBlock: bigint;
  readonly lastBlock: bigint;
  readonly firstTimestamp: bigint;
  readonly lastTimestamp: bigint;
  readonly blockBefore: Hex;
  readonly deposits: bigint;
  readonly depositsHash: Hex;
  readonly preStateRoot: Hex;
  readonly postStateRoot: Hex;
  readonly mtsr: Hex;
  readonly mttbr: Hex;
  readonly dataHash: Hex;
  readonly attestations: Hex;
}

const FIELDS = [
  { name: "index", type: "uint64" },
  { name: "parent", type: "bytes32" },
  { name: "epoch", type: "uint32" },
  { name: "term", type: "uint32" },
  { name: "sequencer", type: "address" },
  { name: "txCount", type: "uint32" },
  { name: "dataSize", type: "uint32" },
  { name: "gasUsed", type: "uint64" },
  { name: "baseFee", type: "uint64" },
  { name: "firstBlock", type: "uint64" },
  { name: "lastBlock", type: "uint64" },
  { name: "firstTimestamp", type: "uint64" },
  { name: "lastTimestamp", type: "uint64" },
  { name: "blockBefore", type: "bytes32" },
  { name: "deposits", type: "uint64" },
  { name: "depositsHash", type: "bytes32" },
  { name: "preStateRoot", type: "bytes32" },
  { name: "postStateRoot", type: "bytes32" },
  { name: "mtsr", type: "bytes32" },
  { name: "mttbr", type: "bytes32" },
  { name: "dataHash", type: "bytes32" },
  { name: "attestations", type: "bytes32" },
] as const satisfies readonly { name: keyof BatchHeader; type: string }[];

/** The EIP-712 types of a header, for `signTypedData`. */
export const BATCH_HEADER_TYPES: Record<string, { name: string; type: string }[]> = {
  BatchHeader: FIELDS.map((field) => ({ ...field })),
};

const TYPE_HASH = id(`BatchHeader(${FIELDS.map(({ type, name }) => `${type} ${name}`).join(",")})`);

/** The header's name on L1: its EIP-712 struct hash. */
export function hashHeader(header: BatchHeader): Hex {
  return asHash(
    keccak256(
      AbiCoder.defaultAbiCoder().encode(
        ["bytes32", ...FIELDS.map(({ type }) => type)],
        [TYPE_HASH, ...FIELDS.map(({ name }) => header[name])],
      ),
    ),
  );
}

/** Commitment to the last block of a batch: what the next batch carries as `blockBefore`. */
export function lastBlockHash(
  header: Pick<BatchHeader, "lastBlock" | "lastTimestamp" | "postStateRoot" | "mttbr">,
): Hex {
  const { lastBlock, lastTimestamp, postStateRoot, mttbr } = header;
  const words = [lastBlock, lastTimestamp, postStateRoot, mttbr];
  return asHash(keccak256(AbiCoder.defaultAbiCoder().encode(["uint64", "uint64", "bytes32", "bytes32"], words)));
}

/** What the next batch says of a batch: a hash of the two that its header has as `parent` and `blockBefore`. */
export function linkOf(header: BatchHeader, headerHash: Hex = hashHeader(header)): Hex {
  return asHash(keccak256(concat([headerHash, lastBlockHash(header)])));
}

/** What a header says of what does not exist yet: deposits from L1, and attestations of verifiers. */
export const STAND_INS = { deposits: 0n, depositsHash: ZERO_HASH, attestations: ZERO_HASH } as const;

/**
 * A plain header from anything with its fields: an ethers `Result`, parsed JSON with numbers or decimal or hexadecimal
 * strings.
 * @throws TypeError naming the field that is missing or malformed.
 */
export function toHeader(value: object): BatchHeader {
  const source = value as Record<string, unknown>;
  const entries = FIELDS.map(({ name, type }) => [name, readField(name, type, source[name])] as const);
  return Object.fromEntries(entries) as unknown as BatchHeader;
}

function readField(name: string, type: string, value: unknown): bigint | Hex {
  const malformed = new TypeError(`Header field ${name} is ${String(value)}, expected ${type}.`);
  if (type === "bytes32") {
    if (typeof value !== "string" || !/^0x[0-9a-fA-F]{64}$/.test(value)) throw malformed;
    return value.toLowerCase() as Hex;
  }
  if (typeof value !== "string" && (type === "address" || (typeof value !== "number" && typeof value !== "bigint"))) {
    throw malformed;
  }
  try {
    if (type === "address") return asAddress(value);
    const number = BigInt(value);
    if (value !== "" && number >= 0n && number < 1n << BigInt(type.slice("uint".length))) return number;
  } catch {
    throw malformed;
  }
  throw malformed;
}

/** The header of batch 0, final from the start. */
export function genesisHeader(config: Pick<ChainConfig, "genesisTimestamp">, stateRoot: Hex): BatchHeader {
  return {
    index: 0n,
    parent: ZERO_HASH,
    epoch: 0n,
    term: 0n,
    sequencer: ZERO_ADDRESS,
    txCount: 0n,
    dataSize: 0n,
    gasUsed: 0n,
    baseFee: 0n,
    firstBlock: 0n,
    lastBlock: 0n,
    firstTimestamp: BigInt(config.genesisTimestamp),
    lastTimestamp: BigInt(config.genesisTimestamp),
    blockBefore: ZERO_HASH,
    preStateRoot: stateRoot,
    postStateRoot: stateRoot,
    mtsr: ZERO_HASH,
    mttbr: ZERO_HASH,
    dataHash: ZERO_HASH,
    ...STAND_INS,
  };
}
