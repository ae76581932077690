/** The syntax trees of Solidity files, by the project's own compiler. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** A node of solc's syntax tree: `src` is `start:length:file`, in bytes. */
export interface Node {
  readonly nodeType: string;
  readonly src: string;
  readonly [field: string]: unknown;
}

interface Compiler {
  compile(input: string, callbacks: { import: (path: string) => { contents: string } }): string;
}

interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly sources: Readonly<Record<string, { readonly ast: Node }>>;
}

/**
 * Parses files and what they import.
 *
 * @param root Folder that the files' paths are relative to.
 * @returns The tree of each of the files.
 * @throws {Error} Where a file does not compile.
 */
export function parse(root: string, files: readonly string[]): Map<string, Node> {
  const require = createRequire(import.meta.url);
  const solc = require("solc") as Compiler;
  const sources = Object.fromEntries(files.map((file) => [file, { content: readFileSync(join(root, file), "utf8") }]));
  const settings = { evmVersion: "osaka", outputSelection: { "*": { "": ["ast"] } } };
  const find = (path: string): { contents: string } => {
    const file = path.startsWith("@") ? require.resolve(path) : join(root, path);
    return { contents: readFileSync(file, "utf8") };
  };
  const input = JSON.stringify({ language: "Solidity", sources, settings });
  const output = JSON.parse(solc.compile(input, { import: find })) as Output;
  const error = output.errors?.find(({ severity }) => severity === "error");
  if (error !== undefined) throw new Error(error.formattedMessage);
  return new Map(files.map((file) => [file, (output.sources[file] as { ast: Node }).ast]));
}

/** Every node of a tree, parents first, with the nodes that it lies in, outermost first. */
export function* walk(node: Node, parents: readonly Node[] = []): Generator<[Node, readonly Node[]]> {
  yield [node, parents];
  const inner = [...parents, node];
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isNode(child)) yield* walk(child, inner);
    }
  }
}

/** The bytes of a node in its file: `[start, end)`. */
export function spanOf({ src }: Node): [start: number, end: number] {
  const [start = 0, length = 0] = src.split(":").map(Number);
  return [start, start + length];
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "nodeType" in value && "src" in value;
}
