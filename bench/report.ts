/** Figures as a table, and held against their limits and the committed ones. */

/** One measured number. */
export interface Figure {
  readonly value: number;
  /** How it reads where it is not gas. */
  readonly text?: string;
  /** The most that is allowed. */
  readonly limit?: number;
}

/** Systems beside this one. */
export const PEERS = ["optimism", "arbitrum"] as const;

/** A system beside this one. */
export type PeerName = (typeof PEERS)[number];

/** One piece of work, in this system and in others. */
export interface Row extends Readonly<Partial<Record<PeerName, Figure>>> {
  readonly id: string;
  readonly work: string;
  /** What it takes here; a word where nothing is to be done. */
  readonly ours: Figure | string;
  /** What was measured, and on what, where the columns are not the same work on the same data. */
  readonly note?: string;
}

/** Committed figures, by the id of their row; of another system by `<id>, <system>`. */
export type Snapshot = Readonly<Record<string, number>>;

/** A number with thousands separated. */
export function gas(value: number): string {
  return value.toLocaleString("en-GB");
}

function shown(figure: Figure | string | undefined): string {
  if (figure === undefined || typeof figure === "string") return figure ?? "";
  return figure.text ?? gas(figure.value);
}

function limitOf({ ours }: Row): number | undefined {
  return typeof ours === "string" ? undefined : ours.limit;
}

/** Renders the rows as a table for a terminal, with the notes below it. */
export function render(rows: readonly Row[]): string {
  const notes = rows.flatMap(({ note }) => note ?? []);
  const table = [
    ["work, in gas", "Metis L2", "at most", "Optimism", "Arbitrum"],
    ...rows.map((row) => {
      const mark = row.note === undefined ? "" : ` (${notes.indexOf(row.note) + 1})`;
      const limit = limitOf(row);
      return [
        `${row.work}${mark}`,
        shown(row.ours),
        limit === undefined ? "" : gas(limit),
        shown(row.optimism),
        shown(row.arbitrum),
      ];
    }),
  ];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((cells) => cells[column]!.length)));
  const lines = table.map((cells) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  "),
  );
  return [...lines, "", ...notes.map((note, place) => `(${place + 1}) ${note}`)].join("\n").trimEnd();
}

/** The figures of rows, as they are committed. */
export function snapshotOf(rows: readonly Row[]): Snapshot {
  return Object.fromEntries(
    rows.flatMap((row) => [
      ...(typeof row.ours === "string" ? [] : [[row.id, row.ours.value] as const]),
      ...PEERS.flatMap((peer) => (row[peer] === undefined ? [] : [[`${row.id}, ${peer}`, row[peer].value] as const])),
    ]),
  );
}

/**
 * Holds the figures against their limits and, where given, the committed ones.
 *
 * @param options.absent Systems that are not installed: their committed figures are left alone.
 * @returns One line for each that is off.
 */
export function compare(
  rows: readonly Row[],
  committed?: Snapshot,
  { absent = [] }: { readonly absent?: readonly PeerName[] } = {},
): string[] {
  const problems: string[] = [];
  for (const row of rows) {
    const limit = limitOf(row);
    if (limit !== undefined && typeof row.ours !== "string" && row.ours.value > limit)
      problems.push(`${row.work}: ${shown(row.ours)}, at most ${gas(limit)} allowed`);
  }
  if (committed === undefined) return problems;
  const measured = snapshotOf(rows);
  for (const [key, value] of Object.entries(measured)) {
    if (committed[key] === value) continue;
    const before = committed[key] === undefined ? "no figure" : gas(committed[key]);
    problems.push(`${key}: ${gas(value)}, committed ${before}; "npm run bench -- --update" writes the new one`);
  }
  for (const key of Object.keys(committed)) {
    const excused = absent.some((peer) => key.endsWith(`, ${peer}`));
    if (measured[key] === undefined && !excused) problems.push(`${key} is committed, but not measured any more`);
  }
  return problems;
}
