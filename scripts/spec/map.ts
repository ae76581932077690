/** The step map as a value: read from the document, checked against the project, rendered. */

/** One row: a step and what shows it. */
export interface Step {
  readonly id: string;
  /** What must hold. */
  readonly words: string;
  /** Contract functions, as `Contract.function`. */
  readonly contracts: readonly string[];
  /** Code off-chain, as `folder/file#name` or `folder#name`. */
  readonly agents: readonly string[];
  /** Test files whose titles carry the id, relative to `test/`. */
  readonly tests: readonly string[];
  /** Demos, by name. */
  readonly demos: readonly string[];
}

/** What the map is held against. */
export interface Project {
  /** Functions of each compiled contract, by the contract's name. */
  readonly contracts: ReadonlyMap<string, ReadonlySet<string>>;
  /** Whether a place off-chain declares a name; undefined where there is no such file or folder. */
  readonly declares: (place: string, name: string) => boolean | undefined;
  /** Test files by the ids in their titles. */
  readonly tests: ReadonlyMap<string, readonly string[]>;
  /** Names of the demos. */
  readonly demos: ReadonlySet<string>;
}

/** The test of a demo plays it and checks the steps that it tells: `scenarios/<demo>.test.ts`. */
const DEMO_TEST = /^scenarios\/(.*)\.test\.ts$/;

const NONE = "—";
const ROW = /^\| `([0-9SQ][0-9A-Za-z.]*)` +\|/;

function cells(line: string): string[] {
  return line
    .slice(1, line.lastIndexOf("|"))
    .split("|")
    .map((cell) => cell.trim());
}

function references(cell: string): string[] {
  return cell === NONE ? [] : cell.split(",").map((name) => name.trim().replaceAll("`", ""));
}

/**
 * Reads the rows of all tables whose first column is a step id.
 *
 * @param document The specification, in Markdown.
 * @throws Error where a row has not the six columns.
 */
export function parseMap(document: string): Step[] {
  return document
    .split("\n")
    .filter((line) => ROW.test(line))
    .map((line) => {
      const [id, words, contracts, agents, tests, demos, ...rest] = cells(line);
      if (demos === undefined || rest.length > 0) {
        throw new Error(`A row of the step map has ${String(cells(line).length)} columns, expected 6: ${line}`);
      }
      return {
        id: (id ?? "").replaceAll("`", ""),
        words: words ?? "",
        contracts: references(contracts ?? NONE),
        agents: references(agents ?? NONE),
        tests: references(tests ?? NONE),
        demos: references(demos),
      };
    });
}

function cellOf(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ") || NONE;
}

function demosOf(tests: readonly string[]): string[] {
  return tests.flatMap((file) => DEMO_TEST.exec(file)?.[1] ?? []);
}

/**
 * Replaces the columns of tests and demos by what the titles say.
 *
 * @param document The specification, in Markdown.
 * @param tests Test files by step id.
 */
export function withFindings(document: string, tests: Project["tests"]): string {
  return document
    .split("\n")
    .map((line) => {
      const id = ROW.exec(line)?.[1];
      if (id === undefined) return line;
      const columns = cells(line);
      const files = tests.get(id) ?? [];
      columns.splice(4, 2, cellOf(files), cellOf(demosOf(files)));
      return `| ${columns.join(" | ")} |`;
    })
    .join("\n");
}

function* checkStep(step: Step, project: Project): Generator<string> {
  if (step.words === "" || step.words === NONE) yield "has no words";
  if (step.contracts.length + step.agents.length === 0) yield "has neither contract nor agent";
  if (step.demos.length === 0) yield "has no demo";

  for (const reference of step.contracts) {
    const [contract = "", name = ""] = reference.split(".");
    const functions = project.contracts.get(contract);
    if (functions === undefined) yield `names an unknown contract: ${reference}`;
    else if (!functions.has(name)) yield `names an unknown function: ${reference}`;
  }
  for (const reference of step.agents) {
    const [place = "", name = ""] = reference.split("#");
    const declared = project.declares(place, name);
    if (declared === undefined) yield `names an unknown file: ${reference}`;
    else if (!declared) yield `names what its file does not declare: ${reference}`;
  }
  for (const demo of step.demos) if (!project.demos.has(demo)) yield `names an unknown demo: ${demo}`;

  const found = project.tests.get(step.id) ?? [];
  const demos = demosOf(found);
  if (found.length === 0) yield "is in no test title";
  else if (found.join() !== step.tests.join())
    yield `is shown by other tests than the document lists: ${found.join(", ")}`;
  if (demos.join() !== step.demos.join()) yield `is told by other demos than the document lists: ${demos.join(", ")}`;
}

/**
 * Checks the map: every step has a contract function or an agent, a test and a demo; everything named exists; nothing
 * speaks of an unknown step.
 *
 * @param map The rows of the document.
 * @param project What the project holds.
 * @param specified The ids of the source specification, where it is at hand.
 * @returns One line for each problem.
 */
export function checkMap(map: readonly Step[], project: Project, specified?: readonly string[]): string[] {
  const problems = map.flatMap((step) => [...checkStep(step, project)].map((problem) => `[${step.id}] ${problem}`));

  const ids = new Set(map.map(({ id }) => id));
  if (ids.size !== map.length) problems.push("The document lists a step twice.");
  for (const id of project.tests.keys()) {
    if (!ids.has(id))
      problems.push(`[${id}] is in a test title, but not a step: ${project.tests.get(id)?.join() ?? ""}`);
  }
  const shown = new Set(map.flatMap(({ demos }) => demos));
  for (const demo of project.demos) if (!shown.has(demo)) problems.push(`The demo ${demo} shows no step.`);

  for (const id of specified ?? []) if (!ids.has(id)) problems.push(`[${id}] is specified, but not in the document`);
  if (specified !== undefined) {
    for (const id of ids) if (!specified.includes(id)) problems.push(`[${id}] is in the document, but not specified`);
  }
  return problems;
}

/** Renders the map for a terminal: one line for each step, and one for each thing that shows it. */
export function renderMap(map: readonly Step[]): string {
  return map
    .map(({ id, words, contracts, agents, tests, demos }) =>
      [
        `${id.padEnd(10)} ${words}`,
        ...Object.entries({ contract: contracts, agent: agents, test: tests, demo: demos }).map(
          ([kind, names]) => `${" ".repeat(11)}${kind.padEnd(9)} ${names.join(", ") || NONE}`,
        ),
      ].join("\n"),
    )
    .join("\n");
}
