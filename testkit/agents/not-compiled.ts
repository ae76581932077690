/** A `NODE_OPTIONS` that fails on any import of the contracts' types, which a fresh clone does not have. */
export const NOT_COMPILED = `--import=data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier.includes("ethers-contracts")) throw new Error("imports " + specifier);
      return next(specifier, context);
    },
  });
`)}`;
