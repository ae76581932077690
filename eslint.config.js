import eslint from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

import { floorsRule } from "./scripts/floors/eslint.ts";

export default defineConfig(
  globalIgnores(["artifacts", "cache", "coverage", "demos", "ignition/deployments", "node_modules", "types"]),
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A promise that nobody waits for is marked with `void`.
      "@typescript-eslint/no-floating-promises": ["error", { ignoreVoid: true }],
      // Numbers and bigints print alike everywhere; only objects and undefined make a message useless.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      // The compiler takes every indexed value for missing; bounds that a loop has checked are asserted.
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // Dependencies are plain objects, and tests hand in parts of them.
      "@typescript-eslint/unbound-method": "off",
      eqeqeq: "error",
      "no-console": "off",
    },
  },
  {
    // The rooms and their order are in scripts/floors/typescript.ts.
    files: ["**/*.ts"],
    plugins: { metis: { rules: { floors: floorsRule(import.meta.dirname) } } },
    rules: { "metis/floors": "error" },
  },
  {
    // chai's assertions are property reads.
    files: ["test/**/*.ts"],
    rules: {
      "@typescript-eslint/no-unused-expressions": "off",
      // What a callback has changed since, the compiler does not see.
      "@typescript-eslint/no-unnecessary-condition": "off",
    },
  },
  {
    // Arguments of events have no types, and a test or a demo that misreads one shows it.
    files: ["test/**/*.ts", "scripts/demos/**/*.ts"],
    rules: {
      "@typescript-eslint/no-explicit-any": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  { files: ["**/*.js"], extends: [tseslint.configs.disableTypeChecked] },
);
