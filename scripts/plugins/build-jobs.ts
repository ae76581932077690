/**
 * Builds on all cores. The compiler uses one core for one job, and Hardhat puts every file that an override names into a
 * job of its own. Here overrides with the same settings share a job, so that a configuration decides how a build is cut.
 * Deployments, which Hardhat builds under the profile `production`, take what the default profile has built.
 */
import { availableParallelism } from "node:os";
import { resolve } from "node:path";

import type { ConfigHooks, SolidityHooks } from "hardhat/types/hooks";
import type { HardhatPlugin } from "hardhat/types/plugins";
import { FileBuildResultType } from "hardhat/types/solidity";

import { hashOfSources, stampCompiled } from "../../ignition/compiled.ts";

/** Where the contracts lie that tests and demos run on the L2. */
const L2_CONTRACTS = "testkit/contracts/";

/**
 * Makes one object of all that are equal, which is what Hardhat goes by when it merges jobs.
 * @param overrides Compiler settings by file.
 */
export function shareEqual<T>(overrides: Readonly<Record<string, T>>): Record<string, T> {
  const seen = new Map<string, T>();
  return Object.fromEntries(
    Object.entries(overrides).map(([file, settings]) => {
      const key = JSON.stringify(settings);
      const shared = seen.get(key) ?? settings;
      seen.set(key, shared);
      return [file, shared];
    }),
  );
}

const config: Partial<ConfigHooks> = {
  resolveUserConfig: async (userConfig, resolveVariable, next) => {
    const resolved = await next(userConfig, resolveVariable);
    const { profiles } = resolved.solidity;
    for (const profile of Object.values(profiles)) profile.overrides = shareEqual(profile.overrides);
    // Hardhat adds defaults of its own to this profile, in another order, and would compile all over again.
    profiles["production"] = profiles["default"]!;
    return resolved;
  },
};

const solidity: Partial<SolidityHooks> = {
  build: async (context, files, options, next) => {
    const { root } = context.config.paths;
    const whole = options?.cleanupArtifacts === true;
    const parallel = { concurrency: availableParallelism(), ...options };
    if (options?.scope === "tests") {
      // Hardhat takes only files below its two folders along with a build of everything.
      const added = whole ? filesForL2(Object.keys(context.config.solidity.profiles["default"]!.overrides), root) : [];
      const results = await next(context, [...files, ...added], parallel);
      if (results instanceof Map) {
        for (const file of added)
          if (results.get(file)?.type !== FileBuildResultType.BUILD_FAILURE) results.delete(file);
      }
      return results;
    }
    const hash = whole && !context.globalOptions.coverage ? hashOfSources(root) : undefined;
    if (whole) stampCompiled(undefined, root);
    const results = await next(context, files, parallel);
    const built =
      results instanceof Map && [...results.values()].every(({ type }) => type !== FileBuildResultType.BUILD_FAILURE);
    if (hash !== undefined && built) stampCompiled(hash, root);
    return results;
  },
};

function filesForL2(files: readonly string[], root: string): string[] {
  return files.filter((file) => file.startsWith(L2_CONTRACTS)).map((file) => resolve(root, file));
}

export const buildJobs: HardhatPlugin = {
  id: "metis-build-jobs",
  npmPackage: null,
  hookHandlers: {
    config: () => Promise.resolve({ default: () => Promise.resolve(config) }),
    solidity: () => Promise.resolve({ default: () => Promise.resolve(solidity) }),
  },
};
