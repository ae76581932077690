/**
 * Which tests belong to which suite. A test whose title has `@full` is too heavy for the default run, one with `@long` for
 * CI as well. A run of single files has all of their tests but the long ones, which `--grep @long` runs.
 */

/** What one run of the tests takes in. */
export type Suite = "default" | "heavy" | "full" | "long";

/** Full titles of the tests of each suite. */
export const SUITES: Readonly<Record<Suite, RegExp>> = {
  default: /^(?![^]*@(?:full|long)\b)/,
  heavy: /@full\b/,
  full: /^(?![^]*@long\b)/,
  long: /@long\b/,
};

/** Whether something names a suite. */
export function isSuite(name: string): name is Suite {
  return Object.hasOwn(SUITES, name);
}
