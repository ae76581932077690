/** Figures as a table, and held against their limits and the committed ones. */

/** One measured number. */
export interface Figure {
  readonly value: number;
  /** How it reads where it is not gas. */
  readonly text?: string;
  /** The most that is allowed. */
  readonly limit?: number;
}

/** One piece of work, in this system and in others. */
export interface Row {
  readonly id: string;
  readonly work: string;
  readonly ours: Figure;
  readonly optimism?: string;
  readonly arbitrum?: string;
}

/** Committed figures by the id of their row. */
export type Snapshot = Readonly<Record<string, number>>;

/** A number with thousands separated. */
export function gas(value: number): string {
  return value.toLocaleString("en-GB");
}

function shown({ value, text }: Figure): string {
  return text ?? gas(value);
}

/** Renders the rows as a table for a terminal. */
export function render(rows: readonly Row[]): string {
  const table = [
    ["work, in gas", "Metis L2", "at most", "Optimism", "Arbitrum"],
    ...rows.map(({ work, ours, optimism = "", arbitrum = "" }) => [
      work,
      shown(ours),
      ours.limit === undefined ? "" : shown({ value: ours.limit }),
      optimism,
      arbitrum,
    ]),
  ];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((cells) => cells[column]!.length)));
  return table
    .map((cells) =>
      cells
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join("  "),
    )
    .join("\n");
}

/**
 * Holds the figures against their limits and, where given, the committed ones.
 *
 * @returns One line for each that is off.
 */
export function compare(rows: readonly Row[], snapshot?: Snapshot): string[] {
  const problems: string[] = [];
  for (const { id, work, ours } of rows) {
    if (ours.limit !== undefined && ours.value > ours.limit) {
      problems.push(`${work}: ${shown(ours)}, at most ${shown({ value: ours.limit })} allowed`);
    }
    if (snapshot !== undefined && snapshot[id] !== ours.value) {
      const committed = snapshot[id] === undefined ? "no figure" : gas(snapshot[id]);
      problems.push(`${work}: ${shown(ours)}, committed ${committed}; "npm run bench -- --update" writes the new one`);
    }
  }
  const ids = new Set(rows.map(({ id }) => id));
  for (const id of Object.keys(snapshot ?? {})) {
    if (!ids.has(id)) problems.push(`${id} is committed, but not measured any more`);
  }
  return problems;
}
