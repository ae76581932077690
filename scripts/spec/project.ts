/** What the project holds that a step map can name: compiled contracts, code off-chain, test titles, demos. */
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";

import ts from "typescript";

import type { Project } from "./map.ts";

const STEP_ID = /\[((?:\d|S\d|Q\d)[0-9A-Za-z.]*)\]/g;

function idsIn(text: string): string[] {
  return [...text.matchAll(STEP_ID)].map(([, id]) => id ?? "");
}

/** The ids of the source specification's tables. */
export function readSharedIds(path: string): string[] {
  return [...readFileSync(path, "utf8").matchAll(/^\| ([0-9SQ][0-9A-Za-z.]*) \|/gm)].map(([, id]) => id ?? "");
}

function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ES2023, true);
}

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => {
    visit(child, look);
  });
}

/** Names of the functions, methods, classes and variables that a TypeScript file declares. */
function declarations(path: string): Set<string> {
  const names = new Set<string>();
  visit(parse(path), (node) => {
    if (
      (ts.isFunctionDeclaration(node) ||
        ts.isMethodDeclaration(node) ||
        ts.isClassDeclaration(node) ||
        ts.isVariableDeclaration(node) ||
        ts.isPropertyAssignment(node) ||
        ts.isPropertyDeclaration(node) ||
        ts.isGetAccessorDeclaration(node)) &&
      node.name !== undefined
    ) {
      names.add(node.name.getText().replaceAll(/["#]/g, ""));
    }
  });
  return names;
}

/** Titles of the tests and suites of a TypeScript file that are not skipped for good. */
function titlesOfTypeScript(path: string): string[] {
  const titles: string[] = [];
  visit(parse(path), (node) => {
    if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return;
    if (!["describe", "context", "it", "specify"].includes(node.expression.text)) return;
    const title = node.arguments[0];
    if (title !== undefined && node.arguments.length > 1) titles.push(title.getText());
  });
  return titles;
}

/** Names of the tests of a Solidity file, each with the comment above it. */
function titlesOfSolidity(path: string): string[] {
  const source = readFileSync(path, "utf8");
  return [...source.matchAll(/((?:^ *\/\/\/.*\n)*)^ *function ((?:test|invariant|statefulFuzz)\w*)\(/gm)].map(
    ([, comment = "", name = ""]) => comment + name,
  );
}

function readTests(root: string): Map<string, string[]> {
  const tests = new Map<string, string[]>();
  for (const file of globSync(["**/*.test.ts", "**/*.t.sol"], { cwd: join(root, "test") }).sort()) {
    const path = join(root, "test", file);
    const titles = file.endsWith(".sol") ? titlesOfSolidity(path) : titlesOfTypeScript(path);
    for (const id of new Set(titles.flatMap(idsIn))) tests.set(id, [...(tests.get(id) ?? []), file]);
  }
  return tests;
}

interface Artifact {
  contractName: string;
  abi: { type: string; name?: string }[];
}

function readContracts(root: string): Map<string, Set<string>> {
  const contracts = new Map<string, Set<string>>();
  for (const file of globSync("artifacts/{contracts,@openzeppelin}/**/*.json", { cwd: root })) {
    const { contractName, abi } = JSON.parse(readFileSync(join(root, file), "utf8")) as Artifact;
    const functions = abi.filter(({ type }) => type === "function").map(({ name = "" }) => name);
    contracts.set(contractName, new Set(functions));
  }
  return contracts;
}

function readDemos(root: string): Set<string> {
  return new Set(globSync("scripts/demos/scenarios/*.ts", { cwd: root }).map((file) => basename(file, ".ts")));
}

/**
 * Reads the project.
 *
 * @param root The folder of the checkout; its contracts are compiled.
 */
export function readProject(root: string): Project {
  const known = new Map<string, Set<string>>();

  function declarationsAt(place: string): Set<string> | undefined {
    const path = join(root, place);
    const file = `${path}.ts`;
    if (existsSync(file)) return declarations(file);
    if (!existsSync(path) || !statSync(path).isDirectory()) return undefined;
    return new Set(globSync("**/*.ts", { cwd: path }).flatMap((inside) => [...declarations(join(path, inside))]));
  }

  return {
    contracts: readContracts(root),
    declares(place, name) {
      const names = known.get(place) ?? declarationsAt(place);
      if (names !== undefined) known.set(place, names);
      return names?.has(name);
    },
    tests: readTests(root),
    demos: readDemos(root),
  };
}
