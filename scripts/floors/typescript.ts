/** The floors of the TypeScript: imports run down, never up nor across, and no files import each other in a circle. */
import { globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** Rooms from the ground up; those on one floor do not import each other. */
export const FLOORS: readonly (readonly string[])[] = [
  ["types"],
  ["l2/base"],
  ["l2/evm"],
  ["l2/protocol"],
  ["l2/state"],
  ["l2/execution"],
  ["l2/chain"],
  ["l2/batch"],
  ["l2/rpc"],
  ["ignition"],
  ["agents/runtime"],
  ["agents/l1"],
  ["agents/data"],
  ["agents/execution"],
  ["agents/node"],
  ["agents/peers"],
  [
    "agents/answers",
    "agents/consensus",
    "agents/sequencer",
    "agents/storage",
    "agents/submitter",
    "agents/user",
    "agents/verifier",
    "agents/voter",
  ],
  ["agents/cli"],
  ["agents/local"],
  ["testkit"],
  ["conformance"],
  ["bench", "scripts"],
  ["test"],
];

interface Place {
  readonly room: string;
  readonly floor: number;
}

function placeOf(file: string): Place | undefined {
  for (const [floor, rooms] of FLOORS.entries()) {
    const room = rooms.find((name) => file.startsWith(`${name}/`));
    if (room !== undefined) return { room, floor };
  }
  return undefined;
}

/**
 * Why a file must not import another; nothing where it may.
 * @param file Path of the importing file, from the project's root.
 * @param target Path of the imported one.
 */
export function wrongImport(file: string, target: string): string | undefined {
  const from = placeOf(file);
  const to = placeOf(target);
  if (from === undefined || to === undefined || from.room === to.room || to.floor < from.floor) return undefined;
  const where = to.floor === from.floor ? "stands beside it" : "stands above it";
  return `${from.room} imports from ${to.room}, which ${where}; imports run down`;
}

/** What each file imports, both from the project's root; packages are left out. */
export type Imports = ReadonlyMap<string, readonly string[]>;

const COMMENT = /\/\*[^]*?\*\/|^\s*\/\/.*$/gm;
/** Types alone are gone before the code runs, where a circle would leave one file half loaded. */
const IMPORT = /^(?:import|export)\s(?!type\b)[^;"]*?from\s+"(\.[^"]+)"|^import\s+"(\.[^"]+)"/gm;

/** Files that a source imports when it is loaded. */
export function importsIn(file: string, source: string): string[] {
  return [...source.replaceAll(COMMENT, "").matchAll(IMPORT)].map(([, from, bare]) =>
    posix.join(posix.dirname(file), from ?? bare ?? ""),
  );
}

/** Reads the imports of all TypeScript in the rooms. */
export function readImports(root: string): Imports {
  const tops = new Set(FLOORS.flat().map((room) => room.split("/")[0]!));
  tops.delete("types");
  const files = globSync(
    [...tops].map((top) => `${top}/**/*.ts`),
    { cwd: root },
  ).map((file) => file.replaceAll("\\", "/"));
  return new Map(files.map((file) => [file, importsIn(file, readFileSync(join(root, file), "utf8"))]));
}

/**
 * A shortest way through imports from one file to another.
 * @returns The files on it, with both ends; nothing where there is none.
 */
export function pathBetween(imports: Imports, from: string, to: string): string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[from, undefined]]);
  for (const file of cameFrom.keys()) {
    if (file === to) {
      const path = [];
      for (let at: string | undefined = to; at !== undefined; at = cameFrom.get(at)) path.unshift(at);
      return path;
    }
    for (const target of imports.get(file) ?? []) if (!cameFrom.has(target)) cameFrom.set(target, file);
  }
  return undefined;
}
