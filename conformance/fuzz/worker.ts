/** A process that runs a share of a campaign, and tells its parent how each case ended. */
import { type Result, type Share, runShare } from "./campaign.ts";
import { stringify } from "./case.ts";
import { FuzzL1 } from "./l1.ts";
import { OpcodeCounts } from "./reference.ts";

/** What a worker tells: a case, as text since it has big numbers in it, or in the end what was executed. */
export type Message = { readonly result: string } | { readonly opcodes: Readonly<Record<string, number>> };

const share = JSON.parse(process.argv[2] ?? "") as Share;
const send = (message: Message): boolean => process.send?.(message) ?? false;
const text = (result: Result): string => stringify(result);

// Without a parent there is nobody to tell.
process.once("disconnect", () => process.exit());
const l1 = await FuzzL1.open();
const counts = new OpcodeCounts();
try {
  for await (const result of runShare(l1, share, counts)) send({ result: text(result) });
  send({ opcodes: Object.fromEntries(counts.counts) });
} finally {
  await l1.close();
}
process.disconnect();
