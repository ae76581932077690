/** Shares a campaign out among processes. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { Share } from "./campaign.ts";
import type { Message } from "./worker.ts";

const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));

/**
 * Runs the cases of a campaign in several processes.
 *
 * @param report Called with what they tell, in the order in which it comes.
 * @throws Error where a process ends before its cases do.
 */
export async function runAll(
  campaign: Omit<Share, "index" | "of">,
  jobs: number,
  report: (message: Message) => void,
): Promise<void> {
  await Promise.all(Array.from({ length: jobs }, (_, index) => runOne({ ...campaign, index, of: jobs }, report)));
}

async function runOne(share: Share, report: (message: Message) => void): Promise<void> {
  const child = fork(WORKER, [JSON.stringify(share)]);
  child.on("message", (message) => {
    report(message as Message);
  });
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  if (code !== 0) {
    throw new Error(`process ${share.index + 1} of ${share.of} ended early (${signal ?? `exit code ${code}`})`);
  }
}
