/** The ways in which a mutant differs from the source. */
import { type Node, spanOf, walk } from "./source.ts";

/** One change of one file. */
export interface Mutant {
  /** File, place and change: the same as long as the file is. */
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly operator: string;
  /** Bytes that are replaced: `[start, end)`. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly replacement: string;
}

/** What an operator makes of a node: the span that it replaces, and by what. */
type Change = readonly [start: number, end: number, replacement: string];
type Operator = (node: Node, source: Buffer, parents: readonly Node[]) => readonly Change[];

const SWAPS: Readonly<Record<string, readonly string[]>> = {
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["/"],
  "<": ["<=", ">"],
  "<=": ["<", ">="],
  ">": [">=", "<"],
  ">=": [">", "<="],
  "==": ["!="],
  "!=": ["=="],
  "&&": ["||"],
  "||": ["&&"],
  "&": ["|"],
  "|": ["&"],
  "^": ["|"],
  "<<": [">>"],
  ">>": ["<<"],
  "+=": ["-=", "="],
  "-=": ["+=", "="],
  "|=": ["&=", "="],
  "&=": ["|=", "="],
  "^=": ["|="],
};

const OPERATORS: Readonly<Record<string, Operator>> = {
  /** Another operator between the same operands. */
  operator(node, source) {
    if (node.nodeType !== "BinaryOperation" && node.nodeType !== "Assignment") return [];
    const left = node[node.nodeType === "Assignment" ? "leftHandSide" : "leftExpression"] as Node;
    const right = node[node.nodeType === "Assignment" ? "rightHandSide" : "rightExpression"] as Node;
    const [from, to] = [spanOf(left)[1], spanOf(right)[0]];
    const symbol = node["operator"] as string;
    const at = from + source.subarray(from, to).indexOf(symbol);
    return (SWAPS[symbol] ?? []).map((swap) => [at, at + symbol.length, swap] as const);
  },
  /** A number one higher, or the other truth. */
  literal(node, source) {
    const [start, end] = spanOf(node);
    if (node.nodeType !== "Literal") return [];
    if (node["kind"] === "bool") return [[start, end, node["value"] === "true" ? "false" : "true"]];
    if (node["kind"] !== "number") return [];
    const text = source.subarray(start, end).toString();
    return [[start, end, `(${text} + 1)`]];
  },
  /** A condition that always holds, or never. */
  condition(node) {
    if (node.nodeType !== "IfStatement") return [];
    const [start, end] = spanOf(node["condition"] as Node);
    return [
      [start, end, "true"],
      [start, end, "false"],
    ];
  },
  /** A statement that is left out. */
  statement(node, source) {
    if (!["ExpressionStatement", "EmitStatement", "RevertStatement"].includes(node.nodeType)) return [];
    const [start, end] = spanOf(node);
    // Some spans end before their semicolon.
    const rest = source.subarray(end).toString().match(/^\s*;/)?.[0].length ?? 0;
    return [[start, end + rest, "{}"]];
  },
  /** A modifier that is left out. */
  modifier(node, _, parents) {
    if (node.nodeType !== "ModifierInvocation") return [];
    const owner = parents.at(-1);
    if (node["kind"] !== "modifierInvocation" || owner?.["kind"] === "constructor") return [];
    return [[...spanOf(node), ""]];
  },
  /** The other step, or no negation. */
  unary(node, source) {
    if (node.nodeType !== "UnaryOperation") return [];
    const [start, end] = spanOf(node);
    const text = source.subarray(start, end).toString();
    const symbol = node["operator"] as string;
    if (symbol === "++" || symbol === "--") return [[start, end, text.replace(symbol, symbol === "++" ? "--" : "++")]];
    if (symbol === "!" || symbol === "~") return [[start, end, text.slice(1)]];
    return [];
  },
};

/** Every mutant of a file, in the order of its text. Assembly and constants of type hashes stay as they are. */
export function mutantsOf(file: string, source: Buffer, tree: Node): Mutant[] {
  const found: Mutant[] = [];
  for (const [node, parents] of walk(tree)) {
    if (parents.some(({ nodeType }) => nodeType === "InlineAssembly" || nodeType === "StructuredDocumentation"))
      continue;
    for (const [operator, change] of Object.entries(OPERATORS)) {
      for (const [start, end, replacement] of change(node, source, parents)) {
        const text = source.subarray(start, end).toString();
        const line = source.subarray(0, start).toString().split("\n").length;
        const id = `${file}:${line}:${start} ${operator} ${replacement === "" ? "removed" : replacement}`;
        found.push({ id, file, line, operator, start, end, text, replacement });
      }
    }
  }
  return found.sort((first, second) => first.start - second.start || first.id.localeCompare(second.id));
}

/** The source with the mutant's change. */
export function apply(source: Buffer, { start, end, replacement }: Mutant): Buffer {
  return Buffer.concat([source.subarray(0, start), Buffer.from(replacement), source.subarray(end)]);
}
