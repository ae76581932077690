import type { TransactionReceipt } from "ethers";

import type { BatchHeader } from "../../l2/batch/header.ts";
import { batchTree } from "../../l2/batch/tree.ts";
import type { Hex } from "../../l2/base/hex.ts";
import type { L1 } from "../l1/l1.ts";
import { asParent, type L1Batch } from "../l1/mirror.ts";
import type { TransactionManager } from "../l1/transactions.ts";

/**
 * Posts a batch without a certificate, which only the current sequencer can (step 3.3): the signal of one that cannot
 * reach its peers. It counts as requested from then on. Nothing can be built on it until L1 has recomputed it, and a
 * certified batch takes its place.
 *
 * @param batch The batch before, and this one with the values of its MTSR.
 */
export function submitUnattested(
  { parent, header, stateRoots }: { parent: L1Batch; header: BatchHeader; stateRoots: readonly Hex[] },
  { l1, transactions }: { l1: L1; transactions: TransactionManager },
): Promise<TransactionReceipt> {
  const proof = batchTree(stateRoots).proof(stateRoots.length - 1);
  return transactions.send({
    to: l1.addresses.inbox,
    data: l1.inbox.interface.encodeFunctionData("submitUnattested", [asParent(parent), header, proof]),
    label: "submitUnattested",
  });
}
