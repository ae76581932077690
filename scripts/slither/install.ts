/** Slither in an environment of its own, below `node_modules/`, at a fixed version. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** From PyPI. Another version finds other things: raise it together with `answers.json`. */
export const SLITHER = { slither: "slither-analyzer==0.11.6", compile: "crytic-compile==0.4.2" } as const;

/** Slither cannot be had on this machine. */
export class Unavailable extends Error {}

/**
 * Installs Slither unless it is there.
 *
 * @param root The project.
 * @returns The executable.
 * @throws Unavailable where there is no Python 3 with `venv`, or PyPI is out of reach.
 */
export function installSlither(root: string): string {
  const folder = join(root, "node_modules/.cache/slither");
  const stamp = join(folder, Object.values(SLITHER).join(" ").replaceAll("=", "-"));
  const scripts = join(folder, process.platform === "win32" ? "Scripts" : "bin");
  if (!existsSync(stamp)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    run("python3", ["-m", "venv", folder], "Slither needs Python 3 with its module venv");
    run(
      join(scripts, "python"),
      ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...Object.values(SLITHER)],
      "pip could not install Slither",
    );
    writeFileSync(stamp, "");
  }
  return join(scripts, "slither");
}

function run(command: string, args: readonly string[], failure: string): void {
  const { status, error, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (error !== undefined) throw new Unavailable(`${failure}: ${error.message}`);
  if (status !== 0) throw new Unavailable(`${failure}: ${stderr.trim().split("\n").at(-1) ?? ""}`);
}
