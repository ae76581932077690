/** ESLint's rule for the floors: `metis/floors`. */
import { posix, relative, sep } from "node:path";

import type { Rule } from "eslint";

import { type Imports, pathBetween, readImports, wrongImport } from "./typescript.ts";

/** The nodes that name another file; ESLint gives them all. */
interface Naming {
  readonly source?: { readonly value?: unknown } | null;
  readonly importKind?: string;
}

/** The rule for a project. */
export function floorsRule(root: string): Rule.RuleModule {
  let imports: Imports | undefined;
  return {
    meta: { type: "problem", schema: [] },
    create(context) {
      const file = relative(root, context.filename).split(sep).join("/");
      const check = (node: Rule.Node): void => {
        const { source, importKind } = node as unknown as Naming;
        const specifier = source?.value;
        if (typeof specifier !== "string" || !specifier.startsWith(".")) return;
        const target = posix.join(posix.dirname(file), specifier);
        const wrong = wrongImport(file, target);
        if (wrong !== undefined) context.report({ node, message: wrong });
        if (importKind === "type" || node.type === "ImportExpression") return;
        const circle = pathBetween((imports ??= readImports(root)), target, file);
        if (circle !== undefined)
          context.report({ node, message: `import in a circle: ${[file, ...circle].join(" > ")}` });
      };
      return {
        ImportDeclaration: check,
        ExportNamedDeclaration: check,
        ExportAllDeclaration: check,
        ImportExpression: check,
      };
    },
  };
}
