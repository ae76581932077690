import type { Provider } from "ethers";

import { AgentError } from "../runtime/errors.ts";

/** A replacement has to offer at least 12.5 % more to pass every client's mempool. */
const BUMP_NUMERATOR = 1125n;
const BUMP_DENOMINATOR = 1000n;

/** What a transaction offers, in wei per gas. */
export interface Fees {
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
}

/** What transactions offer: the market's fees, below a ceiling. */
export class FeePolicy {
  readonly #ceiling: bigint;
  readonly #provider: Pick<Provider, "getFeeData">;

  /** @param ceiling Never offer more than this, in wei per gas. */
  constructor(ceiling: bigint, provider: Pick<Provider, "getFeeData">) {
    this.#ceiling = ceiling;
    this.#provider = provider;
  }

  /** What is usual. @throws {AgentError} `CONFIG` where L1 has no base fee. */
  async market(): Promise<Fees> {
    const { maxFeePerGas, maxPriorityFeePerGas } = await this.#provider.getFeeData();
    if (maxFeePerGas === null || maxPriorityFeePerGas === null) {
      throw new AgentError("CONFIG", "the L1 endpoint gives no EIP-1559 fees; expected a chain with a base fee");
    }
    return this.#capped(maxFeePerGas, maxPriorityFeePerGas);
  }

  /** What a replacement offers, at least what is usual; nothing where that would be above the ceiling. */
  async raised(before: Fees): Promise<Fees | undefined> {
    const market = await this.market();
    const raised = this.#capped(
      larger(bump(before.maxFeePerGas), market.maxFeePerGas),
      larger(bump(before.maxPriorityFeePerGas), market.maxPriorityFeePerGas),
    );
    return raised.maxFeePerGas < bump(before.maxFeePerGas) ? undefined : raised;
  }

  #capped(fee: bigint, tip: bigint): Fees {
    const maxFeePerGas = fee > this.#ceiling ? this.#ceiling : fee;
    return { maxFeePerGas, maxPriorityFeePerGas: tip > maxFeePerGas ? maxFeePerGas : tip };
  }
}

function bump(fee: bigint): bigint {
  return (fee * BUMP_NUMERATOR) / BUMP_DENOMINATOR + 1n;
}

function larger(first: bigint, second: bigint): bigint {
  return first > second ? first : second;
}
