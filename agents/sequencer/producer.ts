import type { SignedBlock } from "../../l2/protocol/block.ts";
import type { Chain } from "../../l2/chain/chain.ts";
import { signedBlock } from "../peers/block.ts";
import type { PeerKey } from "../peers/key.ts";

/** Makes the blocks of the current sequencer (step 2b). */
export interface BlockProducer {
  /**
   * The next block, signed, out of the transactions that wait.
   *
   * @param timestamp In seconds.
   * @returns The block to propagate; undefined where nothing can be executed.
   */
  produce(timestamp: number): Promise<SignedBlock | undefined>;
}

export interface ProducerDependencies {
  readonly chain: Chain;
  readonly key: () => PeerKey;
}

/** Produces on its own copy of the chain. */
export class ChainProducer implements BlockProducer {
  readonly #options: { readonly coinbase: string; readonly maxTransactions: number };
  readonly #dependencies: ProducerDependencies;

  constructor(
    options: { readonly coinbase: string; readonly maxTransactions: number },
    dependencies: ProducerDependencies,
  ) {
    this.#options = options;
    this.#dependencies = dependencies;
  }

  async produce(timestamp: number): Promise<SignedBlock | undefined> {
    const { chain, key } = this.#dependencies;
    const block = await chain.produceBlock({ timestamp, signer: key(), ...this.#options });
    return block === undefined ? undefined : signedBlock(block);
  }
}
