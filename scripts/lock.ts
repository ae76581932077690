/**
 * Checks that the lock file is complete. npm leaves out optional packages of other platforms where a file was made without
 * them, and then neither `npm ci` nor `npm install` works there.
 *
 *   node scripts/lock.ts
 */
import { readFileSync } from "node:fs";

interface Package {
  readonly link?: true;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** What npm writes into `package-lock.json`: every package by its place. */
export interface Lock {
  readonly packages: Readonly<Record<string, Package>>;
}

/** What packages depend on, for any platform, that has no place in the file. */
export function missingPackages({ packages }: Lock): string[] {
  return Object.entries(packages).flatMap(([place, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !foldersAbove(place).some((folder) => `${folder}node_modules/${name}` in packages))
      .map((name) => `${place === "" ? "the project" : place} depends on ${name}`),
  );
}

/** Folders in which Node looks for what a package imports, the nearest first. */
function foldersAbove(place: string): string[] {
  const parts = place === "" ? [] : place.split(/\/?node_modules\//).slice(1);
  const folder = (depth: number): string =>
    parts
      .slice(0, depth)
      .map((name) => `node_modules/${name}/`)
      .join("");
  return Array.from({ length: parts.length + 1 }, (_, i) => folder(parts.length - i));
}

if (import.meta.main) {
  const missing = missingPackages(
    JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8")) as Lock,
  );
  for (const line of missing) console.error(`package-lock.json is not complete: ${line}`);
  if (missing.length > 0) process.exitCode = 1;
}
