import type { Row } from "../report.ts";
import { SIMPLE } from "./cases.ts";
import { type OpcodeFigures, median } from "./measure.ts";

/** Most L1 gas of a simple opcode, the median one. */
const SIMPLE_LIMIT = 250;

/** The median of the simple opcodes, and of each class. */
export function classRows(figures: OpcodeFigures): Row[] {
  const simple = SIMPLE.flatMap((name) => Object.values(figures[name] ?? {}));
  return [
    {
      id: "opcode",
      work: `Interpret a simple opcode, the median of ${simple.length}`,
      ours: { value: median(simple), limit: SIMPLE_LIMIT },
    },
    ...Object.entries(figures).map(([name, cases]): Row => {
      const all = Object.values(cases);
      return { id: `opcode: ${name}`, work: `… ${name}, the median of ${all.length}`, ours: { value: median(all) } };
    }),
  ];
}

/** Every figure. */
export function opcodeRows(figures: OpcodeFigures): Row[] {
  return Object.values(figures).flatMap((cases) =>
    Object.entries(cases).map(([name, value]) => ({ id: name, work: name, ours: { value } })),
  );
}

/** Every figure, a line for each class. */
export function renderOpcodes(figures: OpcodeFigures): string {
  return Object.entries(figures)
    .map(([name, cases]) => {
      const each = Object.entries(cases).map(([opcode, value]) => `${opcode} ${value.toLocaleString("en-GB")}`);
      return `${name}: ${each.join(" · ")}`;
    })
    .join("\n");
}
