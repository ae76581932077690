/** What the parent and the processes of a test run tell each other. */
import type { Suite } from "./suites.ts";

/** In the place of a file's name: all tests in Solidity, which Hardhat runs together. */
export const SOLIDITY = "Solidity tests";

/** Starts the line that ends the output of a file; what follows is a `FileResult`. */
export const END_OF_FILE = "\u001eend of file ";

/** What a process is sent. */
export interface Order {
  readonly file: string;
  readonly suite: Suite;
  readonly color: boolean;
}

/** How one file ended. */
export interface FileResult {
  readonly file: string;
  readonly passed: number;
  /** Titles of tests that failed. */
  readonly failed: readonly string[];
  /** Titles of tests that skipped themselves. */
  readonly skipped: readonly string[];
  /** Tests of other suites. */
  readonly left: number;
}
