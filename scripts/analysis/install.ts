/** Tools from PyPI, each in an environment of its own below `node_modules/`, at fixed versions. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A tool with its executable and what pip installs for it. */
export interface Tool {
  readonly name: string;
  readonly packages: readonly string[];
}

/** Another version finds other things: raise it together with `scripts/slither/answers.json`. */
export const SLITHER: Tool = { name: "slither", packages: ["slither-analyzer==0.11.6", "crytic-compile==0.4.2"] };
/** Executes contracts on symbols. */
export const HALMOS: Tool = { name: "halmos", packages: ["halmos==0.3.3"] };

/** A tool cannot be had on this machine. */
export class Unavailable extends Error {}

/**
 * Installs a tool unless it is there.
 *
 * @param root The project.
 * @returns The executable.
 * @throws Unavailable where there is no Python 3 with `venv`, or PyPI is out of reach.
 */
export function install(root: string, { name, packages }: Tool): string {
  const folder = join(root, "node_modules/.cache", name);
  const stamp = join(folder, packages.join(" ").replaceAll("=", "-"));
  const scripts = join(folder, process.platform === "win32" ? "Scripts" : "bin");
  if (!existsSync(stamp)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    run("python3", ["-m", "venv", folder], `${name} needs Python 3 with its module venv`);
    run(
      join(scripts, "python"),
      ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages],
      `pip could not install ${name}`,
    );
    writeFileSync(stamp, "");
  }
  return join(scripts, name);
}

function run(command: string, args: readonly string[], failure: string): void {
  const { status, error, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (error !== undefined) throw new Unavailable(`${failure}: ${error.message}`);
  if (status !== 0) throw new Unavailable(`${failure}: ${stderr.trim().split("\n").at(-1) ?? ""}`);
}
