/** What Slither finds, held against the answers that people gave. */

/** A part of the code that a finding names. */
interface Element {
  readonly type: string;
  readonly name: string;
  readonly source_mapping: { readonly filename_relative: string; readonly lines: readonly number[] };
  readonly type_specific_fields?: {
    readonly signature?: string;
    readonly parent?: Element | null;
  };
}

/** A finding in Slither's JSON. */
export interface Finding {
  readonly check: string;
  readonly impact: string;
  readonly description: string;
  readonly elements: readonly Element[];
}

/** Why findings of one kind at one place are no fault. */
export interface Answer {
  /** Slither's name of the detector. */
  readonly check: string;
  /** Where: `Contract.function(types)` or the like, as the tool prints it. */
  readonly where: string;
  /** How many there are; another one there needs an answer too. One if absent. */
  readonly count?: number;
  /** The reason, in a sentence. */
  readonly why: string;
}

/** The file of answers. */
export interface Answers {
  /** Detectors that do not run, with the reason. */
  readonly detectors: Readonly<Record<string, string>>;
  readonly findings: readonly Answer[];
}

/** Where a finding is: its first element, with what is around it. Lines would change with every edit. */
export function placeOf({ elements: [element] }: Finding): string {
  return element === undefined ? "nowhere" : pathOf(element).join(".");
}

function pathOf({ type, name, type_specific_fields: fields }: Element): string[] {
  const parent = fields?.parent ?? undefined;
  const around = parent === undefined ? [] : pathOf(parent);
  // A statement is named by its function.
  return type === "node" ? around : [...around, fields?.signature ?? name];
}

/**
 * Holds findings against answers.
 *
 * @returns One line for each that has no answer, and for each answer that answers nothing any more.
 */
export function unanswered(findings: readonly Finding[], { findings: answers }: Answers): string[] {
  const keyOf = (check: string, where: string): string => `${check} in ${where}`;
  const found = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = keyOf(finding.check, placeOf(finding));
    found.set(key, [...(found.get(key) ?? []), finding]);
  }
  const given = new Map(answers.map((answer) => [keyOf(answer.check, answer.where), answer]));
  const problems: string[] = [];
  if (given.size < answers.length) problems.push("Two answers are about the same findings; use their count");
  for (const [key, all] of found) {
    const answer = given.get(key);
    const expected = answer === undefined ? 0 : (answer.count ?? 1);
    if (all.length === expected) continue;
    const texts = all.map(({ impact, description }) => `  ${impact}: ${description.trim().replaceAll("\n", "\n    ")}`);
    problems.push([`${key}: ${all.length} found, ${expected} answered`, ...texts].join("\n"));
  }
  for (const [key, { why }] of given) {
    if (!found.has(key)) problems.push(`${key}: answered, but not found any more`);
    if (why.trim() === "") problems.push(`${key}: the answer gives no reason`);
  }
  return problems;
}
