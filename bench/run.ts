/**
 * Gas and throughput of this system beside the same work in other systems' contracts.
 *
 *   npm run bench               measures and prints
 *   npm run bench -- --check    fails where a figure is not the committed one, or above its limit
 *   npm run bench -- --update   writes the figures to commit
 *   npm run bench -- --where    prints where the gas of three calls goes, and measures nothing else
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { ensureCompiled } from "../ignition/compiled.ts";
import { measureRoots } from "./roots.ts";
import { compare, render, snapshotOf } from "./report.ts";
import type { Row, Snapshot } from "./report.ts";

/** How much faster than OpenZeppelin's library both roots of a large batch have to be. */
const ROOTS_FACTOR = 5;

const SNAPSHOT = new URL("snapshots/gas.json", import.meta.url);
const OPCODES = new URL("snapshots/opcodes.json", import.meta.url);

const { values: flags } = parseArgs({
  options: {
    check: { type: "boolean", default: false },
    update: { type: "boolean", default: false },
    where: { type: "boolean", default: false },
  },
});

await ensureCompiled();
if (flags.where) {
  const [{ openLab }, { whereGasGoes }] = await Promise.all([import("./lab.ts"), import("./system.ts")]);
  console.log(await whereGasGoes(await openLab()));
  process.exit();
}
const { measureAll } = await import("./figures.ts");
const { opcodeRows, renderOpcodes } = await import("./opcodes/report.ts");
const { rows, opcodes, absent } = await measureAll();
const opcodesOneByOne = opcodeRows(opcodes);
console.log(render(rows));
if (absent.length > 0) console.log(`Not installed, hence not measured: ${absent.join(", ")}`);
console.log(`\nL1 gas of one opcode of the L2, by class:\n${renderOpcodes(opcodes)}`);

const { count, ours, standard } = measureRoots(100_000);
const factor = standard / ours;
console.log(
  `\nMTTBR and MTSR of ${count.toLocaleString("en-GB")} transactions: ${ours.toFixed(2)} s; ` +
    `StandardMerkleTree.of for the same roots: ${standard.toFixed(2)} s, ${factor.toFixed(1)} times as long`,
);

if (flags.update) {
  // Figures of a system that is not installed would be lost.
  if (absent.length > 0) throw new Error(`${absent.join(", ")} must be installed to update the figures`);
  writeSnapshot(SNAPSHOT, rows);
  writeSnapshot(OPCODES, opcodesOneByOne);
}
const problems = [
  ...compare(rows, flags.check ? readSnapshot(SNAPSHOT) : undefined, { absent }),
  ...compare(opcodesOneByOne, flags.check ? readSnapshot(OPCODES) : undefined),
];
if (factor < ROOTS_FACTOR) problems.push(`Roots are ${factor.toFixed(1)} times as fast, ${ROOTS_FACTOR} times wanted`);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

function readSnapshot(file: URL): Snapshot {
  return JSON.parse(readFileSync(file, "utf8")) as Snapshot;
}

function writeSnapshot(file: URL, figures: readonly Row[]): void {
  writeFileSync(file, `${JSON.stringify(snapshotOf(figures), null, 2)}\n`);
}
