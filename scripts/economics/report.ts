/** The tables of docs/economics.md. */
import prettier from "prettier";

import { SMALLEST, dearest, derive, heavy, requestFee, typicalGas, worstGas } from "./answers.ts";
import { ATTACKS, type Outcome, forgery, profit } from "./attacks.ts";
import { type Attacker, LEAST, cheapestDelay } from "./delays.ts";
import { ASSUMED, BATCH, DAY, type Scene, sceneAt } from "./scene.ts";

/** L1's base fees that delays are computed for, in gwei. */
export const BASE_FEES = [0.1, 1, 10, 50] as const;
/** The one that attacks are computed for. */
export const BASE_FEE = 1;

const ATTACKERS: readonly Attacker[] = ["outsider", "seat", "third", "two thirds"];

/** A number as people read it: two significant digits above one, and small ones in full. */
export function amount(value: number | undefined): string {
  if (value === undefined || value === 0) return "0";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-GB");
  return String(Number(value.toPrecision(2)));
}

/** A time as people read it. */
export function time(seconds: number | undefined): string {
  if (seconds === undefined || seconds === 0) return "none";
  if (seconds < 3_600) return `${Math.ceil(seconds / 60)} min`;
  if (seconds < 2 * DAY) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / DAY)} days`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Cheapest delays of 30 days, in ETH. */
export function delayTable(scenes: readonly Scene[]): string {
  const rows = ATTACKERS.map((attacker) => [
    attacker,
    ...scenes.map((scene) => amount(cheapestDelay(scene, attacker).cost)),
    amount(LEAST[attacker]),
  ]);
  return table(["attacker", ...BASE_FEES.map((fee) => `at ${fee} gwei`), "at least"], rows);
}

/** Every attack. */
export function attackTable(scene: Scene): string {
  const cells = (outcome: Outcome): string[] => [
    amount(outcome.ether),
    amount(outcome.metis),
    amount(outcome.locked),
    amount(outcome.gain),
    amount(profit(outcome)),
    amount(outcome.damage),
    time(outcome.delay),
  ];
  return table(
    ["attack", "ETH spent", "METIS lost", "METIS held", "gain", "left over", "cost to others", "delay"],
    ATTACKS.map(({ id, compute }) => [id, ...cells(compute(scene))]),
  );
}

/** How each attack goes. */
export function attackTexts(): string {
  return ATTACKS.map(({ id, text }) => `- **${id}.** ${text}`).join("\n");
}

/** Fees, and the constants that they follow from. */
export function feeTable(scenes: readonly Scene[]): string {
  const rows = [
    ["one transfer", SMALLEST],
    ["200 transfers", { transactions: 200, bytes: 200 * 116 + 68, gas: 200 * 21_000 }],
    ["the dearest header", dearest(scenes[0]!, BATCH)],
  ] as const;
  return table(
    ["batch", "L1 gas of the answer", ...BASE_FEES.map((fee) => `fee at ${fee} gwei, ETH`)],
    rows.map(([name, header]) => [
      name,
      amount(typicalGas(scenes[0]!, header)),
      ...scenes.map((scene) => amount(requestFee(scene, header))),
    ]),
  );
}

/** L1's base fee above which an answer costs more than all that its signers lose without it, in gwei. */
export function worthUntil(scene: Scene, gas: number): number {
  return (forgery(scene) * ASSUMED.metis * 1e9) / gas;
}

/** How dear full batches are to answer, and until when that is worth it. */
export function answerTable(scene: Scene): string {
  const full = heavy(BATCH.gas);
  const fee = requestFee(scene, full);
  const row = (name: string, gas: number): string[] => [
    name,
    amount(gas),
    amount(fee),
    amount(gas * scene.baseFee),
    amount(worthUntil(scene, gas)),
  ];
  return table(
    ["full batch", "L1 gas", "fee, ETH", "answer, ETH", "worth it up to, gwei"],
    [row("of everyday use", typicalGas(scene, full)), row("at worst", worstGas(scene, full))],
  );
}

/** What is assumed, by name. */
export function assumptionTable(): string {
  const meaning: Readonly<Record<keyof typeof ASSUMED, string>> = {
    metis: "ETH for one METIS",
    interest: "interest of METIS that are not locked, a year",
    seats: "sequencers, each with the least stake",
    batchEvery: "seconds between batches",
    reaction: "seconds from a request to a small answer",
    block: "ETH that a proposer of L1 gives up with its block",
    small: "gas of a small call on L1",
  };
  return table(
    ["assumed", "value"],
    Object.entries(ASSUMED).map(([name, value]) => [
      meaning[name as keyof typeof ASSUMED],
      value < 1 ? String(value) : amount(value),
    ]),
  );
}

/** All generated parts, by the name of their markers. */
export function parts(): Readonly<Record<string, string>> {
  const scenes = BASE_FEES.map(sceneAt);
  return {
    assumptions: assumptionTable(),
    fees: feeTable(scenes),
    answers: answerTable(sceneAt(BASE_FEE)),
    delays: delayTable(scenes),
    attacks: attackTable(sceneAt(BASE_FEE)),
    texts: attackTexts(),
  };
}

/** Puts the generated parts between their markers. */
export function fill(document: string, generated: Readonly<Record<string, string>>): string {
  let result = document;
  for (const [name, text] of Object.entries(generated)) {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const from = result.indexOf(begin);
    const to = result.indexOf(end);
    if (from === -1 || to < from) throw new Error(`docs/economics.md has no markers "${name}".`);
    result = `${result.slice(0, from + begin.length)}\n\n${text}\n\n${result.slice(to)}`;
  }
  return result;
}

/** The document whose tables are computed. */
export const DOCUMENT = new URL("../../docs/economics.md", import.meta.url);

/** The document as it should be: with present figures, and every table aligned. */
export async function expected(document: string): Promise<string> {
  const options = await prettier.resolveConfig(DOCUMENT);
  return await prettier.format(fill(document, parts()), { ...options, parser: "markdown" });
}

/** Derived constants beside those of the contract, for people. */
export function derivation(scene: Scene): string {
  const derived = derive(scene);
  const { parameters } = scene;
  const rows = Object.entries(scene.answer).map(([name, value]) => [
    name,
    value.toLocaleString("en-GB"),
    (derived[name as keyof typeof derived] as number | undefined)?.toLocaleString("en-GB") ?? "",
  ]);
  return [
    table(["constant", "AnswerCost.sol", "from the bench"], rows),
    `RequestFeeFloor ${parameters.RequestFeeFloor / 1e9} gwei, RequestFeeFactor ${parameters.RequestFeeFactor / 1e4}`,
  ].join("\n");
}
