import type { Setting, Stage } from "./stage.ts";

/** A branch of the specification that can be played. */
export interface Scenario {
  /** What the command line calls it. */
  readonly name: string;
  readonly title: string;
  /** A setting that was never played before, and what happens in it. */
  prepare(): { readonly setting: Setting; play(stage: Stage): Promise<void> };
}
