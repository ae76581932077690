/** Sequencers that do not as they should, made of what the agents take as dependencies. */
import { randomBytes } from "ethers";

import { RANDOMNESS } from "../l2/protocol/l2-transaction.ts";
import { asHex, fromHex, toHex } from "../l2/base/hex.ts";
import type { Hex } from "../l2/base/hex.ts";
import type { Chain } from "../l2/chain/chain.ts";
import { blockDomain, BLOCK_TYPES, type BlockSigner, type SignedBlock, toSignedBlock } from "../l2/protocol/block.ts";
import type { ChainConfig } from "../l2/protocol/config.ts";
import type { Behaviour } from "../agents/local/local.ts";
import { PeerError } from "../agents/peers/transport.ts";
import { Refusal } from "../agents/sequencer/attestor.ts";

/** Turns a fault on and off. */
export interface Fault {
  on: boolean;
}

/** It answers its peers, and makes no block and signs nothing (step 3.1). */
export function silent(fault: Fault): Behaviour {
  return {
    producer: (honest) => ({
      produce: async (timestamp) => (fault.on ? undefined : await honest.produce(timestamp)),
    }),
    ...refusing(fault),
  };
}

/** It signs nothing. */
export function refusing(fault: Fault): Behaviour {
  const refuse = (): Promise<string> => Promise.reject(new Refusal("it does not want to"));
  return {
    attestor: (honest) => ({
      signBatch: async (header) => await (fault.on ? refuse() : honest.signBatch(header)),
      signSilence: async (term, sequencer) => await (fault.on ? refuse() : honest.signSilence(term, sequencer)),
    }),
  };
}

/** It propagates blocks whose state is not what their transactions lead to (S3). */
export function forging(fault: Fault): Behaviour {
  return {
    producer: (honest, { chain, key }) => ({
      produce: async (timestamp) => {
        if (!fault.on) return await honest.produce(timestamp);
        const { number, hash: parentHash } = chain.head;
        const transactions = chain.pending().map(({ raw }) => raw);
        if (transactions.length === 0) return undefined;
        const draft = { number: number + 1, parentHash, timestamp, coinbase: key().address, transactions };
        return await forge(draft, key(), chain.config);
      },
    }),
  };
}

/** A block that is properly signed, and claims a state that nothing leads to. */
export async function forge(
  block: Omit<SignedBlock, "hash" | "stateRoot" | "signature">,
  key: BlockSigner,
  config: Pick<ChainConfig, "chainId">,
): Promise<SignedBlock> {
  const hash = toHex(randomBytes(32));
  const signature = asHex(await key.signTypedData(blockDomain(config), BLOCK_TYPES, { hash }));
  return { ...block, hash, signature, stateRoot: toHex(randomBytes(32)) };
}

/** It puts all that waits into one block, whatever the limits of a block are. */
export function overfilling(fault: Fault): Behaviour {
  return {
    producer: (honest, { chain, key }) => ({
      produce: async (timestamp) => {
        if (!fault.on) return await honest.produce(timestamp);
        const waiting = chain.pending().map(({ raw }) => raw);
        return waiting.length === 0 ? undefined : await overfull(chain, waiting, key(), timestamp);
      },
    }),
  };
}

/** Appends a block of all these transactions to a chain, as nobody may produce it but L1 may confirm it. */
export async function overfull(
  chain: Chain,
  raws: readonly Hex[],
  key: BlockSigner & { readonly address: string },
  timestamp = chain.head.timestamp + 1,
): Promise<SignedBlock> {
  const { number } = chain.head;
  const context = {
    number: BigInt(number + 1),
    timestamp: BigInt(timestamp),
    coinbase: key.address,
    randomness: RANDOMNESS,
  };
  const transactions = raws.map((raw) => ({ context, raw: fromHex(raw) }));
  await chain.adoptBatch(transactions, number);
  const { head } = chain;
  const signature = asHex(await key.signTypedData(blockDomain(chain.config), BLOCK_TYPES, { hash: head.hash }));
  const block = toSignedBlock({ ...head, signature });
  await chain.rollbackTo(number, "it is to be signed");
  await chain.importBlock(block, () => true, { onL1: true });
  return block;
}

/** It reaches none of its peers, nor they it; L1 it does reach. */
export function isolated(fault: Fault): Behaviour {
  const cut = (): Promise<never> => Promise.reject(new PeerError("unreachable", "the connection is cut"));
  return {
    transport: (honest) => ({
      send: async (to, request) => await (fault.on ? cut() : honest.send(to, request)),
      open: async (address, handler) => {
        await honest.open(address, async (request) => await (fault.on ? cut() : handler(request)));
      },
      close: async (address) => {
        await honest.close(address);
      },
    }),
  };
}

/** It leaves requests for its data unanswered (11.D1). */
export function unresponsive(): Behaviour {
  return { answers: false };
}
