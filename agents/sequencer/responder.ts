import type { TransactionReceipt } from "ethers";

import { splitRecords } from "../../l2/batch/encoding.ts";
import type { DataSource } from "../data/batch-data.ts";
import { findData } from "../data/sources.ts";
import { L1Revert } from "../l1/reverts.ts";
import type { L1 } from "../l1/l1.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Metrics } from "../runtime/metrics.ts";
import { followed } from "../l1/events.ts";
import { isOpen, L1Reducer, type DataRequest, type L1State } from "../l1/mirror.ts";
import { L1_TRANSACTION_GAS, type Sender } from "../l1/transactions.ts";

export { DEFAULT_PIECE_SIZE } from "./defaults.ts";

export interface ResponderOptions {
  /** Owner of the sequencer that answers. */
  sequencer: string;
  /** Most bytes of records in one transaction. */
  pieceSize: number;
}

/**
 * Answers requests for a sequencer's data (steps 11.8, 3.3.4, 11.6.4): posts what is missing, in pieces, from where L1
 * says that the posting stands. It can be stopped after any piece.
 */
export class Responder {
  readonly #options: ResponderOptions;
  readonly #l1: L1;
  readonly #transactions: Sender;
  readonly #sources: readonly DataSource[];
  readonly #log: Logger;
  readonly #metrics: Metrics;

  /** @param dependencies.sources Where the data is looked for, one after the other. */
  constructor(
    options: ResponderOptions,
    dependencies: {
      l1: L1;
      transactions: Sender;
      sources: readonly DataSource[];
      log: Logger;
      metrics: Metrics;
    },
  ) {
    this.#options = options;
    this.#l1 = dependencies.l1;
    this.#transactions = dependencies.transactions;
    this.#sources = dependencies.sources;
    this.#log = dependencies.log;
    this.#metrics = dependencies.metrics;
  }

  /** Posts whatever is asked of the sequencer and not posted yet. */
  async answer(mirrored: L1State, signal?: AbortSignal): Promise<void> {
    // A copy: it runs ahead of the follower, which reads the same events again.
    const state = structuredClone(mirrored);
    const mine = Object.values(state.requests).filter(
      (request) =>
        request.phase === "posting" && isOpen(state, request) && request.header.sequencer === this.#options.sequencer,
    );
    for (const request of mine) {
      try {
        await this.#post(state, request, signal);
      } catch (error) {
        // Someone who speaks for the sequencer may have been faster; the next round starts from what L1 says then.
        if (!(error instanceof L1Revert)) throw error;
        this.#log.warn({ batch: Number(request.header.index), reason: error.message }, "posting stopped");
      }
    }
  }

  async #post(state: L1State, request: DataRequest, signal: AbortSignal | undefined): Promise<void> {
    const { header } = request;
    const found = await findData(this.#sources, header, { log: this.#log, metrics: this.#metrics });
    const data = found?.data;
    if (data === undefined) {
      this.#metrics.alarms.inc({ reason: "no data to answer with" });
      this.#log.error({ batch: Number(header.index) }, "no source has the data that the batch was made of");
      return;
    }
    let { pieceSize } = this.#options;
    while (request.phase === "posting") {
      signal?.throwIfAborted();
      const [piece] = splitRecords(data.subarray(Number(request.posting.size)), pieceSize);
      if (piece === undefined) throw new Error("the posting is complete, yet L1 waits for more");
      const call = {
        to: this.#l1.addresses.disputes,
        data: this.#l1.disputes.interface.encodeFunctionData("post", [header, request.posting, piece]),
        label: "post",
      };
      if ((await this.#transactions.estimate(call)) > L1_TRANSACTION_GAS && pieceSize > 1) {
        pieceSize = Math.floor(Math.min(pieceSize, piece.length) / 2);
        continue;
      }
      const receipt = await this.#transactions.send(call, signal);
      this.#log.info({ batch: Number(header.index), bytes: piece.length }, "[11.8] posted data");
      this.#follow(state, receipt);
    }
  }

  /** Takes over what the transaction did, ahead of the follower. */
  #follow(state: L1State, receipt: TransactionReceipt): void {
    const reducer = new L1Reducer(this.#l1.addresses);
    for (const log of receipt.logs) reducer.apply(state, followed(log));
  }
}
