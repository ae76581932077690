/**
 * Completes an installation that ran under an old Node.
 *
 * npm skips optional platform packages whose `engines` exclude the Node it runs under, and the Ethereum runtime of
 * Hardhat ships as such packages. The dependency `node` is newer than that limit, so the install is
 * repeated once under it.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";

const REPEATED = "METIS_INSTALL_REPEATED";

function runtimeLoads(): boolean {
  try {
    createRequire(import.meta.url)("@nomicfoundation/edr");
    return true;
  } catch {
    return false;
  }
}

if (!runtimeLoads()) {
  const npm = process.env["npm_execpath"];
  if (process.env[REPEATED] !== undefined || npm === undefined || !existsSync(npm)) {
    console.error(
      `The Ethereum runtime of Hardhat is missing for ${process.platform}-${process.arch} ` +
        `under Node ${process.version}; expected Node 22.13 or newer. Run "npm install" under Node 24.`,
    );
    process.exit(1);
  }
  console.log(`Repeating the install under Node ${process.version}.`);
  const { status } = spawnSync(process.execPath, [npm, "install", "--no-audit", "--no-fund", "--no-save"], {
    stdio: "inherit",
    env: { ...process.env, [REPEATED]: "1" },
  });
  process.exit(status ?? 1);
}
