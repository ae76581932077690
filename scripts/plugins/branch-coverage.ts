/**
 * Adds branches to Hardhat's coverage, which knows statements only: both ways of every `if`, `require` and `?:` of the
 * contracts report a hit of their own to Hardhat's coverage collector. Branches inside of assembly are not counted.
 */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import type { SolidityHooks } from "hardhat/types/hooks";
import type { HardhatPlugin } from "hardhat/types/plugins";

/** One decision in a contract. */
export interface Branch {
  /** The file, relative to the project. */
  readonly file: string;
  readonly line: number;
  /** Collector's ids for the condition being true and false, 64 hexadecimal digits each. */
  readonly tags: readonly [string, string];
}

/** An instrumented source with its branches. */
export interface Instrumented {
  readonly source: string;
  readonly branches: readonly Branch[];
}

interface AstNode {
  nodeType: string;
  src: string;
  condition?: AstNode;
  trueBody?: AstNode;
  falseBody?: AstNode | null;
  expression?: AstNode;
  arguments?: AstNode[];
  name?: string;
}

interface SoliditySolc {
  compile(input: string): string;
}

const COLLECTOR = "__NomicFoundationCoverage";

/**
 * In place of Hardhat's library of this name. It reports in the same way, but leaves memory as it was: code that writes
 * behind the free memory pointer before it allocates would find a tag in its buffer.
 */
const LIBRARY = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;
library ${COLLECTOR} {
    address private constant COLLECTOR = 0xc0bEc0BEc0BeC0bEC0beC0bEC0bEC0beC0beC0BE;

    function _send(uint256 tag) private view {
        assembly ("memory-safe") {
            let pointer := mload(0x40)
            let kept := mload(pointer)
            mstore(pointer, tag)
            pop(staticcall(gas(), COLLECTOR, pointer, 32, 0, 0))
            mstore(pointer, kept)
        }
    }

    function _pure(function(uint256) internal view f) private pure returns (function(uint256) internal pure g) {
        assembly {
            g := f
        }
    }

    function sendHit(uint256 tag) internal pure {
        _pure(_send)(tag);
    }

    function decide(bool condition, uint256 tag) internal pure returns (bool) {
        sendHit(condition ? tag : tag + 1);
        return condition;
    }
}
`;

function parse(source: string): AstNode {
  const solc = createRequire(import.meta.url)("solc") as SoliditySolc;
  const output = JSON.parse(
    solc.compile(
      JSON.stringify({
        language: "Solidity",
        sources: { source: { content: source } },
        settings: { stopAfter: "parsing", outputSelection: { "*": { "": ["ast"] } } },
      }),
    ),
  ) as { sources?: { source?: { ast?: AstNode } }; errors?: { formattedMessage: string }[] };
  const ast = output.sources?.source?.ast;
  if (ast === undefined) throw new Error(output.errors?.[0]?.formattedMessage ?? "The source has no syntax tree");
  return ast;
}

function* nodes(value: unknown): Generator<AstNode> {
  if (typeof value !== "object" || value === null) return;
  if ("nodeType" in value) yield value as AstNode;
  for (const child of Object.values(value)) yield* nodes(child);
}

function range({ src }: AstNode): [start: number, end: number] {
  const [start = 0, length = 0] = src.split(":").map(Number);
  return [start, start + length];
}

/**
 * Instruments the branches of a source whose statements Hardhat has instrumented: every body is a block by then.
 *
 * @param file Name of the source, for the branches and their tags.
 * @param source The source.
 */
export function instrumentBranches(file: string, source: string): Instrumented {
  const bytes = Buffer.from(source);
  const insertions: { at: number; text: string }[] = [];
  const branches: Branch[] = [];

  function branchOn(condition: AstNode): bigint {
    const [offset] = range(condition);
    const digest = createHash("sha256").update(`${file}:${condition.src}`).digest("hex");
    const tag = BigInt(`0x${digest}`) & ~1n;
    const tags = [tag, tag + 1n].map((value) => value.toString(16).padStart(64, "0")) as [string, string];
    const line = bytes.subarray(0, offset).toString().split("\n").length;
    branches.push({ file, line, tags });
    return tag;
  }

  function hitAtStartOf(block: AstNode, tag: bigint): void {
    insertions.push({ at: range(block)[0] + 1, text: `${COLLECTOR}.sendHit(${String(tag)});` });
  }

  function wrap(condition: AstNode): void {
    const [start, end] = range(condition);
    const tag = branchOn(condition);
    insertions.push({ at: start, text: `${COLLECTOR}.decide(` }, { at: end, text: `, ${String(tag)})` });
  }

  for (const node of nodes(parse(source))) {
    if (node.nodeType === "IfStatement" && node.condition !== undefined && node.trueBody !== undefined) {
      const tag = branchOn(node.condition);
      hitAtStartOf(node.trueBody, tag);
      if (node.falseBody) hitAtStartOf(node.falseBody, tag + 1n);
      else insertions.push({ at: range(node.trueBody)[1], text: `else{${COLLECTOR}.sendHit(${String(tag + 1n)});}` });
    } else if (node.nodeType === "Conditional" && node.condition !== undefined) {
      wrap(node.condition);
    } else if (node.nodeType === "FunctionCall" && node.expression?.name === "require" && node.arguments?.[0]) {
      wrap(node.arguments[0]);
    }
  }

  insertions.sort((a, b) => b.at - a.at);
  let result = bytes;
  for (const { at, text } of insertions) {
    result = Buffer.concat([result.subarray(0, at), Buffer.from(text), result.subarray(at)]);
  }
  return { source: result.toString(), branches };
}

// Hardhat's own coverage stands on the same hooks; what replaces them has to serve both.
/* eslint-disable @typescript-eslint/no-deprecated */
const handlers: Partial<SolidityHooks> = {
  preprocessProjectFileBeforeBuilding: async (context, name, path, content, version, next) => {
    const source = await next(context, name, path, content, version);
    // Hardhat instruments what it covers, and nothing else.
    if (!context.globalOptions.coverage || !source.includes(COLLECTOR)) return source;

    const file = name.replace(/^project\//, "");
    const instrumented = instrumentBranches(file, source);
    const folder = join(context.config.paths.root, "coverage/branches");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${file.replaceAll("/", "__")}.json`), JSON.stringify(instrumented.branches));
    return instrumented.source;
  },

  preprocessSolcInputBeforeBuilding: async (context, input, next) => {
    const prepared = await next(context, input);
    for (const [name, source] of Object.entries(prepared.sources)) {
      if (name.startsWith(COLLECTOR)) source.content = LIBRARY;
    }
    return prepared;
  },
};
/* eslint-enable @typescript-eslint/no-deprecated */

export const branchCoverage: HardhatPlugin = {
  id: "metis-branch-coverage",
  npmPackage: null,
  hookHandlers: { solidity: () => Promise.resolve({ default: () => Promise.resolve(handlers) }) },
};
