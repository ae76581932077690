/** What the project holds that a step map can name: compiled contracts, code off-chain, test titles, demos. */
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";

import ts from "typescript";

import type { Project, TitledTest } from "./map.ts";

const STEP_ID = /\[((?:\d|S\d|Q\d)[0-9A-Za-z.]*)\]/g;

/** The step ids in a title, in brackets there: `[11.6]`. */
export function idsIn(text: string): string[] {
  return [...text.matchAll(STEP_ID)].map(([, id]) => id ?? "");
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

/** A test, with the ids in its title and in the titles of the suites around it. */
interface Found {
  readonly title: string;
  readonly ids: readonly string[];
}

const SUITES = new Set(["describe", "context"]);
const TESTS = new Set(["it", "specify"]);

/** Whether a test has no body, or one without a statement: it asserts nothing. */
function isEmpty(body: ts.Expression | undefined): boolean {
  if (body === undefined) return true;
  const isFunction = ts.isArrowFunction(body) || ts.isFunctionExpression(body);
  return isFunction && ts.isBlock(body.body) && body.body.statements.length === 0;
}

/** Tests of a TypeScript file, but for those that are empty or inside `it.skip` or `describe.skip`. */
function testsOfTypeScript(path: string): Found[] {
  const found: Found[] = [];
  const look = (node: ts.Node, around: readonly string[]): void => {
    let ids = around;
    if (ts.isCallExpression(node)) {
      if (ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === "skip") return;
      const name = ts.isIdentifier(node.expression) ? node.expression.text : "";
      const title = node.arguments[0]?.getText() ?? "";
      if (SUITES.has(name)) ids = [...around, ...idsIn(title)];
      if (TESTS.has(name) && !isEmpty(node.arguments[1])) found.push({ title, ids: [...around, ...idsIn(title)] });
    }
    ts.forEachChild(node, (child) => {
      look(child, ids);
    });
  };
  look(parse(path), []);
  return found;
}

/** Tests of a Solidity file; their ids stand in the comments above them. */
export function testsOfSolidity(path: string): Found[] {
  const source = readFileSync(path, "utf8");
  const tests = source.matchAll(/((?:^ *\/\/\/.*\n)*)^ *function ((?:test|invariant|statefulFuzz)\w*)\(/gm);
  return [...tests].map(([, comment = "", title = ""]) => ({ title, ids: idsIn(comment) }));
}

function readTests(root: string): Map<string, TitledTest[]> {
  const tests = new Map<string, TitledTest[]>();
  for (const file of globSync(["**/*.test.ts", "**/*.t.sol"], { cwd: join(root, "test") }).sort()) {
    const path = join(root, "test", file);
    for (const { title, ids } of file.endsWith(".sol") ? testsOfSolidity(path) : testsOfTypeScript(path)) {
      for (const id of new Set(ids)) tests.set(id, [...(tests.get(id) ?? []), { file, title }]);
    }
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
