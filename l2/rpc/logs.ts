import type { Block } from "../protocol/block.ts";
import type { Hex } from "../base/hex.ts";
import { type LogFilter, matches, mayMatch } from "../execution/logs.ts";
import { RpcError } from "./errors.ts";
import { formatLog } from "./format.ts";
import type { Node } from "./methods.ts";
import { invalid, isHash, readAddress, readBlockNumber, readBytes } from "./params.ts";

/** Most blocks that one call looks at. */
const MAX_BLOCKS = 10_000;
/** Most logs that one call gives. */
const MAX_LOGS = 10_000;
const MAX_TOPICS = 4;
/** Most addresses of a filter, and most topics at one of its positions: every block's bloom is asked for each. */
const MAX_VALUES = 1_000;

/** `eth_getLogs` */
export async function getLogs(node: Node, fields: Record<string, unknown>): Promise<unknown> {
  const filter = readFilter(fields);
  const found: unknown[] = [];
  for await (const block of blocksOf(node, fields)) {
    if (mayMatch(block.logsBloom, filter)) found.push(...(await logsOf(node, block, filter)));
    if (found.length > MAX_LOGS) {
      throw new RpcError("limitExceeded", `query returned more than ${MAX_LOGS} results, expected a smaller range`);
    }
  }
  return found;
}

async function logsOf(node: Node, block: Block, filter: LogFilter): Promise<unknown[]> {
  return (await node.chain.receipts(block)).flatMap((receipt) => {
    const logs = receipt.logs.map((log, place) => ({ log, logIndex: receipt.logsBefore + place }));
    return logs
      .filter(({ log }) => matches(log, filter))
      .map(({ log, logIndex }) => formatLog(log, receipt, block, logIndex));
  });
}

async function* blocksOf(node: Node, fields: Record<string, unknown>): AsyncGenerator<Block> {
  const { blockHash, fromBlock, toBlock } = fields;
  if ((blockHash ?? undefined) !== undefined) {
    if ((fromBlock ?? toBlock ?? undefined) !== undefined) {
      throw invalid("blockHash", "no fromBlock or toBlock beside it", blockHash);
    }
    yield await node.blockAt({ blockHash });
    return;
  }
  const first = await numberOf(node, fromBlock);
  const last = Math.min(await numberOf(node, toBlock), node.chain.head.number);
  if (last - first >= MAX_BLOCKS) {
    throw new RpcError(
      "limitExceeded",
      `block range of ${last - first + 1} is too large, expected at most ${MAX_BLOCKS}`,
    );
  }
  for (let number = first; number <= last; number++) {
    const block = await node.chain.block(number);
    if (block !== undefined) yield block;
  }
}

/** Not every number has a block: batches may leave some out. */
async function numberOf(node: Node, tag: unknown): Promise<number> {
  if (typeof tag === "string" && tag.startsWith("0x") && !isHash(tag)) return readBlockNumber(tag);
  return (await node.blockAt(tag)).number;
}

function readFilter({ address, topics }: Record<string, unknown>): LogFilter {
  const wanted = (topics ?? []) as unknown;
  if (!Array.isArray(wanted)) throw invalid("topics", "an array", wanted);
  if (wanted.length > MAX_TOPICS) throw invalid("topics", `at most ${MAX_TOPICS} positions`, wanted.length);
  const addresses = any("address", address, readAddress);
  return {
    ...(addresses === undefined ? {} : { addresses }),
    topics: wanted.map((topic, place) => any(`topics[${place}]`, topic, (name, value) => readBytes(name, value, 32))),
  };
}

/** One value, or any of a list; nothing for `null`, and for an empty list, which stand for everything. */
function any(name: string, value: unknown, read: (name: string, value: unknown) => Hex): readonly Hex[] | undefined {
  if (value === undefined || value === null) return undefined;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length > MAX_VALUES) throw invalid(name, `at most ${MAX_VALUES} values`, values.length);
  return values.length === 0 ? undefined : values.map((single) => read(name, single));
}
