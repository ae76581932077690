/** The floors of the contracts: which room may import which, and that no files import each other in a circle. */
import { globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** The rooms that a room imports, by its path relative to `contracts/`; those below come first. */
export type Rooms = Readonly<Record<string, readonly string[]>>;

/**
 * Rooms from the ground up, each with the rooms below that it imports. A room is a folder, with its folders that are no
 * room of their own, or a single file.
 */
export const ROOMS: Rooms = {
  types: [],
  trie: [],
  "execution/fork": [],
  "execution/precompiles": ["execution/fork"],
  "execution/evm": ["trie", "execution/fork", "execution/precompiles"],
  "execution/sessions": ["types"],
  execution: ["types", "trie", "execution/fork", "execution/evm", "execution/sessions"],
  payments: [],
  governance: ["payments"],
  sequencers: ["payments", "governance"],
  verifiers: ["payments", "governance"],
  // Votes decide about sequencers and verifiers, whose parameters stand below.
  "governance/IMetisGovernor.sol": ["governance", "verifiers"],
  "governance/MetisGovernor.sol": ["governance", "governance/IMetisGovernor.sol", "sequencers", "verifiers"],
  batches: ["types", "governance", "sequencers"],
  disputes: ["types", "execution", "payments", "governance", "sequencers", "verifiers", "batches"],
};

/** What each file imports, by path: both relative to `contracts/`; libraries are left out. */
export type Imports = ReadonlyMap<string, readonly string[]>;

const COMMENT = /\/\*[^]*?\*\/|\/\/.*/g;
const IMPORT = /\bimport\b[^;"']*["']([^"']+)["']/g;

/**
 * The files of the project that a Solidity source imports.
 *
 * @param path Of the file, relative to `contracts/`.
 */
export function importsIn(path: string, source: string): string[] {
  return [...source.replaceAll(COMMENT, "").matchAll(IMPORT)]
    .map(([, target = ""]) => target)
    .filter((target) => target.startsWith("."))
    .map((target) => posix.join(posix.dirname(path), target));
}

/** Reads the imports of all contracts below a folder. */
export function readImports(contracts: string): Imports {
  const files = globSync("**/*.sol", { cwd: contracts }).sort();
  return new Map(files.map((file) => [file, importsIn(file, readFileSync(join(contracts, file), "utf8"))]));
}

function roomOf(rooms: Rooms, file: string): string | undefined {
  return Object.keys(rooms)
    .filter((room) => file === room || file.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0];
}

function* checkRooms(imports: Imports, rooms: Rooms): Generator<string> {
  for (const [file, targets] of imports) {
    const room = roomOf(rooms, file);
    if (room === undefined) yield `${file} is in no room`;
    for (const target of targets) {
      const other = roomOf(rooms, target);
      if (room === undefined || other === room) continue;
      if (other === undefined) yield `${file} imports ${target}, which is in no room`;
      else if (!rooms[room]?.includes(other)) yield `${file} imports ${target}: ${room} may not import ${other}`;
    }
  }
}

function* checkTable(rooms: Rooms): Generator<string> {
  const below: string[] = [];
  for (const [room, targets] of Object.entries(rooms)) {
    for (const target of targets) if (!below.includes(target)) yield `${room} lists ${target}, which is not below it`;
    below.push(room);
  }
}

/** Circles of files, each once: those that a walk in depth closes. */
function findCircles(imports: Imports): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  function walk(file: string, path: readonly string[]): void {
    const start = path.indexOf(file);
    if (start >= 0) circles.push(`circle of imports: ${[...path.slice(start), file].join(" -> ")}`);
    if (start >= 0 || done.has(file)) return;
    for (const target of imports.get(file) ?? []) walk(target, [...path, file]);
    done.add(file);
  }
  for (const file of imports.keys()) walk(file, []);
  return circles;
}

/**
 * Checks that imports run down the table of rooms only, and that no files import each other in a circle.
 *
 * @returns One line for each problem.
 */
export function checkContracts(imports: Imports, rooms: Rooms = ROOMS): string[] {
  return [...checkTable(rooms), ...checkRooms(imports, rooms), ...findCircles(imports)];
}
