/** The step map as a value: read from the document, checked against the project, rendered. */

/** One row: a step and the code that does it. */
export interface Step {
  readonly id: string;
  /** What must hold. */
  readonly words: string;
  /** `Contract.function` on L1, `place#name` off-chain. */
  readonly code: readonly string[];
}

/** A test that carries a step's id in its title, or in the title of a suite around it. */
export interface TitledTest {
  /** Relative to `test/`. */
  readonly file: string;
  /** As written in the file; of a Solidity test the function's name. */
  readonly title: string;
}

/** What the map is checked against. */
export interface Project {
  /** Functions of each compiled contract, by the contract's name. */
  readonly contracts: ReadonlyMap<string, ReadonlySet<string>>;
  /** Whether a place off-chain declares a name; undefined if there is no such file or folder. */
  readonly declares: (place: string, name: string) => boolean | undefined;
  /** Tests by step id. */
  readonly tests: ReadonlyMap<string, readonly TitledTest[]>;
  /** Names of the demos. */
  readonly demos: ReadonlySet<string>;
}

/** The test of a demo plays it and checks the steps that it tells: `scenarios/<demo>.test.ts`. */
const DEMO_TEST = /^scenarios\/(.*)\.test\.ts$/;

const NONE = "—";
const COLUMNS = 3;
const ROW = /^\| `([0-9SQ][0-9A-Za-z.]*)` +\|/;

/**
 * Reads the rows of all tables whose first column is a step id.
 *
 * @param document The specification, in Markdown.
 * @throws Error if a row does not have three columns.
 */
export function parseMap(document: string): Step[] {
  return document
    .split("\n")
    .filter((line) => ROW.test(line))
    .map((line) => {
      const cells = line.slice(1, line.lastIndexOf("|")).split("|");
      if (cells.length !== COLUMNS) {
        throw new Error(`A row of the step map has ${cells.length} columns, expected ${COLUMNS}: ${line}`);
      }
      const [id = "", words = "", code = ""] = cells.map((cell) => cell.trim());
      return {
        id: id.replaceAll("`", ""),
        words,
        code: code === NONE ? [] : code.split(",").map((name) => name.trim().replaceAll("`", "")),
      };
    });
}

/** The demos that show a step: those whose tests carry its id. */
export function demosOf(id: string, project: Pick<Project, "tests">): string[] {
  const demos = (project.tests.get(id) ?? []).flatMap(({ file }) => DEMO_TEST.exec(file)?.[1] ?? []);
  return [...new Set(demos)];
}

function* checkStep(step: Step, project: Project, passed?: ReadonlySet<string>): Generator<string> {
  if (step.words === "" || step.words === NONE) yield "has no words";
  if (step.code.length === 0) yield "names no code";
  for (const reference of step.code) yield* checkReference(reference, project);

  if (!project.tests.has(step.id)) yield "is in no test title";
  else if (passed !== undefined && !passed.has(step.id)) yield "was asserted by no test that passed in this run";
  if (demosOf(step.id, project).length === 0) yield "has no demo";
}

function* checkReference(reference: string, { contracts, declares }: Project): Generator<string> {
  if (reference.includes("#")) {
    const [place = "", name = ""] = reference.split("#");
    const declared = declares(place, name);
    if (declared === undefined) yield `names an unknown file: ${reference}`;
    else if (!declared) yield `names what its file does not declare: ${reference}`;
  } else {
    const [contract = "", name = ""] = reference.split(".");
    const functions = contracts.get(contract);
    if (functions === undefined) yield `names an unknown contract: ${reference}`;
    else if (!functions.has(name)) yield `names an unknown function: ${reference}`;
  }
}

/**
 * Checks the map: every step has code, a test and a demo; everything named exists; nothing names an unknown step.
 *
 * @param map The rows of the document.
 * @param project What the project holds.
 * @param specified The ids of all steps.
 * @param passed Ids that tests of a run asserted; each step must be among them. Not checked if left out.
 * @returns One line for each problem.
 */
export function checkMap(
  map: readonly Step[],
  project: Project,
  specified: readonly string[],
  passed?: ReadonlySet<string>,
): string[] {
  const problems = map.flatMap((step) =>
    [...checkStep(step, project, passed)].map((problem) => `[${step.id}] ${problem}`),
  );
  const ids = new Set(map.map(({ id }) => id));
  if (ids.size !== map.length) problems.push("The document lists a step twice.");
  for (const id of specified) if (!ids.has(id)) problems.push(`[${id}] is a step, but not in the document`);
  for (const id of ids) if (!specified.includes(id)) problems.push(`[${id}] is in the document, but not a step`);
  for (const [id, [first]] of project.tests) {
    if (!ids.has(id)) problems.push(`[${id}] is in a test title, but not a step: ${first?.file ?? ""}`);
  }
  const shown = new Set(map.flatMap(({ id }) => demosOf(id, project)));
  for (const demo of project.demos) if (!shown.has(demo)) problems.push(`The demo ${demo} shows no step.`);
  return problems;
}

/** Renders a step for a terminal: what holds, its code, its demos, and its tests by file. */
export function renderStep({ id, words, code }: Step, project: Project): string {
  const tests = project.tests.get(id) ?? [];
  const files = new Set(tests.map(({ file }) => file));
  return [
    `${id}  ${words}`,
    ...code.map((reference) => `  code  ${reference}`),
    ...demosOf(id, project).map((demo) => `  demo  ${demo}`),
    ...[...files].flatMap((file) => [
      `  test  ${file}`,
      ...tests.filter((test) => test.file === file).map(({ title }) => `          ${title}`),
    ]),
  ].join("\n");
}

/** Renders the map for a terminal: a line for each step. */
export function renderMap(map: readonly Step[], project: Project): string {
  return map
    .map(({ id, words }) => {
      const tests = project.tests.get(id)?.length ?? 0;
      return `${id.padEnd(10)} ${words} (${tests} tests; demos: ${demosOf(id, project).join(", ") || NONE})`;
    })
    .join("\n");
}
