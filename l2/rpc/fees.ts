import { BLOB_BASE_FEE } from "../protocol/config.ts";
import { quantity } from "./format.ts";
import type { Node } from "./methods.ts";
import { type Params, invalid } from "./params.ts";

/** Tip that is proposed where the last blocks hold no transaction, in wei. */
const DEFAULT_TIP = 1_000_000_000n;
/** Blocks that are looked at to propose a tip. */
const TIP_BLOCKS = 20;
/** Most blocks of one history. */
const MAX_BLOCKS = 1024;
/** Most percentiles of one history. */
const MAX_PERCENTILES = 100;

/** Transactions of a block by tip: each weighs what it used. */
interface Row {
  readonly tip: bigint;
  readonly weight: bigint;
}

/** The median tip of the last blocks, in wei. */
export async function proposeTip(node: Node): Promise<bigint> {
  const head = node.chain.head.number;
  const blocks = await node.chain.blocks(head - TIP_BLOCKS + 1, head);
  const outcomes = await Promise.all(blocks.map((block) => node.chain.outcomes(block.number)));
  const rows = outcomes.flat().map(({ tip }) => ({ tip, weight: 1n }));
  return percentile(rows, 50) ?? DEFAULT_TIP;
}

/** `eth_feeHistory` */
export async function feeHistory(node: Node, params: Params): Promise<unknown> {
  const wanted = readCount(params.raw(0));
  const percentiles = readPercentiles(params.list(2));
  const last = (await node.blockAt(params.raw(1))).number;
  const blocks = await node.chain.blocks(Math.max(node.chain.base.number, last - wanted + 1), last);
  const { baseFee, gasLimit } = node.chain.config;
  const prices = (fee: bigint): string[] => Array.from({ length: blocks.length + 1 }, () => quantity(fee));
  const history = {
    oldestBlock: quantity(blocks[0]?.number ?? last),
    baseFeePerGas: prices(baseFee),
    gasUsedRatio: blocks.map((block) => Math.min(1, Number(block.gasUsed) / Number(gasLimit))),
    baseFeePerBlobGas: prices(BLOB_BASE_FEE),
    blobGasUsedRatio: blocks.map(() => 0),
  };
  if (percentiles.length === 0) return history;
  const reward = await Promise.all(
    blocks.map(async (block) => {
      const rows = (await node.chain.outcomes(block.number)).map(({ tip, gasUsed }) => ({ tip, weight: gasUsed }));
      return percentiles.map((value) => quantity(percentile(rows, value) ?? 0n));
    }),
  );
  return { ...history, reward };
}

/** A number of blocks: a quantity, or decimal digits or a number, as some libraries send it. */
function readCount(value: unknown): number {
  const text = typeof value === "number" ? String(value) : value;
  const counts = typeof text === "string" && /^(0x[0-9a-fA-F]{1,16}|[0-9]{1,16})$/.test(text) && BigInt(text) > 0n;
  if (!counts) throw invalid("params[0]", "a number of blocks such as 0x4, of at least 1", value);
  return Math.min(Number(text), MAX_BLOCKS);
}

function readPercentiles(values: readonly unknown[]): readonly number[] {
  if (values.length > MAX_PERCENTILES) throw invalid("params[2]", `at most ${MAX_PERCENTILES}`, values.length);
  let least = 0;
  return values.map((value, place) => {
    if (typeof value !== "number" || value < least || value > 100) {
      throw invalid(`params[2][${place}]`, `a percentile from ${least} to 100, in ascending order`, value);
    }
    return (least = value);
  });
}

/** The tip below which the given percentage of the weight lies. */
function percentile(rows: readonly Row[], percent: number): bigint | undefined {
  const sorted = rows.toSorted((a, b) => (a.tip < b.tip ? -1 : 1));
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0n);
  let left = total * BigInt(Math.round(percent * 100));
  for (const { tip, weight } of sorted) {
    left -= weight * 10_000n;
    if (left <= 0n) return tip;
  }
  return undefined;
}
